import { DeadlineExceeded, handshakeWithin } from '@postern/wire';
import type { Connection } from '@postern/wire';
import { simulatedNetwork, testTlsRequest, virtualClock } from '@postern/wire/testing';
import { expect, it } from 'vitest';

const endpoint = { address: '192.0.2.1', port: 465 };

/** A server that takes a connection and says nothing. */
async function silence() {
  const clock = virtualClock();
  const network = simulatedNetwork({ clock });
  await network.listen(endpoint, async (server) => {
    while (await server.read().catch(() => undefined));
    await server[Symbol.asyncDispose]();
  });
  const connection: Connection = await clock.run(network.connect(endpoint));
  const begin = (signal?: AbortSignal): Promise<unknown> =>
    handshakeWithin(connection, testTlsRequest(), { clock, limit: 10_000, signal }).catch(
      (error: unknown) => error,
    );
  return { clock, network, begin };
}

it('a handshake that never ends is a time-out of its own, and the connection is gone', async () => {
  const { clock, network, begin } = await silence();
  const before = clock.now();
  expect(await clock.run(begin())).toMatchObject({
    fault: { kind: 'timeout', reason: 'timeout-tls-handshake', phase: 'tls', limit: 10_000, endpoint },
  });
  expect(clock.now() - before).toBe(10_000);
  await clock.advance(1000);
  expect(network.counts.open).toBe(0);
  expect(clock.alarms).toBe(0);
});

it('rethrows what the caller gave up with, also where that is a deadline', async () => {
  const { clock, begin } = await silence();
  const reason = new DeadlineExceeded(5000);
  const controller = new AbortController();
  const begun = begin(controller.signal);
  await clock.advance(5000);
  controller.abort(reason);
  expect(await clock.run(begun)).toBe(reason);
});
