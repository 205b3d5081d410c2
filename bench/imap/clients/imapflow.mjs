import { ImapFlow } from 'imapflow';

/** @param {number} port */
const clientOf = (port) =>
  new ImapFlow({
    host: '127.0.0.1',
    port,
    secure: false,
    doSTARTTLS: false,
    auth: { user: 'ann', pass: 'x' },
    logger: false,
    disableAutoIdle: true,
  });

/** @param {{ login: number, count: number }} job */
export function envelopes({ login, count }) {
  return async () => {
    const client = clientOf(login);
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

/** @param {{ login: number, octets: number }} job */
export async function content({ login, octets }) {
  const client = clientOf(login);
  await client.connect();
  await client.mailboxOpen('INBOX', { readOnly: true });
  return async () => {
    // Whole, because the server of this bench knows no pieces.
    const message = await client.fetchOne('1001', { source: true }, { uid: true });
    if (!message || message.source?.length !== octets) throw new Error('not all octets');
    await client.logout();
  };
}

/** The dialogue whose waits are counted. @param {import('../waits.mjs').Dialogue} dialogue */
export async function converse({ port, ca, serverName, user, password, count }) {
  const client = new ImapFlow({
    host: '127.0.0.1',
    port,
    secure: true,
    tls: { ca, servername: serverName },
    auth: { user, pass: password },
    logger: false,
    disableAutoIdle: true,
  });
  await client.connect();
  return {
    async list() {
      await client.mailboxOpen('INBOX', { readOnly: true });
      let seen = 0;
      for await (const { envelope } of client.fetch('1:*', { uid: true, flags: true, envelope: true }))
        if (envelope) seen += 1;
      if (seen !== count) throw new Error(`${seen} of ${count} messages`);
    },
    /** @param {string} name @param {() => number} waits */
    async download(name, waits) {
      await client.mailboxOpen(name, { readOnly: true });
      const before = waits();
      // Its way to take a content without holding all of it: pieces of 64 KiB, each asked for.
      const downloading = await client.download('1');
      let seen = 0;
      for await (const piece of downloading.content) seen += piece.length;
      return { before, seen, leave: () => client.logout() };
    },
  };
}
