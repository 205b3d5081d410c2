import { describe, expect, it } from 'vitest';
import { localBlockWatch } from './local-block.ts';
import type { LocalBlockWatch } from './local-block.ts';

const HOUR = 3_600_000;

/** A host whose 465 is silent and whose 587 answers. */
function walled(watch: LocalBlockWatch, address: string, at = 0): void {
  watch.note({ type: 'answered', endpoint: { address, port: 587 }, at, ms: 20, syns: 1, sibling: false });
  watch.note({ type: 'silent', endpoint: { address, port: 465 }, at, ms: 1120, syns: 2, sibling: true });
}

describe('a port our own network blocks', () => {
  it('is silent toward three unrelated networks, with their other ports as the control', () => {
    const watch = localBlockWatch();
    walled(watch, '192.0.2.1', 5);
    walled(watch, '198.51.100.1', 6);
    expect(watch.judge(465, 10)).toBeUndefined();
    walled(watch, '203.0.113.1', 7);
    expect(watch.judge(465, 10)).toEqual({
      reason: 'local-block',
      port: 465,
      since: 5,
      silent: ['192.0.2.1', '198.51.100.1', '203.0.113.1'].map((address) => ({ address, port: 465 })),
      answered: ['192.0.2.1', '198.51.100.1', '203.0.113.1'].map((address) => ({ address, port: 587 })),
    });
    expect(watch.judge(587, 10)).toBeUndefined();
  });

  it('is not one provider with many addresses', () => {
    const watch = localBlockWatch();
    for (const last of [1, 2, 3, 4, 5]) walled(watch, `192.0.2.${last}`);
    expect(watch.judge(465, 10)).toBeUndefined();
  });

  it('is not a port that answered or refused anywhere', () => {
    for (const type of ['answered', 'refused'] as const) {
      const watch = localBlockWatch();
      for (const address of ['192.0.2.1', '198.51.100.1', '203.0.113.1']) walled(watch, address);
      watch.note({
        type,
        endpoint: { address: '192.0.3.1', port: 465 },
        at: 8,
        ms: 20,
        syns: 1,
        sibling: false,
      });
      for (const address of ['192.0.2.1', '198.51.100.1', '203.0.113.1']) walled(watch, address, 9);
      expect(watch.judge(465, 10)).toBeUndefined();
    }
  });

  it('is not three hosts that are down', () => {
    const watch = localBlockWatch();
    for (const address of ['192.0.2.1', '198.51.100.1', '203.0.113.1']) {
      const endpoint = { address, port: 465 };
      watch.note({ type: 'silent', endpoint, at: 0, ms: 1120, syns: 2, sibling: false });
    }
    expect(watch.judge(465, 10)).toBeUndefined();
  });

  it('is not hidden by a host of a network that is down', () => {
    const watch = localBlockWatch();
    for (const network of ['192.0.2', '198.51.100', '203.0.113']) {
      const endpoint = { address: `${network}.9`, port: 465 };
      watch.note({ type: 'silent', endpoint, at: 0, ms: 1120, syns: 2, sibling: false });
      walled(watch, `${network}.1`, 1);
    }
    expect(watch.judge(465, 10)?.silent.map(({ address }) => address)).toEqual([
      '192.0.2.1',
      '198.51.100.1',
      '203.0.113.1',
    ]);
  });

  it('is reported without a gap as long as it is seen again and again, and since when', () => {
    const watch = localBlockWatch();
    for (let at = 0; at <= 3 * HOUR; at += HOUR / 12) {
      for (const address of ['192.0.2.1', '198.51.100.1', '203.0.113.1']) {
        if (at % (HOUR / 6) === 0) walled(watch, address, at);
      }
      expect([at, watch.judge(465, at)?.since]).toEqual([at, 0]);
    }
    const moment = { now: 3 * HOUR, unixTime: 1_800_000_000_000 };
    const again = localBlockWatch();
    again.load(watch.save(moment), moment);
    expect(again.judge(465, 3.9 * HOUR)).toBeDefined();
  });

  it('is forgotten after an hour', () => {
    const watch = localBlockWatch();
    for (const address of ['192.0.2.1', '198.51.100.1', '203.0.113.1']) walled(watch, address);
    expect(watch.judge(465, HOUR)).toBeDefined();
    expect(watch.judge(465, HOUR + 1)).toBeUndefined();
  });

  it.each([{ networks: 1 }, { window: 0 }, { limit: 2 }])('refuses %o', (options) => {
    expect(() => localBlockWatch(options)).toThrow(expect.objectContaining({ name: 'UsageError' }));
  });
});

describe('what was seen, kept between runs', () => {
  const moment = { now: 1000, unixTime: 1_800_000_000_000 };
  const later = { now: 50, unixTime: 1_800_000_600_000 };

  it('shows a block that no single run could see', () => {
    let lines = '';
    for (const [run, address] of ['192.0.2.1', '198.51.100.1', '203.0.113.1'].entries()) {
      const watch = localBlockWatch({ network: 'home' });
      expect(watch.load(lines, moment).loaded).toBe(2 * run);
      expect(watch.changes).toBe(0);
      walled(watch, address, 1000);
      lines = watch.save(moment);
    }
    const watch = localBlockWatch({ network: 'home' });
    expect(watch.load(lines, later)).toEqual({ loaded: 6, refused: [] });
    expect(watch.judge(465, 50)).toMatchObject({ since: 1000 - 600_950, silent: { length: 3 } });
    const cafe = localBlockWatch({ network: 'cafe' });
    expect(cafe.load(lines, later).loaded).toBe(0);
    watch.clear();
    expect(watch.save(later)).toBe('');
  });

  it('is disproved by an answer in whatever order it is read, and only what came after it counts', () => {
    const watch = localBlockWatch();
    for (const address of ['192.0.2.1', '198.51.100.1', '203.0.113.1']) walled(watch, address, 1000);
    const answered = localBlockWatch();
    const endpoint = { address: '192.0.3.1', port: 465 };
    answered.note({ type: 'answered', endpoint, at: 1000, ms: 20, syns: 1, sibling: false });
    const texts = [watch.save(moment), answered.save(moment)];
    for (const text of [texts.join(''), texts.toReversed().join('')]) {
      const both = localBlockWatch();
      both.load(text, later);
      expect(both.judge(465, 50)).toBeUndefined();
    }
  });

  it('says since when in whatever order it is read', () => {
    const watch = localBlockWatch();
    for (const at of [-500, 1000]) {
      for (const address of ['192.0.2.1', '198.51.100.1', '203.0.113.1']) walled(watch, address, at);
    }
    const lines = watch.save(moment).trim().split('\n');
    for (const text of [lines, lines.toReversed()].map((order) => order.join('\n'))) {
      const again = localBlockWatch();
      again.load(text, moment);
      expect(again.judge(465, 1000)?.since).toBe(-500);
    }
  });

  it.each([
    ['{', 'not JSON'],
    ['[1]'.padEnd(1001), 'longer than 1000 characters'],
    ['7', 'not an object'],
    [
      '{"type":"open","address":"192.0.2.1","port":465,"seen":1800000000000}',
      'type is not answered or silent',
    ],
    ['{"type":"silent","address":"a host"}', 'address is not an IP literal'],
    ['{"type":"silent","address":"192.0.2.1","port":0}', 'port is not a port'],
    ['{"type":"silent","address":"192.0.2.1","port":465,"seen":-1}', 'seen is not a time'],
    ['{"type":"silent","address":"192.0.2.1","port":465,"seen":1}', 'expired'],
    ['{"type":"silent","address":"192.0.2.1","port":465,"seen":1800000099999}', 'seen in the future'],
    [
      '{"type":"silent","address":"192.0.2.1","port":465,"seen":1800000000000,"network":"cafe"}',
      'seen from another network',
    ],
  ])('leaves out %s', (line, reason) => {
    const watch = localBlockWatch();
    expect(watch.load(line, moment)).toEqual({ loaded: 0, refused: [{ line: 1, reason }] });
  });
});
