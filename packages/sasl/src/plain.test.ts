import { inspect } from 'node:util';
import { isUsageError, utf8 } from '@postern/wire';
import { expect, test } from 'vitest';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { plainClient, plainServer } from './plain.ts';
import type { PasswordCredentials } from './credentials.ts';

function credentials(user: string, password: string, authorizationId?: string): PasswordCredentials {
  return { type: 'password', user, password, ...(authorizationId !== undefined && { authorizationId }) };
}

const right = { authenticate: () => true };
const wrong = { authenticate: () => false };

test.each([
  ['a name and a password', 'AHRpbQB0YW5zdGFhZnRhbnN0YWFm', credentials('tim', 'tanstaaftanstaaf')],
  ['somebody to act as', 'VXJzZWwAS3VydAB4aXBqM3BsbXE=', credentials('Kurt', 'xipj3plmq', 'Ursel')],
  ['oneself to act as', 'dGVzdAB0ZXN0AHRlc3Q=', credentials('test', 'test', 'test')],
  ['UTF-8', 'AG3DvGxsZXJAZXhhbXBsZS5vcmcAcMOkc3N3w7ZyZA==', credentials('müller@example.org', 'pässwörd')],
])('SASL-020 sends %s', (_what, vector, given) => {
  const plain = plainClient(given);
  expect(encodeBase64(plain.start() ?? new Uint8Array())).toBe(vector);
  expect(plain.succeed()).toEqual({ type: 'done' });
});

test.each([
  ['a NUL in the password', credentials('tim', 'a\0b')],
  ['a NUL in the user', credentials('t\0im', 'secret')],
  ['CR LF in the password', credentials('tim', 'a\r\nQUIT')],
  ['a NUL in the authorization identity', credentials('tim', 'secret', 'x\0')],
  ['an empty user', credentials('', 'secret')],
  ['an empty password', credentials('tim', '')],
  ['half a surrogate pair', credentials('tim', 'sec\ud800ret')],
])('SASL-020 throws for %s and does not repeat it', (_, given) => {
  let thrown: unknown;
  try {
    plainClient(given);
  } catch (error) {
    thrown = error;
  }
  expect(isUsageError(thrown) && thrown.code).toBe('argument-refused');
  expect(inspect(thrown)).not.toContain(given.password || 'no password');
});

test('SASL-001 fails on a challenge: PLAIN has one message', () => {
  const plain = plainClient(credentials('tim', 'secret'));
  plain.start();
  expect(plain.next(new Uint8Array())).toEqual({ type: 'failed', reason: 'protocol-error' });
});

test('SASL-004 does not believe a success before it has spoken', () => {
  expect(plainClient(credentials('tim', 'secret')).succeed()).toEqual({
    type: 'failed',
    reason: 'server-not-verified',
  });
});

test('SASL-009 shows the password neither to inspect nor to JSON', () => {
  const plain = plainClient(credentials('tim', 'hunter2'));
  const initial = encodeBase64(plain.start() ?? new Uint8Array());
  for (const shown of [inspect(plain, { depth: 9, showHidden: true }), JSON.stringify(plain)]) {
    expect(shown).not.toContain('hunter2');
    expect(shown).not.toContain(initial);
  }
});

test('SASL-020 the server accepts 255 octets each, sent at once or after an empty challenge', () => {
  const seen: PasswordCredentials[] = [];
  const rules = { authenticate: (given: PasswordCredentials) => seen.push(given) > 0 };
  const message = utf8(`\0${'u'.repeat(255)}\0${'p'.repeat(255)}`);
  expect(plainServer(rules).start(message)).toEqual({
    type: 'done',
    user: 'u'.repeat(255),
    authorizationId: undefined,
  });
  const server = plainServer(rules);
  expect(server.start(undefined)).toEqual({ type: 'challenge', challenge: new Uint8Array() });
  expect(server.next(message).type).toBe('done');
  expect(seen).toEqual(Array(2).fill(credentials('u'.repeat(255), 'p'.repeat(255))));
});

test.each([
  ['an empty password', '\0tim\0', 'auth-failed'],
  ['an empty user', '\0\0secret', 'auth-failed'],
  ['one NUL', 'tim\0secret', 'protocol-error'],
  ['three NUL', '\0tim\0sec\0ret', 'protocol-error'],
  ['nothing', '', 'protocol-error'],
  ['somebody else to act as', 'Ursel\0Kurt\0xipj3plmq', 'auth-failed'],
])('SASL-020 the server refuses %s', (_, message, reason) => {
  expect(plainServer(right).start(utf8(message))).toEqual({ type: 'failed', reason });
});

test('SASL-020 the server refuses what is not UTF-8, and a wrong password', () => {
  expect(plainServer(right).start(Uint8Array.of(0, 0xff, 0, 1))).toMatchObject({ reason: 'protocol-error' });
  expect(plainServer(wrong).start(utf8('\0tim\0secret'))).toMatchObject({ reason: 'auth-failed' });
});

test('SASL-020 the server lets a user act as another where that is configured, or as itself', () => {
  const rules = { ...right, mayActAs: (user: string, other: string) => user === 'Kurt' && other === 'Ursel' };
  const vector = decodeBase64('VXJzZWwAS3VydAB4aXBqM3BsbXE=') ?? new Uint8Array();
  expect(plainServer(rules).start(vector)).toEqual({ type: 'done', user: 'Kurt', authorizationId: 'Ursel' });
  expect(plainServer(right).start(utf8('tim\0tim\0secret')).type).toBe('done');
});
