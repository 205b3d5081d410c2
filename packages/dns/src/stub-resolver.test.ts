import { isWireError } from '@postern/wire';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleZone } from '../test/sample-zone.ts';
import { decoded, faultOf, one, scripted, setRcode, withoutOpt, zone } from '../test/stub-helpers.ts';
import { addresses } from './addresses.ts';

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
