import { zoneResolver } from '@postern/dns';
import { describe, expect, it } from 'vitest';
import { makeIdentity } from './identity.ts';
import { makeScene } from './scene.ts';
import type { Scene } from './scene.ts';
import { exchanger, host } from './zone.ts';

const message = 'Subject: Hello\r\n\r\nHi\r\n';
const sending = ['send', '--from', 'ann@sender.test', '--to', 'ben@example.test', '--json'];
const willing = { keywords: ['REQUIRETLS', 'PIPELINING'] };

/** A domain whose MX record DNSSEC proves or does not, and what its host was told by MAIL. */
async function domain(
  security: 'secure' | 'insecure',
  options: Parameters<Scene['smtp']>[2] = {},
): Promise<Scene & { readonly mail: readonly unknown[] }> {
  const resolver = zoneResolver(exchanger, { authenticated: security === 'secure' });
  const scene = await makeScene({ resolver });
  const mail: unknown[] = [];
  await scene.smtp(25, 'starttls', {
    ...options,
    onEvent: (event) => {
      if (event.type === 'message') mail.push(event.message.envelope.sender.requireTls);
    },
  });
  return Object.assign(scene, { mail });
}

describe('--requiretls', () => {
  it('SMTP-122 asks the host for the same promise', async () => {
    const scene = await domain('secure', willing);
    const { status } = await scene.run([...sending, '--requiretls'], { input: message });
    expect([status, scene.mail]).toEqual([0, [true]]);
    // Without the option nobody asks.
    await scene.run(sending, { input: message });
    expect(scene.mail).toEqual([true, false]);
  });

  it.each([
    ['does not promise', 'secure', {}, 'requiretls-not-offered', '5.7.30'],
    ['is not known to be meant', 'insecure', willing, 'tls-required', '5.7.10'],
  ] as const)('TLS-074 nothing goes to a host that %s', async (_, security, options, reason, code) => {
    const scene = await domain(security, options);
    const { status, out } = await scene.run([...sending, '--requiretls'], { input: message });
    expect([status, scene.mail]).toEqual([1, []]);
    expect(JSON.parse(out)).toMatchObject({ recipients: [{ status: 'refused', reason, bounceCode: code }] });
  });

  it('SMTP-122 outweighs TLS-Required: No in the message', async () => {
    const scene = await domain('secure');
    const { out } = await scene.run([...sending, '--requiretls'], {
      input: `TLS-Required: No\r\n${message}`,
    });
    expect(JSON.parse(out)).toMatchObject({ recipients: [{ reason: 'requiretls-not-offered' }] });
  });

  it.each([
    ['en', 'the sender demands TLS all the way'],
    ['de', 'der Absender verlangt TLS auf dem ganzen Weg'],
  ])('stands in the plan (%s)', async (lang, said) => {
    const scene = await domain('secure');
    const { status, out } = await scene.run(['plan', 'example.test', '--requiretls', '--lang', lang]);
    expect(status).toBe(0);
    expect(out.replaceAll(/\s+/g, ' ')).toContain(said);
  });
});

describe('--server-name', () => {
  const named = 'new.example.test';

  it('is the name that the certificate must hold, in place of the MX host', async () => {
    const scene = await makeScene({ zone: exchanger, identity: await makeIdentity([named]) });
    await scene.smtp(25, 'starttls');
    const send = async (...more: readonly string[]) =>
      scene.run([...sending, '--level', 'verify', ...more], { input: message });
    const own = await send();
    expect(own.status).toBe(1);
    expect(JSON.parse(own.out)).toMatchObject({ recipients: [{ reason: 'cert-name-mismatch' }] });
    const other = await send('--server-name', named);
    expect(other.status).toBe(0);
    expect(JSON.parse(other.out)).toMatchObject({
      recipients: [{ status: 'delivered', host, protection: { tls: { verifiedBy: 'pkix' } } }],
    });
  });

  it('stands in the plan, and must be a name', async () => {
    const scene = await makeScene({ zone: exchanger });
    const { out } = await scene.run([
      'plan',
      'example.test',
      '--json',
      '--level',
      'verify',
      '--server-name',
      named,
    ]);
    const { hosts } = JSON.parse(out) as { hosts: { ways: unknown[] }[] };
    expect(hosts[0]?.ways[0]).toMatchObject({ serverName: named, names: [named] });
    const { status, err } = await scene.run(['plan', 'example.test', '--server-name', 'a b']);
    expect([status, err]).toEqual([2, 'postern: --server-name: "a b" is no host name and no IP address.\n']);
  });
});
