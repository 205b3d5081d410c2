// `postern probe` against Postfix and Dovecot: both methods, on every port.
import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readEnvironment, type Endpoint } from '../environment.ts';
import { postern, probe, world } from '../postern.ts';

const { account, directory, endpoints, refused } = readEnvironment();

/** The same port addressed by the method that is not spoken there. */
function withOtherMethod({ endpoint, method }: Endpoint): string {
  const [scheme = '', where = ''] = endpoint.split('://');
  return method === 'starttls'
    ? `${scheme.replace('+starttls', 's')}://${where}`
    : `${scheme.replace(/s$/, '+starttls')}://${where}`;
}

describe.concurrent('an endpoint that works', () => {
  test.each(endpoints)('$endpoint', async ({ endpoint, host, port, method, address }) => {
    const { status, report } = await probe(endpoint);
    expect(report).toMatchObject({
      schema: 'postern.probe/1',
      endpoint: { host, port, method },
      verdict: 'works',
      reason: 'none',
      phase: null,
      tls: { version: 'TLSv1.3', resumed: false },
      certificate: { valid: true, names: expect.arrayContaining([host]) },
      auth: { attempted: false, ok: null },
      attempts: [{ address, port, method, verdict: 'works' }],
    });
    expect(report.capabilities.beforeTls === null).toBe(method === 'implicit-tls');
    expect(report.capabilities.insideTls).not.toHaveLength(0);
    expect(status).toBe(0);
  });
});

describe('an endpoint addressed by the wrong method', () => {
  const pairings = endpoints.map((right) => ({ right, typed: withOtherMethod(right) }));
  const greetings = { smtp: /^220 mx\.good\.test ESMTP Postfix$/, imap: /^\* OK .*$/, pop3: /^\+OK .*$/ };

  /** By the method that is right. */
  const cause = {
    starttls: { reason: 'plaintext-on-tls-port', phase: 'tls' },
    'implicit-tls': { reason: 'tls-on-plaintext-port', phase: 'greeting', evidence: { protocol: 'tls' } },
  };

  // The command is to answer within three seconds; how long Node takes to start is not its doing.
  let start = 0;
  beforeAll(async () => {
    ({ ms: start } = await postern(['--version']));
  });

  // One at a time: the wait is what counts.
  test.each(pairings)('$typed', async ({ right: { method, protocol, address, port }, typed }) => {
    const { status, report, ms } = await probe(typed);
    expect(report).toMatchObject({ verdict: 'refused', ...cause[method] });
    expect(report.evidence?.reply ?? '').toMatch(method === 'starttls' ? greetings[protocol] : /^$/);
    expect(report.attempts.map((attempt) => [attempt.method, attempt.reason])).toEqual([
      [report.endpoint.method, report.reason],
      [method, 'none'],
    ]);
    expect(report.attempts.at(-1)).toMatchObject({ address, port, verdict: 'works', phase: null });
    expect(report.elapsedMs).toBeLessThan(3000);
    expect(ms - start).toBeLessThan(3000);
    expect(status).toBe(1);
  });
});

describe.concurrent('a login', () => {
  const withLogin = endpoints.filter(({ port }) => port !== 25);

  /** Everything that a run leaves to read, and its report. */
  async function login(endpoint: string, password: string) {
    const trace = join(mkdtempSync(join(directory, 'trace-')), 'transcript');
    const outcome = await probe(endpoint, ['--user', account.user, '--trace', trace], {
      env: { POSTERN_PASSWORD: password },
    });
    const transcript = readFileSync(trace, 'utf8');
    return { ...outcome, transcript, written: outcome.stdout + outcome.stderr + transcript };
  }

  /** A password, and the forms in which the mechanisms send it. */
  function forms(password: string): readonly string[] {
    const base64 = (text: string): string => Buffer.from(text).toString('base64');
    return [password, base64(password), base64(`\0${account.user}\0${password}`)];
  }

  test.each(withLogin)('with the password succeeds on $endpoint', async ({ endpoint }) => {
    const { status, report, transcript, written } = await login(endpoint, account.password);
    expect(report).toMatchObject({ verdict: 'works', auth: { attempted: true, ok: true } });
    expect(transcript).toMatch(/ C: .*SCRAM-SHA-256 <redacted \d+ octets>$/m);
    for (const form of forms(account.password)) expect(written).not.toContain(form);
    expect(status).toBe(0);
  });

  test.each(withLogin)('with a wrong password fails on $endpoint', async ({ endpoint }) => {
    const password = 'not-the-password';
    const { status, report, transcript, written } = await login(endpoint, password);
    expect(report).toMatchObject({
      verdict: 'refused',
      reason: 'auth-failed',
      phase: 'auth',
      auth: { attempted: true, ok: false, reason: 'auth-failed' },
    });
    expect(transcript).toMatch(/ S: .*authentication failed/im);
    for (const form of forms(password)) expect(written).not.toContain(form);
    expect(status).toBe(1);
  });

  test.each(refused)('is not tried on $endpoint: $reason', async ({ endpoint, reason }) => {
    const { status, report, transcript } = await login(endpoint, account.password);
    expect(report).toMatchObject({
      verdict: 'refused',
      reason,
      phase: 'tls',
      tls: { version: 'TLSv1.3' },
      certificate: { valid: false, reason },
      auth: { attempted: false, ok: null },
    });
    // The certificate does not hide what lies behind it, and no password goes there.
    expect(report.capabilities.insideTls).not.toHaveLength(0);
    expect(transcript).not.toMatch(/ C: .*(AUTH|PASS|LOGIN )/);
    expect(status).toBe(1);
  });

  test('shows people no password either', async () => {
    const { status, stdout, stderr } = await postern(
      ['probe', 'submissions://smtp.good.test', '-v', '--user', account.user, ...world],
      { env: { POSTERN_PASSWORD: account.password } },
    );
    for (const form of forms(account.password)) expect(stdout + stderr).not.toContain(form);
    expect(stdout).toMatch(/465.*works/);
    expect(status).toBe(0);
  });
});

describe.concurrent('a name that leads nowhere', () => {
  test.each([
    { endpoint: 'imaps://mail.bogus.test', reason: 'dns-bogus' },
    { endpoint: 'imaps://mail.stale.test', reason: 'dns-bogus' },
    { endpoint: 'imaps://nosuch.test', reason: 'dns-nxdomain' },
    { endpoint: 'imaps://good.test', reason: 'dns-nodata' },
    { endpoint: 'imaps://loop.good.test', reason: 'dns-servfail' },
  ])('$endpoint: $reason', async ({ endpoint, reason }) => {
    const { status, report } = await probe(endpoint);
    expect(report).toMatchObject({ verdict: 'could-not-tell', reason, phase: 'dns', attempts: [] });
    expect(status).toBe(3);
  });
});
