import { utf8 } from '@postern/wire';
import { countWork } from '@postern/wire/testing';
import { expect, test } from 'vitest';
import { imapClient, parseCapabilities, parseResponse, parseStatus } from '../src/index.ts';
import { imapServer } from '../src/server/index.ts';
import { nesting, readList, skipValue } from '../src/parse/tokens.ts';

/** How the work grows when there is four times as much to read. */
function growth(work: (size: number) => () => unknown): number {
  return countWork(work(4000)) / countWork(work(1000));
}

/** Linear is 4, and a little; quadratic is 16. */
const linear = 5;

const text = {
  quotes: (size) => '"'.repeat(size | 1),
  'escaped quotes': (size) => String.raw`\"`.repeat(size),
  'quotes and escapes': (size) => String.raw`"\\\ `.repeat(size),
  'open braces': (size) => '{'.repeat(size),
  'braces with a digit': (size) => '{1'.repeat(size),
  'closed braces': (size) => '{1}'.repeat(size),
  parentheses: (size) => '('.repeat(size),
  'closed parentheses': (size) => '()'.repeat(size),
  words: (size) => 'A '.repeat(size),
  'different words': (size) => Array.from({ length: size }, (_, index) => `X${index}`).join(' '),
  'empty literals': (size) => '{0}\r\n'.repeat(size),
  brackets: (size) => '[]'.repeat(size),
} satisfies Record<string, (size: number) => string>;

test.each(Object.entries(text))('%s cost linear work in every reader of untagged data', (_name, make) => {
  for (const start of [
    '* 1 FETCH (ENVELOPE (',
    '* 1 FETCH (BODY (("a" "b" ',
    '* 1 FETCH (FLAGS (',
    '* 1 FETCH (BODY[',
    '* 1 FETCH (X (',
    '* LIST () "/" ',
    '* LIST () "/" a (',
    '* STATUS a (X (',
    '* ESEARCH ALL ',
    '* THREAD ',
    '* OK [PERMANENTFLAGS ',
  ]) {
    for (const lazy of ['no', 'checked'] as const) {
      expect(growth((size) => () => parseResponse(start + make(size), { lazy }))).toBeLessThan(linear);
    }
  }
});

test.each(Object.entries(text))('%s cost linear work in every reader', (_name, make) => {
  expect(growth((size) => () => nesting(make(size)))).toBeLessThan(linear);
  expect(growth((size) => () => skipValue(`(${make(size)}`, 0))).toBeLessThan(linear);
  expect(growth((size) => () => readList(`(${make(size)})`, 0))).toBeLessThan(linear);
  expect(growth((size) => () => readList(`(${make(size)}`, 0))).toBeLessThan(linear);
  expect(growth((size) => () => parseStatus(`OK [X ${make(size)}`))).toBeLessThan(linear);
  expect(growth((size) => () => parseResponse(`* ID (${make(size)})`))).toBeLessThan(linear);
  expect(growth((size) => () => parseResponse(`* X ${make(size)}`))).toBeLessThan(linear);
  expect(growth((size) => () => parseCapabilities(make(size)))).toBeLessThan(linear);
});

/** A client that has been greeted, which reads a text in pieces of some octets. */
function receives(given: string, cut: number, greeting = '* PREAUTH x\r\n'): () => void {
  return () => {
    const client = imapClient();
    client.start(0);
    client.receive(utf8(greeting), 0);
    const bytes = utf8(given);
    for (let at = 0; at < bytes.length; at += cut) client.receive(bytes.subarray(at, at + cut), 0);
  };
}

test.each([
  ['a long response', (size: number) => `* X ${'A '.repeat(size)}\r\n`],
  ['a response that never ends', (size: number) => `* X ${'A '.repeat(size)}`],
  ['a response of empty literals', (size: number) => `* X ${'{0}\r\n '.repeat(size)}\r\n`],
  ['many small responses', (size: number) => '* X\r\n'.repeat(size)],
])('%s costs linear work, however it is cut', (_name, make) => {
  for (const cut of [1, 7, 1_000_000])
    expect(growth((size) => receives(make(size), cut))).toBeLessThan(linear);
});

test('a greeting in small pieces costs linear work', () => {
  expect(growth((size) => receives(`* X ${'{0}\r\n '.repeat(size)}`, 1, ''))).toBeLessThan(linear);
});

test('IMAP-100 a long queue of commands costs linear work', () => {
  expect(
    growth((size) => () => {
      const client = imapClient();
      client.start(0);
      client.receive(utf8('* OK\r\n'), 0);
      client.sendAll(
        Array.from({ length: size }, () => ({ verb: 'NOOP' as const })),
        0,
      );
      for (let tag = 1; tag <= size; tag += 1) client.receive(utf8(`a${tag} OK\r\n`), 0);
    }),
  ).toBeLessThan(linear);
});

test.each([
  ['literals that are not waited for', (size: number) => `a1 X${' {0+}\r\n'.repeat(size)}`],
  ['a line that never ends', (size: number) => `a1 ${'x'.repeat(size)}`],
  ['many commands', (size: number) => 'a1 NOOP\r\n'.repeat(size)],
  ['open quotes', (size: number) => `a1 LOGIN ${'"'.repeat(size)}\r\n`],
  ['open braces', (size: number) => `a1 ID (${'{'.repeat(size)})\r\n`],
])('a server reads %s with linear work', (_name, make) => {
  for (const cut of [1, 1_000_000]) {
    expect(
      growth((size) => () => {
        const server = imapServer({ limits: { maxLineBytes: 1_000_000 } });
        server.start(0);
        const bytes = utf8(make(size));
        for (let at = 0; at < bytes.length; at += cut) server.receive(bytes.subarray(at, at + cut), 0);
      }),
    ).toBeLessThan(linear);
  }
});
