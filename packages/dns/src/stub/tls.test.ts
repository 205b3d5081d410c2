import { seededRandom, simulatedNetwork, virtualClock } from '@postern/wire/testing';
import type { SimulatedNetwork, VirtualClock } from '@postern/wire/testing';
import type { Connection, TlsRequest, Verification } from '@postern/wire';
import { describe, expect, it } from 'vitest';
import { sampleZone } from '../../test/sample-zone.ts';
import { decoded, faultOf } from '../../test/stub-helpers.ts';
import type { Resolver } from '../resolver.ts';
import { stubResolver } from '../stub-resolver.ts';
import { zoneAnswers } from '../zone/zone-answers.ts';
import { framed, messageReader } from './framing.ts';

const server = { address: '192.0.2.53', port: 853 };
/** The stand-in for TLS on the simulated network looks into no certificate. */
const identity = { key: '', chain: '' };

interface Scene {
  readonly clock: VirtualClock;
  readonly network: SimulatedNetwork;
  readonly resolver: Resolver;
  readonly queries: Uint8Array[];
}

/** A resolver behind TLS. `closes`: it ends the connection behind so many answers. `answers`: it answers in pairs, swapped. */
async function scene(
  options: {
    readonly judged?: Verification;
    readonly trusted?: boolean;
    readonly random?: () => number;
    readonly closes?: number;
    readonly pairs?: boolean;
    /** The first connection falls silent behind so many answers. */
    readonly falls?: number;
    /** Questions for this name get no answer. */
    readonly ignores?: string;
  } = {},
): Promise<Scene> {
  const clock = virtualClock();
  const network = simulatedNetwork({ clock });
  const answer = zoneAnswers(sampleZone, { authenticated: true });
  const queries: Uint8Array[] = [];
  let connections = 0;
  await network.listen(server, async (connection: Connection) => {
    connections += 1;
    const first = connections === 1;
    await connection.acceptTls({ identity: () => identity });
    const reader = messageReader();
    let held: Uint8Array[] = [];
    let answered = 0;
    for (let bytes = await connection.read(); bytes; bytes = await connection.read()) {
      for (const query of reader.push(bytes)) {
        queries.push(query);
        if (first && answered === options.falls) continue;
        if (decoded(query).question?.name === options.ignores) continue;
        held.push(framed(answer(query, 'stream') ?? new Uint8Array()));
        if (options.pairs && held.length < 2) continue;
        for (const reply of held.toReversed()) await connection.write(reply);
        answered += held.length;
        held = [];
        if (answered === options.closes) await connection.end();
      }
    }
    await connection[Symbol.asyncDispose]();
  });
  const tls: TlsRequest = {
    serverName: 'dns.example.test',
    verify: () => options.judged ?? { status: 'verified', by: 'pkix' },
  };
  const servers = [{ ...server, tls, trusted: options.trusted ?? true }];
  const resolver = stubResolver({ network, clock, servers, random: options.random ?? seededRandom(9) });
  return { clock, network, resolver, queries };
}

describe('DNS over TLS', () => {
  it('DNS-042 asks a trusted server over TLS alone, and believes its AD bit', async () => {
    const { clock, network, resolver, queries } = await scene();
    expect(await clock.run(resolver.query('mx1.example.test', 'A'))).toMatchObject({
      records: ['192.0.2.1'],
      authenticated: true,
      trusted: true,
    });
    expect(network.counts).toMatchObject({ datagrams: 0, attempts: 1 });
    // RFC 8467 §4.1: the length tells nothing.
    expect(queries.map(({ length }) => length)).toEqual([128]);
    expect(decoded(queries[0] ?? new Uint8Array()).edns).toBeDefined();
  });

  it('DNS-042 believes nothing a server says that it does not call trusted', async () => {
    const { clock, resolver } = await scene({ trusted: false });
    expect(await clock.run(resolver.query('mx1.example.test', 'A'))).toMatchObject({ trusted: false });
  });

  const mismatch: Verification = {
    status: 'unverified',
    fault: { kind: 'tls', reason: 'cert-name-mismatch', phase: 'tls', after: 0 },
  };

  it('DNS-042 does not ask a trusted server that has not proved who it is', async () => {
    const { clock, resolver, queries, network } = await scene({ judged: mismatch });
    expect(await faultOf(clock, resolver.query('mx1.example.test', 'A'))).toMatchObject({
      reason: 'dns-unreachable',
      evidence: { code: 'not-verified' },
      endpoint: server,
    });
    expect(queries).toEqual([]);
    await clock.advance(1000);
    expect(network.counts.open).toBe(0);
    // Without that claim privacy is all that is asked for, and any certificate will do (RFC 7858 §4.1).
    const plain = await scene({ judged: mismatch, trusted: false });
    expect((await plain.clock.run(plain.resolver.query('mx1.example.test', 'A'))).status).toBe('records');
  });

  it('DNS-042 says which certificate problem made a server unreachable', async () => {
    const { clock, resolver } = await scene({ judged: { ...mismatch, status: 'rejected' } });
    expect(await faultOf(clock, resolver.query('mx1.example.test', 'A'))).toMatchObject({
      reason: 'dns-unreachable',
      evidence: { code: 'cert-name-mismatch' },
    });
  });

  it('DNS-040 keeps the connection for the next question, a second long, and leaves nothing behind', async () => {
    const { clock, network, resolver } = await scene();
    await clock.run(resolver.query('mx1.example.test', 'A'));
    await clock.advance(900);
    await clock.run(resolver.query('mx2.example.test', 'A'));
    expect(network.counts).toMatchObject({ attempts: 1, open: 1 });
    await clock.advance(1100);
    expect(network.counts.open).toBe(0);
    expect(clock.alarms).toBe(0);
    await clock.run(resolver.query('mx2.example.test', 'A'));
    expect(network.counts.attempts).toBe(2);
  });

  it('DNS-040 asks once more where the server closed a kept connection (RFC 7766 §6.2.4)', async () => {
    const { clock, network, resolver, queries } = await scene({ closes: 1 });
    const both = async (): Promise<void> => {
      await resolver.query('mx1.example.test', 'A');
      // The end of the stream is still on its way.
      await resolver.query('mx2.example.test', 'A');
    };
    await clock.run(both());
    expect(network.counts.attempts).toBe(2);
    expect(queries.length).toBeGreaterThanOrEqual(2);
  });

  it('DNS-058 asks on a new connection where one has gone silent, however many still wait on the old one', async () => {
    const { clock, network, resolver } = await scene({ falls: 1 });
    expect((await clock.run(resolver.query('mx1.example.test', 'A'))).status).toBe('records');
    // One question after the other begins while the one before still waits.
    const answers: Promise<unknown>[] = [];
    for (let count = 0; count < 8; count += 1) {
      answers.push(resolver.query('mx2.example.test', 'A').then(({ status }) => status));
      await clock.advance(900);
    }
    expect(await clock.run(Promise.all(answers))).toEqual(Array.from(answers, () => 'records'));
    expect(network.counts.attempts).toBe(2);
    await clock.advance(3000);
    expect(network.counts.open).toBe(0);
    expect(clock.alarms).toBe(0);
  });

  it('DNS-040 keeps a connection on which one question has no answer and others have', async () => {
    const { clock, network, resolver } = await scene({ ignores: 'mx1.example.test' });
    const ignored = resolver.query('mx1.example.test', 'A').catch((error: unknown) => error);
    for (let count = 0; count < 12; count += 1) {
      await clock.advance(500);
      expect((await clock.run(resolver.query('mx2.example.test', 'A'))).status).toBe('records');
    }
    expect(await ignored).toMatchObject({ code: 'dns-timeout' });
    expect(network.counts.attempts).toBe(1);
  });

  it('DNS-040 gives no two questions on a connection one ID (RFC 7766 §6.2.1)', async () => {
    const { clock, resolver, queries } = await scene({ random: () => 0.5, pairs: true });
    const [first, second] = await clock.run(
      Promise.all([resolver.query('mx1.example.test', 'A'), resolver.query('mx2.example.test', 'A')]),
    );
    expect(first).toMatchObject({ records: ['192.0.2.1'] });
    expect(second).toMatchObject({ records: ['192.0.2.2'] });
    expect(new Set(queries.map((query) => decoded(query).id)).size).toBe(2);
  });
});

describe('several servers', () => {
  it('DNS-042 calls no answer trusted where one of the servers is not: silence must not choose what is secure', async () => {
    const trust = async (...servers: readonly (boolean | undefined)[]): Promise<boolean> => {
      const clock = virtualClock();
      const network = simulatedNetwork({ clock });
      const one = { address: '192.0.2.53', port: 53 };
      await network.listenDatagrams(one, async (query) => zoneAnswers(sampleZone)(query, 'datagram'));
      const resolver = stubResolver({
        network,
        clock,
        servers: servers.map((trusted) => ({ ...one, ...(trusted === undefined ? {} : { trusted }) })),
        random: seededRandom(1),
      });
      return (await clock.run(resolver.query('mx1.example.test', 'A'))).trusted;
    };
    expect(await trust(true, true)).toBe(true);
    expect(await trust(true, false)).toBe(false);
    expect(await trust(undefined)).toBe(false);
  });
});
