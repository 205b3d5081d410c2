import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mxAllowed, parseMtaSts } from './policy.ts';
import { parseStsRecord } from './record.ts';

const lines = [
  'version: STSv1',
  'mode: enforce',
  'mx: mail.example.com',
  'mx: *.example.net',
  'max_age: 604800',
];
const policy = { mode: 'enforce', mx: ['mail.example.com', '*.example.net'], maxAge: 604_800 };

describe('policies', () => {
  test.each<readonly [string, string]>([
    ['LF', `${lines.join('\n')}\n`],
    ['CRLF', `${lines.join('\r\n')}\r\n`],
    ['a missing last line end', lines.join('\n')],
    ['trailing white space', lines.map((line) => `${line} \t`).join('\r\n')],
    ['no space after the colon, or several', lines.map((line) => line.replace(': ', ':')).join('\n')],
    ['several spaces', lines.map((line) => line.replace(': ', ': \t ')).join('\n')],
    ['another order', lines.toReversed().toSorted().join('\n')],
    ['empty lines', `\n${lines.join('\n\n')}\n\n`],
    ['unknown fields', `${lines.join('\n')}\nx-note: anything at all, üöä\nother.ext_1: 1`],
    ['names in capitals, with a dot', lines.join('\n').replace('mail.example.com', 'MAIL.Example.com.')],
  ])('TLS-062 reads %s', (_, text) => {
    const parsed = parseMtaSts(text);
    expect(parsed).toMatchObject({ ok: true, policy: { mode: 'enforce', maxAge: 604_800 } });
    expect(parsed.ok && parsed.policy.mx.toSorted()).toEqual(policy.mx.toSorted());
  });

  test.each<readonly [string, string, number]>([
    ['mode: Enforce', 'bad-mode', 2],
    ['mode: enforced', 'bad-mode', 2],
    ['Mode: enforce', 'missing-field', 0],
    ['mode : enforce', 'bad-line', 2],
    [' mode: enforce', 'bad-line', 2],
    ['mode', 'bad-line', 2],
    ['mode: enforce\u001b[2J', 'bad-line', 2],
    ['', 'missing-field', 0],
  ])('TLS-062 with the line "%s" the whole is bad', (line, problem, at) => {
    expect(parseMtaSts(lines.with(1, line).join('\n'))).toEqual({ ok: false, line: at, problem });
  });

  test.each<readonly [number, string, string]>([
    [0, 'version: STSv2', 'bad-version'],
    [0, 'version: stsv1', 'bad-version'],
    [0, 'x: y', 'missing-field'],
    [4, 'max_age: -1', 'bad-max-age'],
    [4, 'max_age: 12345678901', 'bad-max-age'],
    [4, 'max_age: 1e3', 'bad-max-age'],
    [4, 'max_age:', 'bad-max-age'],
    [4, 'x: y', 'missing-field'],
    [3, 'mx: *', 'bad-mx'],
    [3, 'mx: mail.*.example.net', 'bad-mx'],
    [3, 'mx: *.*.example.net', 'bad-mx'],
    [3, 'mx: müller.example', 'bad-mx'],
    [3, 'mx: a..b', 'bad-mx'],
    [3, `mx: ${'a.'.repeat(126)}ab`, 'bad-mx'],
    [3, 'mx:', 'bad-mx'],
  ])('TLS-062 line %i as "%s" makes it bad', (at, line, problem) => {
    expect(parseMtaSts(lines.with(at, line).join('\n'))).toMatchObject({ ok: false, problem });
  });

  test('TLS-062 takes a host of 253 octets', () => {
    const name = `${'a.'.repeat(126)}a`;
    expect(parseMtaSts(lines.with(3, `mx: ${name}`).join('\n'))).toMatchObject({
      policy: { mx: ['mail.example.com', name] },
    });
  });

  test('TLS-062 needs an mx, unless the mode is none', () => {
    const without = lines.filter((line) => !line.startsWith('mx'));
    expect(parseMtaSts(without.join('\n'))).toMatchObject({ ok: false, problem: 'missing-field' });
    expect(parseMtaSts(without.join('\n').replace('enforce', 'none'))).toMatchObject({
      ok: true,
      policy: { mode: 'none', mx: [] },
    });
  });

  test('TLS-062 of a field that comes twice the first counts, and a year is the most', () => {
    const text = `${lines.join('\n')}\nmode: none\nmax_age: x\nversion: STSv9`;
    expect(parseMtaSts(text)).toMatchObject({
      ok: true,
      policy: { mode: 'enforce' },
      diagnostics: [{ line: 6 }, { line: 7 }, { type: 'duplicate-field', line: 8 }],
    });
    expect(parseMtaSts(lines.with(4, 'max_age: 9999999999').join('\n'))).toMatchObject({
      ok: true,
      policy: { maxAge: 31_557_600 },
      diagnostics: [{ type: 'max-age-capped', line: 5 }],
    });
    expect(parseMtaSts(lines.with(4, 'max_age: 31557600').join('\n'))).toMatchObject({ diagnostics: [] });
  });

  test('TLS-062 TLS-061 a policy and a record full of blanks do not cost quadratic time', () => {
    const blanks = ' '.repeat(65_000);
    // Once takes a second where each blank is tried again.
    for (let round = 0; round < 8; round += 1) {
      expect(parseMtaSts(`mx: a${blanks}b`)).toEqual({ ok: false, line: 1, problem: 'bad-mx' });
      expect(parseMtaSts(`x:${blanks}\u0001`)).toEqual({ ok: false, line: 1, problem: 'bad-line' });
      expect(parseMtaSts(`${blanks}x`)).toEqual({ ok: false, line: 1, problem: 'bad-line' });
      expect(parseStsRecord([`v=STSv1; id=a${blanks}b`])).toEqual({ ok: false, problem: 'bad-record' });
    }
  });

  test('TLS-062 any text is a policy or a problem with a line, and very many hosts are none', () => {
    const piece = fc.oneof(fc.constantFrom(...lines, '\n', '\r\n', ':', 'mx:', ' '), fc.string());
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const parsed = parseMtaSts(pieces.join('\n'));
        expect(parsed.ok ? parsed.policy.maxAge : parsed.line).toBeGreaterThanOrEqual(0);
      }),
    );
    const many = Array.from({ length: 1001 }, (_, at) => `mx: h${at}.test`);
    expect(parseMtaSts([...lines, ...many].join('\n'))).toMatchObject({ problem: 'too-many-mx' });
  });
});

describe('hosts of a policy', () => {
  test.each<readonly [string, string, boolean]>([
    ['*.example.com', 'mx.example.com', true],
    ['*.example.com', 'a.example.com', true],
    ['*.example.com', 'MX.Example.COM.', true],
    ['*.example.com', 'a.mx.example.com', false],
    ['*.example.com', 'example.com', false],
    ['*.example.com', '.example.com', false],
    ['*.example.com', 'mxexample.com', false],
    ['mail.example.com', 'mail.example.com', true],
    ['mail.example.com', 'MAIL.example.com.', true],
    ['mail.example.com', 'mx.mail.example.com', false],
    ['mail.example.com', 'mail.example.com.evil.test', false],
    ['mail.example.com', '192.0.2.1', false],
  ])('TLS-063 %s ~ %s: %s', (pattern, exchange, allowed) => {
    expect(mxAllowed({ mx: ['other.test', pattern] }, exchange)).toBe(allowed);
  });
});

describe('the record', () => {
  test.each<readonly [string, readonly string[], string]>([
    ['one', ['v=STSv1; id=20160831085700Z;'], '20160831085700Z'],
    ['no last semicolon', ['v=STSv1;id=a'], 'a'],
    ['white space around semicolons', ['v=STSv1;\t id=a \t;'], 'a'],
    ['fields in another order, unknown ones', ['v=STSv1; ext=1; id=a; x.y_z-1=!~'], 'a'],
    ['the first of two ids', ['v=STSv1; id=a; id=b'], 'a'],
    ['one beside a record without a semicolon', ['v=STSv1', 'v=STSv1;id=a'], 'a'],
    [
      'one beside records of something else',
      ['v=spf1 -all', 'v=STSv10; id=b', 'V=STSv1; id=c', 'v=STSv1; id=a'],
      'a',
    ],
    ['32 letters and digits', [`v=STSv1; id=${'a1'.repeat(16)}`], 'a1'.repeat(16)],
  ])('TLS-060 counts: %s', (_, texts, id) => {
    expect(parseStsRecord(texts)).toEqual({ ok: true, id });
  });

  test.each<readonly [string, readonly string[], string]>([
    ['none at all', [], 'no-record'],
    ['nothing of this version', ['v=STSv10; id=a', 'v=STSv1', 'id=a; v=STSv1;'], 'no-record'],
    ['two', ['v=STSv1; id=a', 'v=STSv1; id=b'], 'several-records'],
    ['a good one and a bad one', ['v=STSv1; id=a', 'v=STSv1; oops'], 'several-records'],
    ['no id', ['v=STSv1;'], 'bad-record'],
    ['an id with a hyphen', ['v=STSv1; id=a-b'], 'bad-record'],
    ['an id of 33', [`v=STSv1; id=${'a'.repeat(33)}`], 'bad-record'],
    ['an empty id', ['v=STSv1; id='], 'bad-record'],
    ['something that is no field', ['v=STSv1; id=a; oops'], 'bad-record'],
    ['a control character', ['v=STSv1; id=a; x=\u001b'], 'bad-record'],
    ['white space around the equals sign', ['v=STSv1; id = a'], 'bad-record'],
  ])('TLS-060 does not count: %s', (_, texts, problem) => {
    expect(parseStsRecord(texts)).toEqual({ ok: false, problem });
  });
});
