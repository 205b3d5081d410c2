import { localBlockWatch } from '@postern/pool';
import { checkAccount, parseAccount, probeEndpoint } from '@postern/probe';
import type { ProbeEnvironment } from '@postern/probe';
import type { AccountReport, ServiceEndpoint } from '@postern/probe/report';
import { describe, expect, it } from 'vitest';
import { makeScene } from './scene.ts';
import type { Scene } from './scene.ts';

const HOSTS = ['192.0.2.1', '198.51.100.1', '203.0.113.1'];

/** Hosts in three networks: 465 is silent toward all, 587 takes connections and says nothing. */
async function behindBlock(zone?: string): Promise<Scene> {
  const scene = await makeScene(zone === undefined ? {} : { zone });
  for (const address of HOSTS) {
    scene.network.setPath(`${address}:465`, { weather: { type: 'drop' } });
    await scene.network.listen({ address, port: 587 }, async (connection) => connection.reset());
  }
  return scene;
}

function submission(host: string, port: number): ServiceEndpoint {
  return { protocol: 'submission', host, port, method: port === 465 ? 'implicit-tls' : 'starttls' };
}

/** Where mail goes out of a host that may be silent; its 587 answers. */
const checked = `mail.example.test. A 192.0.2.1
_submissions._tcp.example.test. SRV 0 0 465 mail.example.test.
_submission._tcp.example.test. SRV 0 0 587 mail.example.test.
one.control.test. A 198.51.100.1
two.control.test. A 203.0.113.1
open.control.test. A 203.0.114.1
`;
const controls = ['one.control.test', 'two.control.test'];

async function check(scene: Scene, more: Partial<ProbeEnvironment>): Promise<AccountReport> {
  const parsed = parseAccount('tim@example.test');
  if (!parsed.ok) throw new Error(parsed.problem);
  const environment = { ...scene.environment, ...more };
  return scene.clock.run(checkAccount(parsed.account, environment, { random: () => 0.5, deadline: 20_000 }));
}

const reasonOf465 = ({ probes }: AccountReport): string | undefined =>
  probes.find(({ endpoint: { host, port } }) => host === 'mail.example.test' && port === 465)?.reason;

describe('controls', () => {
  it('tell a blocked port from a silent host in one check', async () => {
    expect(reasonOf465(await check(await behindBlock(checked), {}))).toBe('timeout-connect');
    const report = await check(await behindBlock(checked), { controls });
    expect(reasonOf465(report)).toBe('local-block');
    expect(report.controls).toEqual(
      controls.map((host) => ({
        host,
        port: 465,
        verdict: 'silent',
        reason: 'timeout-connect',
        answered: 587,
      })),
    );
  });

  it('disprove it where the port answers at one of them', async () => {
    const scene = await behindBlock(checked);
    const address = '203.0.114.1';
    await scene.network.listen({ address, port: 465 }, async (connection) => connection.reset());
    const report = await check(scene, { controls: [...controls, 'open.control.test'] });
    expect(reasonOf465(report)).toBe('timeout-connect');
    expect(report.controls?.at(-1)).toEqual({
      host: 'open.control.test',
      port: 465,
      verdict: 'answers',
      reason: 'none',
      answered: 587,
    });
  });

  it('prove nothing where they are unknown, or silent altogether', async () => {
    const scene = await behindBlock(checked);
    for (const port of [465, 587, 443])
      scene.network.setPath(`203.0.114.1:${port}`, { weather: { type: 'drop' } });
    const named = ['one.control.test', 'open.control.test', 'gone.control.test'];
    const report = await check(scene, { controls: named });
    expect(reasonOf465(report)).toBe('timeout-connect');
    expect(report.controls?.slice(1)).toMatchObject([
      { verdict: 'silent', answered: null },
      { verdict: 'could-not-tell', reason: 'dns-nxdomain', answered: null },
    ]);
  });

  it('are not asked where nothing is silent', async () => {
    const scene = await behindBlock(checked);
    scene.network.setPath('192.0.2.1:465', { weather: { type: 'reject' } });
    expect(await check(scene, { controls })).not.toHaveProperty('controls');
  });

  it('three of them tell it for a single endpoint, whatever is dialled in its place', async () => {
    const { clock, environment } = await behindBlock();
    const report = await clock.run(() =>
      probeEndpoint(submission('elsewhere.test', 465), {
        ...environment,
        connectTo: '192.0.2.1',
        controls: HOSTS,
      }),
    );
    expect(report).toMatchObject({ verdict: 'could-not-tell', reason: 'local-block' });
    expect(report.evidence?.controls?.map(({ host }) => host)).toEqual(HOSTS);
  });

  it('take no more time than there is', async () => {
    const { clock, environment } = await behindBlock();
    const report = await clock.run(() =>
      probeEndpoint(submission('192.0.2.1', 465), { ...environment, controls: HOSTS }, { deadline: 3_000 }),
    );
    expect(report.reason).toBe('timeout-connect');
    expect(clock.now()).toBe(3_000);
  });
});

describe('a port that the own network blocks', () => {
  it('is told from a silent host when it is silent toward three networks whose other ports answer', async () => {
    const { clock, environment } = await behindBlock();
    const blocks = localBlockWatch();
    const reasons: string[] = [];
    let last;
    for (const address of HOSTS) {
      for (const port of [587, 465]) {
        last = await clock.run(() => probeEndpoint(submission(address, port), { ...environment, blocks }));
        if (port === 465) reasons.push(`${last.verdict} ${last.reason}`);
      }
    }
    expect(reasons).toEqual([
      'silent timeout-connect',
      'silent timeout-connect',
      'could-not-tell local-block',
    ]);
    expect(last).toMatchObject({
      phase: 'connect',
      evidence: {
        syns: 3,
        localBlock: {
          silent: HOSTS.map((address) => ({ address, port: 465 })),
          answered: HOSTS.map((address) => ({ address, port: 587 })),
        },
      },
      explanation: { summary: 'Your own network blocks port 465.' },
    });
    expect(last?.timeline.at(-1)).toMatchObject({ event: 'end', detail: 'local-block' });
  });

  it('is not blamed on the own network where the port answers anywhere', async () => {
    const { clock, network, environment } = await behindBlock();
    await network.listen({ address: '192.0.3.1', port: 465 }, async (connection) => connection.reset());
    const blocks = localBlockWatch();
    let last;
    for (const address of ['192.0.3.1', ...HOSTS]) {
      for (const port of [587, 465]) {
        last = await clock.run(() => probeEndpoint(submission(address, port), { ...environment, blocks }));
      }
    }
    expect(last?.reason).toBe('timeout-connect');
  });

  it('shows in the check of one account whose hosts are in three networks, on all of them', async () => {
    const announced = HOSTS.flatMap((address, index) => [
      `mail${index}.example.test. A ${address}`,
      `_submissions._tcp.example.test. SRV ${index} 0 465 mail${index}.example.test.`,
      `_submission._tcp.example.test. SRV ${index} 0 587 mail${index}.example.test.`,
    ]);
    const { clock, environment } = await behindBlock(announced.join('\n'));
    const parsed = parseAccount('tim@example.test');
    if (!parsed.ok) throw new Error(parsed.problem);
    const report = await clock.run(
      checkAccount(parsed.account, environment, { random: () => 0.5, deadline: 20_000 }),
    );
    const silent = report.probes.filter(
      ({ endpoint }) => endpoint.port === 465 && endpoint.host.startsWith('mail'),
    );
    expect(silent.map(({ endpoint: { host }, reason }) => `${host} ${reason}`)).toEqual(
      silent.map(({ endpoint: { host } }) => `${host} local-block`),
    );
    expect(silent).toHaveLength(3);
    const lines = report.recommendation.rejected.filter(({ endpoint }) => endpoint.port === 465);
    expect(lines.map(({ line }) => line)).toContain('Your own network blocks port 465.');
  });
});
