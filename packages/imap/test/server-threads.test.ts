import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Forest } from '../src/server/sorting/forest.ts';
import { messageIds } from '../src/server/sorting/message-ids.ts';
import { orderedSubject } from '../src/server/sorting/ordered-subject.ts';
import { threadByReferences } from '../src/server/sorting/references.ts';
import { threadMessages } from '../src/server/sorting/thread-message.ts';
import type { ThreadMessage } from '../src/server/sorting/thread-message.ts';
import { threadsText } from '../src/server/sorting/threads.ts';

interface Given extends Partial<ThreadMessage> {
  readonly subject?: string;
}

/** Messages by date, which is their number, unless said otherwise. */
function messages(given: readonly Given[]): readonly ThreadMessage[] {
  return given.map((message, index) => ({
    subject: '',
    isReply: false,
    sent: index,
    id: `m${index + 1}@x`,
    references: [],
    ...message,
  }));
}

const number = (count: number) => (node: number) => (node < count ? node + 1 : undefined);

function references(given: readonly Given[]): string {
  return threadsText(threadByReferences(messages(given)), number(given.length));
}

const after = (...numbers: readonly number[]): Given => ({ references: numbers.map((each) => `m${each}@x`) });

describe('REFERENCES', () => {
  test.each<readonly [what: string, given: readonly Given[], threads: string]>([
    ['nothing', [], ''],
    ['messages that have nothing to do with each other', [{}, {}], '(1)(2)'],
    ['a chain', [{}, after(1), after(1, 2)], '(1 2 3)'],
    [
      'branches, as the example of RFC 5256 §4',
      [{}, after(1), after(2), after(2), after(4)],
      '(1 2 (3)(4 5))',
    ],
    ['a chain against the order of the numbers', [after(2), after(3), {}], '(3 2 1)'],
    ['two that answer a message that is not there', [after(9), after(9)], '((1)(2))'],
    ['one that does, which takes its place', [after(9), {}], '(1)(2)'],
    ['a parent that is not there between two that are', [{}, after(1, 9)], '(1 2)'],
    ['two of them in a row at the top', [after(8, 9), after(8)], '((1)(2))'],
    ['itself', [after(1)], '(1)'],
    ['each other: the first link stands', [after(2), after(1)], '(2 1)'],
    ['a loop of three', [after(2), after(3), after(1)], '(3 2 1)'],
    [
      'a link that another message claimed is not changed by a third (step 1 A)',
      [{}, {}, {}, after(1, 3), after(2, 3)],
      '(1 3 (4)(5))(2)',
    ],
    ['what a message says of itself goes first (step 1 B)', [{}, {}, after(1, 2), after(1)], '(1 (2 3)(4))'],
    ['no references of its own cut the link of others (step 1 B)', [after(3, 2), {}, {}], '(2 1)(3)'],
    [
      'one identifier twice: the first has it',
      [{ id: 'a@x' }, { id: 'a@x' }, { references: ['a@x'] }],
      '(1 3)(2)',
    ],
    ['messages without one', [{ id: undefined }, { id: undefined }, after(9)], '(1)(2)(3)'],
    [
      'siblings by their dates, equal ones by their numbers',
      [{}, { ...after(1), sent: 9 }, { ...after(1), sent: 5 }, { ...after(1), sent: 5 }],
      '(1 (3)(4)(2))',
    ],
    [
      'threads by the date of the first there',
      [{ sent: 9 }, { ...after(9), sent: 20 }, { ...after(9), sent: 3 }],
      '((3)(2))(1)',
    ],
  ])('IMAP-062 threads %s', (_what, given, threads) => {
    expect(references(given)).toBe(threads);
  });

  const a: Given = { subject: 'A' };
  const re: Given = { subject: 'A', isReply: true };
  test.each<readonly [what: string, given: readonly Given[], threads: string]>([
    ['a reply below what it answers', [a, re], '(1 2)'],
    ['also when that comes later', [re, a], '(2 1)'],
    ['two that are no replies side by side', [a, a], '((1)(2))'],
    ['two replies without what they answer', [re, re], '((1)(2))'],
    ['more of them', [a, a, re, a], '((1)(2)(3)(4))'],
    ['not those without a subject', [{}, {}], '(1)(2)'],
    ['not those of another', [a, { subject: 'B', isReply: true }], '(1)(2)'],
    [
      'a thread without a parent takes the others',
      [{ ...a, ...after(9) }, { ...a, ...after(9) }, a],
      '((1)(2)(3))',
    ],
    [
      'two of these become one',
      [
        { ...a, ...after(8) },
        { ...a, ...after(8) },
        { ...a, ...after(9) },
        { ...a, ...after(9) },
      ],
      '((1)(2)(3)(4))',
    ],
    ['whole threads', [a, after(1), re, { references: ['m3@x'] }], '(1 (2)(3 4))'],
  ])('IMAP-062 puts together %s', (_what, given, threads) => {
    expect(references(given)).toBe(threads);
  });
});

test.each<readonly [what: string, given: readonly Given[], threads: string]>([
  ['nothing', [], ''],
  ['one subject', [{}, {}, {}], '(1 (2)(3))'],
  ['pairs', [{ subject: 'A' }, { subject: 'B' }, { subject: 'A' }], '(1 3)(2)'],
  [
    'threads by the date of their first, and what is in them by date',
    [
      { subject: 'A', sent: 9 },
      { subject: 'B', sent: 5 },
      { subject: 'A', sent: 7 },
      { subject: 'A', sent: 7 },
    ],
    '(2)(3 (4)(1))',
  ],
])('IMAP-062 ORDEREDSUBJECT threads %s', (_what, given, threads) => {
  expect(threadsText(orderedSubject(messages(given)), number(given.length))).toBe(threads);
});

test.each<
  readonly [text: string, roots: readonly number[], below: Readonly<Record<number, readonly number[]>>]
>([
  ['(2)(3 6 (4 23)(44 7 96))', [2, 3], { 3: [6], 6: [4, 44], 4: [23], 44: [7], 7: [96] }],
  ['((3)(5))', [100], { 100: [3, 5] }],
  ['', [], {}],
])('IMAP-062 threads are written as the examples of RFC 5256 §4: %j', (text, roots, below) => {
  const threads = { roots, childrenOf: (node: number): readonly number[] => below[node] ?? [] };
  expect(threadsText(threads, (node) => (node < 100 ? node : undefined))).toBe(text);
});

test('the rules of links are those of plain pointers', () => {
  const step = fc.record({ cut: fc.boolean(), one: fc.nat(9), other: fc.nat(9) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const forest = new Forest();
      const parents: (number | undefined)[] = [];
      for (let node = 0; node < 10; node += 1) parents[forest.add()] = undefined;
      for (const { cut, one, other } of steps) {
        if (cut) {
          forest.cut(other);
          parents[other] = undefined;
        } else if (parents[other] === undefined) {
          forest.link(one, other);
          let above: number | undefined = one;
          while (above !== undefined && above !== other) above = parents[above];
          if (above === undefined) parents[other] = one;
        }
        expect(parents.map((_, node) => forest.parentOf(node))).toEqual(parents);
      }
    }),
    { numRuns: 500 },
  );
});

test('whatever messages say, each is in one thread once', () => {
  const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
  const message = fc.record({
    subject: fc.constantFrom('', 'A', 'B'),
    isReply: fc.boolean(),
    sent: fc.nat(3),
    id: fc.option(id, { nil: undefined }),
    references: fc.array(id, { maxLength: 4 }),
  });
  fc.assert(
    fc.property(fc.array(message, { maxLength: 12 }), (given) => {
      for (const threads of [threadByReferences(given), orderedSubject(given)]) {
        const text = threadsText(threads, number(given.length));
        const numbers = (text.match(/\d+/g) ?? []).map(Number).toSorted((one, other) => one - other);
        expect(numbers).toEqual(given.map((_, index) => index + 1));
        // RFC 5256 §5: a thread begins with a message or with two branches, and branches come in twos.
        const flat = /^(?:\((?:\d+(?: \d+)*)\))*$/;
        let rest = text;
        for (let before = ''; before !== rest;) {
          before = rest;
          rest = rest.replaceAll(/\((\d+(?: \d+)*) (?:\(\d+(?: \d+)*\)){2,}\)/g, '($1)');
        }
        expect(rest.replaceAll(/\((?:\(\d+(?: \d+)*\)){2,}\)/g, '(1)')).toMatch(flat);
      }
    }),
    { numRuns: 1000 },
  );
});

const many = 100_000;
test.each<readonly [what: string, given: (index: number) => Given]>([
  ['a chain', (index) => after(index)],
  ['a chain from its end', (index) => after(index + 2)],
  ['all that answer one', () => after(1)],
  ['a ladder that branches at each step', (index) => after(index - (index % 2))],
  ['a ring and its like', (index) => after(((index + 7) % many) + 1, ((index * 31) % many) + 1)],
  [
    'five ancestors in a wrong order',
    (index) => after(...Array.from({ length: 5 }, (_, at) => ((index * at * 7919) % many) + 1)),
  ],
  ['parents that are not there', (index) => ({ references: [`z${index}`, `z${index + 1}`] })],
  ['one subject', () => ({ subject: 'A' })],
])(
  '100,000 messages thread without deep recursion: %s',
  (_what, given) => {
    const text = references(Array.from({ length: many }, (_, index) => given(index)));
    expect(text.match(/\d+/g)).toHaveLength(many);
  },
  // Squared it would take far longer.
  20_000,
);

test('IMAP-062 of a header that names more ancestors than a discussion has, the nearest count', () => {
  const value = Array.from({ length: 12_345 }, (_, index) => `<${index}@x>`).join(' ');
  const field = { name: 'references', value, start: 0, end: 0 };
  const [found] = threadMessages([[field]], (fields) => ({ fields, sent: 0 }));
  expect(found?.references).toEqual(Array.from({ length: 1000 }, (_, index) => `${11_345 + index}@x`));
});

test('IMAP-062 of many such headers the nearest ancestor counts in the end', () => {
  const value = Array.from({ length: 1000 }, (_, index) => `<${index}@x>`).join(' ');
  const field = { name: 'references', value, start: 0, end: 0 };
  const found = threadMessages(
    Array.from({ length: 2010 }, () => [field]),
    (fields) => ({ fields, sent: 0 }),
  );
  expect(found.map(({ references: { length } }) => length).filter((count) => count !== 1000)).toEqual(
    Array.from({ length: 10 }, () => 1),
  );
  expect(found.at(-1)?.references).toEqual(['999@x']);
});

test('IMAP-062 message identifiers, in whatever way they are quoted', () => {
  const ids = (value: string): readonly string[] => [...messageIds(value)];
  expect(ids('<"01KF8JCEOCBS0045PS"@xxx.yyy.com>')).toEqual(['01KF8JCEOCBS0045PS@xxx.yyy.com']);
  expect(ids('<01KF8JCEOCBS0045PS@xxx.yyy.com>')).toEqual(['01KF8JCEOCBS0045PS@xxx.yyy.com']);
  expect(ids(String.raw`<a@b>(c)<"d \"e>"@f> words <g @\h> <no> <@i> <j@> <<k@l>> <m@n`)).toEqual([
    'a@b',
    'd "e>@f',
    'g@h',
    'k@l',
  ]);
  // Without looking at anything twice: a million openings would take for ever.
  for (const piece of ['<', '<a', '<"', '<\\']) expect(ids(piece.repeat(1_000_000))).toEqual([]);
});
