// The firewall between client and servers: does it do what the environment says, and does `postern check` see it?
import type { ProbeReport } from '@postern/probe/report';
import { describe, expect, test } from 'vitest';
import { argv, must } from '../command.ts';
import { readEnvironment } from '../environment.ts';
import { check, postern, stateFolder } from '../postern.ts';

const { ca, walled } = readEnvironment();

/** Dials from the client's namespace and tells the first thing that happens within half a second. */
const DIAL = `
  const [host, port] = process.argv.slice(1);
  const socket = require('node:net').connect({ host, port });
  const tell = (what) => { console.log(what); process.exit(); };
  socket.on('error', (error) => tell(error.code));
  socket.on('data', (bytes) => tell(bytes.toString('latin1').slice(0, 3)));
  setTimeout(() => tell(socket.connecting ? 'nothing' : 'silence'), 500);`;

async function dial(address: string, port: number): Promise<string> {
  const stdout = await must(argv`${walled.client.exec} ${process.execPath} -e ${DIAL} ${address} ${port}`);
  return stdout.trim();
}

describe.each(walled.domains)('$domain', ({ mail, imap, port465 }) => {
  test(`465 is ${port465}`, async () => {
    expect(await dial(mail, 465)).toBe({ dropped: 'nothing', rejected: 'ECONNREFUSED' }[port465]);
  });

  test.each([
    { port: 587, address: mail, greeting: '220' },
    { port: 25, address: mail, greeting: '220' },
    { port: 143, address: imap, greeting: '* O' },
    { port: 110, address: imap, greeting: '+OK' },
  ])('$port is open', async ({ port, address, greeting }) => {
    expect(await dial(address, port)).toBe(greeting);
  });
});

/** `postern check` behind the firewall; the whole in ten seconds. */
function checkBehind(user: string, ...more: readonly string[]) {
  const args = ['--ca', ca.root, '--resolver', walled.resolver.address, '--deadline', '10s', ...more];
  return check(user, args, { place: walled.client });
}

describe('postern check where 465 swallows everything', async () => {
  const { status, report } = await checkBehind('tim@wall.test');
  const silent = report.probes.filter(({ endpoint }) => endpoint.port === 465);

  test('names 465 timeout-connect, and how often it was asked in vain', () => {
    expect(silent.map(({ endpoint: { host } }) => host)).toContain('smtp.wall.test');
    for (const probe of silent) {
      expect(probe).toMatchObject({ verdict: 'silent', reason: 'timeout-connect', phase: 'connect' });
      expect(probe.evidence?.syns).toBeGreaterThanOrEqual(3);
    }
  });

  test('recommends 587 with STARTTLS', () => {
    expect(report.recommendation).toMatchObject({
      incoming: { protocol: 'imap', host: 'imap.wall.test', port: 993, method: 'implicit-tls' },
      outgoing: { protocol: 'submission', host: 'smtp.wall.test', port: 587, method: 'starttls' },
    });
    expect(status).toBe(0);
  });

  test('says that a firewall is in the way and what to use', () => {
    const { explanation } = silent.find(({ endpoint: { host } }) => host === 'smtp.wall.test') ?? {};
    expect(explanation?.summary).toMatch(
      /^Port 465 is blocked on the way: .* Port 587 with STARTTLS works\.$/,
    );
    expect(explanation?.cause).toContain('firewall');
  });

  test('knows a usable service within a second, and everything within the deadline', () => {
    const usable = report.probes.filter(
      ({ endpoint, verdict }) => verdict === 'works' && endpoint.protocol === 'submission',
    );
    const ends = usable.map(({ timeline }) => timeline.at(-1));
    for (const end of ends) expect(end).toMatchObject({ event: 'end', detail: 'works' });
    // All probes begin together; what the whole took longer than the longest of them went before.
    const before = report.elapsedMs - Math.max(...report.probes.map(({ elapsedMs }) => elapsedMs));
    expect(before + Math.min(...ends.map((end) => end?.ms ?? Infinity))).toBeLessThan(1000);
    expect(report.elapsedMs).toBeLessThan(10_000);
  });
});

describe('a second time, from what the first remembered', async () => {
  const env = { XDG_STATE_HOME: stateFolder() };
  const args = ['--ca', ca.root, '--resolver', walled.resolver.address, '--deadline', '10s'];
  const options = { place: walled.client, env };
  const again = (...more: readonly string[]) => check('tim@wall.test', [...args, ...more], options);
  const first = await again();
  const second = await again();
  const probed = await postern(['probe', 'submissions://smtp.wall.test:465', '--json', ...args], options);
  const afresh = await again('--forget');
  const silent = ({ report }: typeof first) => report.probes.filter(({ endpoint }) => endpoint.port === 465);

  test('465 costs no time, and the recommendation is the same', () => {
    expect(silent(first).map(({ evidence }) => evidence?.silentForMs)).toEqual(
      silent(first).map(() => undefined),
    );
    for (const one of silent(second)) {
      expect(one).toMatchObject({ verdict: 'silent', reason: 'timeout-connect' });
      expect(one.evidence?.silentForMs).toBeGreaterThan(0);
      expect(one.elapsedMs).toBeLessThan(1000);
    }
    expect(second.report.recommendation.outgoing).toEqual(first.report.recommendation.outgoing);
    console.log(`check: ${first.report.elapsedMs} ms first, ${second.report.elapsedMs} ms then`);
  });

  test('says what was remembered, and since when', () => {
    expect(first.stderr).not.toContain('was not dialled');
    expect(second.stderr).toMatch(
      /smtp\.wall\.test:465 was not dialled: earlier runs have had no answer from it since \d{4}-\d\d-\d\d \d\d:\d\d UTC\. With --forget everything is dialled afresh\./,
    );
  });

  test('postern probe knows it as well', () => {
    const report = JSON.parse(probed.stdout) as ProbeReport;
    expect(report).toMatchObject({ verdict: 'silent', reason: 'timeout-connect' });
    expect(report.evidence?.silentForMs).toBeGreaterThan(0);
    expect(probed.stderr).toContain('smtp.wall.test:465 was not dialled');
  });

  test('--forget starts afresh', () => {
    for (const one of silent(afresh)) {
      expect(one).toMatchObject({ verdict: 'silent', reason: 'timeout-connect' });
      expect(one.evidence?.silentForMs).toBeUndefined();
      expect(one.evidence?.syns).toBeGreaterThanOrEqual(3);
    }
    expect(afresh.stderr).not.toContain('was not dialled');
  });
});

describe('postern check where 465 is refused', async () => {
  const { status, report } = await checkBehind('tim@reject.test');

  test('knows that at once', () => {
    const refused = report.probes.filter(({ endpoint }) => endpoint.port === 465);
    expect(refused.map(({ endpoint: { host } }) => host)).toContain('smtp.reject.test');
    for (const probe of refused) {
      expect(probe).toMatchObject({ verdict: 'refused', reason: 'connection-refused', phase: 'connect' });
      expect(probe.elapsedMs).toBeLessThan(500);
    }
  });

  test('recommends 587 with STARTTLS', () => {
    const { outgoing } = report.recommendation;
    expect(outgoing).toMatchObject({ host: 'smtp.reject.test', port: 587, method: 'starttls' });
    expect(status).toBe(0);
  });
});

test('postern check says the same in German', async () => {
  const { report } = await checkBehind('tim@wall.test', '--lang', 'de');
  expect(report).toMatchObject({
    lang: 'de',
    recommendation: { outgoing: { port: 587, method: 'starttls' } },
  });
  const line = report.recommendation.rejected.find(
    ({ endpoint }) => endpoint.host === 'smtp.wall.test',
  )?.line;
  expect(line).toMatch(/^Port 465 ist unterwegs gesperrt: .* Port 587 mit STARTTLS funktioniert\.$/);
  const words = report.clients
    .filter(({ service }) => service === 'outgoing')
    .map(({ client, fields }) => [client, fields.find(({ meaning }) => meaning !== undefined)?.choose]);
  expect(Object.fromEntries(words)).toMatchObject({
    thunderbird: 'STARTTLS',
    'outlook-365': 'STARTTLS',
    'outlook-2016': 'TLS',
  });
});
