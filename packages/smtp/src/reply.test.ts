import { latin1, utf8 } from '@postern/wire';
import { expect, test } from 'vitest';
import { replyClass, ReplyReader, replyText, withEnhanced } from './reply.ts';
import type { ReplyItem } from './reply.ts';

/** Everything the reader finds in a text, pushed in chunks of a size. */
function read(text: string, size = text.length): ReplyItem[] {
  const reader = new ReplyReader();
  const items: ReplyItem[] = [];
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  for (let at = 0; at < bytes.length; at += size) {
    reader.push(bytes.slice(at, at + size));
    for (let item = reader.next(); item; item = reader.next()) {
      items.push(item);
      if (item.type === 'fault') return items;
    }
  }
  return items;
}

test('SMTP-001 reads a multi-line reply', () => {
  expect(read('250-a\r\n250-b\r\n250 c\r\n')).toEqual([{ type: 'reply', code: 250, lines: ['a', 'b', 'c'] }]);
});

test('SMTP-009 reads the same from every cut of three replies', () => {
  const text = '250-a\r\n250 b\r\n334\r\n550-5.1.1 x\n550 5.1.1 y\r\n';
  const whole = read(text);
  expect(whole.map(({ type }) => type)).toEqual(['reply', 'reply', 'diagnostic', 'reply']);
  for (let size = 1; size < text.length; size += 1) expect(read(text, size)).toEqual(whole);
});

test('SMTP-007 an endless reply ends in reply-too-long, by lines and by octets', () => {
  const short = read('250-x\r\n'.repeat(600), 7);
  expect(short.at(-1)).toMatchObject({ type: 'fault', reason: 'reply-too-long' });
  const long = read(`250-${'x'.repeat(4000)}\r\n`.repeat(17));
  expect(long.at(-1)).toMatchObject({ type: 'fault', reason: 'reply-too-long' });
});

test('SMTP-007 a line that never ends ends in line-too-long, whole and in pieces', () => {
  const text = `250 ${'x'.repeat(5000)}`;
  for (const size of [1, 100, 5004]) {
    const [item] = read(text, size);
    expect(item).toMatchObject({ type: 'fault', reason: 'line-too-long' });
    expect(item?.type === 'fault' && item.bytes.length).toBe(512);
  }
});

test('SMTP-007 SMTP-102 a 334 line may hold a challenge of 12288 octets', () => {
  const challenge = 'A'.repeat(12288);
  expect(read(`334 ${challenge}\r\n`, 999)).toEqual([{ type: 'reply', code: 334, lines: [challenge] }]);
  expect(read(`334 ${challenge}A\r\n`, 999).at(-1)).toMatchObject({ reason: 'line-too-long' });
  expect(read(`335 ${challenge}\r\n`).at(-1)).toMatchObject({ reason: 'line-too-long' });
});

test.each(['050 x', '150 x', '650 x', '2x0 x', '25', '250x', '250\tx', '', 'hello', '-50 x'])(
  'SMTP-006 %j is no reply',
  (line) => {
    expect(read(`${line}\r\n`)).toMatchObject([{ type: 'fault', reason: 'protocol-error', reply: line }]);
  },
);

test('SMTP-003 keeps the lines before a code that differs', () => {
  expect(read('250-a\r\n251 b\r\n')).toMatchObject([{ type: 'fault', reply: '250-a\n251 b' }]);
});

test('keeps an unfinished reply as evidence', () => {
  const reader = new ReplyReader();
  expect(reader.unfinished).toBeUndefined();
  reader.push(utf8('250-a\r\n250-'));
  expect(reader.next()).toBeUndefined();
  expect(latin1(reader.unfinished ?? new Uint8Array())).toBe('250-a\r\n250-');
  reader.clear();
  expect(reader.unfinished).toBeUndefined();
});

test('SMTP-012 takes the enhanced code off every line', () => {
  expect(withEnhanced(550, ['5.1.1 no', '5.1.1 such user'], true)).toEqual({
    code: 550,
    enhanced: '5.1.1',
    lines: ['no', 'such user'],
  });
  expect(withEnhanced(550, ['5.999.1 no'], true)).toMatchObject({ enhanced: '5.999.1', lines: ['no'] });
  expect(withEnhanced(250, ['2.0.0'], true)).toMatchObject({ enhanced: '2.0.0', lines: [''] });
});

test('SMTP-012 SMTP-014 takes nothing for an enhanced code that is none, and marks one that was not announced', () => {
  for (const text of ['5.01.1 x', '5.1 x', '3.1.1 x', '5.1.1x', '5.1.1000 x', '2.0.0.1 is my address']) {
    expect(withEnhanced(550, [text], true)).toEqual({ code: 550, enhanced: undefined, lines: [text] });
  }
  expect(withEnhanced(334, ['5.1.1 x'], true).enhanced).toBeUndefined();
  expect(withEnhanced(550, ['4.7.1 x'], false)).toEqual({
    code: 550,
    enhanced: '4.7.1',
    lines: ['x'],
    unadvertised: true,
  });
});

test('SMTP-005 classes go by the first digit', () => {
  const of = (code: number): string => replyClass({ code, enhanced: undefined, lines: [''] });
  expect([250, 299, 354, 477, 599].map(of)).toEqual([
    'positive',
    'positive',
    'continue',
    'transient',
    'permanent',
  ]);
});

test('prints a reply as text', () => {
  expect(replyText({ code: 550, enhanced: '5.1.1', lines: ['no', ''] })).toBe('550 5.1.1 no\n550 5.1.1');
});
