import { createHash, X509Certificate } from 'node:crypto';
import type { Tlsa } from '@postern/dns';
import type { TlsPeer } from '@postern/wire';
import { describe, expect, it } from 'vitest';
import { testIdentity } from '../../test/identity.ts';
import type { PolicyVerdict, StsReport } from '../report/published-report.ts';
import { judgeByDane, judgeBySts } from './judge-exchanger.ts';
import type { SeenExchanger } from './judge-exchanger.ts';
import type { TlsaFact } from './published.ts';

const host = 'mail.example.test';
const { chain } = await testIdentity();
const certificate = new X509Certificate(chain);
const key = certificate.publicKey.export({ type: 'spki', format: 'der' });
const digest = new Uint8Array(createHash('sha256').update(key).digest());
const own: Tlsa = { usage: 3, selector: 1, matching: 1, data: digest };
const stale: Tlsa = { ...own, data: digest.map((octet) => octet ^ 1) };
const dayTooLate = Date.parse(certificate.validTo) + 86_400_000;

function peer(trust: TlsPeer['trust'] = { ok: true }): TlsPeer {
  return {
    endpoint: { address: '192.0.2.1', port: 25 },
    serverName: host,
    chain: [new Uint8Array(certificate.raw)],
    trust,
    resumed: false,
  };
}
const selfSigned = peer({ ok: false, code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });

function seen(change: Partial<SeenExchanger> = {}): SeenExchanger {
  return {
    facts: { host, nextHop: 'example.test', named: 'secure' },
    probe: { verdict: 'works', reason: 'none', phase: null },
    peer: peer(),
    ...change,
  };
}

function dane(tlsa: TlsaFact, what = seen(), now = Date.now()): string {
  return say(judgeByDane(what, tlsa, { wallClock: () => now }));
}

function sts(policy: StsReport, what = seen(), now = Date.now()): string {
  return say(judgeBySts(what, policy, { wallClock: () => now }));
}

function say({ verdict, reason }: PolicyVerdict): string {
  return `${verdict} ${reason}`;
}

function records(...list: readonly Tlsa[]): TlsaFact {
  return { status: 'records', base: host, records: list, ignored: 0 };
}

const noTls = { verdict: 'refused', reason: 'starttls-not-offered', phase: 'starttls' } as const;
const dead = { verdict: 'refused', reason: 'connection-refused', phase: 'connect' } as const;
const silent = { verdict: 'silent', reason: 'timeout-connect', phase: 'connect' } as const;

describe('a host by DANE', () => {
  it('TLS-054 passes by its key, whatever authority, name and date say', () => {
    const untrusted = { verdict: 'refused', reason: 'cert-self-signed', phase: 'capabilities' } as const;
    expect(dane(records(own))).toBe('passes none');
    expect(dane(records(own), seen({ peer: selfSigned, probe: untrusted }), dayTooLate)).toBe('passes none');
  });

  it('TLS-059 fails with a key of yesterday, and passes with old and new', () => {
    expect(dane(records(stale))).toBe('fails dane-mismatch');
    expect(dane(records(stale, own))).toBe('passes none');
  });

  it('TLS-057 fails without STARTTLS, and is not judged where we do not get through', () => {
    expect(dane(records(own), seen({ probe: noTls, peer: undefined }))).toBe('fails starttls-not-offered');
    expect(dane(records(own), seen({ probe: dead, peer: undefined }))).toBe(
      'could-not-tell connection-refused',
    );
    expect(dane(records(own), seen({ probe: silent, peer: undefined }))).toBe(
      'could-not-tell timeout-connect',
    );
    expect(dane(records(own), seen({ probe: undefined, peer: undefined }))).toBe('could-not-tell none');
  });

  it('TLS-057 with unusable records asks for TLS and authenticates nothing', () => {
    const odd = records({ ...own, usage: 1 });
    expect(dane(odd)).toBe('none tlsa-unusable');
    expect(dane(odd, seen({ probe: noTls, peer: undefined }))).toBe('fails starttls-not-offered');
  });

  it('TLS-051 a failed look-up is no absence', () => {
    expect(dane({ status: 'failed', reason: 'dns-servfail' })).toBe('could-not-tell dns-servfail');
    expect(dane({ status: 'none', reason: undefined, ignored: 0 })).toBe('none none');
    expect(dane({ status: 'none', reason: 'insecure', ignored: 2 })).toBe('none none');
    expect(dane({ status: 'none', reason: 'ad-untrusted', ignored: 0 })).toBe('none ad-untrusted');
  });
});

describe('a host by MTA-STS', () => {
  const policy = {
    status: 'policy',
    id: 'a',
    mode: 'enforce',
    mx: ['*.example.test'],
    maxAge: 86_400,
  } as const;

  it('TLS-064 passes with a certificate of an authority for its name', () => {
    expect(sts(policy)).toBe('passes none');
    expect(sts(policy, seen({ peer: selfSigned }))).toBe('fails cert-self-signed');
    expect(sts(policy, seen(), dayTooLate)).toBe('fails cert-expired');
  });

  it('TLS-063 must be listed, by one label', () => {
    const other = { ...policy, mx: ['*.other.test', 'example.test'] };
    expect(sts(other)).toBe('fails sts-mx-not-listed');
    const deep = { host: 'a.mail.example.test', nextHop: 'example.test', named: 'secure' } as const;
    expect(sts(policy, seen({ facts: deep }))).toBe('fails sts-mx-not-listed');
  });

  it('TLS-065 in testing is judged as if enforced; mode none asks for nothing', () => {
    expect(sts({ ...policy, mode: 'testing' }, seen({ probe: noTls, peer: undefined }))).toBe(
      'fails starttls-not-offered',
    );
    expect(sts({ ...policy, mode: 'none' }, seen({ peer: selfSigned }))).toBe('none none');
  });

  it('TLS-066 a failed look-up is no absence, and a policy that cannot be had is none', () => {
    expect(sts({ status: 'failed', at: 'record', reason: 'dns-timeout' })).toBe('could-not-tell dns-timeout');
    expect(sts({ status: 'failed', at: 'policy', reason: 'sts-timeout' })).toBe('could-not-tell sts-timeout');
    expect(sts({ status: 'failed', at: 'policy', reason: 'sts-cert' })).toBe('none sts-cert');
    expect(sts({ status: 'absent' })).toBe('none none');
  });

  it('a name that can be in no certificate fails, and throws nothing', () => {
    const odd = { host: '1.2.3.4', nextHop: 'example.test', named: 'secure' } as const;
    const listed = { ...policy, mx: ['1.2.3.4'] };
    expect(sts(listed, seen({ facts: odd }))).toMatch(/^fails /);
    const underscore = { host: 'mx_1.example.test', nextHop: 'example.test', named: 'secure' } as const;
    expect(sts(policy, seen({ facts: underscore }))).toMatch(/^fails /);
  });
});
