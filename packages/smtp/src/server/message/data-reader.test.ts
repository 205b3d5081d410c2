import { concatBytes, latin1, utf8 } from '@postern/wire';
import { array, assert, constantFrom, integer, property } from 'fast-check';
import { expect, test } from 'vitest';
import { DataReader } from './data-reader.ts';
import { Hops } from './hops.ts';
import { Intake } from './intake.ts';
import { LineEnds } from './line-ends.ts';

interface Read {
  readonly text: string;
  readonly ended: boolean;
  readonly bareLineEnds: boolean;
  readonly lineTooLong: boolean;
  readonly rest: string;
}

/** A text in chunks of these sizes, in turn. */
function* cuts(text: string, sizes: readonly number[]): Generator<Uint8Array> {
  const bytes = utf8(text);
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.slice(at, at + size);
    at += size;
  }
}

/** Reads a text in chunks: the content, and what is left behind its end. */
function read(text: string, sizes: readonly number[]): Read {
  const reader = new DataReader(100);
  const parts: Uint8Array[] = [];
  let seen = 0;
  let ended = false;
  for (const chunk of cuts(text, sizes)) {
    const piece = reader.push(chunk);
    parts.push(piece.text.slice());
    seen += piece.used;
    ({ ended } = piece);
    // The bytes were only lent.
    chunk.fill(0xaa);
    if (ended) break;
  }
  const { bareLineEnds, lineTooLong } = reader;
  return { text: latin1(concatBytes(parts)), ended, bareLineEnds, lineTooLong, rest: text.slice(seen) };
}

const whole = [100_000];

test('SMTP-050 takes one dot off each line that begins with one', () => {
  const { text, rest } = read('..\r\n...a\r\nb\r\n.\r\nQUIT\r\n', whole);
  expect(text).toBe('.\r\n..a\r\nb\r\n');
  expect(rest).toBe('QUIT\r\n');
});

test('an empty message ends at once', () => {
  expect(read('.\r\n', whole)).toMatchObject({ text: '', ended: true, bareLineEnds: false });
});

test.each(['\n.\n', '\n.\r\n', '\r\n.\n', '\r.\r', '\r\n.\r', '\r.\r\n', '\r\r\n.\r'])(
  'SMTP-052 %j does not end a message and is noticed',
  (sequence) => {
    for (const sizes of [whole, [1], [2], [3, 1]]) {
      const found = read(`text${sequence}MAIL FROM:<evil@x>\r\n.\r\n`, sizes);
      expect(found).toMatchObject({ ended: true, bareLineEnds: true, rest: '' });
      // Nothing but dots at the beginning of a line is taken away.
      expect(found.text).toContain('MAIL FROM:<evil@x>\r\n');
    }
  },
);

const pieces = constantFrom('\r', '\n', '.', 'a', '\r\n', '\r\n.', 'b'.repeat(60));

/** What RFC 5321 §4.5.2 says, as plainly as it can be written. */
function model(text: string): { readonly text: string; readonly bareLineEnds: boolean } {
  const end = `\r\n${text}`.indexOf('\r\n.\r\n');
  const content = text.slice(0, end);
  return {
    text: `\r\n${content}`.replace(/\r\n\./g, '\r\n').slice(2),
    bareLineEnds: /\r(?!\n)|(?<!\r)\n/.test(content),
  };
}

test('SMTP-055 reads what the rule says, the same from every cut', () => {
  assert(
    property(
      array(pieces, { maxLength: 30 }),
      array(integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 10 }),
      (parts, sizes) => {
        const text = `${parts.join('')}\r\n.\r\nrest`;
        const once = read(text, whole);
        expect(read(text, sizes)).toEqual(once);
        expect(once).toMatchObject(model(text));
      },
    ),
    { numRuns: 500 },
  );
});

test('SMTP-050 undoes what dot-stuffing does', () => {
  assert(
    property(array(constantFrom('.', '..', 'a', '', '.a', 'b.')), (lines) => {
      const message = lines.map((line) => `${line}\r\n`).join('');
      const stuffed = lines.map((line) => `${line.startsWith('.') ? '.' : ''}${line}\r\n`).join('');
      expect(read(`${stuffed}.\r\n`, [3]).text).toBe(message);
    }),
  );
});

test('SMTP-054 a line of exactly the limit passes, the stuffed dot not counted, and one more octet does not', () => {
  expect(read(`.${'.'.repeat(98)}\r\n.\r\n`, whole).lineTooLong).toBe(false);
  for (const sizes of [whole, [1], [7]]) {
    expect(read(`${'a'.repeat(98)}\r\n.\r\n`, sizes).lineTooLong).toBe(false);
    expect(read(`${'a'.repeat(99)}\r\n.\r\n`, sizes).lineTooLong).toBe(true);
  }
});

test('SMTP-056 a message over the limit is counted and not kept', () => {
  const intake = new Intake({ maxBytes: 10, maxLineBytes: 100, keep: true, head: undefined });
  intake.data(concatBytes(Array<Uint8Array>(1000).fill(utf8('0123456789\r\n'))));
  expect(intake.data(utf8('.\r\n'))).toMatchObject({ used: 3, ended: true });
  expect(intake.summary()).toMatchObject({ tooLarge: true, size: 12_000, bytes: new Uint8Array(0) });
});

test('a megabyte of bare line ends is read in linear time', () => {
  const reader = new DataReader(100);
  const started = process.hrtime.bigint();
  reader.push(new Uint8Array(1_000_000).fill(10));
  reader.push(new Uint8Array(1_000_000).fill(13));
  expect(Number(process.hrtime.bigint() - started) / 1e6).toBeLessThan(2000);
});

test('SMTP-085 a CR or LF alone in chunks is noticed over every cut', () => {
  assert(
    property(
      array(pieces, { maxLength: 20 }),
      array(integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 }),
      (parts, sizes) => {
        const text = parts.join('');
        const watch = new LineEnds();
        for (const chunk of cuts(text, sizes)) watch.push(chunk);
        expect(watch.bare).toBe(/\r(?!\n)|(?<!\r)\n/.test(text));
      },
    ),
  );
});

test('SMTP-057 Received lines are counted in the header only, in any case, over every cut', () => {
  const text = 'Received: a\r\n b\r\nreceived: c\r\nX-Received: d\r\nReceived:\r\n\r\nReceived: body\r\n';
  for (const sizes of [whole, [1], [3], [5, 2]]) {
    const hops = new Hops();
    for (const chunk of cuts(text, sizes)) hops.push(chunk);
    expect(hops.count).toBe(3);
  }
});
