import { utf8 } from '@postern/wire';
import type { TlsInfo, TlsPeer } from '@postern/wire';
import { expect, test } from 'vitest';
import { mayLogIn, serverMechanism, serverMechanisms } from './server-mechanisms.ts';
import type { AuthRules } from './server-rules.ts';

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
  const { channelBindings: _, ...unbound } = tls();
  expect(serverMechanisms({ authenticate, scram }, unbound)).toEqual(
    serverMechanisms({ authenticate, scram }, tls()),
  );
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
  expect(name('cram-md5', { authenticate, cramMd5 })).toBe('CRAM-MD5');
  expect(name('oauthbearer', { authenticate, oauth })).toBe('OAUTHBEARER');
  expect(name('xoauth2', { authenticate, oauth })).toBe('XOAUTH2');
  expect(name('scram-sha-256-plus', { authenticate, scram })).toBe('SCRAM-SHA-256-PLUS');
  expect(name('SCRAM-SHA-256', { authenticate })).toBeUndefined();
  expect(name('PLAIN', { authenticate, mechanisms: ['LOGIN'] })).toBeUndefined();
  expect(name('NTLM', { authenticate, mechanisms: ['NTLM'] })).toBeUndefined();
  expect(serverMechanism('PLAIN', { authenticate }, undefined)).toBeUndefined();
});

/** A layer with a client's certificate. */
function shown(ok: boolean): TlsInfo {
  const peer: TlsPeer = {
    endpoint: { address: '192.0.2.9', port: 4000 },
    serverName: '',
    chain: [Uint8Array.of(7)],
    trust: ok ? { ok } : { ok, code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    resumed: false,
  };
  return { ...tls(), peer };
}

const external = { user: (peer: TlsPeer) => (peer.chain[0]?.[0] === 7 ? 'fred' : undefined) };

test('SASL-060 lists EXTERNAL only where the client showed a certificate that counts', () => {
  const offers = (rules: AuthRules, layer: TlsInfo | undefined): boolean =>
    serverMechanisms(rules, layer).includes('EXTERNAL');
  expect(offers({ authenticate, external }, shown(true))).toBe(true);
  expect(offers({ authenticate, external }, shown(false))).toBe(false);
  expect(offers({ authenticate, external: { ...external, untrusted: 'asked' } }, shown(false))).toBe(true);
  expect(offers({ authenticate, external }, tls())).toBe(false);
  expect(offers({ authenticate }, shown(true))).toBe(false);
  expect(serverMechanism('EXTERNAL', { authenticate, external }, shown(false))).toBeUndefined();
});

test('SASL-060 EXTERNAL is whoever the certificate says, and somebody else only where that is allowed', () => {
  const said = (text: string, more: Partial<AuthRules> = {}): unknown =>
    serverMechanism('external', { authenticate, external, ...more }, shown(true))?.start(utf8(text));
  const refused = { type: 'failed', reason: 'auth-failed' };
  expect(said('')).toEqual({ type: 'done', user: 'fred', authorizationId: undefined });
  expect(said('fred')).toEqual({ type: 'done', user: 'fred', authorizationId: undefined });
  expect(said('ann')).toEqual(refused);
  expect(said('ann', { mayActAs: () => true })).toEqual({
    type: 'done',
    user: 'fred',
    authorizationId: 'ann',
  });
  expect(said('', { external: { user: () => undefined } })).toEqual(refused);
  expect(said('', { external: { user: () => '' } })).toEqual(refused);
  expect(said('fr\0ed')).toEqual({ type: 'failed', reason: 'protocol-error' });
  const late = serverMechanism('EXTERNAL', { authenticate, external }, shown(true));
  expect(late?.start(undefined)).toEqual({ type: 'challenge', challenge: new Uint8Array(0) });
  expect(late?.next(new Uint8Array(0))).toMatchObject({ type: 'done', user: 'fred' });
});
