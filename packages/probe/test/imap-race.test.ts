import { openImap } from '@postern/imap';
import type { Imap } from '@postern/imap';
import { serveImap } from '@postern/imap/server';
import { blackholeMemory, createPool } from '@postern/pool';
import { simulatedNetwork, testTlsOffer, testTlsRequest, virtualClock } from '@postern/wire/testing';
import { expect, test } from 'vitest';

const v6 = '2001:db8::1';
const v4 = '192.0.2.1';

/** The default of RFC 9051 §11.2: both ports and both families, implicit TLS first (RFC 8314 §3). */
const candidates = [v6, v4].flatMap((address, family) =>
  ([993, 143] as const).map((port) => ({
    endpoint: { address, port },
    method: port === 993 ? 'implicit-tls' : 'starttls',
    rank: family + (port === 993 ? 0 : 2),
  })),
);

test.each([
  { silent: [], used: `[${v6}]:993`, within: 0 },
  { silent: [`[${v6}]:143`, `${v4}:143`], used: `[${v6}]:993`, within: 0 },
  { silent: [v6], used: `${v4}:993`, within: 250 },
  { silent: [`[${v6}]:993`, `${v4}:993`], used: `[${v6}]:143`, within: 500 },
])('IMAP-027 silent: $silent, so $used after $within ms', async ({ silent, used, within }) => {
  const clock = virtualClock();
  const network = simulatedNetwork({ clock, path: { latency: 10 } });
  for (const where of silent) network.setPath(where, { weather: { type: 'drop' } });
  for (const { endpoint, method } of candidates) {
    await network.listen(endpoint, async (connection) => {
      if (method === 'implicit-tls') await connection.acceptTls(testTlsOffer);
      await serveImap(connection, { clock, tls: testTlsOffer }).catch(() => undefined);
    });
  }
  await using pool = createPool<string, Imap>({
    network,
    clock,
    memory: blackholeMemory(),
    key: (host) => host,
    candidates: () => candidates,
    async open(connection, { method }, { signal }) {
      const tls = testTlsRequest();
      const imap = await openImap(connection, {
        clock,
        signal,
        ...(method === 'implicit-tls' ? { tls } : {}),
      });
      if (method === 'starttls') await imap.startTls(tls, { signal });
      return imap;
    },
  });
  const lease = await clock.run(pool.acquire('imap.example.test'));
  const { address, port } = lease.candidate.endpoint;
  expect(`${address.includes(':') ? `[${address}]` : address}:${port}`).toBe(used);
  // What the dialogue itself takes is a handful of round trips.
  expect(clock.now()).toBeGreaterThanOrEqual(within);
  expect(clock.now()).toBeLessThan(within + 250);
  expect(lease.value.connection.tls).toBeDefined();
  lease.discard();
  await clock.advance(20_000);
});
