import { describe, expect, it } from 'vitest';
import { parseMtaSts } from '@postern/starttls';
import { zoneResolver } from '@postern/dns';
import type { DomainReport, MailExchanger, Setting } from '../report/account-report.ts';
import type { ProbeReport } from '../report/probe-report.ts';
import { domainFindings } from './domain-findings.ts';

const domain = 'example.test';
const host = 'mx.example.test';
const key = 'ab'.repeat(32);

/** A probe of which only what findings look at is there. */
function probe(port: 25 | 465, verdict: ProbeReport['verdict'] = 'works'): ProbeReport {
  const method = port === 25 ? 'starttls' : 'implicit-tls';
  return {
    endpoint: { protocol: 'smtp', host, port, method },
    verdict,
    certificate: { publicKeySha256: key },
  } as ProbeReport;
}

const passes = { verdict: 'passes', reason: 'none' } as const;
const good: MailExchanger = {
  host,
  preference: 10,
  probes: [probe(25), probe(465, 'refused')],
  tlsa: { status: 'records', base: host, records: [`3 1 1 ${key}`] },
  dane: passes,
  sts: passes,
};
const policy = { status: 'policy', id: 'a', mode: 'enforce', mx: [host], maxAge: 604_800 } as const;
const whole: DomainReport = {
  name: domain,
  route: 'exchangers',
  authenticated: true,
  exchanges: [host],
  exchangers: [good],
  policies: [],
  announced: [],
  sts: policy,
  tlsrpt: { status: 'present', targets: ['mailto:a@example.test'] },
  announcement: { status: 'absent' },
};

function find(
  change: Partial<DomainReport> = {},
  mx: Partial<MailExchanger> = {},
  settings: readonly Setting[] = [],
): ReturnType<typeof domainFindings> {
  const report = { ...whole, exchangers: [{ ...good, ...mx }], ...change };
  return domainFindings(report, { settings, now: Date.UTC(2030, 5, 1, 12, 30), lang: 'en' });
}

/** Severity, name and what to publish. */
function told(...given: Parameters<typeof find>): readonly string[] {
  return find(...given).flatMap(({ severity, name, publish }) => [
    `${severity} ${name}`,
    ...(publish?.zone ?? []),
  ]);
}

const tlsaLine = `_25._tcp.${host}. 3600 IN TLSA 3 1 1 ${key}`;
const stsLine = '_mta-sts.example.test. 3600 IN TXT "v=STSv1; id=20300601T123000Z;"';
const tlsrptLine = '_smtp._tls.example.test. 3600 IN TXT "v=TLSRPTv1; rua=mailto:tls-reports@example.test"';

describe('what a domain is told about DANE', () => {
  it.each<readonly [string, Partial<MailExchanger>, readonly string[]]>([
    [
      'TLS-059 another key',
      { dane: { verdict: 'fails', reason: 'dane-mismatch' } },
      ['problem dane', tlsaLine],
    ],
    [
      'TLS-057 no STARTTLS',
      { dane: { verdict: 'fails', reason: 'starttls-not-offered' } },
      ['problem dane-without-tls'],
    ],
    [
      'TLS-055 unusable records',
      { dane: { verdict: 'none', reason: 'tlsa-unusable' } },
      ['warning tlsa-unusable', tlsaLine],
    ],
    [
      'TLS-051 a failed look-up',
      {
        tlsa: { status: 'failed', reason: 'dns-servfail' },
        dane: { verdict: 'could-not-tell', reason: 'dns-servfail' },
      },
      ['warning dane-unknown'],
    ],
    [
      'TLS-053 an unsigned zone with records',
      { tlsa: { status: 'none', zone: 'unsigned', ignored: 1 }, dane: { verdict: 'none', reason: 'none' } },
      ['warning tlsa-unsigned'],
    ],
    [
      'TLS-053 an unsigned zone without',
      { tlsa: { status: 'none', zone: 'unsigned', ignored: 0 }, dane: { verdict: 'none', reason: 'none' } },
      [],
    ],
    [
      'TLS-051 a signed zone without',
      { tlsa: { status: 'none', zone: 'signed', ignored: 0 }, dane: { verdict: 'none', reason: 'none' } },
      ['note dane-missing', tlsaLine],
    ],
    [
      'TLS-050 a resolver that is not trusted',
      {
        tlsa: { status: 'none', zone: 'ad-untrusted', ignored: 0 },
        dane: { verdict: 'none', reason: 'ad-untrusted' },
      },
      ['note dane-untrusted'],
    ],
    ['all well', {}, []],
    [
      'nobody got through to the host',
      { dane: { verdict: 'could-not-tell', reason: 'timeout-connect' } },
      [],
    ],
  ])('%s', (_, mx, expected) => {
    expect(told({}, mx)).toEqual(expected);
  });
});

describe('what a domain is told about MTA-STS', () => {
  const unlisted = { sts: { verdict: 'fails', reason: 'sts-mx-not-listed' } } as const;
  const expired = { sts: { verdict: 'fails', reason: 'cert-expired' } } as const;

  it.each<readonly [string, DomainReport['sts'], Partial<MailExchanger>, readonly string[]]>([
    ['TLS-060 no record', { status: 'absent' }, {}, ['note sts-missing', stsLine]],
    [
      'TLS-060 several records',
      { status: 'failed', at: 'record', reason: 'sts-syntax', detail: 'several-records' },
      {},
      ['problem sts-record', stsLine],
    ],
    [
      'TLS-066 a failed look-up',
      { status: 'failed', at: 'record', reason: 'dns-servfail' },
      {},
      ['warning policy-unknown'],
    ],
    [
      'TLS-061 no policy to be had',
      { status: 'failed', at: 'policy', reason: 'sts-redirect' },
      {},
      ['problem sts-policy', stsLine],
    ],
    [
      'TLS-061 a policy host that is slow',
      { status: 'failed', at: 'policy', reason: 'sts-timeout' },
      {},
      ['warning sts-policy'],
    ],
    ['TLS-063 a host that is not listed', policy, unlisted, ['problem sts-mx', stsLine]],
    [
      'TLS-065 the same in testing',
      { ...policy, mode: 'testing' },
      unlisted,
      ['warning sts-mx-testing', stsLine],
    ],
    ['TLS-064 a bad certificate', policy, expired, ['problem sts-host-enforced']],
    ['TLS-065 the same in testing', { ...policy, mode: 'testing' }, expired, ['warning sts-host-testing']],
    ['TLS-065 all well in testing', { ...policy, mode: 'testing' }, {}, ['note sts-testing', stsLine]],
    ['TLS-065 mode none', { ...policy, mode: 'none' }, unlisted, []],
    ['a policy that nobody could fetch here', { status: 'not-fetched', id: 'a' }, {}, []],
  ])('%s', (_, sts, mx, expected) => {
    expect(told({ ...(sts && { sts }) }, mx)).toEqual(expected);
  });

  it('TLS-062 the file lists every host, those not looked at included, and keeps patterns that fit', () => {
    const sts = { ...policy, mx: ['*.mail.test', 'old.test'], maxAge: 1 };
    const exchanges = [host, 'a.mail.test', 'fifth.test'];
    const [finding] = find({ sts, exchanges }, unlisted);
    expect(finding?.publish?.file).toEqual({
      url: 'https://mta-sts.example.test/.well-known/mta-sts.txt',
      content:
        'version: STSv1\nmode: enforce\nmx: *.mail.test\nmx: mx.example.test\nmx: fifth.test\nmax_age: 604800\n',
    });
    expect(parseMtaSts(finding?.publish?.file?.content ?? '')).toMatchObject({ ok: true });
  });
});

describe('what a domain is told about the rest', () => {
  it('TLS-070 TLSRPT: none, broken, unknown', () => {
    expect(told({ tlsrpt: { status: 'absent' } })).toEqual(['note tlsrpt-missing', tlsrptLine]);
    expect(told({ tlsrpt: { status: 'broken', problem: 'bad-record' } })).toEqual([
      'warning tlsrpt-broken',
      tlsrptLine,
    ]);
    expect(told({ tlsrpt: { status: 'failed', reason: 'dns-timeout' } })).toEqual(['warning policy-unknown']);
  });

  const imaps: Setting = {
    protocol: 'imap',
    host: 'imap.example.test',
    port: 993,
    method: 'implicit-tls',
    userName: 'address',
    source: 'guess',
    login: 'password',
    needsConfirmation: false,
  };
  const line = '_imaps._tcp.example.test. 3600 IN SRV 0 1 993 imap.example.test.';

  it('services that work are announced, unless they are or nobody knows', () => {
    expect(told({}, {}, [imaps])).toEqual(['note srv-missing', line]);
    const service = '_imaps._tcp';
    const announced = { service, protocol: 'imap', method: 'implicit-tls', host, port: 993 } as const;
    expect(told({ announced: [announced] }, {}, [imaps])).toEqual([]);
    expect(told({ unanswered: [{ service, reason: 'dns-servfail' }] }, {}, [imaps])).toEqual([]);
  });

  it('DNS-028 an announcement is offered where 465 works, and only for the whole set', () => {
    const both = { probes: [probe(25), probe(465)] };
    expect(told({}, both)).toEqual([
      'note announcement-possible',
      '_smtp-tls._tcp.example.test. 3600 IN SRV 10 1 465 mx.example.test.',
    ]);
    expect(told({ exchanges: [host, 'fifth.test'] }, both)).toEqual([]);
    expect(told({ announcement: { status: 'unusable' } })).toEqual([
      'warning announcement-unusable',
      '_smtp-tls._tcp.example.test. 3600 IN SRV 10 1 25 mx.example.test.',
    ]);
    expect(told({ announcement: { status: 'failed', reason: 'dns-refused' } })).toEqual([
      'warning policy-unknown',
    ]);
  });

  it('a null MX stands alone, and an address is no exchanger', () => {
    const mx = 'example.test. 3600 IN MX 10 mx.example.test.';
    expect(told({ diagnostics: [{ type: 'null-mx-ignored', host: '.' }] })).toEqual([
      'warning mx-beside-null-mx',
      mx,
    ]);
    expect(told({ diagnostics: [{ type: 'mx-is-address', host: '192.0.2.1' }] })).toEqual([
      'warning mx-record',
      mx,
    ]);
  });

  it('a domain that takes no mail is told nothing', () => {
    expect(told({ exchangers: [], route: 'null-mx', sts: { status: 'absent' } })).toEqual([]);
  });

  it('one observation at two hosts is one finding with both lines', () => {
    const mismatch = { ...good, dane: { verdict: 'fails', reason: 'dane-mismatch' } } as const;
    const second = {
      ...mismatch,
      host: 'mx2.example.test',
      tlsa: { ...good.tlsa, base: 'mx2.example.test' },
    };
    const [finding, ...more] = find({ exchangers: [mismatch, second as MailExchanger] });
    expect(more).toEqual([]);
    expect(finding?.endpoints.map((endpoint) => endpoint.host)).toEqual([host, 'mx2.example.test']);
    expect(finding?.publish?.zone).toEqual([tlsaLine, tlsaLine.replace('mx.', 'mx2.')]);
  });

  it('every line is one of a zone', async () => {
    const lines = told(
      { sts: { status: 'absent' }, tlsrpt: { status: 'absent' } },
      { probes: [probe(25), probe(465)], dane: { verdict: 'fails', reason: 'dane-mismatch' } },
      [imaps],
    ).filter((text) => text.includes(' IN '));
    expect(lines).toHaveLength(5);
    const resolver = zoneResolver(lines.join('\n'));
    const answer = await resolver.query('_smtp._tls.example.test', 'TXT');
    expect(answer).toMatchObject({ records: ['v=TLSRPTv1; rua=mailto:tls-reports@example.test'] });
  });
});
