// `postern send` against Postfix, Unbound and a firewall.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readEnvironment } from '../environment.ts';
import { mailbox, queueEmpty } from '../mailbox.ts';
import { postern, stateFolder, world } from '../postern.ts';

const { account, ca, walled } = readEnvironment();

interface Result {
  readonly status: string;
  readonly reason: string | null;
  readonly host: string | null;
  readonly protection: {
    readonly method: string;
    readonly tls: { readonly verifiedBy: string | null } | null;
  } | null;
}

interface Sent {
  readonly recipients: readonly Result[];
  readonly domains: readonly {
    readonly attempts: readonly {
      readonly port: number;
      readonly method: string;
      readonly outcome: string;
    }[];
  }[];
}

/** `postern send FILE --json` with a message of this subject. */
async function send(
  subject: string,
  to: string,
  args: readonly string[],
  options?: Parameters<typeof postern>[1],
): Promise<{ readonly status: number | null; readonly sent: Sent }> {
  const file = join(stateFolder(), 'message.eml');
  writeFileSync(file, `Subject: ${subject}\r\n\r\nSent by postern send.\r\n`);
  const command = ['send', file, '--from', 'ann@sender.test', '--to', to, '--json', ...args];
  const outcome = await postern(command, options);
  expect(outcome.stderr).not.toContain('bug');
  return { status: outcome.status, sent: JSON.parse(outcome.stdout) as Sent };
}

describe('behind a firewall that swallows 465', () => {
  const behind = ['--ca', ca.root, '--resolver', walled.resolver.address, '--deadline', '10s'];

  test('a message goes by STARTTLS at 25, and 465 was tried beside it', async () => {
    const { status, sent } = await send(
      'through the wall',
      'tim@wall.test',
      [...behind, '--try-465', '--level', 'encrypt'],
      { place: walled.client },
    );
    expect(sent.recipients).toMatchObject([
      { status: 'delivered', host: 'mail.wall.test', protection: { method: 'starttls' } },
    ]);
    const attempts = sent.domains[0]?.attempts ?? [];
    expect(attempts.map(({ port }) => port)).toEqual([465, 25]);
    expect(attempts[1]).toMatchObject({ outcome: 'granted' });
    expect(status).toBe(0);
  });
});

describe('in a world with DNSSEC', () => {
  test('TLS-059 DANE proves the host, and the message is in the mailbox', async () => {
    const subject = `by DANE ${process.pid}`;
    const { status, sent } = await send(subject, account.user, world);
    expect(sent.recipients).toMatchObject([
      {
        status: 'delivered',
        host: 'mx.good.test',
        protection: { method: 'starttls', tls: { verifiedBy: 'dane' } },
      },
    ]);
    expect(status).toBe(0);
    await queueEmpty();
    const arrived = mailbox(account.user).filter(({ content }) => content.includes(`Subject: ${subject}`));
    expect(arrived).toHaveLength(1);
  });
});
