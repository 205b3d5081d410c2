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

async function published(sending: 'starttls' | 'plaintext'): Promise<Scene> {
  const fetch: NonNullable<ProbeEnvironment['fetch']> = async (url) =>
    url.startsWith(own) ? new Response(config) : new Response('no', { status: 404 });
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

  it('SETUP-013 STARTTLS that is published and not offered is no way to send', async () => {
    const { out } = await (await published('plaintext')).run(['check', 'anna@example.test', '--json']);
    const { recommendation } = JSON.parse(out) as AccountReport;
    expect(recommendation.outgoing).toBeNull();
    expect(recommendation.rejected).toContainEqual(
      expect.objectContaining({ source: 'autoconfig', reason: 'starttls-not-offered' }),
    );
  });
});
