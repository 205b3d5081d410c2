import { describe, expect, it } from 'vitest';
import { sharedTasks } from './shared-tasks.ts';

describe('sharedTasks', () => {
  it('runs a task once for all who wait for it, and again for who comes later', async () => {
    const share = sharedTasks<number>();
    let begun = 0;
    const begin = async (): Promise<number> => (begun += 1);
    const many = await Promise.all(Array.from({ length: 1000 }, () => share('a', begin)));
    expect(new Set(many)).toEqual(new Set([1]));
    expect(await share('b', begin)).toBe(2);
    expect(await share('a', begin)).toBe(3);
  });

  it('gives a failure to everybody, and begins anew after it', async () => {
    const share = sharedTasks<number>();
    const failure = new Error('no');
    const fail = (): Promise<number> => {
      throw failure;
    };
    const both = await Promise.allSettled([share('a', fail), share('a', fail)]);
    expect(both.map((one) => one.status === 'rejected' && one.reason)).toEqual([failure, failure]);
    expect(await share('a', async () => 7)).toBe(7);
  });

  it('lets one leave without harm to the others; the task ends with the last, and is not joined any more', async () => {
    const share = sharedTasks<number>();
    const signals: AbortSignal[] = [];
    const ends: ((value: number) => void)[] = [];
    const begin = (signal: AbortSignal): Promise<number> => {
      signals.push(signal);
      // It does not end at once when it is told to.
      return new Promise((resolve) => ends.push(resolve));
    };
    const [first, second] = [new AbortController(), new AbortController()];
    const one = share('a', begin, first).catch((reason: unknown) => reason);
    const two = share('a', begin, second).catch((reason: unknown) => reason);
    first.abort('first');
    expect(await one).toBe('first');
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    second.abort('second');
    expect(await two).toBe('second');
    expect(signals[0]?.reason).toBe('second');
    void share('a', begin);
    expect(signals.length).toBe(2);
    await expect(share('b', begin, { signal: AbortSignal.abort('late') })).rejects.toBe('late');
    expect(signals.length).toBe(2);
    // That the one that was left ends at last changes nothing about the one under way.
    ends[0]?.(1);
    await Promise.resolve();
    void share('a', begin);
    expect(signals.length).toBe(2);
  });
});
