import { describe, expect, it } from 'vitest';
import { probeEndpoint } from '@postern/probe';
import type { ProbeReport, ServiceEndpoint } from '@postern/probe/report';
import type { SmtpServerOptions } from '@postern/smtp/server';
import { utf8 } from '@postern/wire';
import type { Connection } from '@postern/wire';
import { makeScene } from './scene.ts';
import type { Scene } from './scene.ts';

function submission(port: number, method: 'implicit-tls' | 'starttls'): ServiceEndpoint {
  return { protocol: 'submission', host: 'mail.example.test', port, method };
}

async function probe(scene: Scene, endpoint: ServiceEndpoint): Promise<ProbeReport> {
  const report = await scene.clock.run(() => probeEndpoint(endpoint, scene.environment));
  // What was opened must be closed, whatever happened.
  await scene.clock.advance(2000);
  expect(scene.network.counts.open).toBe(0);
  expect(scene.network.counts.connecting).toBe(0);
  return report;
}

function brief({ verdict, reason, attempts }: ProbeReport): string {
  return [`${verdict} ${reason}`, ...attempts.map((attempt) => `${attempt.method}: ${attempt.reason}`)].join(
    '; ',
  );
}

describe('one endpoint, by the method that belongs there', () => {
  it('goes through STARTTLS, sees the offers before and inside, and says goodbye', async () => {
    const scene = await makeScene();
    await scene.smtp(587, { startTls: { type: 'offered' } });
    const report = await probe(scene, submission(587, 'starttls'));
    expect(brief(report)).toBe('works none; starttls: none');
    expect(report.capabilities.beforeTls).toContain('STARTTLS');
    expect(report.capabilities.insideTls).not.toContain('STARTTLS');
    expect(report.certificate).toMatchObject({ valid: true, names: ['mail.example.test'] });
    expect(report.tls?.version).toBe('TLSv1.3');
    expect(report.timeline.map(({ event }) => event)).toEqual([
      'dns',
      'connect',
      'connected',
      'greeting',
      'capabilities',
      'starttls',
      'secured',
      'inside',
      'end',
    ]);
  });

  it('goes through implicit TLS', async () => {
    const scene = await makeScene();
    await scene.smtp(465, {}, 'implicit-tls');
    const report = await probe(scene, submission(465, 'implicit-tls'));
    expect(brief(report)).toBe('works none; implicit-tls: none');
    expect(report.capabilities).toMatchObject({ beforeTls: null });
  });

  it.each([
    ['not offered', { type: 'absent' }, 'refused starttls-not-offered'],
    ['masked', { type: 'masked' }, 'refused starttls-masked'],
    ['refused for now', { type: 'refused', code: 454 }, 'refused starttls-refused-temporarily'],
    ['refused', { type: 'refused', code: 502 }, 'refused starttls-refused'],
    ['injected', { type: 'injected' }, 'refused plaintext-after-starttls'],
    ['silent after the go-ahead', { type: 'silent' }, 'silent timeout-tls-handshake'],
  ] satisfies [string, SmtpServerOptions['startTls'], string][])(
    'STARTTLS %s',
    async (_what, startTls, expected) => {
      const scene = await makeScene();
      await scene.smtp(587, { startTls });
      expect(brief(await probe(scene, submission(587, 'starttls')))).toContain(expected);
    },
  );
});

describe('the other method was wanted', () => {
  it('F-01 implicit TLS on a STARTTLS port: names the cause, and that STARTTLS works there', async () => {
    const scene = await makeScene();
    await scene.smtp(587, { startTls: { type: 'offered' } });
    const report = await probe(scene, submission(587, 'implicit-tls'));
    expect(brief(report)).toBe(
      'refused plaintext-on-tls-port; implicit-tls: plaintext-on-tls-port; starttls: none',
    );
    expect(report.evidence?.reply).toMatch(/^220 [^\r\n]*$/);
    expect(report.elapsedMs).toBeLessThan(1000);
  });

  it('F-02 STARTTLS on an implicit port: silence is asked about after a second, and TLS answers', async () => {
    const scene = await makeScene();
    await scene.smtp(465, {}, 'implicit-tls');
    const report = await probe(scene, submission(465, 'starttls'));
    expect(brief(report)).toBe(
      'refused tls-on-plaintext-port; starttls: tls-on-plaintext-port; implicit-tls: none',
    );
    expect(report.elapsedMs).toBeLessThan(2000);
  });

  it('F-03 the server hangs up in place of a greeting: the port is asked for TLS all the same', async () => {
    const scene = await makeScene();
    let calls = 0;
    await scene.raw(465, async (connection) => {
      calls += 1;
      if (calls === 1) {
        await connection.end();
      } else {
        const { testIdentity } = await import('./identity.ts');
        const identity = await testIdentity();
        await connection.acceptTls({ identity: () => identity });
      }
    });
    expect(brief(await probe(scene, submission(465, 'starttls')))).toContain('refused tls-on-plaintext-port');
  });

  it('a port that is silent to everybody stays timeout-greeting', async () => {
    const scene = await makeScene();
    await scene.raw(587, silent);
    const report = await probe(scene, submission(587, 'starttls'));
    expect(brief(report)).toBe('silent timeout-greeting; starttls: timeout-greeting');
    expect(report.elapsedMs).toBeGreaterThanOrEqual(10_000);
    expect(report.elapsedMs).toBeLessThan(11_000);
  });

  it('a slow greeting is no silence', async () => {
    const scene = await makeScene();
    await scene.smtp(587, { startTls: { type: 'offered' }, greeting: { type: 'ready', delay: 6000 } });
    expect(brief(await probe(scene, submission(587, 'starttls')))).toBe('works none; starttls: none');
  });
});

async function silent(connection: Connection): Promise<void> {
  while (await connection.read());
}

describe('what firewalls and resolvers do', () => {
  it('F-04 three unanswered requests are a silence, known after 2.2 seconds', async () => {
    const scene = await makeScene();
    await scene.smtp(465, {}, 'implicit-tls');
    scene.network.setPath('192.0.2.1:465', { weather: { type: 'drop' } });
    const report = await probe(scene, submission(465, 'implicit-tls'));
    expect(brief(report)).toBe('silent timeout-connect; implicit-tls: timeout-connect');
    expect(report.evidence?.syns).toBe(3);
    expect(report.elapsedMs).toBeLessThan(2500);
  });

  it('F-05 a refusal is known at once', async () => {
    const scene = await makeScene();
    const report = await probe(scene, submission(465, 'implicit-tls'));
    expect(brief(report)).toBe('refused connection-refused; implicit-tls: connection-refused');
    expect(report.elapsedMs).toBeLessThan(100);
  });

  it('F-07 one dead address beside a good one: works, and says which is dead', async () => {
    const scene = await makeScene({
      zone: 'mail.example.test. A 192.0.2.1\nmail.example.test. AAAA 2001:db8::1',
    });
    await scene.smtp(465, {}, 'implicit-tls');
    scene.network.setPath('2001:db8::1', { weather: { type: 'unreachable' } });
    const report = await probe(scene, submission(465, 'implicit-tls'));
    expect(report.verdict).toBe('works');
    expect(report.attempts.map(({ address, reason }) => `${address} ${reason}`)).toEqual([
      '2001:db8::1 unreachable',
      '192.0.2.1 none',
    ]);
  });

  it('an address that answers after another was taken is reachable, and that is all that is known of it', async () => {
    const scene = await makeScene({
      zone: 'mail.example.test. A 192.0.2.1\nmail.example.test. AAAA 2001:db8::1',
    });
    await scene.smtp(465, {}, 'implicit-tls');
    // The first address is slow enough for the second to be dialled and to win, and answers a little later.
    scene.network.setPath('2001:db8::1', { latency: 200 });
    await scene.network.listen({ address: '2001:db8::1', port: 465 }, async (connection) => {
      await silent(connection);
      await connection[Symbol.asyncDispose]();
    });
    const report = await probe(scene, submission(465, 'implicit-tls'));
    expect(report.verdict).toBe('works');
    expect(report.attempts.map(({ address, verdict, reason }) => `${address} ${verdict} ${reason}`)).toEqual([
      '2001:db8::1 could-not-tell none',
      '192.0.2.1 works none',
    ]);
    const connected = report.timeline.filter(({ event }) => event === 'connected');
    expect(connected.map(({ detail }) => detail)).toEqual([
      expect.stringContaining('192.0.2.1'),
      expect.stringContaining('2001:db8::1'),
    ]);
    expect(report.timeline.filter(({ event }) => event === 'not-connected')).toEqual([]);
  });

  it('F-08 a name that does not exist, and one without addresses', async () => {
    const scene = await makeScene({ zone: 'mail.example.test. TXT "no address"' });
    const at = (host: string): ServiceEndpoint => ({ ...submission(465, 'implicit-tls'), host });
    expect(brief(await probe(scene, at('gone.example.test')))).toBe('could-not-tell dns-nxdomain');
    expect(brief(await probe(scene, at('mail.example.test')))).toBe('could-not-tell dns-nodata');
  });

  it('dials no special address of a stranger unless told to', async () => {
    const scene = await makeScene();
    const environment = { ...scene.environment, allowSpecial: false };
    const report = await scene.clock.run(() => probeEndpoint(submission(465, 'implicit-tls'), environment));
    expect(brief(report)).toBe('refused address-forbidden');
    expect(scene.network.counts.attempts).toBe(0);
  });

  it('says in which phase its own deadline ran out', async () => {
    const scene = await makeScene();
    await scene.raw(465, silent);
    const report = await scene.clock.run(() =>
      probeEndpoint(submission(465, 'implicit-tls'), scene.environment, { deadline: 500 }),
    );
    expect(report).toMatchObject({ verdict: 'silent', reason: 'timeout-tls-handshake' });
    expect(report.elapsedMs).toBeLessThan(1600);
  });

  it('rethrows the abort of its caller and leaves nothing open', async () => {
    const scene = await makeScene();
    await scene.raw(465, silent);
    const controller = new AbortController();
    const probing = probeEndpoint(submission(465, 'implicit-tls'), scene.environment, {
      signal: controller.signal,
    });
    probing.catch(() => undefined);
    await scene.clock.advance(100);
    controller.abort('never mind');
    await expect(scene.clock.run(probing)).rejects.toBe('never mind');
    await scene.clock.advance(2000);
    expect(scene.network.counts.open).toBe(0);
  });
});

describe('certificates and passwords', () => {
  const credentials = { type: 'password', user: 'tim', password: 'tanstaaftanstaaf' } as const;
  const auth: SmtpServerOptions['auth'] = {
    authenticate: ({ password }) => password === credentials.password,
  };

  it('logs in inside verified TLS, and the trace does not show the password', async () => {
    const scene = await makeScene();
    await scene.smtp(465, { auth }, 'implicit-tls');
    const lines: string[] = [];
    const environment = {
      ...scene.environment,
      credentials,
      onProgress: ({ detail }: { detail?: string }) => lines.push(detail ?? ''),
    };
    const report = await scene.clock.run(() => probeEndpoint(submission(465, 'implicit-tls'), environment));
    expect(report.auth).toEqual({ attempted: true, ok: true });
    const trace = lines.join('\n');
    expect(trace).toContain('AUTH PLAIN <redacted');
    const secret = Buffer.from(`\0${credentials.user}\0${credentials.password}`).toString('base64');
    expect(`${trace}${JSON.stringify(report)}`).not.toMatch(new RegExp(`${credentials.password}|${secret}`));
  });

  it('a wrong password is a refusal with its reason', async () => {
    const scene = await makeScene();
    await scene.smtp(465, { auth }, 'implicit-tls');
    const environment = { ...scene.environment, credentials: { ...credentials, password: 'wrong' } };
    const report = await scene.clock.run(() => probeEndpoint(submission(465, 'implicit-tls'), environment));
    expect(report).toMatchObject({ verdict: 'refused', reason: 'auth-failed', phase: 'auth' });
  });

  it('SASL-005 an untrusted certificate is reported, what lies behind it is seen, and no password goes there', async () => {
    const scene = await makeScene({ trust: { ok: false, code: 'DEPTH_ZERO_SELF_SIGNED_CERT' } });
    await scene.smtp(465, { auth }, 'implicit-tls');
    const environment = { ...scene.environment, credentials };
    const report = await scene.clock.run(() => probeEndpoint(submission(465, 'implicit-tls'), environment));
    expect(report).toMatchObject({
      verdict: 'refused',
      reason: 'cert-self-signed',
      auth: { attempted: false },
    });
    expect(report.capabilities.insideTls).toContain('AUTH PLAIN LOGIN');
    expect(report.certificate).toMatchObject({ valid: false, reason: 'cert-self-signed' });
  });

  it.each(['implicit-tls', 'starttls'] as const)(
    'works unverified where the caller takes any certificate, and still no password goes there (%s)',
    async (method) => {
      const scene = await makeScene();
      const port = method === 'starttls' ? 587 : 465;
      const startTls = method === 'starttls' ? ({ type: 'offered' } as const) : undefined;
      await scene.smtp(
        port,
        { auth, ...(startTls && { startTls }) },
        method === 'starttls' ? 'plaintext' : method,
      );
      const wallClock = (): number => Date.UTC(2100, 0, 1);
      const environment = { ...scene.environment, wallClock, credentials, certificate: 'any' } as const;
      const report = await scene.clock.run(() => probeEndpoint(submission(port, method), environment));
      expect(report).toMatchObject({
        verdict: 'works-unverified',
        reason: 'cert-expired',
        attempts: [{ verdict: 'works-unverified' }],
        auth: { attempted: false },
      });
      expect(report.explanation.summary).toMatch(/\d{4}-\d{2}-\d{2}/);
    },
  );
});

describe('peers that are something else', () => {
  it.each([
    ['HTTP/1.1 400 Bad Request\r\n', 'wrong-protocol'],
    ['SSH-2.0-x\r\n', 'wrong-protocol'],
    ['* OK IMAP\r\n', 'wrong-protocol'],
    ['554 no service\r\n', 'greeting-rejected'],
    ['421 later\r\n', 'greeting-rejected-temporarily'],
  ])('F-28, F-29 %j is %s', async (text, reason) => {
    const scene = await makeScene();
    await scene.raw(587, async (connection) => {
      await connection.write(utf8(text));
      await silent(connection);
    });
    expect((await probe(scene, submission(587, 'starttls'))).reason).toBe(reason);
  });
});
