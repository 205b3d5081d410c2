import type { Tlsa, TlsaAnswer } from '@postern/dns';
import { isUsageError } from '@postern/wire';
import { describe, expect, test } from 'vitest';
import { hostRequirement } from './host-requirement.ts';
import type { HostDecision, HostFacts } from './host-requirement.ts';
import type { MtaStsPolicy } from './mta-sts/policy.ts';
import { requirementFor } from './requirement.ts';
import type { PolicyLevel, Requirement } from './requirement.ts';

const host = 'mx1.example.test';
const good: Tlsa = { usage: 3, selector: 1, matching: 1, data: new Uint8Array(32) };
const tlsa: TlsaAnswer = { status: 'records', base: 'mx1.real.test', records: [good] };
const unusable: TlsaAnswer = { ...tlsa, records: [{ ...good, usage: 1 }] };
const none: TlsaAnswer = { status: 'none', reason: undefined };
const untrusted: TlsaAnswer = { status: 'none', reason: 'ad-untrusted' };
const sts = (mode: MtaStsPolicy['mode'], mx = '*.example.test'): MtaStsPolicy => ({
  mode,
  mx: [mx],
  maxAge: 86_400,
});
const elsewhere = 'mx.other.test';

/** A requirement in a few words. */
function words(requirement: Requirement): string {
  if (requirement.level === 'opportunistic') return 'opportunistic';
  if (requirement.level === 'encrypted') return `encrypted by ${requirement.by}`;
  const {
    by,
    names,
    proof = requirement.tlsa ? 'dane' : requirement.fingerprints ? 'fingerprint' : 'pkix',
  } = requirement;
  return `${proof} by ${by}: ${names.join(' ')}`;
}

/** A decision in a few words: what is demanded, SNI, whether the host is known, what is only observed. */
function say(decision: HostDecision): string {
  switch (decision.status) {
    case 'plaintext':
      return 'plaintext';
    case 'pass-over':
      return `pass over: ${decision.fault.reason} by ${decision.fault.by}`;
    case 'try': {
      const known = decision.hostIsKnown ? '' : ', host unknown';
      const observed = decision.observed ? `, observed ${words(decision.observed)}` : '';
      return `${words(decision.requirement)}, SNI ${decision.serverName}${known}${observed}`;
    }
  }
}

const decide = (facts: Partial<HostFacts>): string =>
  say(hostRequirement({ host, nextHop: 'example.test', named: 'insecure', ...facts }));

const insecure = `, SNI ${host}, host unknown`;
const base = 'SNI mx1.real.test';

describe('what others published', () => {
  test.each<readonly [string, Partial<HostFacts>, string]>([
    ['nothing', {}, `opportunistic${insecure}`],
    ['nothing, securely', { named: 'secure', tlsa: none }, `opportunistic, SNI ${host}`],
    ['TLS-057 usable TLSA', { named: 'secure', tlsa }, `dane by dane: mx1.real.test example.test, ${base}`],
    [
      'TLS-054 usable TLSA, domain is an alias',
      { named: 'secure', tlsa, nextHopCanonical: 'real.test' },
      `dane by dane: mx1.real.test example.test real.test, ${base}`,
    ],
    [
      'TLS-053 no MX',
      { named: 'itself', host: 'example.test', tlsa: { ...tlsa, base: 'example.test' } },
      'dane by dane: example.test, SNI example.test',
    ],
    [
      'TLS-052 usable TLSA behind an insecure MX',
      { tlsa, nextHopCanonical: 'real.test' },
      `dane by dane: mx1.real.test, ${base}, host unknown`,
    ],
    ['TLS-057 unusable TLSA', { named: 'secure', tlsa: unusable }, `encrypted by dane, ${base}`],
    ['TLS-057 unusable TLSA, insecure MX', { tlsa: unusable }, `encrypted by dane, ${base}, host unknown`],
    ['TLS-050 an AD bit nobody vouches for', { tlsa: untrusted }, `opportunistic${insecure}`],
    [
      'another name, and nothing demanded',
      { serverName: 'n.test' },
      'opportunistic, SNI n.test, host unknown',
    ],
    [
      'another name under TLSA records',
      { named: 'secure', tlsa, serverName: 'n.test' },
      'dane by dane: n.test, SNI n.test',
    ],
    [
      'another name under enforce',
      { sts: sts('enforce'), serverName: 'n.test' },
      'pkix by mta-sts: n.test, SNI n.test',
    ],
    [
      'another name in testing',
      { sts: sts('testing'), serverName: 'n.test' },
      'opportunistic, SNI n.test, observed pkix by mta-sts: n.test',
    ],
    [
      'TLS-063 another name does not list a host',
      { sts: sts('enforce', elsewhere), serverName: elsewhere },
      'pass over: sts-mx-not-listed by mta-sts',
    ],
    [
      'another name and fingerprints, which need none',
      { level: 'fingerprint', fingerprints: ['ab'.repeat(32)], serverName: 'n.test' },
      'fingerprint by user: , SNI n.test, host unknown',
    ],
    ['TLS-064 enforce', { sts: sts('enforce') }, `pkix by mta-sts: ${host}, SNI ${host}`],
    [
      'TLS-063 enforce, host not listed',
      { sts: sts('enforce', elsewhere) },
      'pass over: sts-mx-not-listed by mta-sts',
    ],
    [
      'TLS-065 testing',
      { sts: sts('testing') },
      `opportunistic, SNI ${host}, observed pkix by mta-sts: ${host}`,
    ],
    ['TLS-065 testing, host not listed', { sts: sts('testing', elsewhere) }, `opportunistic${insecure}`],
    [
      'TLS-065 enforce, and a level of our own',
      { level: 'may', sts: sts('enforce') },
      `opportunistic, SNI ${host}`,
    ],
    ['TLS-065 none', { sts: sts('none', elsewhere) }, `opportunistic${insecure}`],
    ['DNS-028 an announcement', { announced: true }, `encrypted by announcement${insecure}`],
    [
      'DNS-028 a secure announcement',
      { announced: true, named: 'secure' },
      `encrypted by announcement, SNI ${host}`,
    ],
    [
      'DNS-039 an announcement and enforce',
      { announced: true, sts: sts('enforce') },
      `pkix by mta-sts: ${host}, SNI ${host}`,
    ],
    [
      'DNS-039 an announced host that MTA-STS does not list',
      { announced: true, sts: sts('enforce', elsewhere) },
      'pass over: sts-mx-not-listed by mta-sts',
    ],
    [
      'TLS-041 DANE before MTA-STS',
      { named: 'secure', tlsa, sts: sts('enforce') },
      `dane by dane: mx1.real.test example.test, ${base}`,
    ],
    [
      'TLS-041 DANE excuses a host that is not listed',
      { named: 'secure', tlsa, sts: sts('enforce', elsewhere) },
      `dane by dane: mx1.real.test example.test, ${base}`,
    ],
    [
      'TLS-041 unusable TLSA and enforce',
      { named: 'secure', tlsa: unusable, sts: sts('enforce') },
      `pkix by mta-sts: ${host}, SNI ${host}`,
    ],
    [
      'TLS-041 insecure MX: the list by MTA-STS, the channel by DANE',
      { tlsa, sts: sts('enforce') },
      `dane by dane: mx1.real.test, ${base}`,
    ],
    [
      'TLS-041 insecure MX and not listed',
      { tlsa, sts: sts('enforce', elsewhere) },
      'pass over: sts-mx-not-listed by mta-sts',
    ],
    [
      'TLS-041 both, where both are wanted',
      { named: 'secure', tlsa, sts: sts('enforce'), policies: 'all' },
      `dane-and-pkix by dane: ${host} mx1.real.test example.test, ${base}`,
    ],
    [
      'TLS-041 both wanted, and not listed',
      { named: 'secure', tlsa, sts: sts('enforce', elsewhere), policies: 'all' },
      'pass over: sts-mx-not-listed by mta-sts',
    ],
    [
      'TLS-041 failing TLSA and testing',
      { named: 'secure', tlsa, sts: sts('testing') },
      `dane by dane: mx1.real.test example.test, ${base}`,
    ],
    [
      'TLS-044 an address literal',
      { named: 'literal', host: '192.0.2.1', nextHop: '192.0.2.1', tlsa, sts: sts('enforce') },
      'opportunistic, SNI 192.0.2.1',
    ],
  ])('%s', (_, facts, expected) => {
    expect(decide(facts)).toBe(expected);
  });

  test('TLS-050, TLS-057, TLS-063 what is worth knowing stands beside the decision', () => {
    const notes = (facts: Partial<HostFacts>): readonly string[] =>
      hostRequirement({ host, nextHop: 'example.test', named: 'insecure', ...facts }).notes;
    expect(notes({ tlsa: untrusted })).toEqual(['ad-untrusted']);
    expect(notes({ tlsa: unusable })).toEqual(['tlsa-unusable']);
    expect(notes({ sts: sts('testing', elsewhere) })).toEqual(['sts-mx-not-listed']);
    expect(notes({ tlsa: none })).toEqual([]);
    expect(notes({ tlsa, sts: sts('enforce') })).toEqual([]);
  });

  test('TLS-072 sessions are reported under the policy that there was', () => {
    const type = (facts: Partial<HostFacts>): string =>
      hostRequirement({ host, nextHop: 'example.test', named: 'secure', ...facts }).policyType;
    expect(type({})).toBe('no-policy-found');
    expect(type({ tlsa })).toBe('tlsa');
    expect(type({ tlsa: unusable, sts: sts('enforce') })).toBe('tlsa');
    expect(type({ sts: sts('testing') })).toBe('sts');
    expect(type({ sts: sts('enforce', elsewhere) })).toBe('sts');
    expect(type({ sts: sts('none') })).toBe('sts');
  });
});

describe('what the configuration demands', () => {
  const fingerprints = ['ab'.repeat(32)];
  const levels: Readonly<Record<PolicyLevel, readonly [insecure: string, secure: string]>> = {
    none: ['plaintext', 'plaintext'],
    may: [`opportunistic${insecure}`, `opportunistic, SNI ${host}`],
    encrypt: [`encrypted by user${insecure}`, `encrypted by user, SNI ${host}`],
    dane: [
      `dane by dane: mx1.real.test, ${base}, host unknown`,
      `dane by dane: mx1.real.test example.test, ${base}`,
    ],
    'dane-only': ['pass over: dane-required by user', `dane by dane: mx1.real.test example.test, ${base}`],
    fingerprint: [`fingerprint by user: ${insecure}`, `fingerprint by user: , SNI ${host}`],
    verify: [`pkix by user: ${host}${insecure}`, `pkix by user: ${host}, SNI ${host}`],
    secure: [
      `pkix by user: example.test .example.test${insecure}`,
      `pkix by user: example.test .example.test, SNI ${host}`,
    ],
    sts: ['pass over: sts-no-record by user', 'pass over: sts-no-record by user'],
  };
  for (const [level, expected] of Object.entries(levels)) {
    test(`TLS-040, TLS-041 ${level} comes before what is published`, () => {
      const facts = { level: level as PolicyLevel, tlsa, fingerprints };
      expect(decide(facts)).toBe(expected[0]);
      expect(decide({ ...facts, named: 'secure' })).toBe(expected[1]);
    });
  }

  test.each<readonly [string, Partial<HostFacts>, string]>([
    [
      'dane with unusable records',
      { level: 'dane', tlsa: unusable },
      `encrypted by dane, ${base}, host unknown`,
    ],
    ['dane without records', { level: 'dane', tlsa: none }, `opportunistic${insecure}`],
    [
      'dane-only with unusable records',
      { level: 'dane-only', named: 'secure', tlsa: unusable },
      'pass over: dane-required by user',
    ],
    [
      'dane-only without records',
      { level: 'dane-only', named: 'secure' },
      'pass over: dane-required by user',
    ],
    ['sts, listed', { level: 'sts', sts: sts('enforce') }, `pkix by user: ${host}, SNI ${host}`],
    [
      'sts, testing is enough to demand it',
      { level: 'sts', sts: sts('testing') },
      `pkix by user: ${host}, SNI ${host}`,
    ],
    [
      'sts, not listed',
      { level: 'sts', sts: sts('testing', elsewhere) },
      'pass over: sts-mx-not-listed by user',
    ],
    ['sts, policy withdrawn', { level: 'sts', sts: sts('none') }, 'pass over: sts-no-record by user'],
    ['may although enforce', { level: 'may', sts: sts('enforce', elsewhere) }, `opportunistic${insecure}`],
    [
      'secure to a literal',
      { level: 'secure', named: 'literal', host: '192.0.2.1', nextHop: '192.0.2.1' },
      'pkix by user: 192.0.2.1, SNI 192.0.2.1',
    ],
    [
      'secure to a smart host that is an address',
      { level: 'secure', named: 'itself', host: '192.0.2.1', nextHop: '192.0.2.1' },
      'pkix by user: 192.0.2.1, SNI 192.0.2.1',
    ],
  ])('TLS-040 %s', (_, facts, expected) => {
    expect(decide(facts)).toBe(expected);
  });

  test('TLS-040 fingerprint without digests is the caller’s mistake', () => {
    expect(() => decide({ level: 'fingerprint' })).toThrow(expect.toSatisfy(isUsageError));
  });
});

describe('names out of the DNS that can be in no certificate', () => {
  const odd = [
    'mx-.example.test',
    '-mx.example.test',
    'mx_.example.test',
    'mx.example.1',
    '_mx.test',
    'a b.test',
  ];
  const levels = [undefined, 'may', 'encrypt', 'verify', 'secure', 'dane', 'dane-only', 'sts'] as const;
  test.each(odd)('TLS-030 a host called %j is passed over, whatever is demanded', (name) => {
    for (const level of levels) {
      for (const facts of [{}, { sts: sts('enforce') }, { tlsa, named: 'secure' }] as const) {
        const made = decide({ ...facts, host: name, ...(level && { level }) });
        expect([level, made]).toEqual([level, 'pass over: dns-bad-name by default']);
      }
    }
    expect(decide({ host: name, level: 'none' })).toBe('plaintext');
  });

  test.each(odd)('TLS-057 an alias that ends at %j is no name for DANE', (name) => {
    const aliased: TlsaAnswer = { status: 'records', base: name, records: [good] };
    expect(decide({ named: 'secure', tlsa: aliased })).toBe('pass over: dns-bad-name by default');
    expect(decide({ named: 'secure', tlsa, nextHopCanonical: name })).toBe(
      `dane by dane: mx1.real.test example.test, ${base}`,
    );
  });
});

describe('what the sender demands', () => {
  const sender = 'requiretls';
  test.each<readonly [string, Partial<HostFacts>, string]>([
    ['an insecure MX', {}, 'pass over: tls-required by requiretls'],
    ['a secure MX', { named: 'secure' }, `pkix by requiretls: ${host}, SNI ${host}`],
    [
      'no MX',
      { named: 'itself', host: 'example.test' },
      'pkix by requiretls: example.test, SNI example.test',
    ],
    ['a listed host', { sts: sts('testing') }, `pkix by requiretls: ${host}, SNI ${host}`],
    ['an enforced policy', { sts: sts('enforce') }, `pkix by mta-sts: ${host}, SNI ${host}`],
    ['DANE', { named: 'secure', tlsa }, `dane by dane: mx1.real.test example.test, ${base}`],
    ['DANE behind an insecure MX', { tlsa }, 'pass over: tls-required by requiretls'],
    ['unusable TLSA', { named: 'secure', tlsa: unusable }, `pkix by requiretls: ${host}, SNI ${host}`],
    ['may', { named: 'secure', level: 'may' }, `pkix by requiretls: ${host}, SNI ${host}`],
    ['none', { named: 'secure', level: 'none' }, 'pass over: tls-required by requiretls'],
  ])('TLS-074 REQUIRETLS with %s', (_, facts, expected) => {
    expect(decide({ ...facts, sender })).toBe(expected);
  });

  test('TLS-065, TLS-074 TLS-Required: No sets aside what others published, not what is configured', () => {
    const no = { sender: 'tls-required-no' } as const;
    expect(decide({ ...no, named: 'secure', tlsa })).toBe(`opportunistic, SNI ${host}`);
    expect(decide({ ...no, sts: sts('enforce', elsewhere) })).toBe(`opportunistic${insecure}`);
    expect(decide({ ...no, announced: true })).toBe(`opportunistic${insecure}`);
    expect(decide({ ...no, level: 'encrypt' })).toBe(`encrypted by user${insecure}`);
  });
});

describe('every combination', () => {
  test('TLS-040, TLS-041 nothing published ever lowers what is demanded, and every requirement can be checked', () => {
    const strength = (decision: HostDecision): number => {
      if (decision.status === 'pass-over') return 3;
      if (decision.status === 'plaintext') return -1;
      return ['opportunistic', 'encrypted', 'authenticated'].indexOf(decision.requirement.level);
    };
    const policies = [undefined, sts('none'), sts('testing'), sts('enforce'), sts('enforce', elsewhere)];
    for (const named of ['secure', 'insecure', 'itself'] as const) {
      for (const answer of [undefined, none, untrusted, unusable, tlsa]) {
        for (const policy of policies) {
          for (const announced of [false, true]) {
            const facts: HostFacts = {
              host,
              nextHop: 'example.test',
              named,
              announced,
              sts: policy,
              ...(answer && { tlsa: answer }),
            };
            const plain = hostRequirement({ host, nextHop: 'example.test', named });
            const decision = hostRequirement(facts);
            expect(strength(decision)).toBeGreaterThanOrEqual(strength(plain));
            expect(strength(hostRequirement({ ...facts, sender: 'requiretls' }))).toBeGreaterThanOrEqual(2);
            const requirement =
              decision.status === 'try' ? decision.requirement : ({ level: 'opportunistic' } as const);
            expect(requirementFor({ user: requirement })).toBe(requirement);
          }
        }
      }
    }
  });
});
