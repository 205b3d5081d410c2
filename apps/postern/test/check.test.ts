import { zoneResolver } from '@postern/dns';
import type { Resolver } from '@postern/dns';
import { WireError } from '@postern/wire';
import { describe, expect, it } from 'vitest';
import type { AccountReport } from '@postern/probe/report';
import { makeIdentity } from './identity.ts';
import { makeScene, walledScene } from './scene.ts';
import { address, host } from './zone.ts';
import { accountShape, expectShape } from './shapes.ts';
import { testTerminal } from './terminal.ts';

describe('postern check', () => {
  it.each(['en', 'de'])('says what to type, and why port 465 does not work (%s)', async (lang) => {
    const scene = await walledScene();
    const { status, out, err } = await scene.run(['check', 'anna@example.test', '--lang', lang]);
    expect(out).toMatchSnapshot('report');
    expect(err).toBe('');
    expect(status).toBe(1);
  });

  it('shows every dialog and every step where asked', async () => {
    const scene = await walledScene();
    const { out } = await scene.run(['check', 'anna@example.test', '-v']);
    expect(out).toContain('  mutt, Sending*\n    set smtp_url');
    expect(out).toContain('STARTTLS (begins unencrypted, then switches; ordinary port)');
  });

  it('keeps to the width of the terminal', async () => {
    for (const columns of [80, 100, 140]) {
      const scene = await walledScene();
      const { out } = await scene.run(['check', 'anna@example.test', '--no-color'], { tty: true, columns });
      const longest = Math.max(...out.split('\n').map((line) => line.length));
      expect(longest).toBeLessThanOrEqual(Math.min(columns, 120));
    }
  });

  it('prints one JSON document of the documented shape', async () => {
    const scene = await walledScene();
    const { status, out, err } = await scene.run(['check', 'anna@example.test', '--json', '--lang=de']);
    const report = JSON.parse(out) as AccountReport;
    expectShape(report, accountShape);
    expect(report).toMatchObject({
      schema: 'postern.check/1',
      address: 'anna@example.test',
      recommendation: {
        incoming: {
          protocol: 'imap',
          host,
          port: 993,
          method: 'implicit-tls',
          userName: 'address',
          source: 'srv',
        },
        outgoing: { protocol: 'submission', host, port: 587, method: 'starttls' },
      },
      domain: { name: 'example.test', route: 'exchangers' },
    });
    expect(out).not.toContain('"interrupted"');
    expect({ status, err }).toEqual({ status: 1, err: '' });
  });

  it('ends with status 0 where everything announced works', async () => {
    const scene = await makeScene();
    await Promise.all([
      scene.imap(993, 'implicit-tls'),
      scene.imap(143, 'starttls'),
      scene.smtp(465, 'implicit-tls'),
      scene.smtp(587, 'starttls'),
      scene.smtp(25, 'starttls'),
    ]);
    const { status, out } = await scene.run(['check', 'example.test']);
    expect(out).toMatch(/^✓ example\.test: receiving and sending work, encrypted\.\n/);
    expect(out).not.toContain('Why the others');
    expect(status).toBe(0);
  });

  it('tells each cause once, with all the ports it concerns', async () => {
    const scene = await makeScene();
    await scene.imap(993, 'implicit-tls');
    const { out, status } = await scene.run(['check', 'example.test']);
    expect(out).toContain(`✗ ${host}: SMTP 465 SSL/TLS, SMTP 587 STARTTLS (connection-refused)`);
    expect(out).toMatch(/^✓ Receiving works, encrypted\.\n✗ Nothing safe works for sending\.\n/);
    expect(out).toContain('Likewise port 587.');
    expect(out.match(/The\s+machine\s+answered\s+at\s+once/g)).toHaveLength(2);
    expect(status).toBe(1);
  });

  it('tells a masked STARTTLS as a finding where the explanation did not', async () => {
    const masked = await makeScene();
    await masked.imap(993, 'implicit-tls');
    await masked.smtp(587, 'starttls', { startTls: { type: 'masked' } });
    await masked.smtp(465, 'implicit-tls');
    await masked.smtp(25, 'starttls', { startTls: { type: 'masked' } });
    const { out } = await masked.run(['check', 'example.test']);
    expect(out).toContain(`(starttls-masked)`);
    expect(out).toContain(`What else was noticed\n  ! ${host} 25\n`);
  });

  it('does not tell a bad certificate twice', async () => {
    const scene = await makeScene({ trust: { ok: false, code: 'CERT_HAS_EXPIRED' } });
    await scene.imap(993, 'implicit-tls');
    await scene.smtp(25, 'starttls');
    const { out } = await scene.run(['check', 'example.test']);
    expect(out).toContain(`${host}: IMAP 993 SSL/TLS (cert-expired)`);
    expect(out).not.toContain('What else was noticed');
  });

  it('names the port where a program has to do with another setting', async () => {
    const zone = [
      `${host}. A ${address}`,
      `_submissions._tcp.example.test. SRV 0 1 587 ${host}.`,
      `_submission._tcp.example.test. SRV 0 1 2587 ${host}.`,
    ];
    const scene = await makeScene({ zone: zone.join('\n') });
    await scene.smtp(587, 'implicit-tls');
    await scene.smtp(465, 'implicit-tls');
    const { out } = await scene.run(['check', 'example.test']);
    expect(out).toMatch(/Sending {2}SMTP {2}mail\.example\.test {2}port 587 {2}SSL\/TLS/);
    expect(out).toMatch(/Thunderbird +SSL\/TLS +Connection/);
    expect(out).toMatch(/Apple Mail \(macOS\) +ticked\* \(465\)/);
  });

  it('leaves out guessed hosts where nothing works, and names them', async () => {
    const zone = `imap.guess.test. A ${address}\nguess.test. A 192.0.2.66\nsmtp.guess.test. A ${address}`;
    const identity = await makeIdentity(['imap.guess.test', 'smtp.guess.test']);
    const scene = await makeScene({ zone, identity });
    await scene.imap(993, 'implicit-tls');
    await scene.smtp(465, 'implicit-tls');
    const { out, status } = await scene.run(['check', 'guess.test']);
    expect(out).toContain('Also tried, without success: guess.test (details with -v)');
    expect(out).not.toContain('pop.guess.test');
    expect(status).toBe(0);
  });

  it('says so where a domain has no mail server', async () => {
    const scene = await makeScene({ zone: 'empty.test. TXT "x"\nempty.test. MX 0 .' });
    const { out, status } = await scene.run(['check', 'empty.test']);
    expect(out).toContain('✗ No mail server was found for empty.test.');
    expect(out).toContain('it says that it takes no mail (null MX)');
    expect(status).toBe(1);
  });

  it('ends with status 3 where the domain does not exist, and says what to do', async () => {
    const scene = await makeScene();
    const { out, err, status } = await scene.run(['check', 'anna@nowhere.invalid']);
    expect(out).toMatch(/^\? The name nowhere\.invalid does not exist\. \(dns-nxdomain\)\n/);
    expect(out).toContain('→ Check the spelling of the name.');
    expect({ err, status }).toEqual({ err: '', status: 3 });
  });

  it.each([
    ['nowhere.invalid', undefined, 'no-such-domain', 'dns-nxdomain'],
    ['example.test', 'dns-servfail', 'failed', 'dns-servfail'],
    ['example.test', 'dns-timeout', 'failed', 'dns-timeout'],
    ['example.test', 'dns-unreachable', 'failed', 'dns-unreachable'],
  ] as const)(
    '%s, %s: still prints a JSON document, and ends with status 3',
    async (typed, failure, route, reason) => {
      const failing: Resolver = {
        query: () =>
          Promise.reject(
            new WireError({ kind: 'dns', reason: failure ?? 'dns-servfail', phase: 'dns', after: 1 }),
          ),
      };
      const scene = await makeScene(failure && { resolver: failing });
      const { out, err, status } = await scene.run(['check', typed, '--json']);
      const report = JSON.parse(out) as AccountReport;
      expectShape(report, accountShape);
      expect(report.domain).toMatchObject({ route, reason, explanation: { lang: 'en' } });
      expect(report.domain?.unanswered ?? []).toHaveLength(failure ? 6 : 0);
      expect({ err, status }).toEqual({ err: '', status: 3 });
    },
  );

  it('says once what no name could be looked up for, and that nobody can tell', async () => {
    const failures = Object.fromEntries(
      ['imap', 'mail', 'pop', 'pop3', 'smtp'].map((label) => [`${label}.down.test`, 'dns-servfail'] as const),
    );
    const scene = await makeScene({ resolver: zoneResolver('down.test. MX 0 .', { failures }) });
    const { out, status } = await scene.run(['check', 'anna@down.test']);
    expect(out).toMatchSnapshot();
    expect(status).toBe(3);
  });

  it.each([
    ['', 'Nothing was typed.'],
    ['  ', 'Nothing was typed.'],
    ['anna@', 'The domain after the @ is missing'],
    ['@example.org', 'The name before the @ is missing'],
    ['anna@exa\u0007mple.org', 'There is a control character in the address.'],
    ['anna@exam ple.org', 'There is a space in the address.'],
    ['localhost', '"localhost" is no mail address and no mail domain.'],
    ['anna@@example.org', 'There is more than one @ in the address.'],
    ['anna@[192.0.2.1]', 'is no mail address and no mail domain.'],
    [`anna@${'a'.repeat(64)}.org`, 'is no mail address and no mail domain.'],
  ])('refuses %j with status 2 and one line', async (typed, message) => {
    const scene = await makeScene();
    const { out, err, status } = await scene.run(['check', typed]);
    expect(err).toMatch(/^postern: [^\n]+\n$/);
    expect(err).toContain(message);
    expect({ out, status }).toEqual({ out: '', status: 2 });
  });

  it('is interrupted: prints what is known, names what is not done, ends with status 130', async () => {
    const scene = await walledScene();
    const terminal = testTerminal();
    scene.clock.alarm(1500, terminal.interrupt);
    const { status, out } = await scene.runOn(terminal, ['check', 'anna@example.test']);
    expect(out).toMatch(/^\? Interrupted before these were done: mail\.example\.test 465/);
    expect(out).toContain('✓  SMTP  mail.example.test  587');
    expect(out).not.toContain('is blocked on the way');
    expect(status).toBe(130);
    await scene.clock.advance(100_000);
    expect(scene.network.counts).toMatchObject({ connecting: 0, open: 0 });
  });

  it('is interrupted: the JSON document says so', async () => {
    const scene = await walledScene();
    const terminal = testTerminal();
    scene.clock.alarm(1500, terminal.interrupt);
    const { status, out } = await scene.runOn(terminal, ['check', 'anna@example.test', '--json']);
    const report = JSON.parse(out) as AccountReport;
    expectShape(report, accountShape);
    expect(report).toMatchObject({ interrupted: true, recommendation: { outgoing: { port: 587 } } });
    expect(report.unfinished?.map(({ port }) => port)).toEqual([465, 465]);
    expect(status).toBe(130);
  });

  it('is interrupted before anything is known: says so on standard error', async () => {
    const scene = await walledScene();
    const terminal = testTerminal();
    terminal.interrupt();
    expect(await scene.runOn(terminal, ['check', 'example.test'])).toEqual({
      status: 130,
      out: '',
      err: 'Interrupted.\n',
    });
  });

  it('ends at its deadline, with what is known by then', async () => {
    const scene = await walledScene();
    const { out } = await scene.run(['check', 'example.test', '--deadline', '1s', '--json']);
    const report = JSON.parse(out) as AccountReport;
    expect(report.elapsedMs).toBeLessThanOrEqual(1100);
    expect(report.recommendation.outgoing?.port).toBe(587);
  });
});
