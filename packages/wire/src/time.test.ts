import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { virtualClock } from './testing/index.ts';
import { deadline, DeadlineExceeded, sleep } from './time.ts';

describe('sleep', () => {
  it('ends at its time', async () => {
    const clock = virtualClock();
    await clock.run(sleep(clock, 250));
    expect(clock.now()).toBe(250);
    expect(clock.alarms).toBe(0);
  });
  it('rethrows the reason of an abort and takes its alarm back', async () => {
    const clock = virtualClock();
    const controller = new AbortController();
    const sleeping = sleep(clock, 250, { signal: controller.signal });
    controller.abort('enough');
    await expect(sleeping).rejects.toBe('enough');
    expect(clock.alarms).toBe(0);
    await expect(sleep(clock, 1, { signal: AbortSignal.abort('before') })).rejects.toBe('before');
  });
});

describe('deadline', () => {
  it('aborts with its limit, and not after disposal', async () => {
    const clock = virtualClock();
    const early = deadline(clock, 1000);
    const disposed = deadline(clock, 1000);
    disposed[Symbol.dispose]();
    expect(early.at).toBe(1000);
    await clock.advance(999);
    expect(early.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(early.signal.reason).toBeInstanceOf(DeadlineExceeded);
    expect((early.signal.reason as DeadlineExceeded).limit).toBe(1000);
    expect(disposed.signal.aborted).toBe(false);
  });
  it('follows an outer signal', async () => {
    const clock = virtualClock();
    const outer = new AbortController();
    const inner = deadline(clock, 1000, { signal: outer.signal });
    outer.abort('caller');
    expect(inner.signal.reason).toBe('caller');
    expect(clock.alarms).toBe(0);
    expect(deadline(clock, 1, { signal: outer.signal }).signal.reason).toBe('caller');
  });
});

it('no listener stays behind at a signal that lives longer', async () => {
  const clock = virtualClock();
  const { signal } = new AbortController();
  await clock.run(sleep(clock, 250, { signal }));
  deadline(clock, 1000, { signal })[Symbol.dispose]();
  deadline(clock, 1000, { signal });
  await clock.advance(1000);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

describe('virtualClock', () => {
  it('rings in order of time, and in order of setting at one time', async () => {
    const clock = virtualClock();
    const rung: string[] = [];
    clock.alarm(20, () => rung.push('b'));
    clock.alarm(10, () => rung.push('a'));
    clock.alarm(20, () => rung.push('c'));
    const cancel = clock.alarm(15, () => rung.push('never'));
    cancel();
    await clock.advance(19);
    expect(rung).toEqual(['a']);
    await clock.advance(1);
    expect(rung).toEqual(['a', 'b', 'c']);
  });
  it('names a hang in place of hanging', async () => {
    const clock = virtualClock();
    await expect(clock.run(new Promise(() => undefined))).rejects.toThrow('nothing can ever happen');
  });
});
