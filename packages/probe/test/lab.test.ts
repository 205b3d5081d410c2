import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stubResolver } from '@postern/dns';
import { startLab } from '@postern/lab';
import type { Lab, LabEndpoint } from '@postern/lab';
import { startNodeLab } from '@postern/lab/node';
import { checkAccount, parseAccount, probeEndpoint } from '@postern/probe';
import type { ProbeEnvironment } from '@postern/probe';
import type { AccountReport } from '@postern/probe/report';
import type { Clock } from '@postern/wire';
import { systemClock, systemRandom } from '@postern/wire/node';
import { simulatedNetwork, virtualClock } from '@postern/wire/testing';
import type { VirtualClock } from '@postern/wire/testing';

const methods = ['implicit-tls', 'starttls'] as const;

function environmentOf(lab: Lab, clock: Clock, now: () => number): ProbeEnvironment {
  const { network, roots, resolver } = lab;
  return {
    network,
    clock,
    roots,
    wallClock: now,
    resolver: stubResolver({ network, clock, servers: [resolver], random: () => 0.5, trusted: true }),
    allowSpecial: true,
  };
}

function line(
  { hostName, endpoint }: LabEndpoint,
  method: string,
  outcome: { verdict: string; reason: string },
): string {
  return `${hostName}:${endpoint.port} by ${method}: ${outcome.verdict} ${outcome.reason}`;
}

async function probeLines(
  lab: Lab,
  shown: readonly LabEndpoint[],
  environment: ProbeEnvironment,
): Promise<string[]> {
  const rows = shown.flatMap((endpoint) => methods.map((method) => ({ endpoint, method })));
  return Promise.all(
    rows.map(async ({ endpoint, method }) => {
      const { protocol, hostName } = endpoint;
      const target = { protocol, host: hostName, port: endpoint.endpoint.port, method };
      return line(endpoint, method, await probeEndpoint(target, environment));
    }),
  );
}

function expectedLines(shown: readonly LabEndpoint[]): string[] {
  return shown.flatMap((endpoint) =>
    methods.map((method) => line(endpoint, method, endpoint.outcomes[method])),
  );
}

describe('every habit of the lab, in virtual time', () => {
  let clock: VirtualClock;
  let lab: Lab;
  let environment: ProbeEnvironment;
  const now = (): number => Date.UTC(2030, 0, 1);

  beforeAll(async () => {
    clock = virtualClock();
    lab = await startLab({
      host: simulatedNetwork({ clock }),
      clock,
      crypto: globalThis.crypto,
      wallClock: now,
      random: () => 0.5,
    });
    environment = environmentOf(lab, clock, now);
  });
  afterAll(async () => {
    await clock.run(async () => lab[Symbol.asyncDispose]());
  });

  it('SETUP-030 gives each endpoint its true reason, by both methods', async () => {
    const shown = lab.endpoints.filter(({ needsRealTls }) => !needsRealTls);
    expect(await clock.run(probeLines(lab, shown, environment))).toEqual(expectedLines(shown));
  });

  const check = (address: string): Promise<AccountReport> => {
    const parsed = parseAccount(address);
    if (!parsed.ok) throw new Error(parsed.problem);
    return clock.run(checkAccount(parsed.account, environment, { random: () => 0.5 }));
  };

  it.each([
    ['anna@allgood.test', 'imap 993 implicit-tls', 'submission 465 implicit-tls'],
    ['ben@walled.test', 'imap 993 implicit-tls', 'submission 587 starttls'],
    ['clara@stripped.test', 'imap 993 implicit-tls', 'submission 465 implicit-tls'],
  ])('recommends for %s', async (address, incoming, outgoing) => {
    const { recommendation, clients, elapsedMs } = await check(address);
    const brief = [recommendation.incoming, recommendation.outgoing].map(
      (setting) => setting && `${setting.protocol} ${setting.port} ${setting.method}`,
    );
    expect(brief).toEqual([incoming, outgoing]);
    expect(clients.length).toBeGreaterThan(10);
    expect(elapsedMs).toBeLessThan(5000);
  });

  it('F-04 a swallowed port holds nobody up: the first service that works is known within a second', async () => {
    const { probes, usableAfterMs } = await check('ben@walled.test');
    expect(usableAfterMs.incoming).toBeLessThan(1000);
    expect(usableAfterMs.outgoing).toBeLessThan(1000);
    const silent = probes.find(({ endpoint }) => endpoint.protocol === 'submission' && endpoint.port === 465);
    expect(silent).toMatchObject({ verdict: 'silent', reason: 'timeout-connect', evidence: { syns: 3 } });
  });

  it('says what it is about domains whose trouble is in the DNS', async () => {
    const outcomes = await Promise.all(
      lab.domains
        .map(async ({ domain: name }) => {
          const parsed = parseAccount(name);
          if (!parsed.ok) return `${name} ${parsed.problem}`;
          const options = { random: () => 0.5, deadline: 20_000 };
          const { domain, probes } = await checkAccount(parsed.account, environment, options);
          const reasons = new Set(probes.map(({ reason }) => reason));
          return [name, domain?.route, domain?.reason ?? '-', ...reasons].join(' ');
        })
        .map((outcome) => clock.run(outcome)),
    );
    expect(outcomes).toMatchInlineSnapshot(`
      [
        "nowhere.test no-such-domain dns-nxdomain",
        "nomail.test null-mx null-mx",
        "servfail.test failed dns-servfail dns-servfail",
        "bogus.test failed dns-bogus dns-bogus",
        "slow.test failed dns-timeout dns-timeout",
        "ipmx.test failed mx-is-address",
        "loop.test failed dns-cname-loop dns-cname-loop",
        "dangling.test exchangers - dns-nxdomain",
        "withdrawn.test implicit - dns-nodata",
        "alias.test exchangers - none",
      ]
    `);
  });
});

describe('a login on real sockets', () => {
  it.each([
    ['shows the password where it has no randomness', undefined, 'PLAIN'],
    ['proves it, tied to TLS, where it has', systemRandom, 'SCRAM-SHA-256-PLUS'],
  ])('SASL-006 %s', async (_what, secureRandom, mechanism) => {
    await using lab = await startNodeLab();
    const [anna] = lab.accounts;
    if (!anna) throw new Error('nobody there');
    const lines: string[] = [];
    const environment: ProbeEnvironment = {
      ...environmentOf(lab, systemClock(), () => Date.now()),
      credentials: { type: 'password', user: anna.address, password: anna.password },
      onProgress: ({ detail }) => lines.push(detail ?? ''),
      ...(secureRandom && { secureRandom }),
    };
    for (const [protocol, port] of [
      ['submission', 465],
      ['imap', 993],
      ['pop3', 995],
    ] as const) {
      const target = { protocol, port, host: 'mail.allgood.test', method: 'implicit-tls' } as const;
      const report = await probeEndpoint(target, environment);
      expect(report).toMatchObject({ verdict: 'works', auth: { attempted: true, ok: true } });
    }
    const verbs = lines.flatMap((said) => /^(?:AUTH|\S+ AUTHENTICATE) (\S+)/.exec(said)?.[1] ?? []);
    expect(verbs).toEqual([mechanism, mechanism, mechanism]);
    expect(lines.join('\n')).not.toContain(anna.password);
  });
});

describe('flaws that only a real TLS library shows', () => {
  it('SETUP-030 gives each endpoint its true reason, by both methods', async () => {
    const lab = await startNodeLab();
    try {
      const shown = lab.endpoints.filter(({ needsRealTls }) => needsRealTls);
      const clock = systemClock();
      const environment = environmentOf(lab, clock, () => Date.now());
      expect(await probeLines(lab, shown, environment)).toEqual(expectedLines(shown));
    } finally {
      await lab[Symbol.asyncDispose]();
    }
  }, 15_000);
});
