import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { latin1, utf8 } from './bytes.ts';
import { createLineSplitter } from './lines.ts';

function lines(chunks: readonly Uint8Array[], maxLineBytes = 4096): readonly string[] {
  const splitter = createLineSplitter({ maxLineBytes });
  const found: string[] = [];
  for (const chunk of chunks) {
    const lent = chunk.slice();
    splitter.push(lent);
    for (let line = splitter.next(); line; line = splitter.next()) {
      found.push(
        line.type === 'line' ? `${line.ending}:${latin1(line.bytes)}` : `too-long:${line.bytes.length}`,
      );
      if (line.type === 'too-long') return found;
    }
    lent.fill(0xaa);
  }
  return found;
}

describe('createLineSplitter', () => {
  it('takes CRLF and marks a bare LF; a bare CR ends nothing', () => {
    expect(lines([utf8('a\r\nb\nc\rd\r\n\r\n')])).toEqual(['crlf:a', 'lf:b', 'crlf:c\rd', 'crlf:']);
  });

  it('measures a line to its end, however much stands behind it', () => {
    const found = lines([utf8('abcdefgh\r'), utf8(`\n${'x'.repeat(4)}\n${'y'.repeat(50)}`)], 10);
    expect(found).toEqual(['crlf:abcdefgh', 'lf:xxxx', 'too-long:50']);
  });

  it('gives the same lines for every segmentation, though chunks are only lent', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '\r', '\n', '.', 'é'), maxLength: 60 }),
        fc.array(fc.nat(8), { maxLength: 60 }),
        (text, sizes) => {
          const bytes = utf8(text);
          const chunks: Uint8Array[] = [];
          let at = 0;
          for (const size of sizes) {
            chunks.push(bytes.subarray(at, at + size));
            at += size;
          }
          chunks.push(bytes.subarray(Math.min(at, bytes.length)));
          expect(lines(chunks)).toEqual(lines([bytes]));
        },
      ),
    );
  });

  it('counts the line end, and stops one byte above the limit', () => {
    expect(lines([utf8('12345678\r\n')], 10)).toEqual(['crlf:12345678']);
    expect(lines([utf8('123456789\r\n')], 10)).toEqual(['too-long:11']);
    expect(lines([utf8('12345678901')], 10)).toEqual(['too-long:11']);
  });

  it('stays linear and bounded when a peer drips an endless line', () => {
    const splitter = createLineSplitter({ maxLineBytes: 100_000 });
    let drips = 0;
    for (; drips < 200_000; drips += 1) {
      splitter.push(Uint8Array.of(120));
      if (splitter.next()) break;
    }
    expect(drips).toBe(100_000);
    expect(splitter.rest().length).toBe(512);
  });

  it('shows and hands out what is behind a line: the evidence of an injection, the body of a literal', () => {
    const splitter = createLineSplitter({ maxLineBytes: 100 });
    splitter.push(utf8('220 go\r\n250 injected\r\nrest'));
    splitter.next();
    expect(splitter.restBytes).toBe(18);
    expect(latin1(splitter.rest())).toBe('250 injected\r\nrest');
    expect(latin1(splitter.take(4))).toBe('250 ');
    expect(latin1(splitter.take(100))).toBe('injected\r\nrest');
    expect(splitter.restBytes).toBe(0);
  });

  it('hands out held bytes before those of the next chunk', () => {
    const splitter = createLineSplitter({ maxLineBytes: 100 });
    splitter.push(utf8('abc'));
    expect(splitter.next()).toBeUndefined();
    splitter.push(utf8('def'));
    expect(latin1(splitter.rest())).toBe('abcdef');
    expect(latin1(splitter.take(2))).toBe('ab');
    expect(latin1(splitter.take(2))).toBe('c');
    expect(latin1(splitter.take(2))).toBe('de');
    splitter.clear();
    expect(splitter.restBytes).toBe(0);
  });
});
