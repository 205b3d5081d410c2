import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { askPassword } from './password.ts';
import type { Keyboard } from './password.ts';

interface Typist {
  readonly keyboard: Keyboard;
  readonly keys: PassThrough;
  /** Whether the terminal is left as it was: not raw. */
  readonly raw: () => boolean;
  readonly shown: () => string;
  readonly interrupted: AbortSignal;
}

function typist(isTTY = true): Typist {
  let raw = false;
  let shown = '';
  const interrupted = new AbortController();
  const keys = Object.assign(new PassThrough(), {
    isTTY,
    setRawMode: (mode: boolean) => {
      raw = mode;
    },
  });
  return {
    keys,
    raw: () => raw,
    shown: () => shown,
    interrupted: interrupted.signal,
    keyboard: {
      input: keys,
      screen: { write: (text) => (shown += text) },
      signal: interrupted.signal,
      interrupt: () => {
        interrupted.abort(new Error('interrupted'));
      },
    },
  };
}

it('reads a line, shows none of it, and leaves the terminal as it was', async () => {
  const { keyboard, keys, raw, shown } = typist();
  const asked = askPassword('Password: ', keyboard);
  expect(raw()).toBe(true);
  keys.write('secret\r');
  expect(await asked).toBe('secret');
  expect(shown()).toBe('Password: \n');
  expect(raw()).toBe(false);
});

it('is interrupted by Ctrl-C, which the terminal sends as a key, and leaves the terminal as it was', async () => {
  const { keyboard, keys, raw, interrupted } = typist();
  const asked = askPassword('Password: ', keyboard);
  keys.write('sec\u0003');
  await expect(asked).rejects.toThrow('interrupted');
  expect(interrupted.aborted).toBe(true);
  expect(raw()).toBe(false);
});

it('is interrupted by a signal', async () => {
  const { keyboard, raw } = typist();
  const asked = askPassword('Password: ', keyboard);
  keyboard.interrupt();
  await expect(asked).rejects.toThrow('interrupted');
  expect(raw()).toBe(false);
  await expect(askPassword('Password: ', keyboard)).rejects.toThrow('interrupted');
});

it('has no password where the input ends, or where nobody sits', async () => {
  const { keyboard, keys, raw } = typist();
  const asked = askPassword('Password: ', keyboard);
  keys.write('\u0004');
  expect(await asked).toBeUndefined();
  expect(raw()).toBe(false);
  expect(await askPassword('Password: ', typist(false).keyboard)).toBeUndefined();
});
