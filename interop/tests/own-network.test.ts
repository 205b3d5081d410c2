// A network that swallows one port of the whole world, and hosts in four networks behind it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { ProbeReport } from '@postern/probe/report';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { argv, must } from '../command.ts';
import { postern, stateFolder } from '../postern.ts';

const namespace = `postern-own-network-${process.pid}`;
const exec = argv`ip netns exec ${namespace}`;
const HOSTS = ['10.1.0.1', '10.2.0.1', '10.3.0.1', '10.4.0.1'];

/** Greets on both ports of every address, and says no more. */
const SERVER = `
  const { createServer } = require('node:net');
  const ports = [465, 587];
  let listening = 0;
  for (const port of ports) {
    createServer((socket) => socket.on('error', () => {}).end('554 not here\\r\\n')).listen(port, '0.0.0.0', () => {
      listening += 1;
      if (listening === ports.length) console.log('ready');
    });
  }`;

/** What leaves for 465 is lost: nobody outside can be blamed. */
const BLOCK = `table inet own {
  chain output {
    type filter hook output priority 0; policy accept;
    tcp dport 465 counter drop
  }
}
`;

let stop: () => Promise<unknown>;

beforeAll(async () => {
  await must(argv`ip netns add ${namespace}`);
  await must(argv`ip -n ${namespace} link set lo up`);
  await must(argv`ip -n ${namespace} route add local 10.0.0.0/8 dev lo`);
  const [file = '', ...args] = argv`${exec} ${process.execPath} -e ${[SERVER]}`;
  const server = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(server, 'exit');
  stop = async () => {
    server.kill('SIGKILL');
    await ended;
  };
  await once(server.stdout, 'data');
});

afterAll(async () => {
  await stop();
  await must(argv`ip netns delete ${namespace}`);
});

/** Probes a host on 587 and 465 in turn, as `postern probe` does, and tells what it says of 465. */
async function look(host: string, env: NodeJS.ProcessEnv): Promise<{ status: unknown; report: ProbeReport }> {
  const place = { namespace, exec };
  await postern(['probe', `submission+starttls://${host}:587`, '--json'], { place, env });
  const outcome = await postern(['probe', `submissions://${host}:465`, '--json'], { place, env });
  return { status: outcome.status, report: JSON.parse(outcome.stdout) as ProbeReport };
}

test('a port that our own network swallows is told from silent hosts, over several runs', async () => {
  await must(argv`${exec} nft -f -`, { input: BLOCK });
  const env = { XDG_STATE_HOME: stateFolder() };
  const [first = '', second = '', third = '', fourth = ''] = HOSTS;
  expect(await look(first, env)).toMatchObject({ status: 3, report: { reason: 'timeout-connect' } });
  expect(await look(second, env)).toMatchObject({ status: 3, report: { reason: 'timeout-connect' } });
  const { status, report } = await look(third, env);
  expect(status).toBe(4);
  expect(report).toMatchObject({ verdict: 'could-not-tell', reason: 'local-block', phase: 'connect' });
  expect(report.evidence?.localBlock).toMatchObject({
    silent: HOSTS.slice(0, 3).map((address) => ({ address, port: 465 })),
    answered: HOSTS.slice(0, 3).map((address) => ({ address, port: 587 })),
  });
  expect(report.explanation.summary).toBe('Your own network blocks port 465.');
  // In words, with the hosts by which it was told, in either language.
  const again = ['probe', `submissions://${fourth}:465`];
  const options = { place: { namespace, exec }, env };
  const [english, german] = await Promise.all([
    postern(again, options),
    postern([...again, '--lang', 'de'], options),
  ]);
  expect(english.stdout).toContain('Your own network blocks port 465.');
  expect(english.stdout).toContain(`${first}:465 (but 587 answers)`);
  expect(german.stdout).toContain('Ihr eigenes Netz sperrt Port 465.');
}, 40_000);

test('hosts to compare with tell it in one run', async () => {
  const env = { XDG_STATE_HOME: stateFolder() };
  const [first = '', ...controls] = HOSTS;
  const args = ['probe', `submissions://${first}:465`, '--control', controls.join(','), '--json'];
  const { status, stdout } = await postern(args, { place: { namespace, exec }, env });
  const { reason, evidence } = JSON.parse(stdout) as ProbeReport;
  expect([status, reason]).toEqual([4, 'local-block']);
  expect(evidence?.controls).toMatchObject(
    controls.map((host) => ({ host, verdict: 'silent', answered: 587 })),
  );
});

test('where only some hosts swallow it, nobody blames the own network', async () => {
  await must(argv`${exec} nft delete table inet own`);
  const rules = BLOCK.replace('tcp dport 465', 'ip daddr { 10.1.0.1, 10.2.0.1, 10.3.0.1 } tcp dport 465');
  await must(argv`${exec} nft -f -`, { input: rules });
  const env = { XDG_STATE_HOME: stateFolder() };
  const reasons = [];
  for (const host of HOSTS.toReversed()) reasons.push((await look(host, env)).report.reason);
  expect(reasons.slice(1)).toEqual(['timeout-connect', 'timeout-connect', 'timeout-connect']);
}, 40_000);
