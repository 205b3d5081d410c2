import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { unlessAborted } from './abort.ts';

const never = new Promise<never>(() => undefined);

test('gives what the promise gives, with and without a signal, and leaves no listener', async () => {
  const { signal } = new AbortController();
  expect(await unlessAborted(Promise.resolve(1), undefined)).toBe(1);
  expect(await unlessAborted(Promise.resolve(2), signal)).toBe(2);
  await expect(unlessAborted(Promise.reject(new Error('no')), signal)).rejects.toThrow('no');
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

test('rejects with the reason of the signal, as it is, and leaves no listener', async () => {
  const controller = new AbortController();
  const waiting = unlessAborted(never, controller.signal);
  controller.abort('enough');
  await expect(waiting).rejects.toBe('enough');
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
});

test('a signal that has aborted wins over a promise that is settled, and swallows its rejection', async () => {
  await expect(unlessAborted(Promise.resolve(1), AbortSignal.abort('late'))).rejects.toBe('late');
  // An unhandled rejection would fail the run.
  await expect(unlessAborted(Promise.reject(new Error('no')), AbortSignal.abort('late'))).rejects.toBe(
    'late',
  );
});
