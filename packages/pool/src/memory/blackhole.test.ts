import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blackholeMemory } from './blackhole.ts';
import type { BlackholeMemory } from './blackhole.ts';
import type { Observation } from './memory.ts';

const silentPort = { address: '192.0.2.1', port: 465 };
const openPort = { address: '192.0.2.1', port: 587 };
const MINUTE = 60_000;
const DAY = 86_400_000;

function silent(at: number, given?: Partial<Observation>): Observation {
  return { type: 'silent', endpoint: silentPort, at, ms: 1120, syns: 2, sibling: true, ...given };
}

function seen(type: 'answered' | 'refused', at: number, endpoint = silentPort): Observation {
  return { type, endpoint, at, ms: 20, syns: 1, sibling: false };
}

function noted(...observations: readonly Observation[]): BlackholeMemory {
  const memory = blackholeMemory();
  for (const observation of observations) memory.note(observation);
  return memory;
}

describe('verdicts', () => {
  it('last short first, are looked at again once a minute, and are gone after twice their time', () => {
    const memory = noted(silent(0));
    expect(memory.judge(silentPort, 10 * MINUTE - 1)).toBe('try-last');
    expect(memory.judge(silentPort, 10 * MINUTE)).toBe('recheck');
    expect(memory.judge(silentPort, 10 * MINUTE + 1)).toBe('try-last');
    expect(memory.judge(silentPort, 11 * MINUTE)).toBe('recheck');
    expect(memory.judge(silentPort, 20 * MINUTE)).toBe('try');
    expect(memory.judge(openPort, 1)).toBe('try');
    expect(memory.recall(silentPort, 1)).toEqual({
      endpoint: silentPort,
      since: 0,
      seen: 0,
      until: 10 * MINUTE,
      observations: 1,
      syns: 2,
    });
  });

  it('last long after a second observation', () => {
    const memory = noted(silent(0), silent(11 * MINUTE, { syns: 3 }));
    expect(memory.judge(silentPort, 11 * MINUTE + DAY - 1)).toBe('try-last');
    expect(memory.judge(silentPort, 11 * MINUTE + DAY)).toBe('recheck');
    expect(memory.recall(silentPort, 12 * MINUTE)).toMatchObject({ since: 0, observations: 2, syns: 3 });
  });

  it('take many races that see the same at once for one observation', () => {
    const memory = noted(silent(0), silent(1), silent(2), silent(59_999));
    expect(memory.recall(silentPort, MINUTE)).toMatchObject({ observations: 1, until: 10 * MINUTE });
  });

  it.each(['answered', 'refused'] as const)('are cleared when the port has %s', (type) => {
    const memory = noted(silent(0), silent(11 * MINUTE), seen(type, 12 * MINUTE));
    expect(memory.judge(silentPort, 12 * MINUTE)).toBe('try');
    memory.note(silent(13 * MINUTE));
    expect(memory.recall(silentPort, 13 * MINUTE)).toMatchObject({ observations: 1 });
  });

  it('never rest on one unanswered SYN', () => {
    expect(noted(silent(0, { syns: 1 })).judge(silentPort, 1)).toBe('try');
  });

  it('need an answer of another port: in the race, before it, or after it', () => {
    expect(noted(silent(0, { sibling: false })).judge(silentPort, 1)).toBe('try');
    expect(noted(seen('refused', 0, openPort), silent(1, { sibling: false })).judge(silentPort, 2)).toBe(
      'try-last',
    );
    expect(noted(silent(0, { sibling: false }), seen('answered', 1, openPort)).judge(silentPort, 2)).toBe(
      'try-last',
    );
    // Of another address, of the same port, or too long ago: no evidence.
    const elsewhere = { address: '192.0.2.2', port: 587 };
    expect(noted(seen('answered', 0, elsewhere), silent(1, { sibling: false })).judge(silentPort, 2)).toBe(
      'try',
    );
    expect(noted(seen('answered', 0), silent(1, { sibling: false })).judge(silentPort, 2)).toBe('try');
    expect(
      noted(seen('answered', 0, openPort), silent(11 * MINUTE, { sibling: false })).judge(
        silentPort,
        11 * MINUTE,
      ),
    ).toBe('try');
  });

  it('of a suspicion that was never proven confirm nothing', () => {
    const memory = noted(silent(0, { sibling: false }), silent(20 * MINUTE));
    expect(memory.recall(silentPort, 20 * MINUTE)).toMatchObject({ observations: 1 });
  });

  it('of two addresses speak for their network, until one of it answers', () => {
    const at = (last: number, port = 465) => ({ address: `192.0.2.${last}`, port });
    const memory = noted(silent(0, { endpoint: at(1) }));
    expect(memory.judge(at(3), 1)).toBe('try');
    memory.note(silent(0, { endpoint: at(2) }));
    expect(memory.judge(at(3), 1)).toBe('try-last');
    // Neither another port nor another network; and an address that answered knows better.
    expect(memory.judge(at(3, 587), 1)).toBe('try');
    expect(memory.judge({ address: '192.0.3.3', port: 465 }, 1)).toBe('try');
    memory.note(seen('answered', 2, at(4)));
    expect(memory.judge(at(3), 3)).toBe('try');
    expect(memory.judge(at(1), 3)).toBe('try-last');
  });

  it('of an address whose time was over before the next one was seen speak for no network', () => {
    const at = (last: number) => ({ address: `192.0.2.${last}`, port: 465 });
    const memory = noted(silent(0, { endpoint: at(1) }), silent(11 * MINUTE, { endpoint: at(2) }));
    expect(memory.judge(at(3), 11 * MINUTE + 1)).toBe('try');
    memory.note(silent(12 * MINUTE, { endpoint: at(1) }));
    expect(memory.judge(at(3), 12 * MINUTE + 1)).toBe('try-last');
  });

  it('that are forgotten take with them what neighbours say', () => {
    const at = (last: number) => ({ address: `192.0.2.${last}`, port: 465 });
    const memory = noted(silent(0, { endpoint: at(1) }), silent(0, { endpoint: at(2) }));
    memory.clear(at(1));
    expect(memory.judge(at(1), 1)).toBe('try');
    expect(memory.judge(at(2), 1)).toBe('try-last');
  });

  it('are forgotten on request, one or all', () => {
    const memory = noted(silent(0), silent(0, { endpoint: { address: '192.0.2.2', port: 465 } }));
    memory.clear(silentPort);
    memory.clear({ address: '198.51.100.1', port: 1 });
    expect(memory.entries(1)).toHaveLength(1);
    memory.clear();
    expect(memory.entries(1)).toEqual([]);
  });

  it('are kept for so many addresses, the ones heard of last', () => {
    const memory = blackholeMemory({ limit: 2 });
    for (const last of [1, 2, 1, 3])
      memory.note(silent(0, { endpoint: { address: `192.0.2.${last}`, port: 465 } }));
    expect(memory.entries(1).map(({ endpoint }) => endpoint.address)).toEqual(['192.0.2.1', '192.0.2.3']);
  });

  it.each([
    { forget: 0 },
    { forget: Number.NaN },
    { forget: Infinity },
    { forget: 10, forgetConfirmed: 9 },
    { limit: 0 },
  ])('refuse options %o', (options) => {
    expect(() => blackholeMemory(options)).toThrow(expect.objectContaining({ name: 'UsageError' }));
  });
});

describe('lines', () => {
  const moment = { now: 5000, unixTime: 1_800_000_000_000 };

  it('say what is remembered in times that another process understands', () => {
    expect(noted(silent(2000)).save(moment)).toBe(
      '{"address":"192.0.2.1","port":465,"since":1799999997000,"seen":1799999997000,"until":1800000597000,"observations":1,"syns":2}\n',
    );
    expect(blackholeMemory().save(moment)).toBe('');
  });

  it('are understood by a process whose clock has another zero', () => {
    const memory = blackholeMemory();
    const later = { now: 77, unixTime: moment.unixTime + MINUTE };
    expect(memory.load(noted(silent(2000)).save(moment), later)).toEqual({ loaded: 1, refused: [] });
    expect(memory.judge(silentPort, 77)).toBe('try-last');
    expect(memory.recall(silentPort, 77)?.until).toBe(77 + 10 * MINUTE - 3000 - MINUTE);
    expect(memory.save(later)).toBe(noted(silent(2000)).save(moment));
  });

  it('speak for their network as well, and not again when they are read back', () => {
    const at = (last: number) => ({ address: `192.0.2.${last}`, port: 465 });
    const text = noted(silent(2000, { endpoint: at(1) }), silent(2000, { endpoint: at(2) })).save(moment);
    const memory = blackholeMemory();
    memory.load(text, moment);
    expect(memory.judge(at(3), 5001)).toBe('try-last');
    memory.note(seen('answered', 5002, at(4)));
    memory.load(text, { now: 6000, unixTime: moment.unixTime + 1001 });
    expect(memory.judge(at(3), 6000)).toBe('try');
    expect(memory.judge(at(1), 6000)).toBe('try-last');
  });

  it('do not overrule what was seen later', () => {
    const text = noted(silent(2000)).save(moment);
    const memory = noted(seen('answered', 3000));
    memory.load(text, moment);
    expect(memory.judge(silentPort, 5000)).toBe('try');
  });

  it('cannot claim to be good for longer than a memory lasts', () => {
    const memory = blackholeMemory();
    const { unixTime } = moment;
    const entry = {
      address: '192.0.2.1',
      port: 465,
      since: 1,
      seen: unixTime,
      until: unixTime + 1e12,
      observations: 9,
      syns: 9,
    };
    memory.load(JSON.stringify(entry), moment);
    expect(memory.recall(silentPort, moment.now)?.until).toBe(moment.now + DAY);
  });

  it('weigh more than a suspicion, whenever that arose', () => {
    const first = blackholeMemory();
    first.note(silent(4000));
    const memory = blackholeMemory();
    memory.note(silent(4500, { sibling: false }));
    memory.load(first.save(moment), moment);
    expect(memory.judge(silentPort, moment.now)).toBe('try-last');
    // Who writes the file next does not take the verdict out of it.
    expect(memory.save(moment)).toBe(first.save(moment));
  });

  it('have changed when an answer makes a verdict of a suspicion', () => {
    const memory = blackholeMemory();
    memory.note(silent(4000, { sibling: false }));
    const before = memory.changes;
    memory.note(seen('answered', 4100, openPort));
    expect(memory.save(moment)).not.toBe('');
    expect(memory.changes).toBeGreaterThan(before);
    const proven = memory.changes;
    memory.note(seen('answered', 4200, openPort));
    expect(memory.changes).toBe(proven);
  });

  const good = {
    address: '192.0.2.1',
    port: 465,
    since: 1,
    seen: 2,
    until: 1_800_000_000_001,
    observations: 1,
    syns: 2,
  };

  it.each([
    ['{', 'not JSON'],
    ['7', 'not an object'],
    ['null', 'not an object'],
    ['[]', 'address is not an IP literal'],
    [{ address: 'mail.example.org' }, 'address is not an IP literal'],
    [{ address: '1'.repeat(60) }, 'address is not an IP literal'],
    [{ port: 0 }, 'port is not a port'],
    [{ port: '465' }, 'port is not a port'],
    [{ since: -1 }, 'since, seen and until are not times'],
    [{ until: 'tomorrow' }, 'since, seen and until are not times'],
    [{ observations: 0 }, 'observations is not a count'],
    [{ syns: 1 }, 'syns is not a count of at least 2'],
    [{ since: 3 }, 'since, seen and until are out of order'],
    [{ seen: 1_800_000_100_000, until: 1_800_000_100_000 }, 'seen in the future'],
    [{ until: 1_800_000_000_000 }, 'expired'],
    [{ note: 'x'.repeat(2000) }, 'longer than 1000 characters'],
  ])('refuse %o: %s', (change, reason) => {
    const line = typeof change === 'string' ? change : JSON.stringify({ ...good, ...change });
    const memory = blackholeMemory();
    expect(memory.load(`${JSON.stringify(good)}\n\n${line}`, moment)).toEqual({
      loaded: 1,
      refused: [{ line: 3, reason }],
    });
  });

  it('never throw and never remember more than a hundred refusals, whatever the text', () => {
    const memory = blackholeMemory();
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(fc.json()).map((lines) => lines.join('\n')),
        ),
        (text) => {
          expect(memory.load(text, moment).loaded).toBe(0);
        },
      ),
    );
    expect(memory.load('x\n'.repeat(1000), moment).refused).toHaveLength(100);
  });
});

describe('loss', () => {
  it('is estimated by the answers that came after the second SYN', () => {
    const memory = blackholeMemory();
    expect(memory.loss?.(5000)).toBeCloseTo(0.05);
    for (let count = 0; count < 200; count += 1) memory.note(seen('answered', 0));
    expect(memory.loss?.(5000)).toBeLessThan(0.01);
    for (let count = 0; count < 200; count += 1) memory.note({ ...seen('answered', 0), syns: 2 });
    expect(memory.loss?.(5000)).toBeCloseTo(0.49, 1);
    memory.clear();
    expect(memory.loss?.(5000)).toBeCloseTo(0.05);
    // Of several sockets nobody knows which SYN was answered.
    const several = blackholeMemory();
    for (let count = 0; count < 200; count += 1)
      several.note({ ...seen('answered', 0), syns: 2, sockets: 3 });
    expect(several.loss?.(5000)).toBeCloseTo(0.05);
  });

  it('counts a prompt answer when a late one to the same dialling can have come', () => {
    const memory = blackholeMemory();
    for (let count = 0; count < 81; count += 1) memory.note(seen('answered', 20));
    expect(memory.loss?.(1000)).toBeCloseTo(0.05);
    for (let count = 0; count < 15; count += 1) memory.note({ ...seen('answered', 1030), syns: 2 });
    expect(memory.loss?.(1085)).toBeCloseTo(0.05);
    expect(memory.loss?.(1110)).toBeCloseTo(15.5 / 106);
  });

  it('is not taken for heavier at the end of a burst, when only the late answers are left', () => {
    const memory = blackholeMemory();
    for (let count = 0; count < 891; count += 1) memory.note(seen('answered', 0));
    for (let count = 0; count < 209; count += 1) memory.note({ ...seen('answered', 0), syns: 2 });
    expect(memory.loss?.(5000)).toBeCloseTo(0.19, 2);
  });

  it('fades: after very many prompt answers, old late ones weigh little', () => {
    const memory = blackholeMemory();
    for (let count = 0; count < 2000; count += 1) memory.note({ ...seen('answered', count), syns: 2 });
    for (let count = 0; count < 40_000; count += 1) memory.note(seen('answered', 2000 + count));
    expect(memory.loss?.(50_000)).toBeLessThan(0.02);
  });
});

describe('networks', () => {
  it('what was seen from another network is not loaded', () => {
    const moment = { now: 5000, unixTime: 1_800_000_000_000 };
    const home = blackholeMemory({ network: 'home' });
    home.note(silent(4000));
    const lines = home.save(moment);
    expect(blackholeMemory({ network: 'home' }).load(lines, moment)).toMatchObject({ loaded: 1 });
    expect(blackholeMemory({ network: 'cafe' }).load(lines, moment)).toMatchObject({
      loaded: 0,
      refused: [{ line: 1, reason: 'seen from another network' }],
    });
  });
});
