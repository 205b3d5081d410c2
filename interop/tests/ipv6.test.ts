// Hosts with IPv6 addresses: alone, and where everything sent there is swallowed, as on a network whose IPv6 leads nowhere.
import { describe, expect, test } from 'vitest';
import { readEnvironment } from '../environment.ts';
import { check } from '../postern.ts';

const { ca, walled } = readEnvironment();

function checkBehind(user: string, resolver: string) {
  const args = ['--ca', ca.root, '--resolver', resolver, '--deadline', '10s'];
  return check(user, args, { place: walled.client });
}

describe('six.test, which has IPv6 addresses only', async () => {
  const { status, report } = await checkBehind('tim@six.test', walled.resolver6.address);

  test('works on every port, with both methods', () => {
    const works = report.probes.filter(({ verdict }) => verdict === 'works');
    expect(works.map(({ endpoint: { port } }) => port)).toEqual(
      expect.arrayContaining([465, 587, 993, 143, 995, 110]),
    );
    const addresses = works.flatMap(({ attempts }) => attempts.map(({ address }) => address));
    expect([...new Set(addresses)].toSorted()).toEqual(['2001:db8::2', '2001:db8::4']);
    expect(status).toBe(0);
  });

  test('is recommended like any other', () => {
    expect(report.recommendation).toMatchObject({
      incoming: { protocol: 'imap', host: 'imap.six.test', port: 993, method: 'implicit-tls' },
      outgoing: { protocol: 'submission', host: 'smtp.six.test', port: 465, method: 'implicit-tls' },
    });
  });
});

describe('hole.test, whose IPv6 address swallows everything', async () => {
  const { status, report } = await checkBehind('tim@hole.test', `[${walled.resolver6.address}]:53`);
  const imap = report.probes.find(
    ({ endpoint: { host, port } }) => host === 'imap.hole.test' && port === 993,
  );

  test('works over IPv4 long before IPv6 is given up', () => {
    expect(imap).toMatchObject({ verdict: 'works' });
    const greeted = imap?.timeline.find(({ event }) => event === 'greeting')?.ms;
    const givenUp = imap?.timeline.find(({ event }) => event === 'not-connected')?.ms;
    expect(greeted).toBeLessThan(givenUp ?? 0);
    expect(report.recommendation.incoming).toMatchObject({ host: 'imap.hole.test', port: 993 });
  });

  test('and is told that one of its addresses leads nowhere', () => {
    const silent = imap?.attempts.find(({ address }) => address === '2001:db8::6');
    expect(silent).toMatchObject({ verdict: 'silent', reason: 'timeout-connect' });
    const finding = report.findings.find(({ name }) => name === 'one-family-silent');
    expect(finding?.explanation.summary).toBe(
      'imap.hole.test answers on port 993 over IPv4 only; over IPv6 it stays silent.',
    );
    // Something is to be mended, although everything can be used.
    expect(status).toBe(1);
  });
});
