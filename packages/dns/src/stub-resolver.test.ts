import { DeadlineExceeded, isWireError, WireError } from '@postern/wire';
import { seededRandom, virtualClock } from '@postern/wire/testing';
import type { VirtualClock } from '@postern/wire/testing';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decoded, faultOf, withoutOpt } from '../test/stub-helpers.ts';
import { scriptedNetwork } from '../test/scripted-network.ts';
import { sampleZone } from '../test/sample-zone.ts';
import { addresses } from './addresses.ts';
import type { Resolver } from './resolver.ts';
import { stubResolver } from './stub-resolver.ts';
import type { StubResolverOptions } from './stub-resolver.ts';
import { zoneAnswers } from './zone/zone-answers.ts';
import type { ZoneOptions } from './zone/zone-options.ts';

const one = { address: '192.0.2.53', port: 53 };
const two = { address: '192.0.2.54', port: 53 };

/** Octets by which a test changes an answer. */
const setRcode = (bytes: Uint8Array, rcode: number): Uint8Array => {
  bytes[3] = ((bytes[3] ?? 0) & 0xf0) | rcode;
  return bytes;
};
function scripted(
  answer: Parameters<typeof scriptedNetwork>[0],
  options?: Partial<StubResolverOptions>,
): { clock: VirtualClock; network: ReturnType<typeof scriptedNetwork>; resolver: Resolver } {
  const clock = virtualClock();
  const network = scriptedNetwork(answer);
  const resolver = stubResolver({ network, clock, servers: [one], random: seededRandom(7), ...options });
  return { clock, network, resolver };
}

const zone = (text = sampleZone, options?: ZoneOptions): ((query: Uint8Array) => Uint8Array) => {
  const answer = zoneAnswers(text, options);
  return (query) => answer(query, 'datagram') ?? new Uint8Array();
};

describe('datagrams', () => {
  it('DNS-044 ignores forged answers and keeps waiting for the right one', async () => {
    const { clock, resolver } = scripted((query) => {
      const right = zone()(query);
      const wrongId = Uint8Array.from(right);
      wrongId[0] = (wrongId[0] ?? 0) ^ 0xff;
      const wrongName = Uint8Array.from(right);
      wrongName[13] = 0x7a;
      const echo = Uint8Array.from(query);
      return [wrongId, wrongName, echo, right];
    });
    const answer = await clock.run(resolver.query('mx1.example.test', 'A'));
    expect(answer).toMatchObject({ status: 'records', records: ['192.0.2.1'] });
  });

  it('DNS-044 draws a new ID for every query', async () => {
    const { clock, network, resolver } = scripted((query) => [zone()(query)]);
    for (let count = 0; count < 20; count += 1) await clock.run(resolver.query('mx1.example.test', 'A'));
    expect(new Set(network.sent.map(({ bytes }) => decoded(bytes).id)).size).toBe(20);
  });

  it('DNS-045 reports a broken answer, with its first octets', async () => {
    const { clock, resolver } = scripted((query) => [
      zone(sampleZone, { failures: { 'mx1.example.test': 'dns-malformed' } })(query),
    ]);
    const fault = await faultOf(clock, resolver.query('mx1.example.test', 'A'));
    expect(fault).toMatchObject({ kind: 'dns', reason: 'dns-malformed', phase: 'dns', endpoint: one });
    expect(fault.evidence?.bytes?.length).toBeGreaterThan(12);
  });

  it('DNS-045 gives a fault or an answer, in bounded time, to whatever octets come back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 12, maxLength: 300 }), async (junk) => {
        const { clock, resolver } = scripted((query) => {
          const reply = Uint8Array.from(junk);
          reply.set(query.subarray(0, 2));
          reply[2] = 0x81;
          return [reply];
        });
        const outcome = await clock.run(
          resolver.query('mx1.example.test', 'A').then(
            () => 'answer',
            (error: unknown) => (isWireError(error) ? error.fault.kind : error),
          ),
        );
        expect(outcome === 'answer' || outcome === 'dns').toBe(true);
        expect(clock.now()).toBeLessThanOrEqual(8000);
      }),
      { numRuns: 60 },
    );
  });
});

describe('hostile answers', () => {
  const ask = (answer: (query: Uint8Array) => Uint8Array) => {
    const { clock, resolver } = scripted((query) => [answer(query)]);
    return faultOf(clock, resolver.query('a.test', 'A'));
  };
  /** A plain query as an answer, with records behind it whose owner is the question's name. */
  const withAnswers = (query: Uint8Array, records: readonly (readonly number[])[]): Uint8Array => {
    const plain = withoutOpt(query);
    const head = Uint8Array.from([...plain, ...records.flatMap((record) => [0xc0, 12, ...record])]);
    head.set([0x81, 0x80, 0, 1, records.length >> 8, records.length & 0xff, 0, 0, 0, 0], 2);
    return head;
  };
  const cname = (target: string): readonly number[] => {
    const data = target.split('.').flatMap((label) => [label.length, ...Buffer.from(label)]);
    return [0, 5, 0, 1, 0, 0, 1, 0, 0, data.length + 1, ...data, 0];
  };

  it('DNS-035 refuses a name with two different aliases, whichever comes first (RFC 2181 §10.1)', async () => {
    const fault = await ask((query) => withAnswers(query, [cname('b.test'), cname('c.test')]));
    expect(fault).toMatchObject({ reason: 'dns-malformed', evidence: { rule: 'RFC 2181 §10.1' } });
    const { clock, resolver } = scripted((query) => [
      decoded(query).question?.name === 'b.test'
        ? zone('b.test. A 192.0.2.1')(query)
        : withAnswers(query, [cname('b.test'), cname('B.test')]),
    ]);
    expect(await clock.run(resolver.query('a.test', 'A'))).toMatchObject({ records: ['192.0.2.1'] });
  });

  it('DNS-045 takes 64 KiB of addresses without many of them getting further', async () => {
    const records = Array.from({ length: 3900 }, (_, at) => [
      0,
      1,
      0,
      1,
      0,
      0,
      1,
      0,
      0,
      4,
      192,
      0,
      at >> 8,
      at & 0xff,
    ]);
    const { clock, resolver } = scripted((query) => [withAnswers(query, records)]);
    const answer = await clock.run(resolver.query('a.test', 'A'));
    expect(answer.status === 'records' && answer.records.length).toBe(3900);
    const found = await clock.run(addresses(resolver, 'a.test', { allowSpecial: true }));
    expect(found.addresses.length).toBe(32);
  });

  it('DNS-043 keeps few and short extended errors', async () => {
    const option = [0, 15, 0, 6, 0, 22, 0x1b, 0x5b, 0x32, 0x4a];
    const fault = await ask((query) => {
      const reply = Uint8Array.from([...query, ...Array.from({ length: 600 }, () => option).flat()]);
      reply.set([0x81, 0x82], 2);
      new DataView(reply.buffer).setUint16(query.length - 2, 6000);
      return reply;
    });
    expect(fault.reason).toBe('dns-servfail');
    expect(fault.evidence?.extendedErrors?.length).toBe(8);
  });

  it('DNS-044 takes only a reply to a query for an answer, whatever its other bits', async () => {
    const { clock, resolver } = scripted((query) => {
      const right = zone('a.test. A 192.0.2.1')(query);
      const notify = Uint8Array.from(right);
      notify[2] = (notify[2] ?? 0) | 0x20;
      setRcode(notify, 5);
      return [notify, right];
    });
    expect((await clock.run(resolver.query('a.test', 'A'))).status).toBe('records');
  });
});

describe('EDNS', () => {
  it('DNS-041 asks again without OPT where FORMERR or NOTIMP comes without one, AD kept', async () => {
    for (const rcode of [1, 4]) {
      const { clock, network, resolver } = scripted((query) => [
        decoded(query).edns ? setRcode(zone()(withoutOpt(query)), rcode) : zone()(query),
      ]);
      expect((await clock.run(resolver.query('mx1.example.test', 'A'))).status).toBe('records');
      expect(network.sent.map(({ bytes }) => decoded(bytes).edns !== undefined)).toEqual([true, false]);
      expect(network.sent.every(({ bytes }) => decoded(bytes).authenticated)).toBe(true);
    }
  });

  it('DNS-041 understands the bare header of a server from before EDNS', async () => {
    const { clock, resolver } = scripted((query) => [
      decoded(query).edns
        ? Uint8Array.from([query[0] ?? 0, query[1] ?? 0, 0x81, 0x81, 0, 0, 0, 0, 0, 0, 0, 0])
        : zone()(query),
    ]);
    expect((await clock.run(resolver.query('mx1.example.test', 'A'))).status).toBe('records');
  });

  it('DNS-041 takes FORMERR and BADVERS with an OPT for an answer', async () => {
    const formerr = scripted((query) => [setRcode(zone()(query), 1)]);
    expect((await faultOf(formerr.clock, formerr.resolver.query('mx1.example.test', 'A'))).reason).toBe(
      'dns-formerr',
    );
    expect(formerr.network.sent.length).toBe(1);
    const badvers = scripted((query) => {
      const future = Uint8Array.from(query);
      future[future.length - 5] = 1;
      return [zone()(future)];
    });
    const fault = await faultOf(badvers.clock, badvers.resolver.query('mx1.example.test', 'A'));
    expect(fault).toMatchObject({ reason: 'dns-notimp', evidence: { code: 'BADVERS' } });
    expect(badvers.network.sent.length).toBe(1);
  });

  it('DNS-042 keeps the AD bit as received and says whether the resolver is trusted', async () => {
    const signed = zone(sampleZone, { authenticated: true });
    const untrusted = scripted((query) => [signed(query)]);
    expect(await untrusted.clock.run(untrusted.resolver.query('mx1.example.test', 'A'))).toMatchObject({
      authenticated: true,
      trusted: false,
    });
    const trusted = scripted((query) => [signed(query)], { trusted: true, dnssecOk: true });
    expect(await trusted.clock.run(trusted.resolver.query('mx1.example.test', 'A'))).toMatchObject({
      authenticated: true,
      trusted: true,
    });
    expect(decoded(trusted.network.sent[0]?.bytes ?? new Uint8Array()).edns?.dnssecOk).toBe(true);
  });
});

describe('SERVFAIL', () => {
  it('DNS-043 tells bogus data by a second query with CD, whose data is not used', async () => {
    const { clock, network, resolver } = scripted((query) => [
      zone(sampleZone, { failures: { 'mx1.example.test': 'dns-bogus' } })(query),
    ]);
    const fault = await faultOf(clock, resolver.query('mx1.example.test', 'A'));
    expect(fault).toMatchObject({
      kind: 'dns',
      reason: 'dns-bogus',
      endpoint: one,
      evidence: { code: 'SERVFAIL', extendedErrors: [{ code: 6 }] },
    });
    expect(network.sent.map(({ bytes }) => decoded(bytes).checkingDisabled)).toEqual([false, true]);
  });

  it('DNS-043 never asks another server what one found bogus', async () => {
    const { clock, network, resolver } = scripted(
      (query, server) => [
        zone(
          sampleZone,
          server === one.address ? { failures: { 'mx1.example.test': 'dns-bogus' } } : {},
        )(query),
      ],
      { servers: [one, two] },
    );
    expect((await faultOf(clock, resolver.query('mx1.example.test', 'A'))).reason).toBe('dns-bogus');
    expect(network.sent.every(({ server }) => server === one.address)).toBe(true);
  });

  it('DNS-043 says dns-servfail where that fails too, and asks the next server first', async () => {
    const { clock, network, resolver } = scripted(
      (query, server) => [
        zone(
          sampleZone,
          server === one.address ? { failures: { 'mx1.example.test': 'dns-servfail' } } : {},
        )(query),
      ],
      { servers: [one, two] },
    );
    expect((await clock.run(resolver.query('mx1.example.test', 'A'))).status).toBe('records');
    expect(network.sent.map(({ server }) => server)).toEqual([one.address, one.address, two.address]);
    const alone = scripted((query) => [
      zone(sampleZone, { failures: { 'mx1.example.test': 'dns-servfail' } })(query),
    ]);
    expect((await faultOf(alone.clock, alone.resolver.query('mx1.example.test', 'A'))).reason).toBe(
      'dns-servfail',
    );
  });

  it('DNS-052 remembers a failure for half a minute, for that name and type only', async () => {
    const { clock, network, resolver } = scripted((query) => [
      zone(sampleZone, { failures: { 'mx1.example.test': 'dns-servfail' } })(query),
    ]);
    await faultOf(clock, resolver.query('mx1.example.test', 'A'));
    expect(network.sent.length).toBe(2);
    await clock.advance(20_000);
    expect(await faultOf(clock, resolver.query('mx1.example.test', 'A'))).toMatchObject({
      reason: 'dns-servfail',
      endpoint: one,
    });
    expect(network.sent.length).toBe(2);
    await faultOf(clock, resolver.query('mx1.example.test', 'AAAA'));
    expect(network.sent.length).toBe(4);
    await clock.advance(11_000);
    await faultOf(clock, resolver.query('mx1.example.test', 'A'));
    expect(network.sent.length).toBe(6);
  });

  it('DNS-056 gives each failure its class', async () => {
    for (const reason of [
      'dns-servfail',
      'dns-bogus',
      'dns-refused',
      'dns-formerr',
      'dns-notimp',
      'dns-malformed',
    ] as const) {
      const { clock, resolver } = scripted((query) => [
        zone(sampleZone, { failures: { 'mx1.example.test': reason } })(query),
      ]);
      expect((await faultOf(clock, resolver.query('mx1.example.test', 'A'))).reason).toBe(reason);
    }
  });

  it('DNS-056 does not take a referral for an absence', async () => {
    const { clock, resolver } = scripted((query) => {
      const bytes = Uint8Array.from([
        ...withoutOpt(zone('a.test. A 192.0.2.1')(query)),
        0,
        0,
        2,
        0,
        1,
        0,
        0,
        0,
        1,
        0,
        1,
        0,
      ]);
      bytes[3] = 0;
      bytes[9] = 1;
      return [bytes];
    });
    expect(await faultOf(clock, resolver.query('b.a.test', 'A'))).toMatchObject({
      reason: 'dns-refused',
      evidence: { code: 'referral' },
    });
  });
});

describe('tries', () => {
  it('DNS-055 waits 2 s per try, three times, and then says so', async () => {
    const { clock, network, resolver } = scripted(() => undefined);
    const fault = await faultOf(clock, resolver.query('mx1.example.test', 'A'));
    expect(fault).toMatchObject({
      kind: 'dns',
      reason: 'dns-timeout',
      after: 6000,
      limit: 6000,
      endpoint: one,
    });
    expect(network.sent.length).toBe(3);
    expect(clock.alarms).toBe(0);
  });

  it('DNS-055 spends at most 8 s on a look-up with all it needs', async () => {
    // Each alias is answered after the first try of its question ran out.
    let asked = 0;
    const { clock, resolver } = scripted((query) => {
      asked += 1;
      if (asked % 2 === 1) return undefined;
      const { question } = decoded(query);
      const index = Number(question?.name.slice(1, 2));
      return [zone(`a${index}.test. CNAME a${index + 1}.test.\na${index + 1}.test. TXT x`)(query)];
    });
    const fault = await faultOf(clock, resolver.query('a1.test', 'A'));
    expect(fault).toMatchObject({ reason: 'dns-timeout', after: 8000, limit: 8000 });
    expect(clock.now()).toBe(8000);
    expect(clock.alarms).toBe(0);
  });

  it('DNS-055 rethrows the reason of an abort untouched, at once, and sets no alarm after it', async () => {
    const { clock, resolver } = scripted(() => undefined);
    const reason = new DeadlineExceeded(1);
    const controller = new AbortController();
    const query = resolver
      .query('mx1.example.test', 'A', { signal: controller.signal })
      .catch((error: unknown) => error);
    await clock.advance(500);
    controller.abort(reason);
    expect(await query).toBe(reason);
    expect(clock.now()).toBe(500);
    expect(clock.alarms).toBe(0);
  });

  for (const reason of [
    new WireError({ kind: 'dns', reason: 'dns-timeout', phase: 'dns', after: 0 }),
    new WireError({ kind: 'timeout', reason: 'timeout-connect', phase: 'connect', after: 0 }),
    new Error('dns-servfail'),
  ]) {
    for (const [when, servfail] of [
      ['while it waits for the answer', false],
      ['while it looks whether data is bogus', true],
    ] as const) {
      it(`DNS-055 takes a caller's "${reason.message}" for no failure of the DNS, ${when}`, async () => {
        let answering = false;
        const { clock, network, resolver } = scripted((query) => {
          if (answering) return [zone()(query)];
          // The second question of a failed look-up, with CD, is the one that stays open.
          return servfail && !decoded(query).checkingDisabled ? [setRcode(zone()(query), 2)] : undefined;
        });
        const controller = new AbortController();
        const { signal } = controller;
        const query = resolver.query('mx1.example.test', 'A', { signal }).catch((error: unknown) => error);
        await clock.advance(500);
        controller.abort(reason);
        expect(await query).toBe(reason);
        // Nothing of it is remembered: the next question goes out, to the same server, and is answered.
        answering = true;
        const before = network.sent.length;
        expect((await clock.run(resolver.query('mx1.example.test', 'A'))).status).toBe('records');
        expect(network.sent.length).toBe(before + 1);
        expect(clock.alarms).toBe(0);
      });
    }
  }

  it('DNS-055 rethrows an abort that comes together with a failure', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const { clock, resolver } = scripted((query) => {
      controller.abort(reason);
      return [setRcode(zone()(query), 5)];
    });
    const query = resolver.query('mx1.example.test', 'A', { signal: controller.signal });
    await expect(clock.run(query.catch((error: unknown) => Promise.reject(error)))).rejects.toBe(reason);
  });

  it('DNS-058 does not hold it against a server that the look-up ran out of time', async () => {
    const patience = { attempt: 2000, tries: 3, total: 2500 };
    const silent = new Set([one.address, two.address]);
    const { clock, network, resolver } = scripted(
      (query, server) => (silent.has(server) ? undefined : [zone()(query)]),
      { servers: [one, two], patience, random: () => 0 },
    );
    await faultOf(clock, resolver.query('mx1.example.test', 'A'));
    // Server two had half a second, not two: it is not known to be silent.
    silent.clear();
    await clock.run(resolver.query('mx1.example.test', 'A'));
    expect(network.sent.at(-1)?.server).toBe(two.address);
    await clock.advance(30_000);
    await clock.run(resolver.query('mx1.example.test', 'AAAA'));
    expect(network.sent.at(-1)?.server).toBe(one.address);
  });

  it('DNS-058 asks a server that was silent last, for a while', async () => {
    let silent = true;
    const { clock, network, resolver } = scripted(
      (query, server) => (silent && server === one.address ? undefined : [zone()(query)]),
      { servers: [one, two] },
    );
    const ask = async (): Promise<void> => {
      await clock.run(resolver.query('mx1.example.test', 'A'));
    };
    await ask();
    expect(network.sent.map(({ server }) => server)).toEqual([one.address, two.address]);
    await ask();
    expect(network.sent.map(({ server }) => server).slice(2)).toEqual([two.address]);
    silent = false;
    await clock.advance(30_000);
    await ask();
    expect(network.sent.map(({ server }) => server).slice(3)).toEqual([one.address]);
  });

  it('DNS-058 goes to the next server at once where the first is unreachable', async () => {
    const unreachable = new WireError({
      kind: 'dns',
      reason: 'dns-unreachable',
      phase: 'dns',
      after: 0,
      evidence: { code: 'ECONNREFUSED' },
    });
    const { clock, resolver } = scripted(
      (query, server) => (server === one.address ? unreachable : [zone()(query)]),
      { servers: [one, two] },
    );
    expect((await clock.run(resolver.query('mx1.example.test', 'A'))).status).toBe('records');
    expect(clock.now()).toBe(0);
    const alone = scripted(() => unreachable);
    expect(await faultOf(alone.clock, alone.resolver.query('mx1.example.test', 'A'))).toMatchObject({
      reason: 'dns-unreachable',
      endpoint: one,
      evidence: { code: 'ECONNREFUSED' },
    });
  });

  it('reports of several failures the one that says most', async () => {
    const { clock, resolver } = scripted(
      (query, server) =>
        server === one.address
          ? [zone(sampleZone, { failures: { 'mx1.example.test': 'dns-refused' } })(query)]
          : undefined,
      { servers: [one, two] },
    );
    expect(await faultOf(clock, resolver.query('mx1.example.test', 'A'))).toMatchObject({
      reason: 'dns-refused',
      endpoint: one,
    });
  });
});

/** Leaves one answer of a message and drops the rest. */
function keepFirstAnswer(bytes: Uint8Array): Uint8Array {
  bytes[7] = 1;
  bytes[9] = 0;
  bytes[11] = 0;
  return bytes;
}

describe('aliases', () => {
  const links = (count: number): string =>
    [
      ...Array.from({ length: count }, (_, index) => `l${index}.test. CNAME l${index + 1}.test.`),
      `l${count}.test. A 192.0.2.1`,
    ].join('\n');

  it('DNS-035 follows ten links and refuses eleven', async () => {
    const { clock, resolver } = scripted((query) => [zone(links(11))(query)]);
    expect(await clock.run(resolver.query('l1.test', 'A'))).toMatchObject({
      status: 'records',
      canonical: 'l11.test',
    });
    expect((await faultOf(clock, resolver.query('l0.test', 'A'))).reason).toBe('dns-cname-loop');
  });

  it('DNS-035 counts links over several messages and finds loops there too', async () => {
    const single = scripted((query) => [keepFirstAnswer(zone(links(11))(withoutOpt(query)))]);
    expect(await single.clock.run(single.resolver.query('l1.test', 'A'))).toMatchObject({
      status: 'records',
      canonical: 'l11.test',
    });
    expect(single.network.sent.length).toBe(11);
    expect((await faultOf(single.clock, single.resolver.query('l0.test', 'A'))).reason).toBe(
      'dns-cname-loop',
    );
    const loop = scripted((query) => [
      keepFirstAnswer(zone('a.test. CNAME b.test.\nb.test. CNAME a.test.')(withoutOpt(query))),
    ]);
    expect((await faultOf(loop.clock, loop.resolver.query('a.test', 'A'))).reason).toBe('dns-cname-loop');
  });

  it('DNS-038 asks again at the target of an alias that came without its data', async () => {
    const parts = [zone('a.test. CNAME b.test.'), zone('b.test. MX 10 m.test.')];
    const { clock, network, resolver } = scripted((query) => {
      const bytes = parts[decoded(query).question?.name === 'a.test' ? 0 : 1]?.(query) ?? query;
      return [setRcode(bytes, 0)];
    });
    expect(await clock.run(resolver.query('a.test', 'MX'))).toMatchObject({
      status: 'records',
      canonical: 'b.test',
    });
    expect(network.sent.length).toBe(2);
  });

  it('DNS-038 calls a chain authenticated only if every link is', async () => {
    const text = 'signed.test. CNAME plain.test.\nplain.test. A 192.0.2.1';
    const options = { authenticated: (name: string) => name === 'signed.test' };
    const { clock, resolver } = scripted((query) => [zone(text, options)(query)]);
    expect(await clock.run(resolver.query('signed.test', 'A'))).toMatchObject({ authenticated: false });
    expect(await clock.run(resolver.query('signed.test', 'CNAME'))).toMatchObject({
      authenticated: true,
      records: ['plain.test'],
    });
  });

  it('DNS-038 calls a chain over several messages authenticated only if every message is', async () => {
    const text = 'a.test. CNAME b.test.\nb.test. A 192.0.2.1';
    for (const signed of [['a.test'], ['b.test'], ['a.test', 'b.test']]) {
      const answer = zone(text, { authenticated: true });
      const { clock, resolver } = scripted((query) => {
        const name = decoded(query).question?.name ?? '';
        const bytes = keepFirstAnswer(answer(withoutOpt(query)));
        if (!signed.includes(name)) bytes[3] = (bytes[3] ?? 0) & ~0x20;
        return [bytes];
      });
      expect(await clock.run(resolver.query('a.test', 'A'))).toMatchObject({
        records: ['192.0.2.1'],
        authenticated: signed.length === 2,
      });
    }
  });

  it('DNS-051 takes no SOA of another zone for a denial', async () => {
    // The alias leads out of the zone whose SOA stands in the authority section: that says nothing about its target.
    const { clock, resolver } = scripted((query) => {
      if (decoded(query).question?.name === 'b.other') return [zone('b.other. A 192.0.2.1')(query)];
      const plain = withoutOpt(query);
      const soa = zone('test. SOA ns.test. admin.test. 1 2 3 4 60')(plain).subarray(plain.length);
      const target = [1, 0x62, 5, ...Buffer.from('other'), 0];
      const alias = [0xc0, 12, 0, 5, 0, 1, 0, 0, 1, 0, 0, target.length, ...target];
      const reply = Uint8Array.from([...plain, ...alias, ...soa]);
      reply.set([0x81, 0x80, 0, 1, 0, 1, 0, 1], 2);
      return [reply];
    });
    expect(await clock.run(resolver.query('a.test', 'A'))).toMatchObject({
      status: 'records',
      canonical: 'b.other',
    });
  });

  it('DNS-033 shows TTL, alias and AD bit, and knows TLSA, which the platform does not', async () => {
    const text = '_25._tcp.a.test. 30 CNAME t.test.\nt.test. 300 TLSA 3 1 1 00ff';
    const { clock, resolver } = scripted((query) => [zone(text, { authenticated: true })(query)]);
    expect(await clock.run(resolver.query('_25._tcp.a.test', 'TLSA'))).toMatchObject({
      records: [{ usage: 3, selector: 1, matching: 1 }],
      ttl: 30_000,
      canonical: 't.test',
      authenticated: true,
    });
  });

  it('DNS-013 asks for the name as it is, and no other', async () => {
    const { clock, network, resolver } = scripted((query) => [zone()(query)]);
    await clock.run(resolver.query('mail', 'A'));
    await clock.run(resolver.query('example.test', 'A'));
    expect(network.sent.map(({ bytes }) => decoded(bytes).question?.name)).toEqual(['mail', 'example.test']);
  });
});
