import { concatBytes, latin1, utf8 } from '@postern/wire';
import { array, assert, constantFrom, integer, property } from 'fast-check';
import { expect, test } from 'vitest';
import { ContentReader } from './data.ts';
import type { Content } from './data.ts';

/** Reads a text in chunks of a size: the content and what is left behind its end. */
function read(text: string, sizes: readonly number[]): { readonly content?: Content; readonly rest: string } {
  const reader = new ContentReader({ maxBytes: 1000, maxLineBytes: 100 });
  const bytes = utf8(text);
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    const end = reader.push(bytes.slice(at, at + size));
    if (end !== undefined) return { content: reader.finish(), rest: text.slice(at + end) };
    at += size;
  }
  return { rest: '' };
}

const whole = [100_000];

test('SMTP-050 takes one dot off each line that begins with one', () => {
  const { content, rest } = read('..\r\n...a\r\nb\r\n.\r\nQUIT\r\n', whole);
  expect(latin1(content?.bytes ?? new Uint8Array())).toBe('.\r\n..a\r\nb\r\n');
  expect(rest).toBe('QUIT\r\n');
});

test('an empty message ends at once', () => {
  expect(read('.\r\n', whole).content?.bytes).toHaveLength(0);
});

test.each(['\n.\n', '\n.\r\n', '\r\n.\n', '\r.\r', '\r\n.\r', '\r.\r\n', '\r\r\n.\r'])(
  'SMTP-052 %j does not end a message and is noticed',
  (sequence) => {
    const { content, rest } = read(`text${sequence}MAIL FROM:<evil@x>\r\n.\r\n`, whole);
    expect(content?.bareLineEnds).toBe(true);
    expect(rest).toBe('');
  },
);

test('SMTP-055 reads the same from every cut', () => {
  assert(
    property(
      array(constantFrom('\r', '\n', '.', 'a', '\r\n', '\r\n.'), { maxLength: 30 }),
      array(integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 10 }),
      (parts, sizes) => {
        const text = `${parts.join('')}\r\n.\r\nrest`;
        const once = read(text, whole);
        const cut = read(text, sizes);
        expect(cut.content).toEqual(once.content);
      },
    ),
  );
});

test('SMTP-050 undoes what dot-stuffing does', () => {
  assert(
    property(array(constantFrom('.', '..', 'a', '', '.a', 'b.')), (lines) => {
      const message = lines.map((line) => `${line}\r\n`).join('');
      const stuffed = lines.map((line) => `${line.startsWith('.') ? '.' : ''}${line}\r\n`).join('');
      expect(latin1(read(`${stuffed}.\r\n`, [3]).content?.bytes ?? utf8('x'))).toBe(message);
    }),
  );
});

test('SMTP-056 a message over the limit is counted and not kept', () => {
  const reader = new ContentReader({ maxBytes: 10, maxLineBytes: 100 });
  const line = utf8('0123456789\r\n');
  reader.push(concatBytes(Array(1000).fill(line)));
  reader.push(utf8('.\r\n'));
  expect(reader.finish()).toMatchObject({ tooLarge: true, bytes: new Uint8Array(0) });
});
