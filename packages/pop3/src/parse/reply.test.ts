import { expect, test } from 'vitest';
import { apopTimestamp, createUnstuffing, parseStatusLine } from './reply.ts';
import { parseCapabilities } from './capabilities.ts';
import { loginOutcomes, loginReason } from '../transition/outcomes.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test.each([
  ['+OK', { status: '+OK', code: undefined, text: '' }],
  ['+OK hi', { status: '+OK', code: undefined, text: 'hi' }],
  ['-ERR', { status: '-ERR', code: undefined, text: '' }],
  ['-ERR [IN-USE] x', { status: '-ERR', code: 'IN-USE', text: 'x' }],
  ['-ERR [sys/Temp/FOO] x', { status: '-ERR', code: 'SYS/TEMP', text: 'x' }],
  ['-ERR [X-Own/thing]', { status: '-ERR', code: 'X-OWN/THING', text: '' }],
  ['-ERR see [IN-USE]', { status: '-ERR', code: undefined, text: 'see [IN-USE]' }],
  ['-ERR [] x', { status: '-ERR', code: undefined, text: '[] x' }],
])('POP3-001 POP3-008 reads %s', (line, expected) => {
  expect(parseStatusLine(bytes(line))).toMatchObject(expected);
});

test.each(['', '+', '+OKAY', '+ YQ==', 'OK', '220 x', '-ERROR'])(
  'POP3-001 reads no status in "%s"',
  (line) => {
    expect(parseStatusLine(bytes(line))).toBeUndefined();
  },
);

test('POP3-026 takes only a message identifier for a timestamp', () => {
  expect(apopTimestamp('hi <1896.697170952@dbc.mtview.ca.us> there')).toBe(
    '<1896.697170952@dbc.mtview.ca.us>',
  );
  expect(apopTimestamp('<no at sign> <a b@c>')).toBeUndefined();
});

function unstuffed(chunks: readonly string[]): {
  readonly text: string;
  readonly rest: string;
  readonly done: boolean;
} {
  const unstuffing = createUnstuffing();
  let text = '';
  for (const [index, chunk] of chunks.entries()) {
    const { used, content, done } = unstuffing.push(bytes(chunk));
    text += new TextDecoder().decode(content);
    if (done) return { text, rest: [chunk.slice(used), ...chunks.slice(index + 1)].join(''), done };
  }
  return { text, rest: '', done: false };
}

test.each([
  ['a\r\n..\r\n...b\r\n.\r\nnext', 'a\r\n.\r\n..b\r\n', 'next'],
  ['.\r\n', '', ''],
  ['a\n.\nb\r\n.\r\n', 'a\n.\nb\r\n', ''],
  ['..\rx\r\n.\r\n', '.\rx\r\n', ''],
  ['.\rx\r\n.\r\n', '\rx\r\n', ''],
  ['.\r\r\n.\r\n', '\r\r\n', ''],
  ['a\r.\r\n.\r\n', 'a\r.\r\n', ''],
])('POP3-004 POP3-005 unstuffs %j at every cut', (wire, text, rest) => {
  expect(unstuffed([wire])).toEqual({ text, rest, done: true });
  expect(unstuffed(wire.split(''))).toEqual({ text, rest, done: true });
  for (let cut = 1; cut < wire.length; cut += 1) {
    expect(unstuffed([wire.slice(0, cut), wire.slice(cut)])).toEqual({ text, rest, done: true });
  }
});

test('POP3-030 a list may ask for any tag, also one that objects have by nature', () => {
  const { tags } = parseCapabilities(['constructor', '__proto__ x', 'SASL plain', 'sasl LOGIN']);
  expect(tags['TOSTRING']).toBeUndefined();
  expect(tags['CONSTRUCTOR']).toEqual([]);
  expect(tags['__PROTO__']).toEqual(['x']);
  expect(tags['SASL']).toEqual(['plain', 'LOGIN']);
});

test.each(Object.entries(loginOutcomes))('SASL-012 -ERR [%s] means %s', (code, reason) => {
  expect(loginReason({ status: '-ERR', code, text: '', lines: [] }, undefined)).toBe(reason);
});
