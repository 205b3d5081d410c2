import { serveImap } from '@postern/imap/server';
import { latin1, utf8 } from '@postern/wire';
import { connectedTo, virtualClock } from '@postern/wire/testing';
import { expect, it } from 'vitest';
import { labMailboxes } from './mailboxes.ts';

it('keeps what one session of an account does for the next, apart from other accounts', async () => {
  const mailboxes = labMailboxes('mail.example.test');
  const said = async (user: string, commands: string): Promise<string> => {
    await using connection = await connectedTo((accepted) =>
      serveImap(accepted, {
        clock: virtualClock(),
        auth: { authenticate: () => true, insideTlsOnly: false },
        store: mailboxes,
      }),
    );
    await connection.write(utf8(`a1 LOGIN ${user} x\r\n${commands}z LOGOUT\r\n`));
    let text = '';
    for (;;) {
      const bytes = await connection.read();
      if (!bytes) return text;
      text += latin1(bytes);
    }
  };
  const read = 'a2 SELECT INBOX\r\na3 FETCH 1 FLAGS\r\na4 FETCH 1 BODY[HEADER.FIELDS (SUBJECT)]\r\n';
  expect(await said('tim', read)).toContain('Subject: Welcome to the lab\r\n');
  expect(await said('tim', read)).toContain(String.raw`FETCH (FLAGS (\Seen))`);
  expect(await said('ada', read)).toContain('FETCH (FLAGS ())');
  expect(await said('tim', 'a4 LIST (SPECIAL-USE) "" *\r\n')).toContain(
    String.raw`(\HasNoChildren \Sent) "/" Sent`,
  );
});
