import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { MessageNumbers, parseResponse } from '../index.ts';

function fed(lines: readonly string[]): MessageNumbers {
  const numbers = new MessageNumbers();
  for (const line of lines) {
    const response = parseResponse(line);
    if (response.type === 'untagged') numbers.apply(response.data);
  }
  return numbers;
}

const five = ['* 5 EXISTS', ...[1, 2, 3, 4, 5].map((number) => `* ${number} FETCH (UID ${number * 10})`)];
const uids = (numbers: MessageNumbers): unknown[] =>
  Array.from({ length: numbers.exists }, (_, index) => numbers.uidOf(index + 1));

test('IMAP-055 EXPUNGE 3 twice leaves 1, 2 and 5 of five messages', () => {
  const numbers = fed([...five, '* 3 EXPUNGE', '* 3 EXPUNGE']);
  expect(uids(numbers)).toEqual([10, 20, 50]);
  expect([numbers.numberOf(50), numbers.numberOf(30)]).toEqual([3, undefined]);
});

test('IMAP-073 VANISHED (EARLIER) keeps numbers, VANISHED does not', () => {
  expect(uids(fed([...five, '* VANISHED (EARLIER) 10:30']))).toEqual([10, 20, 30, 40, 50]);
  expect(uids(fed([...five, '* VANISHED 40,20']))).toEqual([10, 30, 50]);
  // A message whose UID is not known is gone, so it is not known any more who has which number.
  expect(uids(fed([...five, '* VANISHED 20:21']))).toEqual([undefined, undefined, undefined]);
});

test('IMAP-140 numbers that cannot be true change nothing, and take no memory', () => {
  const numbers = fed([...five, '* 0 EXPUNGE', '* 6 EXPUNGE', '* 9 FETCH (UID 1)', '* 0 FETCH (UID 1)']);
  expect(uids(numbers)).toEqual([10, 20, 30, 40, 50]);
  const many = fed(['* 4294967295 EXISTS', '* 4294967295 FETCH (UID 4294967295)', '* 4294967295 EXPUNGE']);
  expect([many.exists, many.uidOf(4_294_967_294)]).toEqual([4_294_967_294, undefined]);
});

test('IMAP-055 says the same as a plain list, whatever happens', () => {
  const step = fc.oneof(
    fc.record({ type: fc.constant('arrive' as const), count: fc.integer({ min: 1, max: 700 }) }),
    fc.record({ type: fc.constant('expunge' as const), at: fc.nat(2000) }),
    fc.record({
      type: fc.constant('vanish' as const),
      from: fc.nat(2000),
      count: fc.integer({ min: 1, max: 20 }),
    }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const list: number[] = [];
      const numbers = new MessageNumbers();
      const say = (line: string): void => {
        const response = parseResponse(line);
        if (response.type === 'untagged') numbers.apply(response.data);
      };
      let next = 1;
      for (const happened of steps) {
        if (happened.type === 'arrive') {
          const begin = list.length;
          for (let added = 0; added < happened.count; added += 1) list.push((next += 2));
          say(`* ${list.length} EXISTS`);
          for (let at = begin; at < list.length; at += 1) say(`* ${at + 1} FETCH (UID ${list[at]})`);
        } else if (happened.type === 'expunge' && list.length > 0) {
          const at = happened.at % list.length;
          list.splice(at, 1);
          say(`* ${at + 1} EXPUNGE`);
        } else if (happened.type === 'vanish' && list.length > 0) {
          const gone = list.splice(happened.from % list.length, happened.count);
          say(`* VANISHED ${gone.join(',')}`);
        }
      }
      expect(uids(numbers)).toEqual(list);
      expect(list.every((uid, index) => index % 97 > 0 || numbers.numberOf(uid) === index + 1)).toBe(true);
    }),
    { numRuns: 50 },
  );
});
