import { stripVTControlCharacters } from 'node:util';
import * as fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { paragraph, table } from './table.ts';

const red = (text: string): string => `\u001b[31m${text}\u001b[39m`;

describe('table', () => {
  it('aligns wide and coloured cells by what is seen', () => {
    const rows = [
      [{ text: '漢字', paint: red }, 'a'],
      ['é', { text: 'b', paint: red }],
      ['🙂🙂🙂', 'c'],
    ];
    expect(table(rows, { width: 80 })).toEqual([
      `  ${red('漢字')}    a`,
      `  é       ${red('b')}`,
      '  🙂🙂🙂  c',
    ]);
  });

  it('goes on in the next line where a row does not fit, and colours each line for itself', () => {
    expect(table([['name', { text: 'one two three', paint: red }]], { width: 15, indent: 0 })).toEqual([
      `name  ${red('one two')}`,
      `      ${red('three')}`,
    ]);
  });

  it('breaks no word and leaves no white space at the end', () => {
    expect(table([['a.very.long.host.name', 'x ']], { width: 10, indent: 0 })).toEqual([
      'a.very.long.host.name  x',
    ]);
    expect(table([], { width: 80 })).toEqual([]);
    expect(table([['', '']], { width: 80 })).toEqual(['']);
  });

  it('narrows no column below its longest word, though another that is as wide can give way', () => {
    const rows = [
      ['abcdefghij', 'one two three four'],
      ['abc', 'five'],
    ];
    expect(table(rows, { width: 20, indent: 0 })).toEqual([
      'abcdefghij  one two',
      '            three',
      '            four',
      'abc         five',
    ]);
  });

  const word = fc.stringMatching(/^[a-zäß漢]{1,6}$/u);
  const cell = fc.array(word, { maxLength: 6 }).map((words) => words.join(' '));

  it('is never wider than asked for while the words allow it, and loses no word', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 5 }), (rows) => {
        const lines = table(rows, { width: 50 });
        for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(50);
        const words = (text: string): readonly string[] => text.split(/\s+/).filter(Boolean).toSorted();
        expect(words(lines.join(' '))).toEqual(words(rows.flat().join(' ')));
      }),
    );
  });
});

describe('paragraph', () => {
  it('breaks at spaces, indents what follows below the first word, and paints each line', () => {
    const lines = paragraph('one two three four', { width: 14, mark: { text: '→', paint: red }, paint: red });
    expect(lines.map(stripVTControlCharacters)).toEqual(['  → one two', '    three four']);
    expect(lines[1]).toBe(`    ${red('three four')}`);
  });

  it('keeps a word that is longer than the line', () => {
    expect(paragraph(`a ${'x'.repeat(30)} b`, { width: 10, indent: 0 })).toEqual(['a', 'x'.repeat(30), 'b']);
  });

  it('has no line for no text, and none longer than 100 columns', () => {
    expect(paragraph('', { width: 80 })).toEqual([]);
    const lines = paragraph('word '.repeat(100), { width: 200 });
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
  });
});
