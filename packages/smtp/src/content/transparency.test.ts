import { concatBytes, latin1, utf8 } from '@postern/wire';
import { array, assert, constantFrom, integer, property } from 'fast-check';
import { expect, test } from 'vitest';
import { endOfData, measure, messageOctets, prepare } from './transparency.ts';
import type { LineState } from './transparency.ts';

/** The whole at once, by another way: split into lines, whatever ends them. */
function reference(text: string): string {
  const lines = text.split(/\r\n|\r|\n/);
  if (lines.at(-1) === '') lines.pop();
  return `${lines.map((line) => `${line.startsWith('.') ? '.' : ''}${line}\r\n`).join('')}.\r\n`;
}

function wire(chunks: readonly Uint8Array[]): string {
  let state: LineState = 'start';
  const parts = chunks.map((chunk) => {
    const prepared = prepare(chunk, state, true);
    ({ state } = prepared);
    return prepared.bytes;
  });
  return latin1(concatBytes(parts)) + endOfData(state);
}

test.each([
  ['SMTP-050', '.\r\n..a\r\nb', '..\r\n...a\r\nb\r\n.\r\n'],
  ['SMTP-051', 'a\nb\rc', 'a\r\nb\r\nc\r\n.\r\n'],
  ['SMTP-051', 'a\n.\nb', 'a\r\n..\r\nb\r\n.\r\n'],
  ['SMTP-051', '', '.\r\n'],
  ['SMTP-051', 'a\r\n', 'a\r\n.\r\n'],
  ['SMTP-051', 'a\r', 'a\r\n.\r\n'],
  ['SMTP-052', 'a\r.\r\nMAIL', 'a\r\n..\r\nMAIL\r\n.\r\n'],
  ['SMTP-052', 'a\n.\r\nMAIL', 'a\r\n..\r\nMAIL\r\n.\r\n'],
  ['SMTP-052', 'a\r\n.\nMAIL', 'a\r\n..\r\nMAIL\r\n.\r\n'],
])('%s %j goes over the wire as %j', (_id, content, expected) => {
  expect(wire([utf8(content)])).toBe(expected);
  expect(reference(content)).toBe(expected);
});

test('SMTP-055 how content is cut changes no octet on the wire', () => {
  assert(
    property(
      array(constantFrom('\r', '\n', '.', 'a', '\r\n', '.\r\n', 'word'), { maxLength: 40 }),
      array(integer({ min: 1, max: 5 }), { minLength: 1 }),
      (parts, sizes) => {
        const text = parts.join('');
        const all = utf8(text);
        const chunks: Uint8Array[] = [];
        for (let at = 0, turn = 0; at < all.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1;
          chunks.push(all.subarray(at, at + size));
          at += size;
        }
        expect(wire(chunks)).toBe(reference(text));
        let cut = measure(new Uint8Array());
        for (const chunk of chunks) cut = measure(chunk, cut);
        expect(cut).toEqual(measure(all));
        const unstuffed = reference(text).replaceAll(/(^|\n)\.\./g, '$1.').length - '.\r\n'.length;
        expect(messageOctets(cut)).toBe(unstuffed);
        const lines = text.split(/\r\n|\r|\n/);
        expect(cut.longestLine).toBe(Math.max(...lines.map((line) => line.length)));
      },
    ),
    { numRuns: 300 },
  );
});

test('SMTP-051 clean content is passed on without a copy', () => {
  const clean = utf8('Subject: x\r\n\r\nHello.\r\n');
  expect(prepare(clean, 'start', true).bytes).toBe(clean);
  expect(prepare(utf8('a\nb'), 'start', false)).toMatchObject({ mended: 1 });
});

test('SMTP-082 an octet over 127 is noticed wherever it stands', () => {
  for (const text of ['ü', 'aü', '\r\nü', '\rü', '.ü']) expect(measure(utf8(text)).eightBit).toBe(true);
  expect(measure(utf8('plain\r\n\t~')).eightBit).toBe(false);
});
