import { expect, it } from 'vitest';
import { startLab } from '@postern/lab';
import type { Lab, LabOptions } from '@postern/lab';
import type { Host, Listener, Network } from '@postern/wire';
import { simulatedNetwork, virtualClock } from '@postern/wire/testing';
import type { VirtualClock } from '@postern/wire/testing';
import { Reception } from '../src/reception.ts';

const base = { crypto: globalThis.crypto, wallClock: () => Date.UTC(2030, 0, 1), random: () => 0.5 };

function start(clock: VirtualClock, host: Network & Host, options?: Partial<LabOptions>): Promise<Lab> {
  return startLab({ host, clock, certificates: 'when-visited', ...base, ...options });
}

it('closes while every habit is in the middle of something, and sets no alarm any more', async () => {
  const clock = virtualClock();
  const network = simulatedNetwork({ clock });
  const defects: unknown[] = [];
  const lab = await start(clock, network, {
    certificates: 'at-start',
    onDefect: (error) => defects.push(error),
  });
  const listening = lab.endpoints.filter(({ real }) => real !== undefined);
  const connections = await clock.run(
    Promise.all(listening.map(({ endpoint }) => lab.network.connect(endpoint).catch(() => undefined))),
  );
  // Some wait for their second, some for their client, some are talking.
  await clock.advance(30);
  const begun = clock.now();
  await clock.run(async () => lab[Symbol.asyncDispose]());
  expect(clock.now() - begun).toBeLessThan(1000);
  for (const connection of connections) connection?.reset();
  await clock.advance(20);
  expect(defects).toEqual([]);
  expect(clock.alarms).toBe(0);
  expect(network.counts.open).toBe(0);
});

it('ends requests that it swallowed when it closes, and lets nobody in afterwards', async () => {
  const clock = virtualClock();
  const lab = await start(clock, simulatedNetwork({ clock }));
  const walled = lab.endpoints.find(({ habit }) => habit === 'swallowed');
  const open = lab.endpoints.find(({ habit }) => habit === 'works');
  if (!walled || !open) throw new Error('the lab has both');
  const waiting = lab.network.connect(walled.endpoint).catch((error: unknown) => error);
  await clock.advance(10);
  await lab[Symbol.asyncDispose]();
  expect(await waiting).toMatchObject({ code: 'unreachable', fault: { endpoint: walled.endpoint } });
  expect(clock.alarms).toBe(0);
  for (const { endpoint } of [walled, open]) {
    await expect(lab.network.connect(endpoint)).rejects.toMatchObject({ code: 'unreachable' });
  }
  expect(clock.alarms).toBe(0);
});

it('leaves no listener open when one of them cannot be had, however late the others are', async () => {
  const clock = virtualClock();
  const network = simulatedNetwork({ clock });
  const open = new Set<Listener>();
  const watched = async (opening: Promise<Listener>): Promise<Listener> => {
    const inner = await opening;
    const listener: Listener = {
      endpoint: inner.endpoint,
      async [Symbol.asyncDispose]() {
        open.delete(listener);
        await inner[Symbol.asyncDispose]();
      },
    };
    open.add(listener);
    return listener;
  };
  let asked = 0;
  const failing = start(
    clock,
    {
      ...network,
      listen: (endpoint, accept) => {
        asked += 1;
        if (asked === 5) throw new Error('no more ports');
        return watched(network.listen(endpoint, accept));
      },
      listenDatagrams: (endpoint, answer) => watched(network.listenDatagrams(endpoint, answer)),
    },
    // Each port waits for its certificate first: most ask for theirs after the failure.
    { certificates: 'at-start' },
  );
  await expect(failing).rejects.toMatchObject({ message: 'no more ports' });
  // Certificates that were being made are done in the end.
  for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  expect(open.size).toBe(0);
});

it('is not held up by a connection that never ends, and says so', async () => {
  const clock = virtualClock();
  const network = simulatedNetwork({ clock });
  const defects: unknown[] = [];
  const reception = new Reception(network, clock, (error) => defects.push(error));
  const listener = await reception.listen(
    { address: '192.0.2.1', port: 25 },
    () => new Promise(() => undefined),
  );
  const connection = await clock.run(network.connect(listener.endpoint));
  await clock.advance(100);
  const closed = reception[Symbol.asyncDispose]();
  // Whoever asks twice waits for the same end.
  expect(reception[Symbol.asyncDispose]()).toBe(closed);
  await clock.run(closed);
  expect(defects).toMatchObject([{ message: '1 connections did not end' }]);
  connection.reset();
  await clock.advance(100);
  expect(clock.alarms).toBe(0);
});
