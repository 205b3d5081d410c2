import { isUsageError } from '@postern/wire';
import { expect, test } from 'vitest';
import { chooseMechanism } from './choose.ts';
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

test('SASL-009 shows the length of a secret only', () => {
  expect(redacted(28)).toBe('<redacted 28 octets>');
});

const random = (octets: number): Uint8Array => new Uint8Array(octets);
const exporter = { type: 'tls-exporter', data: new Uint8Array(32) } as const;

test.each([
  ['SCRAM before PLAIN', ['PLAIN', 'SCRAM-SHA-1', 'XOAUTH2'], {}, 'SCRAM-SHA-1'],
  ['the better hash', ['SCRAM-SHA-1', 'SCRAM-SHA-256'], {}, 'SCRAM-SHA-256'],
  ['no SCRAM without randomness', ['SCRAM-SHA-256', 'PLAIN'], { random: undefined }, 'PLAIN'],
  [
    'what is tied to the connection',
    ['SCRAM-SHA-256', 'SCRAM-SHA-1-PLUS'],
    { bindings: [exporter] },
    'SCRAM-SHA-1-PLUS',
  ],
  [
    'what is not tied only where that was named',
    ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256'],
    { bindings: [exporter], mechanisms: ['SCRAM-SHA-256'] },
    'SCRAM-SHA-256',
  ],
  ['nothing tied without a binding', ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256'], {}, 'SCRAM-SHA-256'],
  ['no CRAM-MD5 by itself', ['CRAM-MD5'], {}, 'auth-not-offered'],
  ['CRAM-MD5 by name', ['CRAM-MD5', 'PLAIN'], { mechanisms: ['cram-md5'] }, 'CRAM-MD5'],
  ['nothing but what was named', ['SCRAM-SHA-256', 'PLAIN'], { mechanisms: ['PLAIN'] }, 'PLAIN'],
  ['nothing without a verified peer', ['SCRAM-SHA-256'], { verified: false }, 'plaintext-login-refused'],
  [
    'a hash without one where that is wanted',
    ['SCRAM-SHA-256', 'PLAIN'],
    { verified: false, unverified: 'hashed' },
    'SCRAM-SHA-256',
  ],
  [
    'no secret in the clear even then',
    ['PLAIN'],
    { verified: false, unverified: 'hashed' },
    'plaintext-login-refused',
  ],
] as const)('SASL-006 chooses %s', (_, offered, more, name) => {
  const { random: given = random, ...context } = { random, ...more };
  const choice = chooseMechanism(offered, tim, {
    verified: true,
    ...context,
    ...('random' in more ? {} : { random: given }),
  });
  expect(choice.ok ? choice.mechanism.name : choice.reason).toBe(name);
});

test('SASL-006 chooses by what the credentials are', () => {
  const token = { type: 'token', user: 'tim', token: 'abc' } as const;
  const offered = ['PLAIN', 'EXTERNAL', 'XOAUTH2', 'OAUTHBEARER'];
  const name = (credentials: Parameters<typeof chooseMechanism>[1], list = offered): string => {
    const choice = chooseMechanism(list, credentials, { verified: true, random });
    return choice.ok ? choice.mechanism.name : choice.reason;
  };
  expect(name(token)).toBe('OAUTHBEARER');
  expect(name(token, ['PLAIN', 'XOAUTH2'])).toBe('XOAUTH2');
  expect(name(token, ['PLAIN'])).toBe('auth-not-offered');
  expect(name(token, ['SCRAM-SHA-256'])).toBe('auth-not-offered');
  expect(name({ type: 'certificate' })).toBe('EXTERNAL');
  expect(name(tim)).toBe('PLAIN');
});

test('SASL-044 says y where only the server lacks channel binding, n where the client does', () => {
  const begin = (
    bindings: readonly (typeof exporter)[],
    offered: string,
    ...mechanisms: string[]
  ): string => {
    const only = mechanisms.length > 0 && { mechanisms };
    const choice = chooseMechanism(offered.split(' '), tim, { verified: true, random, bindings, ...only });
    return choice.ok ? String.fromCharCode(...(choice.mechanism.start() ?? [])).slice(0, 3) : choice.reason;
  };
  expect(begin([exporter], 'SCRAM-SHA-256')).toBe('y,,');
  expect(begin([], 'SCRAM-SHA-256')).toBe('n,,');
  const both = 'SCRAM-SHA-256-PLUS SCRAM-SHA-256';
  // The caller forbids it: then this client has none, and the server must not take it for a stripped offer.
  expect(begin([exporter], both, 'SCRAM-SHA-256')).toBe('n,,');
  expect(begin([exporter], both, 'SCRAM-SHA-256', 'SCRAM-SHA-1-PLUS')).toBe('auth-not-offered');
});

test('SASL-010 says what is missing where only SCRAM is offered for a password outside ASCII', () => {
  const given = { ...tim, password: 'pässwörd' };
  const choose = (...offered: string[]): unknown =>
    chooseMechanism(offered, given, { verified: true, random });
  expect(() => choose('SCRAM-SHA-256')).toThrow(/saslprep/);
  expect(() => choose('NTLM', 'SCRAM-SHA-256')).toThrow(/saslprep/);
  expect(choose('NTLM')).toEqual({ ok: false, reason: 'auth-not-offered' });
  expect(choose('SCRAM-SHA-256', 'PLAIN')).toMatchObject({ mechanism: { name: 'PLAIN' } });
});
