/** Every combination of what can be published with what can be configured, against a second opinion in forty lines. */
import type { Announcement, MailRoute, RouteHost, Tlsa } from '@postern/dns';
import type { Fault } from '@postern/wire';
import { expect, test } from 'vitest';
import { deliveryPlan } from '../src/index.ts';
import type { DeliveryFacts, DeliveryPlan, PolicyLevel, StsLookup, TlsaLookup } from '../src/index.ts';

const domain = 'example.test';
const host = 'mx1.example.test';
const servfail: Fault = { kind: 'dns', reason: 'dns-servfail', phase: 'dns', after: 0 };

const danes = [
  'unsigned',
  'ad-untrusted',
  'signed without',
  'usable',
  'usable behind an insecure MX',
  'unusable',
  'failed',
] as const;
const stss = [
  'absent',
  'not to be had',
  'none',
  'testing',
  'testing elsewhere',
  'enforce',
  'enforce elsewhere',
] as const;
const srvs = ['not asked', 'noted', '465', '25', 'no mail', 'failed', 'absent'] as const;
const levels = [
  undefined,
  'none',
  'may',
  'encrypt',
  'dane',
  'dane-only',
  'fingerprint',
  'verify',
  'secure',
  'sts',
] as const satisfies readonly (PolicyLevel | undefined)[];

interface Case {
  readonly dane: (typeof danes)[number];
  readonly sts: (typeof stss)[number];
  readonly srv: (typeof srvs)[number];
  readonly level: (typeof levels)[number];
}

const cases: readonly Case[] = danes.flatMap((dane) =>
  stss.flatMap((sts) => srvs.flatMap((srv) => levels.map((level) => ({ dane, sts, srv, level })))),
);

/** The second opinion: what RFC 7672, RFC 8461 and Postfix's manual want of the one host, as a text. */
function expected({ dane: published, sts, srv, level }: Case): string {
  if (srv === 'no mail') return 'refuse srv-not-offered';
  if (srv === 'failed') return 'defer dns-servfail';
  const announced = srv === '465' || srv === '25';
  // RFC 7673 §3.1: nobody asks for TLSA records of a host that an insecure SRV record named.
  const dane = announced && published === 'usable behind an insecure MX' ? 'unsigned' : published;
  const demand = demanded(dane, sts, announced, level);
  if (demand.startsWith('defer')) return demand;
  if (demand === 'nothing') return '25 plaintext nothing';
  const ways = [`25 starttls ${demand}`];
  if (srv === '465') ways.unshift(`465 implicit-tls ${demand}`);
  if (demand === 'opportunistic') ways.push('25 plaintext nothing later');
  return ways.join(', ');
}

function demanded(dane: Case['dane'], sts: Case['sts'], announced: boolean, level: Case['level']): string {
  const asksDane = level === undefined || level === 'dane' || level === 'dane-only';
  if (dane === 'failed' && asksDane) return 'defer dns-servfail';
  if (level === 'none') return 'nothing';
  if (level === 'may') return 'opportunistic';
  if (level === 'encrypt') return 'encrypted by user';
  if (level === 'fingerprint' || level === 'verify' || level === 'secure') return 'authenticated by user';
  if (level === 'sts') {
    if (sts === 'testing' || sts === 'enforce') return 'authenticated by user';
    return sts.endsWith('elsewhere') ? 'defer sts-mx-not-listed' : 'defer sts-no-record';
  }
  if (level === 'dane-only') return dane === 'usable' ? 'authenticated by dane' : 'defer dane-required';
  if (dane === 'usable') return 'authenticated by dane';
  if (level === undefined && sts === 'enforce elsewhere') return 'defer sts-mx-not-listed';
  if (dane === 'usable behind an insecure MX') return 'authenticated by dane';
  if (level === undefined && sts === 'enforce') return 'authenticated by mta-sts';
  if (dane === 'unusable') return 'encrypted by dane';
  return level === undefined && announced ? 'encrypted by announcement' : 'opportunistic';
}

/** A plan in the same words. */
function words(plan: DeliveryPlan): string {
  if (plan.status !== 'deliver') return `${plan.status} ${plan.reason}`;
  const ways = plan.hosts.flatMap((planned) =>
    planned.ways.map(({ port, method, decision, when }) => {
      const later = when === 'at-once' ? '' : ' later';
      if (decision.status === 'plaintext') return `${port} ${method} nothing${later}`;
      const { requirement } = decision;
      const by = requirement.level === 'opportunistic' ? '' : ` by ${requirement.by}`;
      return `${port} ${method} ${requirement.level}${by}${later}`;
    }),
  );
  return ways.join(', ');
}

function factsOf({ dane, sts, srv }: Case): DeliveryFacts {
  const secure = dane !== 'unsigned' && dane !== 'ad-untrusted' && dane !== 'usable behind an insecure MX';
  const marks = { authenticated: secure, trusted: true, diagnostics: [] };
  const route: MailRoute = {
    status: 'exchangers',
    hosts: [{ preference: 10, exchange: host }],
    ...marks,
  };
  const announcement: Announcement = {
    status: 'announced',
    hosts: [{ preference: 10, exchange: host, port: srv === '25' ? 25 : 465 }],
    ...marks,
  };
  const announced = srv === '465' || srv === '25';
  const known: RouteHost = {
    host,
    preference: 10,
    addresses: ['192.0.2.1'],
    ...(announced ? { port: Number(srv) } : {}),
    found: {
      status: 'addresses',
      host,
      canonical: host,
      addresses: ['192.0.2.1'],
      forbidden: [],
      internal: [],
      v4: undefined,
      v6: undefined,
      authenticated: secure,
      trusted: true,
    },
  };
  return {
    domain,
    ...(announced ? {} : { route: { ok: true, answer: route } }),
    ...announcementOf(srv, announcement),
    hosts: { status: 'hosts', hosts: [known], passedOver: [] },
    tlsa: announced && !secure ? [] : [tlsaOf(dane, 25), tlsaOf(dane, 465)],
    sts: stsOf(sts),
  };
}

function announcementOf(srv: Case['srv'], announcement: Announcement): Pick<DeliveryFacts, 'announcement'> {
  const marks = { authenticated: false, trusted: true, diagnostics: [] };
  switch (srv) {
    case 'not asked':
      return {};
    case 'noted':
    case '465':
    case '25':
      return { announcement: { ok: true, answer: announcement } };
    case 'no mail':
      return { announcement: { ok: true, answer: { status: 'not-offered', ...marks } } };
    case 'failed':
      return { announcement: { ok: false, fault: servfail } };
    case 'absent':
      return { announcement: { ok: true, answer: { status: 'no-records', ...marks } } };
  }
}

function tlsaOf(dane: Case['dane'], port: number): TlsaLookup {
  const good: Tlsa = { usage: 3, selector: 1, matching: 1, data: new Uint8Array(32) };
  switch (dane) {
    case 'unsigned':
      return { host, port, result: { ok: true, answer: { status: 'none', reason: 'insecure' } } };
    case 'ad-untrusted':
      return { host, port, result: { ok: true, answer: { status: 'none', reason: 'ad-untrusted' } } };
    case 'signed without':
      return { host, port, result: { ok: true, answer: { status: 'none', reason: undefined } } };
    case 'usable':
    case 'usable behind an insecure MX':
    case 'unusable': {
      const records = [dane === 'unusable' ? { ...good, usage: 1 } : good];
      return { host, port, result: { ok: true, answer: { status: 'records', base: host, records } } };
    }
    case 'failed':
      return { host, port, result: { ok: false, fault: servfail } };
  }
}

function stsOf(sts: Case['sts']): StsLookup {
  const [mode = '', elsewhere] = sts.split(' ');
  if (mode === 'absent') return { policy: undefined, from: undefined, failure: undefined, reportable: false };
  if (mode === 'not') {
    const fault: Fault = { kind: 'policy', reason: 'sts-timeout', phase: 'policy', after: 60_000 };
    return { policy: undefined, from: undefined, failure: fault, reportable: true };
  }
  const mx = [elsewhere === undefined ? '*.example.test' : 'mx.other.test'];
  const policy = { mode: mode as 'none' | 'testing' | 'enforce', mx, maxAge: 86_400 };
  return { policy, from: 'kept', failure: undefined, reportable: false };
}

test(`TLS-041, TLS-051, TLS-057, TLS-065, DNS-028 all ${cases.length} combinations of DANE (${danes.length}), MTA-STS (${stss.length}), announcement (${srvs.length}) and level (${levels.length}) have the expected plan`, () => {
  const differences: string[] = [];
  for (const one of cases) {
    const noted = one.srv === 'noted' || one.srv === 'not asked';
    const plan = deliveryPlan(factsOf(one), {
      announce: noted ? 'report' : 'use',
      fingerprints: ['ab'.repeat(32)],
      ...(one.level === undefined ? {} : { level: one.level }),
    });
    const [said, wanted] = [words(plan), expected(one)];
    if (said !== wanted) differences.push(`${JSON.stringify(one)}: ${said}, expected ${wanted}`);
  }
  expect(differences).toEqual([]);
});
