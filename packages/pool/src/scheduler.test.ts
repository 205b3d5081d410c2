import { expect, it } from 'vitest';
import { candidate } from '../test/town.ts';
import { unlimited } from './limits/limits.ts';
import type { RaceOutput } from './race/race.ts';
import type { RaceRules } from './race/rules.ts';
import { Scheduler } from './scheduler.ts';
import { linuxSyns } from './syn.ts';

const rules: RaceRules = {
  deadline: 30_000,
  connect: 5000,
  stagger: 250,
  openStagger: 1000,
  open: 30_000,
  thresholds: () => ({ remember: 2, report: 3, most: 8 }),
  syns: linuxSyns,
  margin: 100,
  sockets: 1,
  socketGap: 0,
  every: false,
  ...unlimited,
};

/** Outputs in short: what, and to which port. */
function short(outputs: readonly RaceOutput<string, undefined>[]): readonly string[] {
  return outputs.flatMap((output) => {
    // What observers see comes with something else each time.
    if (output.type === 'ended') return [];
    if (output.type === 'note') return `note ${output.observation.type} ${output.observation.endpoint.port}`;
    return 'attempt' in output ? `${output.type} ${output.attempt.record.endpoint.port}` : output.type;
  });
}

it('is a machine: a race as a list of inputs and outputs', () => {
  const scheduler = new Scheduler<string, undefined>(rules);
  const race = scheduler.request('example.org', 0);
  expect(scheduler.deadline).toBe(30_000);
  const dialled = scheduler.candidates(race, [candidate('192.0.2.1', 465), candidate('192.0.2.1', 587)], 5);
  expect(short(dialled)).toEqual(['dial 465']);
  expect(scheduler.deadline).toBe(255);
  expect(short(scheduler.tick(254))).toEqual([]);
  expect(short(scheduler.tick(255))).toEqual(['dial 587']);
  const second = race.attempts[1];
  if (!second) throw new Error('the second candidate was not dialled');
  expect(short(scheduler.settled(second, { type: 'connected' }, 280))).toEqual([
    'note answered 587',
    'open 587',
  ]);
  expect(short(scheduler.settled(second, { type: 'opened' }, 400))).toEqual(['granted 587']);
  expect(scheduler.deadline).toBe(1125);
  expect(short(scheduler.tick(1125))).toEqual(['note silent 465', 'cancel 465', 'finished']);
  expect(scheduler.deadline).toBeUndefined();
  expect(scheduler.races()).toEqual([]);
});

it('ignores settlements that come again, too late, or for a race that is over', () => {
  const scheduler = new Scheduler<string, undefined>(rules);
  const race = scheduler.request('example.org', 0);
  scheduler.candidates(race, [candidate('192.0.2.1', 465)], 0);
  const [attempt] = race.attempts;
  if (!attempt) throw new Error('nothing was dialled');
  expect(short(scheduler.settled(attempt, { type: 'opened' }, 1))).toEqual([]);
  scheduler.settled(attempt, { type: 'connected' }, 10);
  expect(short(scheduler.settled(attempt, { type: 'connected' }, 11))).toEqual([]);
  expect(short(scheduler.settled(attempt, { type: 'opened' }, 12))).toEqual(['granted 465', 'finished']);
  for (const type of ['connected', 'opened'] as const) {
    expect(scheduler.settled(attempt, { type }, 13)).toEqual([]);
  }
  expect(scheduler.settled(attempt, { type: 'failed', error: 1, fault: undefined }, 14)).toEqual([]);
  expect(scheduler.abandon(race, 'aborted', 'late', 15)).toEqual([]);
  expect(scheduler.candidates(race, [candidate('192.0.2.1', 1)], 16)).toEqual([]);
  expect(attempt.record).toMatchObject({ outcome: 'granted', ms: 12, connected: 10 });
});

it('starts one candidate for each failure', () => {
  const scheduler = new Scheduler<string, undefined>(rules);
  const race = scheduler.request('example.org', 0);
  const five = [1, 2, 3, 4, 5].map((port) => candidate('192.0.2.1', port));
  scheduler.candidates(race, five, 0);
  scheduler.tick(250);
  const failed = { type: 'failed', error: new Error('x'), fault: undefined } as const;
  const [first, second] = race.attempts;
  if (!first || !second) throw new Error('two were to be dialled');
  expect(short(scheduler.settled(first, failed, 260))).toEqual(['dial 3']);
  expect(short(scheduler.settled(second, failed, 261))).toEqual(['dial 4']);
  expect(scheduler.deadline).toBe(511);
});

it('a clock that goes back changes nothing: no time is negative, nothing is done twice', () => {
  const scheduler = new Scheduler<string, undefined>(rules);
  const race = scheduler.request('example.org', 10_000);
  scheduler.candidates(race, [candidate('192.0.2.1', 465), candidate('192.0.2.1', 587)], 10_000);
  expect(short(scheduler.tick(10_250))).toEqual(['dial 587']);
  expect(short(scheduler.tick(0))).toEqual([]);
  const second = race.attempts[1];
  if (!second) throw new Error('the second candidate was not dialled');
  scheduler.settled(second, { type: 'connected' }, 5);
  expect(second.record).toMatchObject({ connected: 0, syns: 1 });
  expect(short(scheduler.settled(second, { type: 'opened' }, 10))).toEqual(['granted 587']);
  expect(second.record.ms).toBe(0);
  // The loser has its time by the clock that was seen last.
  expect(scheduler.deadline).toBe(11_120);
  expect(short(scheduler.tick(11_120))).toEqual(['note silent 465', 'cancel 465', 'finished']);
});

it('follows a loser over eight SYNs where no count is proof, and takes late answers for what they are', () => {
  const scheduler = new Scheduler<string, undefined>({
    ...rules,
    thresholds: () => ({ remember: Infinity, report: Infinity, most: 8 }),
  });
  const race = scheduler.request('example.org', 0);
  scheduler.candidates(race, [candidate('192.0.2.1', 465), candidate('192.0.2.1', 587)], 0);
  scheduler.tick(250);
  const second = race.attempts[1];
  if (!second) throw new Error('the second candidate was not dialled');
  scheduler.settled(second, { type: 'connected' }, 260);
  scheduler.settled(second, { type: 'opened' }, 260);
  const looks: number[] = [];
  for (let due = scheduler.deadline; due !== undefined; due = scheduler.deadline) {
    looks.push(due);
    const outputs = short(scheduler.tick(due));
    expect(outputs).toEqual(due < 18_500 ? [] : ['cancel 465', 'finished']);
  }
  expect(looks).toEqual([1120, 2150, 3170, 4200, 6200, 10_300, 18_500]);
  expect(race.attempts[0]?.record.outcome).toBe('abandoned');
});

it('takes another method on the same port for no sibling', () => {
  const scheduler = new Scheduler<string, undefined>(rules);
  const race = scheduler.request('example.org', 0);
  const methods = [candidate('192.0.2.1', 587, 0, 'starttls'), candidate('192.0.2.1', 587, 0, 'plaintext')];
  scheduler.candidates(race, methods, 0);
  scheduler.tick(250);
  const second = race.attempts[1];
  if (!second) throw new Error('the second candidate was not dialled');
  scheduler.settled(second, { type: 'connected' }, 260);
  scheduler.settled(second, { type: 'opened' }, 260);
  const observations = scheduler
    .tick(1120)
    .flatMap((output) => (output.type === 'note' ? [output.observation] : []));
  expect(observations).toMatchObject([{ type: 'silent', syns: 2, sibling: false }]);
});
