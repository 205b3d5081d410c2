import type { ProbeEnvironment } from '@postern/probe';
import type { AccountReport } from '@postern/probe/report';
import { describe, expect, it } from 'vitest';
import { makeScene } from './scene.ts';
import type { Scene } from './scene.ts';
import { accountShape, expectShape } from './shapes.ts';
import { exchanger, host } from './zone.ts';

const own = 'https://autoconfig.example.test/mail/config-v1.1.xml';
const config = `<?xml version="1.0"?>
<clientConfig version="1.1"><emailProvider id="example.test">
  <incomingServer type="imap">
    <hostname>${host}</hostname><port>1993</port><socketType>SSL</socketType>
    <username>%EMAILLOCALPART%</username><authentication>password-cleartext</authentication>
  </incomingServer>
  <outgoingServer type="smtp">
    <hostname>${host}</hostname><port>587</port><socketType>STARTTLS</socketType>
    <username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication>
  </outgoingServer>
</emailProvider></clientConfig>`;

async function published(sending: 'starttls' | 'plaintext', asked: string[] = []): Promise<Scene> {
  const fetch: NonNullable<ProbeEnvironment['fetch']> = async (url) => {
    asked.push(url);
    return url.startsWith(own) ? new Response(config) : new Response('no', { status: 404 });
  };
  const scene = await makeScene({ zone: exchanger, fetch });
  await scene.imap(1993, 'implicit-tls');
  await scene.smtp(587, sending);
  return scene;
}

describe('settings that the provider publishes', () => {
  it('SETUP-010 SETUP-017 are found where nobody would guess them, and the report says where', async () => {
    const scene = await published('starttls');
    const { out } = await scene.run(['check', 'anna@example.test', '--json']);
    const report = JSON.parse(out) as AccountReport;
    expectShape(report, accountShape);
    expect(report.recommendation).toMatchObject({
      incoming: {
        host,
        port: 1993,
        method: 'implicit-tls',
        userName: 'local-part',
        source: 'autoconfig',
        foundAt: `${own}?emailaddress=anna%40example.test`,
      },
      outgoing: { host, port: 587, method: 'starttls', source: 'autoconfig' },
    });
  });

  it('stand in the report for people', async () => {
    const { out } = await (await published('starttls')).run(['check', 'anna@example.test', '--no-color']);
    expect(out).toMatch(/Receiving +IMAP +mail\.example\.test +port 1993 +SSL\/TLS +user name anna\n/);
  });

  it.each([
    [
      [],
      "Settings were looked for in the DNS, at autoconfig.example.test, at example.test and in Thunderbird's public database.",
      ['autoconfig.example.test', 'example.test', 'v1.ispdb.net'],
    ],
    [
      ['--without', 'ispdb'],
      "Settings were looked for in the DNS, at autoconfig.example.test and at example.test. Not asked: Thunderbird's public database.",
      ['autoconfig.example.test', 'example.test'],
    ],
    [
      ['--without', 'ispdb,autoconfig'],
      "Settings were looked for in the DNS. Not asked: Thunderbird's public database and the provider's autoconfig file.",
      [],
    ],
    [
      ['--without=ispdb', '--without=autoconfig', '--lang', 'de'],
      'Einstellungen wurden gesucht: im DNS. Nicht gefragt: die öffentliche Datenbank von Thunderbird und die Autoconfig-Datei des Anbieters.',
      [],
    ],
  ] as const)('SETUP-010 with %j the report says who was asked: %s', async (without, line, hosts) => {
    const asked: string[] = [];
    const scene = await published('starttls', asked);
    const { out } = await scene.run(['check', 'anna@example.test', '--no-color', ...without]);
    expect(out.replaceAll(/\s+/g, ' ')).toContain(line);
    const settings = asked.filter((url) => !url.includes('mta-sts'));
    expect([...new Set(settings.map((url) => new URL(url).host))]).toEqual(hosts);
    const { out: json } = await scene.run(['check', 'anna@example.test', '--json', ...without]);
    const report = JSON.parse(json) as AccountReport;
    expectShape(report, accountShape);
    expect([...new Set(report.asked.map(({ url }) => new URL(url).host))]).toEqual(hosts);
    expect(report.notAsked?.length ?? 0).toBe(new Set(without.join().match(/ispdb|autoconfig/g)).size);
  });

  it('SETUP-013 STARTTLS that is published and not offered is no way to send', async () => {
    const { out } = await (await published('plaintext')).run(['check', 'anna@example.test', '--json']);
    const { recommendation } = JSON.parse(out) as AccountReport;
    expect(recommendation.outgoing).toBeNull();
    expect(recommendation.rejected).toContainEqual(
      expect.objectContaining({ source: 'autoconfig', reason: 'starttls-not-offered' }),
    );
  });
});
