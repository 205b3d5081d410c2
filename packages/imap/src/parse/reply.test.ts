import { latin1, utf8 } from '@postern/wire';
import { describe, expect, test } from 'vitest';
import { parseCapabilities } from './capabilities.ts';
import { loginOutcomes, loginReason } from '../transition/outcomes.ts';
import { parseResponse, replyLimits, ResponseReader } from './reply.ts';
import type { ReplyLimits } from './reply.ts';
import { parseStatus } from './status.ts';
import { nesting, readList, readString, skipValue } from './tokens.ts';

/** Responses and the fault in a text, read in chunks of a size. */
function read(text: string, size: number, limits: Partial<ReplyLimits> = {}): readonly string[] {
  const reader = new ResponseReader({ ...replyLimits, ...limits });
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  const found: string[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    const lent = bytes.slice(at, at + size);
    reader.push(lent);
    for (let item = reader.next(false); item; item = reader.next(false)) {
      if (item.type === 'fault') return [...found, `! ${item.reason}`];
      if (item.type === 'response') found.push(item.text);
    }
    lent.fill(0xaa);
  }
  return found;
}

describe('framing', () => {
  test.each([
    [
      '* 1 FETCH (BODY[] {5}\r\nhe\r\no FLAGS (\\Seen))\r\n',
      ['* 1 FETCH (BODY[] {5}\r\nhe\r\no FLAGS (\\Seen))'],
    ],
    ['a1 NO no such box {5}\r\n* 1 EXISTS\r\n', ['a1 NO no such box {5}', '* 1 EXISTS']],
    ['* ok see {5}\r\n* 1 EXISTS\r\n', ['* ok see {5}', '* 1 EXISTS']],
    ['+ say {5}\r\n* 1 EXISTS\r\n', ['+ say {5}', '* 1 EXISTS']],
    ['* OKAY {2}\r\nab\r\n', ['* OKAY {2}\r\nab']],
    ['* X {1}\r\na {1}\r\nb\r\n', ['* X {1}\r\na {1}\r\nb']],
    ['* X {x}\r\n* Y {}\r\n', ['* X {x}', '* Y {}']],
    ['* X {9223372036854775808}\r\n', ['! protocol-error']],
    ['* X {18446744073709551616}\r\n', ['! protocol-error']],
    [`* X {${'9'.repeat(1000)}}\r\n`, ['! protocol-error']],
    ['* X {5+}\r\n', ['! protocol-error']],
    ['* X {9223372036854775807}\r\n', ['! literal-too-large']],
    ['* a\n', ['! bare-lf']],
    ['* a\0\r\n', ['! nul-in-reply']],
    ['* X {1}\r\n\0\r\n', ['* X {1}\r\n\0']],
  ])('IMAP-001 IMAP-002 reads %j in any segmentation', (text, expected) => {
    for (const size of [text.length, 1, 2, 3, 7]) expect(read(text, size)).toEqual(expected);
  });

  test('IMAP-011 an endless line is cut off at its limit, with bounded memory', () => {
    expect(read('x'.repeat(2000), 100, { maxLineBytes: 1000, maxEarlyBytes: 1000 })).toEqual([
      '! line-too-long',
    ]);
    // Also where literals break it into pieces.
    const pieces = `* X${' {1}\r\na'.repeat(500)}`;
    expect(read(pieces, 100, { maxLineBytes: 1000, maxEarlyBytes: 1000 })).toEqual(['! line-too-long']);
    expect(read(`* ${'x'.repeat(996)}\r\n`, 100, { maxLineBytes: 1000, maxEarlyBytes: 1000 })).toHaveLength(
      1,
    );
  });

  test('IMAP-002 literals of one response count together', () => {
    const text = '* X {600}\r\n';
    const two = `${text}${'a'.repeat(600)} {600}\r\n`;
    expect(read(two, 64, { maxLiteralBytes: 1000 })).toEqual(['! literal-too-large']);
  });

  test('IMAP-002 a large literal that drips in does not cost quadratic time', () => {
    const [response] = read(`* X {200000}\r\n${'a'.repeat(200_000)}\r\n`, 1);
    expect(response).toHaveLength(200_000 + '* X {200000}\r\n'.length);
  });
});

describe('responses', () => {
  test.each([
    ['+', { type: 'continuation', text: '' }],
    ['+ ', { type: 'continuation', text: '' }],
    ['+ YQ==', { type: 'continuation', text: 'YQ==' }],
    ['a1 OK', { type: 'tagged', tag: 'a1', response: { status: 'OK', text: '' } }],
    ['a.1-] no [X] y', { type: 'tagged', tag: 'a.1-]', response: { status: 'NO', text: 'y' } }],
    ['* 5 EXISTS', { type: 'untagged', data: { type: 'exists', number: 5 } }],
    ['* bad x', { type: 'untagged', data: { type: 'status', response: { status: 'BAD' } } }],
    ['* CAPABILITY IMAP4rev1 ', { type: 'untagged', data: { type: 'capability' } }],
    ['* ID NIL', { type: 'untagged', data: { type: 'id' } }],
    ['a1 BYE x', { type: 'fault', reason: 'protocol-error' }],
    ['a1 PREAUTH x', { type: 'fault', reason: 'protocol-error' }],
    ['a+1 OK', { type: 'fault', reason: 'protocol-error' }],
    ['a1', { type: 'fault', reason: 'protocol-error' }],
    ['', { type: 'fault', reason: 'protocol-error' }],
    ['*', { type: 'fault', reason: 'protocol-error' }],
    ['* ', { type: 'fault', reason: 'protocol-error' }],
    ['* (', { type: 'fault', reason: 'protocol-error' }],
  ])('IMAP-007 reads %j', (text, expected) => {
    expect(parseResponse(text)).toMatchObject(expected);
  });

  test('IMAP-008 text is UTF-8 where it can be, else one character per octet', () => {
    expect(parseStatus(latin1(utf8('OK Grüße')))?.text).toBe('Grüße');
    expect(parseStatus('OK f\xfc\xdf')?.text).toBe('f\xfc\xdf');
  });

  test('IMAP-021 capabilities come in any case, twice, or by names that objects have by nature', () => {
    expect(parseCapabilities('imap4REV1 IMAP4rev1 constructor __proto__').atoms).toEqual([
      'IMAP4REV1',
      'CONSTRUCTOR',
      '__PROTO__',
    ]);
  });

  test.each(Object.entries(loginOutcomes))('SASL-012 NO [%s] means %s', (name, reason) => {
    expect(loginReason({ status: 'NO', code: { name, argument: '' }, text: '' })).toBe(reason);
  });
});

describe('tokens', () => {
  test('IMAP-004 only the quote and the backslash are escaped in a quoted string', () => {
    expect(readString(String.raw`"a\\b\"c" x`, 0)).toEqual({ value: String.raw`a\b"c`, end: 9 });
    expect(readString('"open', 0)).toBeUndefined();
    expect(readString('"a\r\n"', 0)).toBeUndefined();
  });

  test('IMAP-003 NIL is no string, "NIL" is one', () => {
    expect(readList('("NIL" nil NiL {3}\r\nNIL)', 0)).toEqual(['NIL', null, null, 'NIL']);
    expect(readList('()', 0)).toEqual([]);
    expect(readList('("a"', 0)).toBeUndefined();
    expect(readList('NIL', 0)).toBeUndefined();
    expect(readList('("a" ("b"))', 0)).toBeUndefined();
  });

  test.each([
    ['atom rest', 4],
    ['"a b" rest', 5],
    ['{3}\r\n) ( rest', 8],
    ['(a (b "c)" {1}\r\n)) d) rest', 21],
    ['~{2}\r\nab rest', 8],
    ['(a', undefined],
    [')', undefined],
    ['"', undefined],
  ])('IMAP-007 skips the value of %j', (text, end) => {
    expect(skipValue(text, 0)).toBe(end);
  });

  test('IMAP-011 counts depth without recursion', () => {
    expect(nesting('('.repeat(10_000))).toBe(10_000);
    expect(nesting('(()(()))')).toBe(3);
    expect(nesting('"((" {2}\r\n(( (')).toBe(1);
  });
});
