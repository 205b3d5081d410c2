import { describe, expect, it } from 'vitest';
import { defaultModel, strategies } from './model.ts';
import type { Model, StrategyName } from './model.ts';
import { simulationPage } from './page.ts';
import { deviation } from './report.ts';
import type { Row } from './report.ts';
import { simulate } from './simulate.ts';
import { expectedPending } from './theory.ts';

const small: Model = { ...defaultModel, destinations: 5000, messages: 200_000, rate: 200 };

function run(name: StrategyName, model: Partial<Model> = {}): Row {
  const strategy = strategies.find((known) => known.name === name);
  if (!strategy) throw new Error(`no strategy ${name}`);
  const whole = { ...small, ...model };
  return { outcome: simulate(whole, strategy), expected: expectedPending(whole, strategy) };
}

/** One message to each destination in turn is not what is simulated; but without loss and spread every wait is known. */
const certain: Partial<Model> = { loss: 0, roundTrip: [50, 50], refusing: 0, slow: 0, silent: 1 };

describe('the strategies', () => {
  it.each(strategies.map(({ name }) => name))("%s agrees with Little's law within a twentieth", (name) => {
    expect(Math.abs(deviation(run(name)))).toBeLessThan(0.05);
  });

  it.each([
    ['wait', 133_650],
    ['timeout-30s', 30_050],
    ['race', 300],
    ['announced', 50],
  ] as const)('%s: where every 465 is silent, every message waits the same', (name, wait) => {
    const { waits } = run(name, certain).outcome;
    expect(waits.sum / waits.count).toBeCloseTo(wait, 5);
    expect(waits.quantile(1)).toBeGreaterThanOrEqual(wait);
    expect(waits.quantile(1)).toBeLessThan(wait * 1.021);
  });

  it('with memory only the first waits for the stagger, and those that come while it is being learned', () => {
    const { waits } = run('race+memory+syns', certain).outcome;
    expect(waits.quantile(0.9)).toBeLessThan(52);
    expect(waits.quantile(0.9999)).toBeGreaterThan(295);
  });

  it('a port that lost one SYN is called silent by the memory that does not count, and by the one that does hardly ever', () => {
    const open: Partial<Model> = { silent: 0, refusing: 0, slow: 0, loss: 0.05 };
    const hasty = run('race+memory', open).outcome.falselySilent;
    const counted = run('race+memory+syns', open).outcome.falselySilent;
    expect(hasty).toBeGreaterThan(1000);
    expect(counted).toBeLessThan(hasty / 3);
  });

  it('the same seed gives the same result, another one another', () => {
    const figures = ({ outcome }: Row): unknown => [
      outcome.peakPending,
      outcome.meanPending,
      outcome.waits.sum,
    ];
    expect(figures(run('race+memory+syns'))).toEqual(figures(run('race+memory+syns')));
    expect(figures(run('race+memory+syns', { seed: 2 }))).not.toEqual(figures(run('race+memory+syns')));
  });

  it('a limit is never exceeded; who waits for minutes then waits for a descriptor as well', () => {
    const limited: Partial<Model> = { limit: 1000, messages: 20_000 };
    const waiting = run('wait', limited).outcome;
    expect(waiting.peakDescriptors).toBeLessThanOrEqual(1000);
    expect(waiting.peakQueue).toBeGreaterThan(1000);
    const racing = run('race+memory+syns', limited).outcome;
    expect(racing.peakDescriptors).toBeLessThanOrEqual(1000);
    expect(racing.peakQueue).toBe(0);
    expect(waiting.waits.count).toBe(20_000);
  });

  it('the curve of waits is level where nobody waits, and falls where all do', () => {
    const points = run('timeout-30s', { ...certain, silent: 0.5, messages: 2000 }).outcome.waits.exceeding();
    const at = (ms: number): number => {
      const after = points.findIndex(([x]) => x >= ms);
      const [[x0, y0], [x1, y1]] = [points[after - 1] ?? [0, 1], points[after] ?? [0, 0]];
      return y0 + ((y1 - y0) * Math.log(ms / x0)) / Math.log(x1 / x0);
    };
    // Between the quick half and the half that waits for 30 s there is nobody.
    expect(at(100)).toBeCloseTo(0.5, 1);
    expect(at(10_000)).toBeCloseTo(at(100), 5);
    expect(at(29_000)).toBeCloseTo(at(100), 5);
    expect(points.at(-1)?.[1]).toBe(0);
  });

  it('nothing is left over: every message got its connection', () => {
    for (const { name } of strategies) {
      const { outcome } = run(name, { messages: 5000 });
      expect(outcome.waits.count).toBe(5000);
    }
  });
});

it('the page has both charts, a line for each strategy in each, and loads nothing', () => {
  const rows = strategies.map(({ name }) => run(name, { messages: 5000 }));
  const page = simulationPage({ ...small, messages: 5000 }, rows);
  expect(page.match(/<svg/g)).toHaveLength(2);
  expect(page.match(/<polyline/g)).toHaveLength(2 * strategies.length);
  expect(page).not.toMatch(/https?:|<script|NaN|Infinity|undefined/);
  for (const label of ['100 %', '10 %', '0.001 %']) expect(page).toContain(`>${label}</text>`);
});
