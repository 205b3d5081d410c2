import { isUsageError } from '@postern/wire';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleZone } from '../test/sample-zone.ts';
import { encodeQuery, parseMessage } from './message.ts';
import { zoneAnswers } from './zone/zone-answers.ts';
import { parseZone } from './zone/zone-file.ts';
import { zoneResolver } from './zone-resolver.ts';

function problemOf(zone: string): string {
  try {
    parseZone(zone);
    return 'none';
  } catch (error) {
    return isUsageError(error) ? error.message : `not a UsageError: ${String(error)}`;
  }
}

describe('master files', () => {
  it('reads the sample zone whole', async () => {
    expect(parseZone(sampleZone).size).toBe(22);
    const resolver = zoneResolver(sampleZone);
    expect(await resolver.query('_imaps._tcp.example.test', 'SRV')).toMatchObject({
      records: [{ priority: 0, weight: 1, port: 993, target: 'imap.example.test' }],
    });
    expect(await resolver.query('_25._tcp.mx1.example.test', 'TLSA')).toMatchObject({
      records: [{ usage: 3, selector: 1, matching: 1, data: new Uint8Array(32) }],
    });
  });

  it('reads directives, relative names, blank owners, TTLs and classes in either order, parentheses and comments', () => {
    const zone = parseZone(`
      ; a comment
$ORIGIN example.test.
$TTL 1h30m
@ IN SOA ns hostmaster.example.org. (
    2025010101 ; serial
    2h 30m 2w
    1m )
  300 IN MX 10 mx1   ; blank owner
  IN 400 MX 20 mx2.other.test.
mx1 A 192.0.2.1
$ORIGIN sub
www TXT "semi;colon" word "esc\\"aped\\010"
`);
    expect(zone.get('example.test')).toEqual([
      {
        name: 'example.test',
        ttl: 5400,
        type: 'SOA',
        data: {
          mname: 'ns.example.test',
          rname: 'hostmaster.example.org',
          serial: 2025010101,
          refresh: 7200,
          retry: 1800,
          expire: 1209600,
          minimum: 60,
        },
      },
      { name: 'example.test', ttl: 300, type: 'MX', data: { preference: 10, exchange: 'mx1.example.test' } },
      { name: 'example.test', ttl: 400, type: 'MX', data: { preference: 20, exchange: 'mx2.other.test' } },
    ]);
    expect(zone.get('www.sub.example.test')?.[0]?.data).toBe('semi;colonwordesc"aped\n');
  });

  it('lets types it does not read make a name exist', async () => {
    const resolver = zoneResolver('a.test. CAA 0 issue "ca.test"\nb.test. NS ns.test.');
    expect((await resolver.query('a.test', 'A')).status).toBe('no-data');
  });

  it('names the line of what it cannot read', () => {
    const wrong: Readonly<Record<string, string>> = {
      'line 2': 'a.test. A 192.0.2.1\nb.test. A 300.0.2.1',
      'no address for AAAA': 'a.test. AAAA 192.0.2.1',
      'MX takes 2 fields': 'a.test. MX mx1.test.',
      'no number up to 65535': 'a.test. MX 65536 mx1.test.',
      hexadecimal: 'a.test. TLSA 3 1 1 xyz',
      'is not supported': '$INCLUDE other.zone',
      'no owner name': '  A 192.0.2.1',
      'only the class IN': 'a.test. CH A 192.0.2.1',
      'a record type is missing': 'a.test. 300',
      'parenthesis is not closed': 'a.test. TXT ( "x"',
      'parenthesis too many': 'a.test. TXT "x" )',
      unreadable: 'a.test. TXT "x',
      'is no name': 'a..test. A 192.0.2.1',
      'alias and more': 'a.test. CNAME b.test.\na.test. A 192.0.2.1',
    };
    for (const [problem, zone] of Object.entries(wrong)) expect(problemOf(zone)).toContain(problem);
  });

  it('reads any text or names the line, in bounded time', () => {
    const piece = fc.constantFrom(
      'a.test.',
      ' ',
      '\n',
      '"',
      '(',
      ')',
      ';',
      '\\',
      '$TTL',
      '$ORIGIN',
      '@',
      'MX',
      'A',
      '10',
      '192.0.2.1',
      'TXT',
      'x',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        expect(problemOf(pieces.join(''))).toMatch(/^(none|zone)/);
      }),
    );
  });
});

describe('failures of a zone', () => {
  it('DNS-056 fails for a name, or a name and a type', async () => {
    const resolver = zoneResolver(sampleZone, {
      failures: { 'mx1.example.test AAAA': 'dns-timeout', 'MX2.example.test.': 'dns-servfail' },
    });
    expect((await resolver.query('mx1.example.test', 'A')).status).toBe('records');
    await expect(resolver.query('mx1.example.test', 'AAAA')).rejects.toMatchObject({
      fault: { kind: 'dns', reason: 'dns-timeout' },
    });
    await expect(resolver.query('mx2.example.test', 'A')).rejects.toMatchObject({ code: 'dns-servfail' });
  });

  it('DNS-038 signs names one by one', async () => {
    const text = 'signed.test. CNAME plain.test.\nplain.test. A 192.0.2.1';
    const resolver = zoneResolver(text, { authenticated: (name) => name === 'signed.test' });
    expect(await resolver.query('signed.test', 'A')).toMatchObject({ authenticated: false });
    expect(await resolver.query('signed.test', 'CNAME')).toMatchObject({ authenticated: true });
  });
});

describe('a zone on the wire', () => {
  const header = { id: 7, edns: true, dnssecOk: false, checkingDisabled: false };
  const ask = zoneAnswers(sampleZone, { authenticated: true });

  it('answers with AD only those who asked for it', () => {
    const query = encodeQuery({ name: 'mx1.example.test', type: 'A' }, header);
    expect(parseMessage(ask(query, 'datagram') ?? query)).toMatchObject({
      message: { authenticated: true, rcode: 0 },
    });
    query[3] = 0;
    expect(parseMessage(ask(query, 'datagram') ?? query)).toMatchObject({
      message: { authenticated: false },
    });
  });

  it('answers questions of other types and classes, and other operations', () => {
    const query = encodeQuery({ name: 'mx1.example.test', type: 'A' }, { ...header, edns: false });
    const altered = (at: number, value: number): Uint8Array => {
      const bytes = Uint8Array.from(query);
      bytes[at < 0 ? bytes.length + at : at] = value;
      return ask(bytes, 'datagram') ?? bytes;
    };
    expect(parseMessage(altered(-3, 99))).toMatchObject({
      message: { rcode: 0, answers: [], question: { type: 99 } },
    });
    expect(parseMessage(altered(-1, 3))).toMatchObject({ message: { rcode: 5 } });
    expect(parseMessage(altered(2, 0x28))).toMatchObject({ message: { rcode: 4 } });
  });

  it('DNS-040 truncates by what the client can take', () => {
    const big = zoneAnswers(`big.test. TXT ${'"'.concat('x'.repeat(250), '" ').repeat(4)}`);
    const question = { name: 'big.test', type: 'TXT' } as const;
    const plain = encodeQuery(question, { ...header, edns: false });
    expect(parseMessage(big(plain, 'datagram') ?? plain)).toMatchObject({
      message: { truncated: true, answers: [] },
    });
    expect(parseMessage(big(plain, 'stream') ?? plain)).toMatchObject({
      message: { truncated: false, answers: [{}] },
    });
    expect(parseMessage(big(encodeQuery(question, header), 'datagram') ?? plain)).toMatchObject({
      message: { truncated: false },
    });
  });

  it('never throws, stays silent to answers and to junk, and echoes the question', () => {
    const query = encodeQuery({ name: 'mx1.example.test', type: 'A' }, header);
    expect(ask(ask(query, 'datagram') ?? query, 'datagram')).toBeUndefined();
    const change = fc.record({ at: fc.nat(100), value: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 6 }), (changes) => {
        const bytes = Uint8Array.from(query);
        for (const { at, value } of changes) bytes[at % bytes.length] = value;
        const reply = ask(bytes, 'datagram');
        if (reply === undefined) return;
        const [sent, got] = [parseMessage(bytes), parseMessage(reply)];
        expect(got.ok && sent.ok && got.message.question).toEqual(sent.ok && sent.message.question);
      }),
    );
  });
});
