import { localBlockWatch } from '@postern/pool';
import { checkAccount, parseAccount, probeEndpoint } from '@postern/probe';
import type { ServiceEndpoint } from '@postern/probe/report';
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
