import type { AccountReport } from '@postern/probe/report';
import { expect, it } from 'vitest';
import { walledScene } from './scene.ts';
import type { Scene } from './scene.ts';
import { accountShape, expectShape } from './shapes.ts';
import { host } from './zone.ts';

const near = '198.51.100.1';
const far = '2001:db8:1::1';

/** Our own network swallows 465: of the provider, and of two hosts elsewhere, whose 587 answers. */
async function blocked(): Promise<Scene> {
  const scene = await walledScene();
  for (const address of [near, far]) {
    scene.network.setPath(address.includes(':') ? `[${address}]:465` : `${address}:465`, {
      weather: { type: 'drop' },
    });
    await scene.raw(587, async (connection) => connection.reset(), address);
  }
  return scene;
}

const argv = ['--control', near, `--control=${far}`, '--no-color'];

it('--control shows in one check that the own network blocks a port, and whom it asked', async () => {
  const scene = await blocked();
  const { status, out } = await scene.run(['check', 'ben@example.test', '--json', ...argv]);
  expect(status).toBe(4);
  const report = JSON.parse(out) as AccountReport;
  expectShape(report, accountShape);
  expect(report.probes.find(({ endpoint }) => endpoint.port === 465)?.reason).toBe('local-block');
  expect(report.controls).toMatchObject([
    { host: near, port: 465, verdict: 'silent', answered: 587 },
    { host: far, port: 465, verdict: 'silent', answered: 587 },
  ]);
});

it.each([
  ['en', `Controls: ${near}:465 is silent (but 587 answers), [${far}]:465 is silent (but 587 answers)`],
  ['de', `Vergleich: ${near}:465 schweigt (doch 587 antwortet), [${far}]:465 schweigt (doch 587 antwortet)`],
])('the report for people names them (%s)', async (lang, line) => {
  const scene = await blocked();
  const { out } = await scene.run(['check', 'ben@example.test', '--lang', lang, ...argv]);
  expect(out.replaceAll(/\s+/g, ' ')).toContain(line);
});

it('the report of one endpoint tells where a control answers, and where it is unknown', async () => {
  const scene = await blocked();
  await scene.raw(465, async (connection) => connection.reset(), '192.0.3.1');
  const argument = ['--control', `192.0.3.1,gone.test,${near}`, '--no-color'];
  const { status, out } = await scene.run(['probe', `submissions://${host}`, ...argument]);
  expect(status).toBe(3);
  expect(out.replaceAll(/\s+/g, ' ')).toContain(
    `Controls 192.0.3.1:465 answers, gone.test:465 (dns-nxdomain), ${near}:465 is silent (but 587 answers)`,
  );
});

it('a control is a host', async () => {
  const { status, err } = await (await blocked()).run(['check', 'x.test', '--control', 'smtp.a.test:465']);
  expect([status, err]).toEqual([
    2,
    'postern: --control: "smtp.a.test:465" is no host name and no IP address.\n',
  ]);
});
