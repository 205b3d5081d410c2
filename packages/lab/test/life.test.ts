import { connect } from 'node:net';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { startLab } from '@postern/lab';
import { startNodeLab } from '@postern/lab/node';
import { nodeNetwork, systemClock } from '@postern/wire/node';

/**
 * What keeps a process alive, by kind; timers of the test framework left out. Node drops a closed handle from the list some
 * turns of the event loop after its `close` event.
 */
async function handles(): Promise<readonly string[]> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  return process
    .getActiveResourcesInfo()
    .filter((kind) => /^(TCP|UDP|TLS|Pipe|Worker|MessagePort|Get|Connect|Shutdown|Write)/.test(kind))
    .toSorted();
}

it('starts within a second and a half', async () => {
  // The best of three: other test files want the processor too.
  const durations: number[] = [];
  while (durations.length < 3 && Math.min(...durations) > 1500) {
    const begun = performance.now();
    const lab = await startNodeLab();
    durations.push(performance.now() - begun);
    expect(lab.endpoints.length).toBeGreaterThan(200);
    await lab[Symbol.asyncDispose]();
  }
  expect(Math.min(...durations)).toBeLessThan(1500);
});

it('closes without leaving a handle, with visitors still there', async () => {
  const before = await handles();
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => {
    unhandled.push(reason);
  };
  process.on('unhandledRejection', note);
  const lab = await startNodeLab();
  const visited = lab.endpoints.filter(({ hostName }) => /works|silent|endless|byte/.test(hostName));
  const connections = await Promise.all(visited.map(({ endpoint }) => lab.network.connect(endpoint)));
  const byHand = connect(lab.realResolver.port, lab.realResolver.address);
  await once(byHand, 'connect');
  byHand.on('error', () => undefined);
  const ended = new Promise((resolve) => byHand.once('close', resolve));
  await lab[Symbol.asyncDispose]();
  await ended;
  for (const connection of connections) connection.reset();
  await expect(nodeNetwork().connect(lab.realResolver)).rejects.toMatchObject({ code: 'connection-refused' });
  expect(await handles()).toEqual(before);
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

it('closes twice without harm', async () => {
  const lab = await startNodeLab();
  await lab[Symbol.asyncDispose]();
  await expect(lab[Symbol.asyncDispose]()).resolves.toBeUndefined();
});

it('says of endpoints that nothing real can show that they are nowhere', async () => {
  const lab = await startLab({
    host: nodeNetwork(),
    clock: systemClock(),
    crypto: globalThis.crypto,
    wallClock: () => Date.now(),
    random: Math.random,
    certificates: 'when-visited',
  });
  const nowhere = lab.endpoints.filter(({ real }) => real === undefined);
  expect(new Set(nowhere.map(({ habit }) => habit))).toEqual(new Set(['swallowed', 'unreachable']));
  await lab[Symbol.asyncDispose]();
});

it('leaves nothing open when it cannot start', async () => {
  const before = await handles();
  const network = nodeNetwork();
  let opened = 0;
  const failing = startLab({
    host: {
      ...network,
      listen: (endpoint, accept) => {
        opened += 1;
        if (opened === 100) throw new Error('no more ports');
        return network.listen(endpoint, accept);
      },
    },
    clock: systemClock(),
    crypto: globalThis.crypto,
    wallClock: () => Date.now(),
    random: Math.random,
    certificates: 'when-visited',
  });
  const error = await failing.catch((caught: unknown) => caught);
  expect(error).toMatchObject({ message: 'no more ports' });
  expect(await handles()).toEqual(before);
});
