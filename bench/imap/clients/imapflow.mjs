import { ImapFlow } from 'imapflow';

/** @param {{ login: number, count: number }} job */
export function envelopes({ login, count }) {
  return async () => {
    const client = new ImapFlow({
      host: '127.0.0.1',
      port: login,
      secure: false,
      doSTARTTLS: false,
      auth: { user: 'ann', pass: 'x' },
      logger: false,
      disableAutoIdle: true,
    });
    await client.connect();
    await client.mailboxOpen('INBOX', { readOnly: true });
    let seen = 0;
    const wanted = {
      uid: true,
      flags: true,
      internalDate: true,
      size: true,
      envelope: true,
      bodyStructure: true,
    };
    for await (const { uid, flags } of client.fetch('1:*', wanted)) if (uid && flags) seen += 1;
    if (seen !== count) throw new Error(`${seen} of ${count} messages`);
    await client.logout();
  };
}
