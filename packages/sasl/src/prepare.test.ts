import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { prepareCredentials, preparedPassword } from './prepare.ts';
import type { PasswordCredentials } from './credentials.ts';

function typed(password: string, user = 'user'): PasswordCredentials {
  return { type: 'password', user, password };
}

test.each([
  ['\u00AA', 'a'],
  ['I\u00ADX', 'IX'],
  ['\u2168', 'IX'],
  ['pa\u0308ss', 'p\u00E4ss'],
])('SASL-010 prepares %j as %j', async (from, to) => {
  expect(await prepareCredentials(typed(from, from))).toEqual(typed(to, to));
});

test('SASL-010 keeps a prepared password for SCRAM', async () => {
  const prepared = await prepareCredentials(typed('pa\u0308ss'));
  expect(prepared.type === 'password' && preparedPassword(prepared)).toBe('p\u00E4ss');
});

test('SASL-010 prepares who to act as, also where nothing else needs it', async () => {
  const given = { ...typed('tanstaaf'), authorizationId: 'I\u00ADX' };
  expect(await prepareCredentials(given)).toEqual({ ...given, authorizationId: 'IX' });
});

test('SASL-010 leaves ASCII as it is, without looking for the package', async () => {
  const given = typed('tanstaaf');
  const load = (): never => {
    throw new Error('loaded');
  };
  expect(await prepareCredentials(given, load)).toBe(given);
  expect(preparedPassword(given)).toBe('tanstaaf');
});

test.each([
  ['a control character', '\u0080x'],
  ['directions mixed', '\u0627\u0031'],
  ['nothing left', '\u00AD'],
])('SASL-010 refuses %s and does not repeat it', async (_, password) => {
  const refusal: unknown = await prepareCredentials(typed(password)).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ name: 'UsageError', code: 'argument-refused' });
  expect(inspect(refusal)).not.toContain(password);
});

test('SASL-010 lets PLAIN send a character that is not assigned, and SCRAM not', async () => {
  const prepared = await prepareCredentials(typed('x\u0221'));
  expect(prepared).toEqual(typed('x\u0221'));
  expect(prepared.type === 'password' && preparedPassword(prepared)).toBeUndefined();
});

test('SASL-010 without the package sends what was typed, and keeps SCRAM away from it', async () => {
  const given = typed('p\u00E4ss');
  expect(await prepareCredentials(given, async () => undefined)).toBe(given);
  expect(preparedPassword(given)).toBeUndefined();
});
