// `postern check` of whole domains, good and bad.
import type { AccountReport, PolicyReport } from '@postern/probe/report';
import { describe, expect, test } from 'vitest';
import { readEnvironment } from '../environment.ts';
import { check, postern, world } from '../postern.ts';

const { account, ca, place, endpoints } = readEnvironment();

function policies(found: readonly PolicyReport[] | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(found?.map(({ name, status }) => [name, status]) ?? []);
}

/** What is wrong; notes say what a domain could publish besides. */
function beyondNotes({ findings }: AccountReport): AccountReport['findings'] {
  return findings.filter(({ severity }) => severity !== 'note');
}

describe('good.test, where everything works', async () => {
  const { status, report } = await check(account.user);

  test('is well', () => {
    expect(report).toMatchObject({ schema: 'postern.check/1', address: account.user });
    expect(beyondNotes(report)).toEqual([]);
    expect(report.probes.map(({ reason }) => reason)).toEqual(report.probes.map(() => 'none'));
    expect(status).toBe(0);
  });

  test('has implicit TLS recommended, as announced', () => {
    expect(report.recommendation).toMatchObject({
      incoming: { protocol: 'imap', host: 'imap.good.test', port: 993, method: 'implicit-tls' },
      outgoing: { protocol: 'submission', host: 'smtp.good.test', port: 465, method: 'implicit-tls' },
      rejected: [],
    });
    for (const setting of [report.recommendation.incoming, report.recommendation.outgoing]) {
      expect(setting).toMatchObject({ source: 'srv', login: 'password', needsConfirmation: false });
    }
    expect(report.recommendation.alternatives.map(({ port }) => port).toSorted()).toEqual([
      110, 143, 587, 995,
    ]);
  });

  test('announces its six services', () => {
    const announced = report.domain?.announced.map(({ service, host, port }) => [service, host, port]);
    expect(announced?.toSorted()).toEqual([
      ['_imap._tcp', 'imap.good.test', 143],
      ['_imaps._tcp', 'imap.good.test', 993],
      ['_pop3._tcp', 'pop.good.test', 110],
      ['_pop3s._tcp', 'pop.good.test', 995],
      ['_submission._tcp', 'smtp.good.test', 587],
      ['_submissions._tcp', 'smtp.good.test', 465],
    ]);
  });

  test('was probed on all ports that it has', () => {
    const probed = report.probes.map(({ endpoint: { host, port } }) => `${host}:${port}`);
    expect(probed).toEqual(expect.arrayContaining(endpoints.map(({ host, port }) => `${host}:${port}`)));
  });

  test('receives mail at its exchanger, and protects that in three ways', () => {
    expect(report.domain).toMatchObject({
      name: 'good.test',
      route: 'exchangers',
      exchangers: [{ host: 'mx.good.test', preference: 10 }],
    });
    const [exchanger] = report.domain?.exchangers ?? [];
    expect(exchanger?.probes.map(({ endpoint: { port }, verdict }) => [port, verdict])).toEqual([
      [25, 'works'],
      [465, 'works'],
    ]);
    expect(policies(report.domain?.policies)).toEqual({
      'mta-sts': 'present',
      dane: 'present',
      tlsrpt: 'present',
    });
  });
});

describe('plain.test, which serves mail under the names of another domain', async () => {
  const { status, report } = await check('plain.test');

  test('has no safe setting, because the certificate is not for its names', () => {
    expect(report.recommendation).toMatchObject({ incoming: null, outgoing: null });
    const submission = report.probes.filter(({ endpoint }) => endpoint.protocol === 'submission');
    expect(submission.map(({ reason }) => reason)).toEqual(['cert-name-mismatch', 'cert-name-mismatch']);
    expect(beyondNotes(report)).toMatchObject([{ name: 'certificate', reason: 'cert-name-mismatch' }]);
    expect(status).toBe(1);
  });

  test('receives mail all the same, at an exchanger of good.test', () => {
    const [exchanger] = report.domain?.exchangers ?? [];
    expect(exchanger?.host).toBe('mx.good.test');
    expect(exchanger?.probes.map(({ verdict }) => verdict)).toEqual(['works', 'works']);
    expect(policies(report.domain?.policies)).toMatchObject({ 'mta-sts': 'absent', tlsrpt: 'absent' });
  });
});

test('null.test says that it takes no mail', async () => {
  const { status, report } = await check('null.test');
  expect(report).toMatchObject({ probes: [], domain: { route: 'null-mx', exchangers: [], announced: [] } });
  expect(status).toBe(1);
});

test('big.test has more exchangers than are asked, and each is judged by its own name', async () => {
  const { report } = await check('big.test');
  expect(report.domain?.exchangers.map(({ preference }) => preference)).toEqual([1, 2, 3, 4]);
  for (const { probes } of report.domain?.exchangers ?? []) {
    expect(probes.map(({ reason }) => reason)).toEqual(['cert-name-mismatch', 'cert-name-mismatch']);
  }
});

describe('a domain about which nothing can be learnt', () => {
  test.each([
    { domain: 'bogus.test', reason: 'dns-bogus' },
    { domain: 'stale.test', reason: 'dns-bogus' },
    { domain: 'nosuch.test', reason: 'dns-nxdomain' },
  ])('$domain: $reason, in a report of its own', async ({ domain, reason }) => {
    const { status, stdout, stderr } = await postern(['check', domain, '--json', ...world]);
    expect(JSON.parse(stdout)).toMatchObject({ domain: { reason } });
    expect(stderr).toBe('');
    expect(status).toBe(3);
  });
});

test.skipIf(place.namespace === null)('the resolver of the system is found without being told', async () => {
  const { status, report } = await check(account.user, ['--ca', ca.root]);
  expect(report.recommendation).toMatchObject({ incoming: { port: 993 }, outgoing: { port: 465 } });
  expect(status).toBe(0);
});
