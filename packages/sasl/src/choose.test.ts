import { isUsageError } from '@postern/wire';
import { expect, test } from 'vitest';
import { chooseMechanism, serverMechanism } from './choose.ts';
import { redacted } from './credentials.ts';
import { mechanismName, mechanismNames } from './names.ts';

const tim = { type: 'password', user: 'tim', password: 'tanstaaf' } as const;

function chosen(offered: readonly string[], verified = true, except: readonly string[] = []): string {
  const choice = chooseMechanism(offered, tim, { verified, except });
  return choice.ok ? choice.mechanism.name : choice.reason;
}

test('SASL-006 prefers PLAIN to LOGIN inside verified TLS', () => {
  expect(chosen(['LOGIN', 'PLAIN'])).toBe('PLAIN');
  expect(chosen(['XOAUTH2', 'login'])).toBe('LOGIN');
  expect(chosen(['PLAIN', 'LOGIN'], true, ['PLAIN'])).toBe('LOGIN');
});

test('SASL-006 says why there is none', () => {
  expect(chosen([])).toBe('auth-not-offered');
  expect(chosen(['GSSAPI', 'NTLM', 'DIGEST-MD5'])).toBe('auth-not-offered');
  expect(chosen(['XOAUTH2', 'OAUTHBEARER'])).toBe('oauth-required');
  expect(chosen(['XOAUTH2', 'NTLM'])).toBe('auth-not-offered');
});

test('SASL-005 refuses a mechanism that shows the password without a verified peer', () => {
  expect(chosen(['PLAIN', 'LOGIN'], false)).toBe('plaintext-login-refused');
});

test('SASL-007 compares names without case and ignores what is no name', () => {
  expect(mechanismName('scram-sha-256')).toBe('SCRAM-SHA-256');
  expect(mechanismName('A'.repeat(20))).toBe('A'.repeat(20));
  for (const bad of ['A'.repeat(21), '', 'PLA IN', 'PLÄIN', 'PLAIN\r']) {
    expect(mechanismName(bad)).toBeUndefined();
  }
  expect(mechanismNames(['plain', 'PLAIN', 'x'.repeat(21), 'LOGIN'])).toEqual(['PLAIN', 'LOGIN']);
  expect(chosen(['plain'])).toBe('PLAIN');
});

test('passes on what the chosen mechanism cannot carry', () => {
  let thrown: unknown;
  try {
    chooseMechanism(['PLAIN'], { ...tim, password: 'a\0b' }, { verified: true });
  } catch (error) {
    thrown = error;
  }
  expect(isUsageError(thrown)).toBe(true);
});

test('finds the server side by name, in any case', () => {
  const rules = { authenticate: () => true };
  expect(serverMechanism('plain', rules)?.name).toBe('PLAIN');
  expect(serverMechanism('LOGIN', rules)?.name).toBe('LOGIN');
  expect(serverMechanism('FOO', rules)).toBeUndefined();
});

test('SASL-009 shows the length of a secret only', () => {
  expect(redacted(28)).toBe('<redacted 28 octets>');
});
