import { createHash, X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zoneResolver } from '@postern/dns';
import type { ZoneResolverOptions } from '@postern/dns';
import type { AccountReport } from '@postern/probe/report';
import { serveSmtp } from '@postern/smtp/server';
import type { ChainTrust } from '@postern/wire';
import { describe, expect, it } from 'vitest';
import { makeIdentity } from './identity.ts';
import { makeScene } from './scene.ts';
import type { Scene } from './scene.ts';
import { host, services as common } from './zone.ts';
import { accountShape, expectShape } from './shapes.ts';

const identity = await makeIdentity([host]);
const key = new X509Certificate(identity.chain).publicKey.export({ type: 'spki', format: 'der' });
const digest = createHash('sha256').update(key).digest('hex');

const services = `${common}
_smtp-tls._tcp.example.test. SRV 10 1 465 ${host}.
`;

const good = {
  zone: `${services}
_25._tcp.${host}. TLSA 3 1 1 ${digest}
_mta-sts.example.test. TXT "v=STSv1; id=1"
_smtp._tls.example.test. TXT "v=TLSRPTv1; rua=mailto:tls@example.test"
`,
  policy: `version: STSv1\nmode: enforce\nmx: ${host}\nmax_age: 604800\n`,
};

/** Everything is there, and nothing fits: a key of yesterday, a policy for the old host, two requests for reports. */
const bad = {
  zone: `${services}
_25._tcp.${host}. TLSA 3 1 1 ${'00'.repeat(32)}
_mta-sts.example.test. TXT "v=STSv1; id=1"
_smtp._tls.example.test. TXT "v=TLSRPTv1; rua=mailto:tls@example.test"
_smtp._tls.example.test. TXT "v=TLSRPTv1; rua=mailto:old@example.test"
`,
  policy: 'version: STSv1\nmode: enforce\nmx: old.example.test\nmax_age: 604800\n',
};

/** The same services, and nothing published for other servers. */
const bare = { zone: services.replace(/_smtp-tls.*\n/, ''), policy: undefined };

interface World {
  readonly zone: string;
  /** The file at the policy host; without it there is none. */
  readonly policy: string | undefined;
}

type Fetch = NonNullable<Scene['given']['fetch']>;

async function sceneOf(
  { zone, policy }: World,
  options: ZoneResolverOptions & { readonly trust?: ChainTrust; readonly fetch?: Fetch } = {},
): Promise<Scene> {
  const { trust = { ok: true } } = options;
  const served: Fetch = async () => ({
    status: policy === undefined ? 404 : 200,
    headers: { get: () => 'text/plain' },
    body: new Response(policy ?? '').body,
  });
  const scene = await makeScene({
    identity,
    trust,
    resolver: zoneResolver(zone, { authenticated: true, ...options }),
    fetch: options.fetch ?? served,
  });
  await Promise.all([
    scene.imap(993, 'implicit-tls'),
    scene.imap(143, 'starttls'),
    scene.smtp(465, 'implicit-tls'),
    scene.smtp(587, 'starttls'),
    scene.smtp(25, 'starttls'),
  ]);
  return scene;
}

async function reportOf(world: World, options?: ZoneResolverOptions): Promise<AccountReport> {
  const scene = await sceneOf(world, options);
  const { out } = await scene.run(['check', 'example.test', '--json']);
  return JSON.parse(out) as AccountReport;
}

function names({ findings }: AccountReport): readonly string[] {
  return findings.map(({ severity, name }) => `${severity} ${name}`);
}

/** The part of a report about the domain, with the key of this run taken out. */
function domainSection(out: string): string {
  return out.slice(out.search(/^(How|So empfängt) example/m)).replaceAll(digest, '<digest>');
}

/** The name and the type of a line of a zone. */
function place(line: string): string {
  const [owner = '', ...rest] = line.split(' ');
  return `${owner} ${rest.find((word) => /^[A-Z]+$/.test(word) && word !== 'IN') ?? ''}`;
}

/** What becomes of a domain whose operator publishes everything that a report tells him to. */
function publish({ zone, policy }: World, { findings }: AccountReport): World {
  const lines = findings.flatMap((finding) => finding.publish?.zone ?? []);
  const places = new Set(lines.map(place));
  const kept = zone.split('\n').filter((line) => !places.has(place(line)));
  const [file] = findings.flatMap((finding) => finding.publish?.file ?? []);
  return { zone: [...kept, ...new Set(lines)].join('\n'), policy: file?.content ?? policy };
}

describe('what a domain publishes', () => {
  it.each(['en', 'de'])('a good one is told nothing (%s)', async (lang) => {
    const scene = await sceneOf(good);
    const { out, status } = await scene.run(['check', 'example.test', '--lang', lang, '--no-color']);
    expect(domainSection(out)).toMatchSnapshot('domain');
    expect(status).toBe(0);
  });

  it.each(['en', 'de'])('a badly configured one is told what to publish (%s)', async (lang) => {
    const scene = await sceneOf(bad);
    const { out, status } = await scene.run(['check', 'example.test', '--lang', lang, '--no-color']);
    expect(domainSection(out)).toMatchSnapshot('domain');
    expect(status).toBe(1);
  });

  it.each([
    ['a badly configured one', bad, ['problem dane', 'problem sts-mx', 'warning tlsrpt-broken']],
    [
      'one that publishes nothing',
      bare,
      ['note dane-missing', 'note sts-missing', 'note tlsrpt-missing', 'note announcement-possible'],
    ],
    ['one with an empty policy host', { ...good, policy: undefined }, ['problem sts-policy']],
  ] as const)('%s turns green when the lines are published as they are printed', async (_, world, first) => {
    let now: World = world;
    const rounds: (readonly string[])[] = [];
    while (rounds.length < 4) {
      const report = await reportOf(now);
      rounds.push(names(report));
      if (report.findings.length === 0) break;
      now = publish(now, report);
    }
    expect(rounds[0]).toEqual(first);
    expect(rounds.at(-1)).toEqual([]);
    // A policy that is new is tried out before it is enforced.
    expect(rounds.slice(1, -1).flat()).toEqual(
      first.some((name) => /sts-(missing|policy)/.test(name)) ? ['note sts-testing'] : [],
    );
  });

  it('the lines on the terminal are those of the document, from the margin', async () => {
    const { findings } = await reportOf(bad);
    const scene = await sceneOf(bad);
    const { out } = await scene.run(['check', 'example.test', '--no-color'], { tty: true, columns: 80 });
    const lines = out.split('\n');
    for (const line of findings.flatMap((finding) => finding.publish?.zone ?? []))
      expect(lines).toContain(line);
    expect(lines).toContain(`mx: ${host}`);
  });

  it('a page has them to be copied', async () => {
    const scene = await sceneOf(bad);
    const folder = await mkdtemp(join(tmpdir(), 'postern-'));
    const file = join(folder, 'page.html');
    await scene.run(['check', 'example.test', '--html', file]);
    const page = await readFile(file, 'utf8');
    await rm(folder, { recursive: true });
    expect(page).toContain(
      `<pre tabindex="0"><code>version: STSv1\nmode: enforce\nmx: ${host}\nmax_age: 604800</code></pre>`,
    );
    expect(page).toContain(`<code>_25._tcp.${host}. 3600 IN TLSA 3 1 1 ${digest}</code>`);
    expect(page).toContain('TXT &quot;v=TLSRPTv1; rua=');
  });

  it('JSON has facts, verdicts and what to publish, in the documented shape', async () => {
    const report = await reportOf(bad);
    expectShape(report, accountShape);
    expect(report.domain).toMatchObject({
      sts: { status: 'policy', mode: 'enforce', mx: ['old.example.test'] },
      tlsrpt: { status: 'broken', problem: 'several-records' },
      announcement: { status: 'announced', hosts: [{ host, port: 465 }] },
      exchanges: [host],
      exchangers: [
        {
          tlsa: { status: 'records', base: host },
          dane: { verdict: 'fails', reason: 'dane-mismatch' },
          sts: { verdict: 'fails', reason: 'sts-mx-not-listed' },
        },
      ],
    });
  });

  it('TLS-051 TLS-066 a failed look-up is no absence: nobody can tell', async () => {
    const failures = {
      [`_25._tcp.${host}`]: 'dns-servfail',
      '_mta-sts.example.test': 'dns-timeout',
    } as const;
    const scene = await sceneOf(good, { failures });
    const { out, status } = await scene.run(['check', 'example.test', '--no-color']);
    expect(status).toBe(3);
    expect(out).toContain('MTA-STS could not be looked up  DANE could not be looked up  TLSRPT yes');
    expect(out).toContain(`The TLSA records of ${host} could not be looked up.`);
    expect(out).toContain('The record _mta-sts.example.test could not be looked up.');
    expect(out).toContain('DANE: could not tell (dns-servfail)  MTA-STS: could not tell (dns-timeout)');
    expect(out).not.toContain('For the zone');
  });

  it('a policy host that never answers holds up nothing that a mail program needs', async () => {
    const scene = await sceneOf(good, { fetch: () => new Promise(() => undefined) });
    const { out, status } = await scene.run(['check', 'example.test', '--json']);
    const report = JSON.parse(out) as AccountReport;
    expect(report.domain?.sts).toEqual({ status: 'failed', at: 'policy', reason: 'sts-timeout' });
    expect(report.domain?.exchangers[0]).toMatchObject({
      dane: { verdict: 'passes' },
      sts: { verdict: 'could-not-tell', reason: 'sts-timeout' },
    });
    expect(report.usableAfterMs).toEqual((await reportOf(good)).usableAfterMs);
    // The patience with what is published, in virtual time.
    expect(report.elapsedMs).toBe(10_000);
    expect(status).toBe(3);
  });

  it('TLS-059 every address of a host is asked: another machine may have another key', async () => {
    const second = '192.0.2.2';
    const other = await makeIdentity([host]);
    const look = async (zone: string): Promise<{ report: AccountReport; out: string }> => {
      const twoFaced = async (): Promise<Scene> => {
        const scene = await sceneOf({ ...good, zone });
        const { clock } = scene;
        const startTls = { type: 'offered' } as const;
        const tls = { identity: () => other };
        await scene.raw(
          25,
          (connection) => serveSmtp(connection, { clock, domain: host, tls, startTls }),
          second,
        );
        return scene;
      };
      const { out: json } = await (await twoFaced()).run(['check', 'example.test', '--json']);
      const { out } = await (await twoFaced()).run(['check', 'example.test', '--no-color']);
      return { report: JSON.parse(json) as AccountReport, out };
    };
    const zone = `${good.zone}${host}. A ${second}\n`;
    const { report, out } = await look(zone);
    expect(names(report)).toContain('problem dane');
    const [exchanger] = report.domain?.exchangers ?? [];
    expect(exchanger).toMatchObject({
      dane: { verdict: 'fails', reason: 'dane-mismatch' },
      sts: { verdict: 'passes' },
    });
    expect(exchanger?.others).toMatchObject([{ sts: { verdict: 'passes' } }]);
    expect(out).toContain(`✓  MX 10  also at ${exchanger?.others?.[0]?.probe.connectTo ?? 'none'} `);
    const lines = report.findings.flatMap((finding) => finding.publish?.zone ?? []);
    expect(lines).toHaveLength(2);
    expect(lines).toContain(`_25._tcp.${host}. 3600 IN TLSA 3 1 1 ${digest}`);
    const mended = await look(publish({ zone, policy: good.policy }, report).zone);
    expect(names(mended.report)).toEqual([]);
  });

  it('TLS-005 port 465 is looked at on every address too, and nobody is told to publish its key for 25', async () => {
    const [second, other] = ['192.0.2.2', await makeIdentity([host])];
    const scene = await sceneOf({ ...good, zone: `${good.zone}${host}. A ${second}\n` });
    const { clock } = scene;
    await scene.raw(
      465,
      async (connection) => {
        await connection.acceptTls({ identity: () => other });
        await serveSmtp(connection, { clock, domain: host });
      },
      second,
    );
    const { out } = await scene.run(['check', 'example.test', '--json']);
    const report = JSON.parse(out) as AccountReport;
    const seen = report.domain?.exchangers[0]?.others?.filter(({ probe }) => probe.endpoint.port === 465);
    expect(seen).toMatchObject([{ probe: { verdict: 'works' } }]);
    expect(seen?.[0]).not.toHaveProperty('dane');
    expect(names(report)).toEqual([]);
  });

  describe('DNS-028 DNS-039 a host that only the announcement names', () => {
    const relay = 'relay.example.test';
    const zone = `${good.zone}
_smtp-tls._tcp.example.test. SRV 20 1 2465 ${relay}.
${relay}. A 192.0.2.3
    `;
    async function withRelay(policy: string, how: 'implicit-tls' | 'starttls'): Promise<Scene> {
      const scene = await sceneOf({ zone, policy });
      const { clock } = scene;
      const own = await makeIdentity([relay]);
      const tls = { identity: () => own };
      const startTls = { type: 'offered' } as const;
      await scene.raw(
        2465,
        async (connection) => {
          if (how === 'implicit-tls') await connection.acceptTls(tls);
          await serveSmtp(connection, { clock, domain: relay, ...(how === 'starttls' && { tls, startTls }) });
        },
        '192.0.2.3',
      );
      return scene;
    }
    const both = good.policy.replace('max_age', `mx: ${relay}\nmax_age`);

    it('is probed at the announced port and at 25', async () => {
      const { out } = await (await withRelay(both, 'implicit-tls')).run(['check', 'example.test', '--json']);
      const report = JSON.parse(out) as AccountReport;
      expectShape(report, accountShape);
      expect(report.domain?.announcedExchangers).toMatchObject([
        { host, port: 465, probes: [{ verdict: 'works' }, { verdict: 'works' }], sts: { verdict: 'passes' } },
        {
          host: relay,
          port: 2465,
          probes: [{ endpoint: { port: 2465 }, verdict: 'works' }, { endpoint: { port: 25 } }],
        },
      ]);
      const { out: shown } = await (
        await withRelay(both, 'implicit-tls')
      ).run(['check', 'example.test', '--no-color']);
      expect(shown).toMatch(/✓ +SRV 20 +relay\.example\.test +2465 +SSL\/TLS +works/);
    });

    it('is told of where the policy does not list it, and the policy to publish does', async () => {
      const scene = await withRelay(good.policy, 'implicit-tls');
      const { out } = await scene.run(['check', 'example.test', '--json']);
      const report = JSON.parse(out) as AccountReport;
      expect(names(report)).toEqual(['warning announced-not-listed']);
      expect(report.findings[0]?.endpoints).toMatchObject([{ host: relay, port: 2465 }]);
      expect(report.findings[0]?.publish?.file?.content).toBe(both);
    });

    it('is told of where it does not offer what was announced', async () => {
      const scene = await withRelay(both, 'starttls');
      const { out, status } = await scene.run(['check', 'example.test', '--no-color']);
      expect(out).toContain('Warning: relay.example.test 2465 (plaintext-on-tls-port)');
      expect(out).toContain('relay.example.test is announced for TLS on port 2465, and does not offer it.');
      expect(status).toBe(1);
    });
  });

  it('TLS-054 a certificate that its TLSA record vouches for is no problem', async () => {
    const trust = { ok: false, code: 'DEPTH_ZERO_SELF_SIGNED_CERT' } as const;
    const scene = await sceneOf({ ...good, zone: good.zone.replace(/_mta-sts.*\n/, '') }, { trust });
    const { out } = await scene.run(['check', 'example.test', '--json']);
    const report = JSON.parse(out) as AccountReport;
    expect(report.domain?.exchangers[0]).toMatchObject({
      dane: { verdict: 'passes' },
      probes: [{ reason: 'cert-self-signed' }, {}],
    });
    const told = report.findings.flatMap(({ endpoints }) => endpoints.map(({ protocol }) => protocol));
    expect(told).toContain('imap');
    expect(told).not.toContain('smtp');
  });

  it('who asks about an address is not told what could merely be better', async () => {
    const scene = await sceneOf(bare);
    const { out } = await scene.run(['check', 'anna@example.test', '--no-color']);
    expect(out).toContain('4 suggestions for the operator of the domain: with -v');
    expect(out).not.toContain('For the zone');
    const { out: all } = await (await sceneOf(bare)).run(['check', 'anna@example.test', '--no-color', '-v']);
    expect(all).toContain('_smtp._tls.example.test. 3600 IN TXT');
  });
});
