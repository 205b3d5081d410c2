// A server that takes every message and forgets it, as fast as plain JavaScript can, so that what is measured is the client.
// It answers what one read brought with one write. No TLS, no limits, no checks: nothing to take as a model.
import { once } from 'node:events';
import { createServer } from 'node:net';

const OK = '250 2.1.0 Ok\r\n';
const QUEUED = '250 2.0.0 Ok: queued as 4B2C91F00D\r\n';
const END = Buffer.from('\r\n.\r\n');

const seen = { messages: 0, octets: 0 };

/** What it took since the last time it was asked: accepted messages, and octets of their content as they came. */
export function report() {
  const { messages, octets } = seen;
  seen.messages = 0;
  seen.octets = 0;
  return { messages, octets };
}

/**
 * Listens on two ports of loopback: `pipelining` offers PIPELINING, `chunking` CHUNKING too.
 *
 * @returns {Promise<{ pipelining: number, chunking: number }>}
 */
export async function serve() {
  const common = [
    '250-sink.example',
    '250-PIPELINING',
    '250-8BITMIME',
    '250-ENHANCEDSTATUSCODES',
    '250-SIZE 0',
  ];
  return {
    pipelining: await listen([...common, '250 SMTPUTF8', ''].join('\r\n')),
    chunking: await listen([...common, '250-CHUNKING', '250 SMTPUTF8', ''].join('\r\n')),
  };
}

/** @param {string} ehlo */
async function listen(ehlo) {
  const server = createServer({ noDelay: true }, (socket) => {
    const session = new Session(ehlo);
    socket.on('data', (chunk) => {
      const replies = session.take(chunk);
      if (replies !== '') socket.write(replies, 'latin1');
      if (session.over) socket.end();
    });
    socket.on('error', () => socket.destroy());
    socket.write('220 sink.example ESMTP\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
}

class Session {
  over = false;
  #ehlo;
  /** @type {'command' | 'data' | 'chunk'} */
  #state = 'command';
  /** The beginning of a command that the end of a read cut; after DATA the last octets, which may begin the end. */
  #held = '';
  #left = 0;
  #last = false;

  /** @param {string} ehlo */
  constructor(ehlo) {
    this.#ehlo = ehlo;
  }

  /**
   * @param {Buffer} chunk
   * @returns {string} the replies
   */
  take(chunk) {
    let replies = '';
    let at = 0;
    while (at < chunk.length || (this.#state === 'chunk' && this.#left === 0)) {
      if (this.#state === 'chunk') {
        const taken = Math.min(this.#left, chunk.length - at);
        this.#left -= taken;
        at += taken;
        seen.octets += taken;
        if (this.#left > 0) break;
        this.#state = 'command';
        if (this.#last) seen.messages += 1;
        replies += this.#last ? QUEUED : OK;
        continue;
      }
      if (this.#state === 'data') {
        const end = this.#endOfData(chunk, at);
        if (end < 0) {
          seen.octets += chunk.length - at;
          this.#held = (this.#held + chunk.latin1Slice(Math.max(at, chunk.length - 4))).slice(-4);
          break;
        }
        seen.octets += end - at;
        seen.messages += 1;
        at = end;
        this.#held = '';
        this.#state = 'command';
        replies += QUEUED;
        continue;
      }
      const end = chunk.indexOf(10, at);
      if (end < 0) {
        this.#held += chunk.latin1Slice(at);
        break;
      }
      const line = this.#held + chunk.latin1Slice(at, end + 1);
      this.#held = '';
      at = end + 1;
      replies += this.#answer(line);
    }
    return replies;
  }

  /**
   * Where the octet behind the final dot's line end is, or -1.
   *
   * @param {Buffer} chunk
   * @param {number} at
   */
  #endOfData(chunk, at) {
    const seam = (this.#held + chunk.latin1Slice(at, Math.min(at + 4, chunk.length))).indexOf('\r\n.\r\n');
    if (seam >= 0) return at + seam + END.length - this.#held.length;
    const end = chunk.indexOf(END, at);
    return end < 0 ? -1 : end + END.length;
  }

  /** @param {string} line */
  #answer(line) {
    switch (line.slice(0, 4).toUpperCase()) {
      case 'MAIL':
      case 'RCPT':
      case 'RSET':
      case 'NOOP':
        return OK;
      case 'DATA':
        this.#state = 'data';
        this.#held = '\r\n'; // content begins at the beginning of a line
        return '354 End data with <CR><LF>.<CR><LF>\r\n';
      case 'BDAT': {
        const [, size, last] = line.trim().split(' ');
        this.#state = 'chunk';
        this.#left = Number(size);
        this.#last = last !== undefined;
        return '';
      }
      case 'EHLO':
        return this.#ehlo;
      case 'HELO':
        return '250 sink.example\r\n';
      case 'QUIT':
        this.over = true;
        return '221 2.0.0 Bye\r\n';
      default:
        return '502 5.5.1 Not here\r\n';
    }
  }
}
