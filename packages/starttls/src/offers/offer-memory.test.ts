import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { offerMemory } from './offer-memory.ts';
import type { OfferMemoryOptions } from './offer-memory.ts';
import { offersAsText, offersOfText } from './offer-text.ts';

const day = 86_400_000;
const peer = { host: 'mx1.example.test', port: 25 };

/** A memory whose time can be set. */
function remembering(more: Partial<OfferMemoryOptions> = {}) {
  const time = { now: Date.UTC(2026, 0, 15) };
  return { time, memory: offerMemory({ wallClock: () => time.now, ...more }) };
}

test('TLS-043 a server that spoke TLS is remembered by name and port, until 90 days have passed', async () => {
  const { time, memory } = remembering();
  expect(await memory.offeredBefore(peer)).toBe(false);
  await memory.noteOffer(peer);
  expect(await memory.offeredBefore({ host: 'MX1.Example.TEST.', port: 25 })).toBe(true);
  expect(await memory.offeredBefore({ ...peer, port: 465 })).toBe(false);
  time.now += 90 * day - 1;
  expect(await memory.offeredBefore(peer)).toBe(true);
  time.now += 1;
  expect(await memory.offeredBefore(peer)).toBe(false);
});

test('TLS-043 every handshake keeps the memory fresh, and is written down once a day at most', async () => {
  const texts: string[] = [];
  const text = {
    read: () => Promise.resolve(texts.at(-1)),
    write: (all: string) => {
      texts.push(all);
      return Promise.resolve();
    },
  };
  const { time, memory } = remembering({ text });
  for (let hour = 0; hour < 49; hour += 1) {
    await memory.noteOffer(peer);
    time.now += day / 24;
  }
  expect(texts).toHaveLength(3);
  time.now += 89 * day;
  expect(await memory.offeredBefore(peer)).toBe(true);
  // Another process reads what this one wrote.
  const later = offerMemory({ wallClock: () => time.now, text });
  expect(await later.offeredBefore(peer)).toBe(true);
});

test('TLS-043 of too many servers the one noted longest ago is forgotten', async () => {
  const { memory } = remembering({ maxEntries: 2 });
  const hosts = ['a.test', 'b.test', 'c.test'];
  for (const host of hosts) await memory.noteOffer({ host, port: 25 });
  const known = await Promise.all(hosts.map((host) => memory.offeredBefore({ host, port: 25 })));
  expect(known).toEqual([false, true, true]);
});

test('a text that cannot be read is asked again, and its failure is the caller`s', async () => {
  let broken = true;
  const text = {
    read: () => (broken ? Promise.reject(new Error('disk')) : Promise.resolve('')),
    write: () => Promise.resolve(),
  };
  const { memory } = remembering({ text });
  await expect(memory.offeredBefore(peer)).rejects.toThrow('disk');
  broken = false;
  expect(await memory.offeredBefore(peer)).toBe(false);
});

test('any text is offers or nothing, and what was written reads back the same', () => {
  fc.assert(
    fc.property(fc.string(), fc.json(), (text, json) => {
      expect(offersOfText(`${text}\n${json}\n{"peer":"a 25","at":1}`, 10).get('a 25')).toBe(1);
    }),
  );
  const good = new Map([
    ['mx1.example.test 25', 1],
    ['[2001:db8::1] 465', 2],
  ]);
  expect(offersOfText(offersAsText(good), 10)).toEqual(good);
  const bad = [
    '{"peer":"a 25"}',
    '{"peer":"a","at":1}',
    '{"peer":"a\\n 25","at":1}',
    '{"peer":"a 25","at":"1"}',
    '[]',
    'null',
  ];
  expect(offersOfText(bad.join('\n'), 10).size).toBe(0);
});
