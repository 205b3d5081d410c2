import type { TlsInfo } from '@postern/wire';
import { expect, test } from 'vitest';
import { mayLogIn, serverMechanism, serverMechanisms } from './server-mechanisms.ts';

const authenticate = (): boolean => true;
const random = (octets: number): Uint8Array => new Uint8Array(octets);
const scram = { keys: () => undefined, random, secret: new Uint8Array(16) };
const oauth = { token: () => undefined };
const cramMd5 = { challenge: () => '<1.2@x>', password: () => undefined };

function tls(bound = false): TlsInfo {
  return {
    version: 'TLSv1.3',
    cipher: 'TLS_AES_128_GCM_SHA256',
    alpn: undefined,
    resumed: false,
    peerFrom: 'handshake',
    peer: undefined,
    verification: undefined,
    channelBindings: () => (bound ? [{ type: 'tls-exporter', data: new Uint8Array(32) }] : []),
  };
}

test('lists what the rules have something for', () => {
  expect(serverMechanisms({ authenticate }, tls())).toEqual(['PLAIN', 'LOGIN']);
  expect(serverMechanisms({ authenticate, scram, oauth, cramMd5 }, tls())).toEqual([
    'SCRAM-SHA-256',
    'SCRAM-SHA-1',
    'PLAIN',
    'LOGIN',
    'CRAM-MD5',
    'OAUTHBEARER',
    'XOAUTH2',
  ]);
  expect(serverMechanisms({ authenticate, scram }, tls(true)).slice(0, 2)).toEqual([
    'SCRAM-SHA-256-PLUS',
    'SCRAM-SHA-1-PLUS',
  ]);
  expect(serverMechanisms({ authenticate, mechanisms: ['plain', 'NTLM'] }, tls())).toEqual(['PLAIN', 'NTLM']);
});

test('SASL-011 lists nothing where nobody may log in', () => {
  expect(serverMechanisms({ authenticate }, undefined)).toEqual([]);
  expect(serverMechanisms(undefined, tls())).toEqual([]);
  expect(mayLogIn({ authenticate, insideTlsOnly: false }, undefined)).toBe(true);
});

test('makes a mechanism by its name, in any case, and none that is not listed', () => {
  const name = (asked: string, rules: Parameters<typeof serverMechanism>[1]): string | undefined =>
    serverMechanism(asked, rules, tls(true))?.name;
  expect(name('plain', { authenticate })).toBe('PLAIN');
  expect(name('LOGIN', { authenticate })).toBe('LOGIN');
  expect(name('scram-sha-256-plus', { authenticate, scram })).toBe('SCRAM-SHA-256-PLUS');
  expect(name('SCRAM-SHA-256', { authenticate })).toBeUndefined();
  expect(name('PLAIN', { authenticate, mechanisms: ['LOGIN'] })).toBeUndefined();
  expect(name('NTLM', { authenticate, mechanisms: ['NTLM'] })).toBeUndefined();
  expect(serverMechanism('PLAIN', { authenticate }, undefined)).toBeUndefined();
});
