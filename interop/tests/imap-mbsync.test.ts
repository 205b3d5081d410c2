// mbsync against our server: it mirrors mailboxes, and carries changes either way.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { contents, mailServer, methods, nested, octets } from '../imap-mail.ts';
import { localIdentity, missing } from '../local-server.ts';

const run = promisify(execFile);
const local = await localIdentity('imap-mbsync');
const { folder, certificate, tls } = local;
afterAll(() => {
  local[Symbol.dispose]();
});

describe.skipIf(missing('mbsync'))('mbsync', () => {
  const names = ['INBOX', 'Sent', 'A&-B', 'Entw&APw-rfe/2026'];

  /** Brings the mailboxes of a server and Maildirs under `home` to the same state, both ways. */
  async function mirror(home: string, implicit: boolean, port: number): Promise<void> {
    const rc = join(home, `rc-${port}`);
    const state = join(home, `state-${port}`);
    mkdirSync(join(home, 'Mail'), { recursive: true });
    mkdirSync(state, { recursive: true });
    writeFileSync(
      rc,
      `IMAPAccount ours
Host localhost
Port ${port}
User tim
Pass tanstaaf
SSLType ${implicit ? 'IMAPS' : 'STARTTLS'}
CertificateFile ${certificate}
SystemCertificates no

IMAPStore far
Account ours

MaildirStore near
Path ${home}/Mail/
Inbox ${home}/Mail/INBOX
SubFolders Verbatim

Channel all
Far :far:
Near :near:
Patterns *
Create Both
Expunge Both
CopyArrivalDate yes
SyncState ${state}/
`,
      { mode: 0o600 },
    );
    await run('mbsync', ['-c', rc, 'all']);
  }

  const near = (home: string, name: string): string[] =>
    ['new', 'cur'].flatMap((part) =>
      readdirSync(join(home, 'Mail', name, part)).map((file) =>
        readFileSync(join(home, 'Mail', name, part, file), 'latin1'),
      ),
    );
  // A Maildir has the line ends of Unix, and mbsync adds a header field of its own.
  const plain = (texts: readonly string[]): string[] =>
    texts
      .map((text) => text.replaceAll('\r\n', '\n').replace(/^X-TUID: .*\n/m, ''))
      .toSorted((left, right) => (left < right ? -1 : 1));

  test.each(methods)('mirrors mailboxes and back without a difference with $method', async ({ implicit }) => {
    await using server = await mailServer(tls, implicit);
    const home = mkdtempSync(join(folder, 'mbsync-'));
    await mirror(home, implicit, server.port);
    for (const name of names) expect(plain(near(home, name))).toEqual(plain(contents(server.store, name)));
    await using other = await mailServer(tls, implicit, {});
    await mirror(home, implicit, other.port);
    for (const name of names) {
      expect(plain(contents(other.store, name))).toEqual(plain(contents(server.store, name)));
      expect(contents(other.store, name).join('')).not.toMatch(/[^\r]\n/);
    }
  });

  test.each(methods)(
    'carries what changes on either side to the other with $method',
    async ({ implicit }) => {
      await using server = await mailServer(tls, implicit);
      const home = mkdtempSync(join(folder, 'mbsync-'));
      await mirror(home, implicit, server.port);
      // Here a message is new and has flags; there one goes, and one is flagged.
      const file = join(home, 'Mail/A&-B/cur/1.x.y:2,FS');
      writeFileSync(file, octets(nested).replaceAll('\r\n', '\n'), 'latin1');
      server.store.find('INBOX')?.expunge([2]);
      server.store.find('INBOX')?.setFlags(3, [String.raw`\Answered`]);
      await mirror(home, implicit, server.port);
      expect(plain(contents(server.store, 'A&-B'))).toEqual(plain([octets(nested)]));
      const flags = server.store.find('A&-B')?.messages[0]?.flags.toSorted();
      expect(flags).toEqual([String.raw`\Flagged`, String.raw`\Seen`]);
      expect(plain(near(home, 'INBOX'))).toEqual(plain(contents(server.store, 'INBOX')));
      const files = ['new', 'cur'].flatMap((part) => readdirSync(join(home, 'Mail/INBOX', part)));
      expect(files.filter((name) => name.endsWith(':2,R'))).toHaveLength(1);
    },
  );
});
