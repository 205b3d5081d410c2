// A server that lets everybody in and has its answers ready, so that it is the client that is measured.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fetchResponses } from '../messages.mjs';

const MB = 1_000_000;

/**
 * @param {{ count: number, octets: number }} options messages in the mailbox, and octets of the content of each
 * @returns {Promise<{ preauth: number, login: number }>} ports: one greets with PREAUTH, for those who say no password in the clear
 */
export async function serve({ count, octets }) {
  const messages = fetchResponses(count);
  /** @param {string} greeting */
  const listen = async (greeting) => {
    const server = createServer({ noDelay: true }, (socket) => {
      socket.on('error', () => undefined);
      socket.write(greeting);
      let text = '';
      socket.on('data', (bytes) => {
        text += bytes.toString('latin1');
        for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
          const [tag = '', ...words] = text.slice(0, end).split(' ');
          text = text.slice(end + 2);
          void answer(socket, tag, words.join(' ').toUpperCase(), { count, octets, messages });
        }
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return server.address().port;
  };
  return {
    preauth: await listen('* PREAUTH [CAPABILITY IMAP4rev1] ready\r\n'),
    login: await listen('* OK [CAPABILITY IMAP4rev1] ready\r\n'),
  };
}

/** @param {import('node:net').Socket} socket @param {string} tag @param {string} said @param {any} have */
async function answer(socket, tag, said, { count, octets, messages }) {
  if (/^(?:SELECT|EXAMINE)/.test(said)) {
    socket.write(
      `* FLAGS (\\Seen)\r\n* ${count} EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY 1] x\r\n* OK [UIDNEXT ${count + 1001}] x\r\n`,
    );
  } else if (said.startsWith('CAPABILITY')) {
    socket.write('* CAPABILITY IMAP4rev1\r\n');
  } else if (said.startsWith('LIST')) {
    socket.write('* LIST (\\HasNoChildren) "/" INBOX\r\n');
  } else if (said.startsWith('LOGOUT')) {
    socket.end(`* BYE bye\r\n${tag} OK bye\r\n`);
    return;
  } else if (/BODY(?:\.PEEK)?\[/.test(said)) {
    socket.write(`* 1 FETCH (UID 1001 BODY[] {${octets}}\r\n`);
    const block = Buffer.alloc(
      Math.min(MB, octets),
      'Minutes of the meeting, and what was decided there. 0123456789\r\n',
    );
    for (let left = octets; left > 0; left -= block.length) {
      if (!socket.write(block.subarray(0, left))) await once(socket, 'drain');
    }
    socket.write(')\r\n');
  } else if (said.includes('FETCH')) {
    for (let at = 0; at < messages.length; at += MB) {
      if (!socket.write(messages.subarray(at, at + MB))) await once(socket, 'drain');
    }
  }
  socket.write(`${tag} OK done\r\n`);
}
