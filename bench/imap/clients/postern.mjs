// Our client, over a socket; and its machine alone, fed from memory.
import { imapClient, openImap } from '@postern/imap';
import { requirementFor, tlsRequest } from '@postern/starttls';
import { nodeNetwork, systemClock, systemRandom } from '@postern/wire/node';
import { utf8 } from '@postern/wire';
import { fetchResponses } from '../messages.mjs';

const ITEMS = ['UID', 'FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE', 'BODYSTRUCTURE'];

/** @param {{ preauth: number, count: number, lazy?: 'no' | 'checked' | 'unchecked' }} job */
export async function envelopes({ preauth, count, lazy = 'no' }) {
  return async () => {
    const connection = await nodeNetwork().connect({ address: '127.0.0.1', port: preauth });
    const imap = await openImap(connection, { clock: systemClock(), lazy });
    const answer = await imap.examine('INBOX');
    if (!answer.ok) throw new Error('not selected');
    let seen = 0;
    for await (const { uid, flags } of answer.value.fetch('1:*', ITEMS)) if (uid && flags) seen += 1;
    if (seen !== count) throw new Error(`${seen} of ${count} messages`);
    await imap.logout();
  };
}

/** @param {{ count: number, lazy: 'no' | 'checked' | 'unchecked' }} job */
export function memory({ count, lazy }) {
  const bytes = fetchResponses(count);
  const machine = imapClient({ lazy });
  machine.start(0);
  machine.receive(utf8('* PREAUTH [CAPABILITY IMAP4rev1] x\r\n'), 0);
  machine.send({ verb: 'SELECT', mailbox: 'INBOX', arguments: [{ type: 'mailbox', name: 'INBOX' }] }, 0);
  machine.receive(utf8(`* ${count} EXISTS\r\na1 OK\r\n`), 0);
  machine.send({ verb: 'FETCH', arguments: [] }, 0);
  return () => {
    let seen = 0;
    for (let at = 0; at < bytes.length; at += 65_536) {
      for (const output of machine.receive(bytes.subarray(at, at + 65_536), 0)) {
        if (output.type !== 'event' || output.event.type !== 'untagged') continue;
        const { data } = output.event;
        if (data.type === 'fetch' && data.message.uid && data.message.flags) seen += 1;
      }
    }
    if (seen !== count) throw new Error(`${seen} of ${count} messages`);
  };
}

/** @param {{ preauth: number, octets: number, borrow?: boolean }} job */
export async function content({ preauth, octets, borrow = false }) {
  const connection = await nodeNetwork().connect({ address: '127.0.0.1', port: preauth });
  const imap = await openImap(connection, { clock: systemClock() });
  const answer = await imap.examine('INBOX');
  if (!answer.ok) throw new Error('not selected');
  const { value: mailbox } = answer;
  return async () => {
    let seen = 0;
    for await (const piece of mailbox.download(1001, '', { borrow })) seen += piece.length;
    if (seen !== octets) throw new Error(`${seen} of ${octets} octets`);
    await imap.logout();
  };
}

/** The dialogue whose waits are counted. @param {import('../waits.mjs').Dialogue} dialogue */
export async function converse({ port, ca, serverName, user, password, count, way = 'fetch' }) {
  const tls = tlsRequest({
    serverName,
    requirement: requirementFor({ names: [serverName] }),
    roots: [ca],
    wallClock: () => Date.now(),
  });
  const connection = await nodeNetwork().connect({ address: '127.0.0.1', port }, { tls });
  const imap = await openImap(connection, { clock: systemClock(), random: systemRandom });
  const credentials = { type: 'password', user, password };
  return {
    async list() {
      const login = imap.login(credentials, way === 'login' ? { pipelining: 'select' } : {});
      if (way !== 'login') await login;
      const fetch = { uids: '1:*', items: ITEMS };
      const answer = await imap.examine('INBOX', way === 'awaited' ? {} : { fetch });
      if (!answer.ok) throw new Error('not selected');
      let seen = 0;
      for await (const { envelope } of answer.value.fetched ?? answer.value.fetch('1:*', ITEMS))
        if (envelope) seen += 1;
      if (!(await login).ok) throw new Error('not logged in');
      if (seen !== count) throw new Error(`${seen} of ${count} messages`);
    },
    /** @param {string} name @param {() => number} waits */
    async download(name, waits) {
      const answer = await imap.examine(name);
      if (!answer.ok) throw new Error('not selected');
      const before = waits();
      let seen = 0;
      for await (const piece of answer.value.download(1)) seen += piece.length;
      return { before, seen, leave: () => imap.logout() };
    },
  };
}
