// `postern plan` and `postern send` against Postfix, Unbound and a firewall; Postfix's own posttls-finger as the second opinion.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { argv, runCommand } from '../command.ts';
import { readEnvironment } from '../environment.ts';
import { mailbox, queueEmpty } from '../mailbox.ts';
import { postern, stateFolder, world } from '../postern.ts';

const { account, ca, directory, place, walled } = readEnvironment();

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

/** What `postern plan --json` says about the ways. */
interface Planned {
  readonly hosts: readonly {
    readonly ways: readonly { readonly demand: string; readonly by: string | null }[];
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

  /** What our side and Postfix's side make of a domain, under the level `dane`. */
  const domains = [
    { domain: 'good.test', ours: 'authenticated by dane', theirs: 'Verified' },
    // The host is proven and the domain is not: Postfix calls that trusted.
    { domain: 'plain.test', ours: 'authenticated by dane', theirs: 'Trusted' },
    { domain: 'bogus.test', ours: 'deferred dns-bogus', theirs: 'try again' },
    { domain: 'stale.test', ours: 'deferred dns-bogus', theirs: 'try again' },
    { domain: 'null.test', ours: 'refused null-mx', theirs: 'nullMX' },
  ];

  test('TLS-051, TLS-052, TLS-059 our verdicts beside those of posttls-finger', async () => {
    const rows: { domain: string; postern: string; 'posttls-finger': string }[] = [];
    for (const { domain } of domains) {
      const { sent } = await send('finger', `postmaster@${domain}`, [...world, '--level', 'dane']);
      const [result] = sent.recipients;
      const planned = await postern(['plan', domain, '--json', ...world, '--level', 'dane']);
      const { hosts } = JSON.parse(planned.stdout) as Planned;
      const way = hosts[0]?.ways[0];
      // A session that does not fulfil its demand is never granted, whatever the host then says about the recipient.
      const granted = sent.domains[0]?.attempts.some(
        ({ method, outcome }) => method === 'starttls' && outcome === 'granted',
      );
      const said = granted === true ? `${way?.demand} by ${way?.by}` : `${result?.status} ${result?.reason}`;
      const finger = await runCommand(
        argv`${place.exec} posttls-finger -c -l dane -L summary -o inet_protocols=ipv4 ${domain}`,
        { timeout: 14_000, cwd: directory },
      );
      const text = `${finger.stdout}${finger.stderr}`.trim();
      rows.push({ domain, postern: said, 'posttls-finger': text.split('\n').at(-1) ?? '' });
    }
    console.table(rows);
    expect(rows.map(({ postern: said }) => said)).toEqual(domains.map(({ ours }) => ours));
    for (const [index, { theirs }] of domains.entries()) {
      expect(rows[index]?.['posttls-finger']).toContain(theirs);
    }
  });
});
