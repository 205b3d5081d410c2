import { zoneResolver } from '@postern/dns';
import type { Resolver } from '@postern/dns';
import { checkAccount, defineProbe, parseAccount, probeEndpoint, runProbe } from '@postern/probe';
import type { AccountReport } from '@postern/probe';
import { describe, expect, it } from 'vitest';
import { makeScene } from './scene.ts';

const host = 'mail.example.test';
const imaps = { protocol: 'imap', host: 'other.test', port: 993, method: 'implicit-tls' } as const;

async function check(
  domain: string,
  zone: string,
  failures: NonNullable<Parameters<typeof zoneResolver>[1]>['failures'] = {},
): Promise<AccountReport> {
  const { clock, environment } = await makeScene();
  const parsed = parseAccount(domain);
  if (!parsed.ok) throw new Error(parsed.problem);
  const resolver = zoneResolver(zone, { failures });
  return clock.run(
    checkAccount(parsed.account, { ...environment, resolver }, { random: () => 0.5, deadline: 20_000 }),
  );
}

describe('a look-up that fails is no absence', () => {
  it('keeps a guessed name, and says that nobody could tell', async () => {
    const report = await check(
      'example.test',
      'example.test. MX 10 mx.example.test.\nmx.example.test. A 192.0.2.9',
      {
        'imap.example.test': 'dns-servfail',
      },
    );
    const imap = report.probes.filter(({ endpoint }) => endpoint.host === 'imap.example.test');
    expect(imap.map(({ verdict, reason }) => `${verdict} ${reason}`)).toEqual([
      'could-not-tell dns-servfail',
      'could-not-tell dns-servfail',
    ]);
    // Names that do not exist are still left out; the exchanger is asked because no guess was found.
    const hosts = new Set(report.probes.map(({ endpoint }) => endpoint.host));
    expect([...hosts]).toEqual(['imap.example.test', 'mx.example.test']);
  });

  it('says which announcements are not known', async () => {
    const report = await check('example.test', 'example.test. MX 0 .', {
      '_imaps._tcp.example.test': 'dns-timeout',
    });
    expect(report.domain?.unanswered).toEqual([{ service: '_imaps._tcp', reason: 'dns-timeout' }]);
    const known = await check('example.test', 'example.test. MX 0 .');
    expect(known.domain).not.toHaveProperty('unanswered');
  });

  it('leaves a report where the whole search takes too long', async () => {
    const { clock, environment } = await makeScene();
    const resolver: Resolver = {
      query: (_name, _type, options) =>
        new Promise((_resolve, reject) => {
          const { signal } = options ?? {};
          const end = (): void => {
            reject(signal?.reason as Error);
          };
          if (signal?.aborted) end();
          signal?.addEventListener('abort', end);
        }),
    };
    const account = { address: undefined, domain: 'example.test' };
    const never = { ...environment, resolver };
    const report = await clock.run(checkAccount(account, never, { random: () => 0.5, deadline: 3000 }));
    expect(report).toMatchObject({
      probes: [],
      domain: { route: 'failed', reason: 'dns-timeout' },
      elapsedMs: 3000,
    });
    expect(report.domain?.unanswered).toHaveLength(6);
  });
});

describe('connectTo', () => {
  it('takes a name, and keeps that of the endpoint', async () => {
    const scene = await makeScene();
    const { clock, environment } = scene;
    await scene.smtp(465, {}, 'implicit-tls');
    const endpoint = { ...imaps, protocol: 'submission', port: 465 } as const;
    const dial = { ...environment, connectTo: host };
    const report = await clock.run(() => probeEndpoint(endpoint, dial));
    expect(report).toMatchObject({ reason: 'cert-name-mismatch', connectTo: host });
    expect(report.attempts).toMatchObject([{ address: '192.0.2.1' }]);
    expect(report.explanation.summary).toContain('other.test');
  });

  it('blames the name that was looked up', async () => {
    const { clock, environment } = await makeScene();
    const dial = { ...environment, connectTo: 'nowhere.test' };
    const { reason, explanation } = await clock.run(() => probeEndpoint(imaps, dial));
    expect(reason).toBe('dns-nxdomain');
    expect(explanation.summary).toContain('nowhere.test');
    expect(explanation.summary).not.toContain('other.test');
  });

  it('may lead to an address of the own network: the caller named it', async () => {
    const { clock, environment } = await makeScene();
    const { allowSpecial: _unused, ...guarded } = environment;
    const { reason } = await clock.run(() => probeEndpoint(imaps, { ...guarded, connectTo: '127.0.0.1' }));
    expect(reason).toBe('connection-refused');
  });
});

it('a probe of one’s own dials as the others do: with as many sockets, and by connectTo', async () => {
  const { clock, network, environment } = await makeScene();
  network.setPath('192.0.2.1:25', { weather: { type: 'drop' } });
  const dialled = defineProbe({ name: 'dial', run: (name: string, tools) => tools.connect(name, 25) });
  const given = { ...environment, connectTo: host, sockets: 3 };
  const run = await clock.run(() => runProbe(dialled, 'other.test', given));
  expect(run).toMatchObject({ ok: false, fault: { reason: 'timeout-connect' } });
  // With one socket silence is certain after 2.15 s.
  expect(run.elapsedMs).toBeLessThan(1000);
});
