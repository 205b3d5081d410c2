import type { Clock } from '@postern/wire';
import { seededRandom, simulatedNetwork, virtualClock } from '@postern/wire/testing';
import type { SimulatedNetwork, VirtualClock } from '@postern/wire/testing';
import { describe, expect, it } from 'vitest';
import { sampleZone } from '../../test/sample-zone.ts';
import { decoded, faultOf, withoutOpt } from '../../test/stub-helpers.ts';
import type { Resolver } from '../resolver.ts';
import { stubResolver } from '../stub-resolver.ts';
import { listenDns } from '../zone/listen-dns.ts';
import { zoneAnswers } from '../zone/zone-answers.ts';
import type { DnsAnswerer } from '../zone/zone-answers.ts';
import { framed, messageReader } from './framing.ts';

const one = { address: '192.0.2.53', port: 53 };

/** A server that truncates every datagram, and a script for its streams. */
async function streaming(
  serve: (queries: AsyncIterable<Uint8Array>, write: (bytes: Uint8Array) => Promise<void>) => Promise<void>,
): Promise<{ clock: VirtualClock; network: SimulatedNetwork; resolver: Resolver }> {
  const clock: VirtualClock = virtualClock();
  const network = simulatedNetwork({ clock });
  const truncate: DnsAnswerer = (query) => {
    const bytes = withoutOpt(query);
    bytes[2] = 0x83;
    // An answer count that nothing follows: a truncated message is not to be read.
    bytes[7] = 9;
    return bytes;
  };
  await network.listenDatagrams(one, async (query) => truncate(query, 'datagram'));
  await network.listen(one, async (connection) => {
    async function* queries(): AsyncIterable<Uint8Array> {
      const reader = messageReader();
      for (let bytes = await connection.read(); bytes; bytes = await connection.read())
        yield* reader.push(bytes);
    }
    await serve(queries(), (bytes) => connection.write(bytes));
    await connection[Symbol.asyncDispose]();
  });
  const random = seededRandom(3);
  return {
    clock,
    network,
    resolver: stubResolver({ network, clock: clock satisfies Clock, servers: [one], random }),
  };
}

describe('streams', () => {
  const answer = zoneAnswers(sampleZone);
  const answered = (query: Uint8Array): Uint8Array => framed(answer(query, 'stream') ?? new Uint8Array());

  it('DNS-040 asks over TCP what came truncated, and never reads that', async () => {
    const seen: string[] = [];
    const { clock, network, resolver } = await streaming(async (queries, write) => {
      for await (const query of queries) {
        seen.push(decoded(query).question?.name ?? '');
        await write(answered(query));
      }
    });
    expect(await clock.run(resolver.query('mx1.example.test', 'A'))).toMatchObject({
      records: ['192.0.2.1'],
    });
    expect(seen).toEqual(['mx1.example.test']);
    await clock.advance(1000);
    expect(network.counts.open).toBe(0);
  });

  it('DNS-040 shares a connection and matches answers that come in another order', async () => {
    const { clock, network, resolver } = await streaming(async (queries, write) => {
      const held: Uint8Array[] = [];
      for await (const query of queries) {
        held.push(answered(query));
        if (held.length === 2) for (const bytes of held.splice(0).toReversed()) await write(bytes);
      }
    });
    const both = Promise.all([
      resolver.query('mx1.example.test', 'A'),
      resolver.query('mx2.example.test', 'A'),
    ]);
    const [first, second] = await clock.run(both);
    expect(first).toMatchObject({ records: ['192.0.2.1'] });
    expect(second).toMatchObject({ records: ['192.0.2.2'] });
    expect(network.counts.attempts).toBe(1);
  });

  it('DNS-040 skips answers to other questions on the stream', async () => {
    const { clock, resolver } = await streaming(async (queries, write) => {
      for await (const query of queries) {
        const forged = answered(query);
        forged[2] = (forged[2] ?? 0) ^ 0xff;
        await write(forged);
        await write(answered(query));
      }
    });
    expect((await clock.run(resolver.query('mx1.example.test', 'A'))).status).toBe('records');
  });

  it('DNS-056 tells a stream that ends inside an answer from one that ends before', async () => {
    const inside = await streaming(async (queries, write) => {
      for await (const query of queries) {
        await write(answered(query).subarray(0, 20));
        return;
      }
    });
    expect(await faultOf(inside.clock, inside.resolver.query('mx1.example.test', 'A'))).toMatchObject({
      reason: 'dns-malformed',
      evidence: { code: 'truncated' },
    });
    const before = await streaming(async () => undefined);
    expect((await faultOf(before.clock, before.resolver.query('mx1.example.test', 'A'))).reason).toBe(
      'dns-unreachable',
    );
  });

  it('DNS-056 says dns-unreachable where TCP is refused, dns-timeout where it is swallowed', async () => {
    const refused = await streaming(async () => undefined);
    // Only datagrams pass.
    const clock = virtualClock();
    const network = simulatedNetwork({ clock });
    await network.listenDatagrams(one, async (query) => {
      const bytes = withoutOpt(query);
      bytes[2] = 0x83;
      return bytes;
    });
    const resolver = stubResolver({ network, clock, servers: [one], random: seededRandom(1) });
    expect(await faultOf(clock, resolver.query('mx1.example.test', 'A'))).toMatchObject({
      reason: 'dns-unreachable',
      evidence: { code: 'connection-refused' },
    });
    expect(refused.network.counts.connecting).toBe(0);
    const silent = await streaming(async (queries) => {
      for await (const query of queries) void query;
    });
    const fault = await faultOf(silent.clock, silent.resolver.query('mx1.example.test', 'A'));
    expect(fault.reason).toBe('dns-timeout');
    await silent.clock.advance(5000);
    expect(silent.network.counts).toMatchObject({ open: 0, connecting: 0 });
    expect(silent.clock.alarms).toBe(0);
  });

  it('DNS-055 closes the connection when the last one who waits is gone', async () => {
    const { clock, network, resolver } = await streaming(async (queries) => {
      for await (const query of queries) void query;
    });
    const controller = new AbortController();
    const reason = new Error('enough');
    const query = resolver
      .query('mx1.example.test', 'A', { signal: controller.signal })
      .catch((error: unknown) => error);
    await clock.advance(200);
    expect(network.counts.open).toBe(1);
    controller.abort(reason);
    expect(await query).toBe(reason);
    await clock.advance(100);
    expect(network.counts.open).toBe(0);
    expect(clock.alarms).toBe(0);
  });

  it('works with a server that listens on both', async () => {
    const clock = virtualClock();
    const network = simulatedNetwork({ clock });
    await listenDns(
      network,
      one,
      zoneAnswers(`big.test. TXT ${'"'.concat('x'.repeat(250), '" ').repeat(8)}`),
    );
    const resolver = stubResolver({ network, clock, servers: [one], random: seededRandom(1) });
    const found = await clock.run(resolver.query('big.test', 'TXT'));
    expect(found.status === 'records' && found.records[0]?.length).toBe(2000);
    expect(network.counts).toMatchObject({ attempts: 1, datagrams: 1 });
  });
});
