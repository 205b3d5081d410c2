import * as codec from 'dns-packet';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answersQuery, encodeQuery, parseMessage } from './message.ts';
import type { Parsed } from './message.ts';
import { zoneAnswers } from './zone/zone-answers.ts';
import { conformanceZone } from './testing/conformance-zone.ts';

const question = { name: 'mx1.example.test', type: 'A' } as const;
const header = { id: 0x1234, edns: true, dnssecOk: false, checkingDisabled: false };

/** A message by hand: header counts, then raw parts. */
function message(counts: readonly number[], ...parts: readonly (string | readonly number[])[]): Uint8Array {
  const head = [0x12, 0x34, 0x81, 0x80, ...counts.flatMap((count) => [count >> 8, count & 0xff])];
  return Uint8Array.from([
    ...head,
    ...parts.flatMap((part) => (typeof part === 'string' ? name(part) : part)),
  ]);
}
function name(text: string): number[] {
  return [
    ...text
      .split('.')
      .filter(Boolean)
      .flatMap((label) => [label.length, ...Buffer.from(label)]),
    0,
  ];
}
const asA = [0, 1, 0, 1];
const record = (type: number, data: readonly number[], ttl: readonly number[] = [0, 0, 1, 44]): number[] => [
  0,
  type,
  0,
  1,
  ...ttl,
  data.length >> 8,
  data.length & 0xff,
  ...data,
];
const problemOf = (parsed: Parsed): string => (parsed.ok ? 'none' : parsed.problem);

describe('queries', () => {
  it('DNS-041 carries an OPT of version 0 that takes 1232 octets', () => {
    const parsed = parseMessage(encodeQuery(question, { ...header, dnssecOk: true }));
    expect(parsed).toMatchObject({
      ok: true,
      message: {
        edns: { payload: 1232, version: 0, dnssecOk: true },
        response: false,
        recursionDesired: true,
      },
    });
  });

  it('DNS-042 sets AD, and CD only for diagnosis', () => {
    const plain = encodeQuery(question, header);
    expect(parseMessage(plain)).toMatchObject({
      message: { authenticated: true, checkingDisabled: false, edns: { dnssecOk: false } },
    });
    const unchecked = encodeQuery(question, { ...header, edns: false, checkingDisabled: true });
    expect(parseMessage(unchecked)).toMatchObject({
      message: { authenticated: true, checkingDisabled: true, edns: undefined },
    });
  });

  it('encodes the query of the documentation octet by octet', () => {
    const bytes = encodeQuery(question, { ...header, edns: false });
    expect(Buffer.from(bytes).toString('hex')).toBe(
      `1234 0120 0001 0000 0000 0000 03 6d7831 07 6578616d706c65 04 74657374 00 0001 0001`.replaceAll(
        ' ',
        '',
      ),
    );
  });
});

describe('answers to a query', () => {
  const good = message([1, 0, 0, 0], 'mx1.example.test', asA);

  it('DNS-044 must carry the ID, the question and the QR bit', () => {
    expect(answersQuery(good, 0x1234, question)).toBe(true);
    expect(answersQuery(good, 0x1235, question)).toBe(false);
    // One that is cut off within its question is the answer all the same, and broken.
    for (const cut of [1, 3, 4, 5]) expect(answersQuery(good.subarray(0, -cut), 0x1234, question)).toBe(true);
    expect(answersQuery(encodeQuery(question, header), 0x1234, question)).toBe(false);
    expect(answersQuery(good, 0x1234, { name: 'mx2.example.test', type: 'A' })).toBe(false);
    expect(answersQuery(good, 0x1234, { name: 'mx1.example.test', type: 'AAAA' })).toBe(false);
    expect(answersQuery(message([1, 0, 0, 0], 'MX1.Example.test', asA), 0x1234, question)).toBe(true);
  });

  it('DNS-044 does not take a label with a dot inside for two labels', () => {
    const odd = message([1, 0, 0, 0], [11, ...Buffer.from('mx1.example'), 4, ...Buffer.from('test'), 0], asA);
    expect(answersQuery(odd, 0x1234, question)).toBe(false);
  });

  it('takes the bare header of a server that cannot read the query, and no other', () => {
    const bare = (rcode: number): Uint8Array =>
      Uint8Array.from([0x12, 0x34, 0x81, 0x80 | rcode, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect([0, 1, 2, 3, 4, 5].map((rcode) => answersQuery(bare(rcode), 0x1234, question))).toEqual([
      false,
      true,
      false,
      false,
      true,
      false,
    ]);
  });
});

describe('malformed messages', () => {
  const cases: Readonly<Record<string, Uint8Array>> = {
    'a pointer to itself': message(
      [1, 1, 0, 0],
      'mx1.example.test',
      asA,
      [0xc0, 34],
      record(1, [192, 0, 2, 1]),
    ),
    'a forward pointer': message(
      [1, 1, 0, 0],
      'mx1.example.test',
      asA,
      [0xc0, 40],
      record(1, [192, 0, 2, 1]),
    ),
    'a pointer to a pointer that comes back': message(
      [1, 1, 0, 0],
      'mx1.example.test',
      asA,
      [1, 97, 0xc0, 34],
      record(1, [192, 0, 2, 1]),
    ),
    'a pointer cut in half': message([1, 1, 0, 0], 'mx1.example.test', asA, [0xc0]),
    'a label past the end': message([1, 1, 0, 0], 'mx1.example.test', asA, [63, 97]),
    'an unknown label type': message(
      [1, 1, 0, 0],
      'mx1.example.test',
      asA,
      [0x80, 1, 0],
      record(1, [192, 0, 2, 1]),
    ),
    'a name of more than 255 octets': message(
      [1, 1, 0, 0],
      'mx1.example.test',
      asA,
      `${'abcdefg.'.repeat(32)}x`,
      record(1, [192, 0, 2, 1]),
    ),
    'a label of 64 octets': message(
      [1, 1, 0, 0],
      'mx1.example.test',
      asA,
      [0x40, ...new Uint8Array(64).fill(97), 0],
      record(1, [192, 0, 2, 1]),
    ),
    'a record cut short': message([1, 1, 0, 0], 'mx1.example.test', asA, [0xc0, 12, 0, 1]),
    'an option without its length': message(
      [1, 0, 0, 1],
      'a',
      asA,
      [0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 2, 0, 15],
    ),
    'a header cut short': Uint8Array.from([0x12, 0x34, 0x81]),
    'a question cut short': message([1, 0, 0, 0], 'mx1.example.test', [0, 1]),
    'more records announced than there are': message([1, 0xffff, 0xffff, 0xffff], 'mx1.example.test', asA),
    'record data past the end': message(
      [1, 1, 0, 0],
      'mx1.example.test',
      asA,
      [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 200, 1, 2],
    ),
    'an address of three octets': message(
      [1, 1, 0, 0],
      'mx1.example.test',
      asA,
      [0xc0, 12],
      record(1, [192, 0, 2]),
    ),
    'an exchange that is longer than its record': message(
      [1, 2, 0, 0],
      'mx1.example.test',
      asA,
      [0xc0, 12],
      record(15, [0, 10, 1]),
      [0xc0, 12],
      record(1, [192, 0, 2, 1]),
    ),
    'an exchange that is shorter than its record': message(
      [1, 1, 0, 0],
      'mx1.example.test',
      asA,
      [0xc0, 12],
      record(15, [0, 10, 0, 0]),
    ),
    'a text without a string': message([1, 1, 0, 0], 'mx1.example.test', asA, [0xc0, 12], record(16, [])),
    'a text string past its record': message(
      [1, 1, 0, 0],
      'mx1.example.test',
      asA,
      [0xc0, 12],
      record(16, [5, 97]),
    ),
    'two questions': message([2, 0, 0, 0], 'a', asA, 'b', asA),
    'two OPT records': message(
      [1, 0, 0, 2],
      'a',
      asA,
      [0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0],
      [0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0],
    ),
    'an option past its record': message(
      [1, 0, 0, 1],
      'a',
      asA,
      [0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 4, 0, 15, 0, 9],
    ),
    'an exchange whose label holds a dot': message(
      [1, 1, 0, 0],
      'a',
      asA,
      [0xc0, 12],
      record(15, [0, 10, 3, 97, 0x2e, 98, 0]),
    ),
    'an exchange whose label holds a NUL': message(
      [1, 1, 0, 0],
      'a',
      asA,
      [0xc0, 12],
      record(15, [0, 10, 3, 97, 0, 98, 0]),
    ),
  };
  for (const [what, bytes] of Object.entries(cases)) {
    it(`DNS-045 reports ${what}`, () => {
      expect(problemOf(parseMessage(bytes))).not.toBe('none');
      // Reported by the check of the structure, not by luck in the decoder.
      expect(problemOf(parseMessage(bytes))).not.toBe('undecodable');
    });
  }

  it('DNS-045 takes a pointer that leads back', () => {
    const parsed = parseMessage(
      message([1, 1, 0, 0], 'mx1.example.test', asA, [3, 119, 119, 119, 0xc0, 12], record(1, [192, 0, 2, 1])),
    );
    expect(parsed).toMatchObject({
      ok: true,
      message: { answers: [{ name: 'www.mx1.example.test', data: '192.0.2.1' }] },
    });
  });

  it('DNS-045 goes on behind the first pointer of a name, wherever that leads', () => {
    const parsed = parseMessage(
      message(
        [1, 2, 0, 0],
        'mx1.example.test',
        asA,
        [3, 119, 119, 119, 0xc0, 12],
        record(1, [192, 0, 2, 1]),
        [1, 97, 0xc0, 34],
        record(1, [192, 0, 2, 2]),
      ),
    );
    expect(parsed).toMatchObject({
      ok: true,
      message: { answers: [{ data: '192.0.2.1' }, { name: 'a.www.mx1.example.test', data: '192.0.2.2' }] },
    });
  });

  it('DNS-045 takes a name of 255 octets', () => {
    const longest = `${'abcdefg.'.repeat(31)}abcde`;
    const parsed = parseMessage(message([1, 1, 0, 0], 'a', asA, longest, record(1, [192, 0, 2, 1])));
    expect(parsed).toMatchObject({ ok: true, message: { answers: [{ name: longest }] } });
  });

  it('DNS-045 leaves out a name that text cannot hold where it is no answer', () => {
    const odd = record(15, [0, 10, 3, 97, 0x2e, 98, 0]);
    const parsed = parseMessage(message([1, 0, 1, 0], 'a', asA, [0xc0, 12], odd));
    expect(parsed).toMatchObject({ ok: true, message: { authorities: [] } });
  });

  it('DNS-045 spends no more than a message is long on chains of pointers', () => {
    // 7,500 pointers, each to the one before: without a limit, every record whose name begins at the last costs 7,500 steps.
    const pointers: number[] = [];
    for (let at = 0; at < 15_000; at += 2) {
      const target = at === 0 ? 12 : 17 + 1 + 10 + at - 2;
      pointers.push(0xc0 | (target >> 8), target & 0xff);
    }
    const carrier = [0, 0, 99, 0, 1, 0, 0, 0, 0, pointers.length >> 8, pointers.length & 0xff, ...pointers];
    const last = 17 + 11 + pointers.length - 2;
    const bytes = message(
      [1, 2, 0, 0],
      '',
      asA,
      carrier,
      [0xc0 | (last >> 8), last & 0xff],
      record(1, [192, 0, 2, 1]),
    );
    expect(problemOf(parseMessage(bytes))).toMatch(/pointer/);
  });

  it('DNS-045 never throws on random octets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        expect(typeof parseMessage(bytes).ok).toBe('boolean');
        expect(typeof answersQuery(bytes, 1, question)).toBe('boolean');
      }),
    );
  });

  it('DNS-045 never throws on real answers with octets changed or cut off, and keeps names clean', () => {
    const answer = zoneAnswers(conformanceZone);
    const real = (['MX', 'SRV', 'TXT', 'TLSA', 'SOA', 'A', 'AAAA', 'CNAME'] as const).flatMap((type) =>
      [
        'conformance.test',
        'mx1.conformance.test',
        'alias1.conformance.test',
        '_25._tcp.mx1.conformance.test',
        'text.conformance.test',
      ]
        .map((owner) => answer(encodeQuery({ name: owner, type }, header), 'stream'))
        .filter((bytes) => bytes !== undefined),
    );
    const change = fc.record({ at: fc.nat(2000), value: fc.nat(255) });
    fc.assert(
      fc.property(
        fc.constantFrom(...real),
        fc.array(change, { maxLength: 4 }),
        fc.nat(2000),
        (bytes, changes, cut) => {
          const mutant = Uint8Array.from(cut < bytes.length ? bytes.subarray(0, cut) : bytes);
          for (const { at, value } of changes) if (mutant.length > 0) mutant[at % mutant.length] = value;
          const parsed = parseMessage(mutant);
          expect(problemOf(parsed)).not.toBe('undecodable');
          const owners = parsed.ok ? parsed.message.answers.map(({ name: owner }) => owner) : [];
          expect(owners.filter((owner) => !/^[!-~]+$/.test(owner))).toEqual([]);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('decoding', () => {
  const response = (answers: codec.Answer[], additionals: codec.Answer[] = []): Parsed =>
    parseMessage(
      codec.encode({
        type: 'response',
        id: 1,
        questions: [{ name: 'a.test', type: 'MX' }],
        answers,
        additionals,
      }),
    );

  it('DNS-046 skips signatures and other types', () => {
    const rrsig = {
      typeCovered: 'MX',
      algorithm: 8,
      labels: 1,
      originalTTL: 1,
      expiration: 1,
      inception: 1,
      keyTag: 1,
      signersName: 'test',
      signature: Buffer.from([1]),
    };
    const parsed = response([
      { name: 'a.test', type: 'RRSIG', data: rrsig },
      { name: 'a.test', type: 'MX', data: { preference: 10, exchange: 'M.test' } },
      { name: 'a.test', type: 'MX', class: 'CH', data: { preference: 10, exchange: 'chaos.test' } },
    ]);
    expect(parsed).toMatchObject({
      message: { answers: [{ type: 'MX', data: { preference: 10, exchange: 'm.test' } }] },
    });
  });

  it('DNS-032 joins strings and keeps octets that are no UTF-8', () => {
    const parsed = response([
      { name: 'a.test', type: 'TXT', data: ['v=STSv1; ', 'id=a'] },
      { name: 'a.test', type: 'TXT', data: [Buffer.from([0xff, 0x41])] },
      { name: 'a.test', type: 'TXT', data: ['grüße'] },
    ]);
    expect(parsed).toMatchObject({
      message: { answers: [{ data: 'v=STSv1; id=a' }, { data: '\u00ffA' }, { data: 'grüße' }] },
    });
  });

  it('DNS-043 reads extended errors and the upper bits of the response code', () => {
    const opt = {
      name: '.',
      type: 'OPT',
      udpPayloadSize: 1232,
      extendedRcode: 1,
      ednsVersion: 0,
      flags: 0,
      flag_do: false,
      options: [
        { code: 15, data: Buffer.from([0, 7, ...Buffer.from('expired')]) },
        { code: 10, data: Buffer.from([1]) },
      ],
    } as unknown as codec.Answer;
    expect(response([], [opt])).toMatchObject({
      message: { rcode: 16, extendedErrors: [{ code: 7, text: 'expired' }] },
    });
  });

  it('DNS-050 takes a TTL with the sign bit for 0', () => {
    const bytes = message(
      [1, 2, 0, 0],
      'a',
      asA,
      [0xc0, 12],
      record(1, [192, 0, 2, 1], [0x80, 0, 0, 0]),
      [0xc0, 12],
      record(1, [192, 0, 2, 1], [0x7f, 255, 255, 255]),
    );
    expect(parseMessage(bytes)).toMatchObject({ message: { answers: [{ ttl: 0 }, { ttl: 0x7fff_ffff }] } });
  });

  it('copies certificate data out of the borrowed message', () => {
    const bytes = message([1, 1, 0, 0], 'a', asA, [0xc0, 12], record(52, [3, 1, 1, 7, 8, 9]));
    const parsed = parseMessage(bytes);
    bytes.fill(0xee);
    expect(parsed).toMatchObject({
      message: { answers: [{ data: { usage: 3, selector: 1, matching: 1, data: Uint8Array.of(7, 8, 9) } }] },
    });
  });
});
