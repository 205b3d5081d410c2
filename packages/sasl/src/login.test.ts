import { isUsageError, latin1, utf8 } from '@postern/wire';
import { expect, test } from 'vitest';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { loginClient, loginServer } from './login.ts';

const tim = { type: 'password', user: 'tim', password: 'tanstaaftanstaaf' } as const;
const rules = {
  authenticate: (given: { user: string; password: string }) =>
    given.user === tim.user && given.password === tim.password,
};

/** The client's answers to base64 challenges, base64 again; a step without response shows as its type. */
function answers(challenges: readonly string[]): string[] {
  const login = loginClient(tim);
  expect(login.start()).toBeUndefined();
  return challenges.map((challenge) => {
    const step = login.next(decodeBase64(challenge) ?? new Uint8Array());
    return step.type === 'respond' ? encodeBase64(step.response) : step.type;
  });
}

test.each([
  ['the usual texts', ['VXNlcm5hbWU6', 'UGFzc3dvcmQ6']],
  ['a text with NUL, then an empty one', ['VXNlcgA=', '']],
  ['the texts the other way round', ['UGFzc3dvcmQ6', 'VXNlcm5hbWU6']],
])('SASL-021 answers user then password by position: %s', (_, challenges) => {
  expect(answers(challenges)).toEqual(['dGlt', 'dGFuc3RhYWZ0YW5zdGFhZg==']);
});

test('SASL-021 fails at a third challenge', () => {
  expect(answers(['', '', ''])[2]).toBe('failed');
});

test('SASL-004 believes a success only after both answers', () => {
  const login = loginClient(tim);
  login.start();
  login.next(new Uint8Array());
  expect(login.succeed()).toEqual({ type: 'failed', reason: 'server-not-verified' });
  login.next(new Uint8Array());
  expect(login.succeed()).toEqual({ type: 'done' });
});

test('SASL-020 throws for a NUL and for an identity to act as', () => {
  const codes = [{ password: 'a\0' }, { authorizationId: 'other' }].map((change) => {
    try {
      loginClient({ ...tim, ...change });
      return undefined;
    } catch (error) {
      return isUsageError(error) && error.code;
    }
  });
  expect(codes).toEqual(['argument-refused', 'argument-refused']);
  expect(loginClient({ ...tim, authorizationId: 'tim' }).name).toBe('LOGIN');
});

test('the server asks for both, or takes the user as an initial response', () => {
  const asked = loginServer(rules);
  const first = asked.start(undefined);
  expect(first.type === 'challenge' && latin1(first.challenge)).toBe('Username:');
  const second = asked.next(utf8('tim'));
  expect(second.type === 'challenge' && latin1(second.challenge)).toBe('Password:');
  expect(asked.next(utf8('tanstaaftanstaaf'))).toMatchObject({ type: 'done', user: 'tim' });

  const short = loginServer(rules);
  expect(short.start(utf8('tim')).type).toBe('challenge');
  expect(short.next(utf8('wrong'))).toEqual({ type: 'failed', reason: 'auth-failed' });
});

test('the server refuses NUL, what is not UTF-8, and an empty password', () => {
  expect(loginServer(rules).start(utf8('t\0'))).toMatchObject({ reason: 'protocol-error' });
  expect(loginServer(rules).start(Uint8Array.of(0xc3))).toMatchObject({ reason: 'protocol-error' });
  const server = loginServer(rules);
  server.start(utf8('tim'));
  expect(server.next(new Uint8Array())).toMatchObject({ reason: 'auth-failed' });
});
