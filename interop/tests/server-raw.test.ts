// No client at all: what an attacker writes to our server on a socket, and more than anybody should.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { describe, expect, test } from 'vitest';
import { readEnvironment } from '../environment.ts';
import { takenFrom } from '../spool.ts';

const { addresses } = readEnvironment();

interface Raw {
  readonly socket: Socket;
  /** All that was heard, when the server has closed. */
  readonly heard: Promise<string>;
}

function dial(): Raw {
  const socket = connect(25, addresses.ours);
  const parts: Buffer[] = [];
  socket.on('data', (bytes: Buffer) => parts.push(bytes));
  socket.on('error', () => {}); // the server may hang up while we still write
  const heard = once(socket, 'close').then(() => Buffer.concat(parts).toString());
  return { socket, heard };
}

describe('SMTP-052 a sequence that other servers take for the end of a message', () => {
  // What follows it would be a second message, in the name of anybody (RFC 5321 §2.3.8 and §4.1.1.4 know one end only).
  const evil = 'MAIL FROM:<evil@x.test>\r\nRCPT TO:<v@d.test>\r\nDATA\r\nevil\r\n.\r\n';
  const refused = [
    '\n.\n',
    '\n.\r\n',
    '\r.\r',
    '\r.\r\n',
    '\r\n.\n',
    '\r\n.\r',
    '\r.\n',
    '\n.\r',
    '\r\r\n.\r\r\n',
  ];

  test.each(refused)('%j is refused, and the connection ends', async (sequence) => {
    const from = `smuggler-${refused.indexOf(sequence)}@x.test`;
    const { socket, heard } = dial();
    socket.write(
      `EHLO c\r\nMAIL FROM:<${from}>\r\nRCPT TO:<c@d.test>\r\nDATA\r\ntext${sequence}${evil}QUIT\r\n`,
    );
    expect(await heard).toMatch(/\r\n550 5\.5\.2 bare CR or LF in the message\r\n$/);
    expect([takenFrom(from), takenFrom('evil@x.test')]).toEqual([[], []]);
  });

  test.each(['\r\n\0.\r\n', '\r\n.\0\r\n', '\r\n .\r\n', '\r\n..\r\n'])(
    '%j is content, of one message',
    async (sequence) => {
      const from = `content-${Buffer.from(sequence).toString('hex')}@x.test`;
      const { socket, heard } = dial();
      socket.write(
        `EHLO c\r\nMAIL FROM:<${from}>\r\nRCPT TO:<c@d.test>\r\nDATA\r\ntext${sequence}${evil}QUIT\r\n`,
      );
      expect(await heard).toMatch(/\r\n250 2\.0\.0 message accepted\r\n221 /);
      const wanted = `text${sequence}${evil}`.replaceAll('\r\n.', '\r\n').replace(/\r\n\r\n$/, '\r\n');
      expect(takenFrom(from).map(({ content }) => content.toString())).toEqual([wanted]);
      expect(takenFrom('evil@x.test')).toEqual([]);
    },
  );

  test('BDAT counts octets: all of them are content, of one message', async () => {
    const from = 'chunks@x.test';
    const content = `text${refused.join(evil)}\r\n.\r\n${evil}`;
    const { socket, heard } = dial();
    socket.write(
      `EHLO c\r\nMAIL FROM:<${from}>\r\nRCPT TO:<c@d.test>\r\nBDAT ${content.length} LAST\r\n${content}QUIT\r\n`,
    );
    expect(await heard).toMatch(/\r\n250 2\.0\.0 message accepted\r\n221 /);
    expect(takenFrom(from).map((taken) => taken.content.toString())).toEqual([content]);
    expect(takenFrom('evil@x.test')).toEqual([]);
  });
});

// The server in a process of its own: what the sender leaves behind is not counted.
const COUNTING_SERVER = `
  import { accept, serveSmtp } from '@postern/smtp/server';
  import { nodeNetwork, systemClock } from '@postern/wire/node';
  let size = 0;
  let highest = 0;
  const { endpoint } = await nodeNetwork().listen({ address: '127.0.0.1', port: 0 }, async (connection) => {
    const before = process.memoryUsage.rss();
    const message = async ({ content }) => {
      for await (const piece of content) {
        size += piece.length;
        highest = Math.max(highest, process.memoryUsage.rss());
      }
      return accept;
    };
    const limits = { maxMessageBytes: 2 ** 31 };
    await serveSmtp(connection, { domain: 'mx', clock: systemClock(), limits, hooks: { message } });
    console.log(JSON.stringify({ size, growth: highest - before }));
    process.exit(0);
  });
  console.log(endpoint.port);`;

test(
  'SMTP-056 a gigabyte passes, and the memory of the server does not grow with it',
  { timeout: 60_000 },
  async () => {
    const flags = ['--conditions=@postern/source', '--input-type=module', '--eval', COUNTING_SERVER];
    const server = spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const lines = createInterface(server.stdout)[Symbol.asyncIterator]();
      const socket = connect(Number((await lines.next()).value), '127.0.0.1');
      socket.on('data', () => undefined);
      socket.write('EHLO c\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<c@d.test>\r\nDATA\r\n');
      const block = Buffer.from(`${'x'.repeat(76)}\r\n`.repeat(840));
      const blocks = Math.ceil(2 ** 30 / block.length);
      for (let at = 0; at < blocks; at += 1) if (!socket.write(block)) await once(socket, 'drain');
      socket.end('.\r\nQUIT\r\n');
      const { size, growth } = JSON.parse(String((await lines.next()).value)) as {
        size: number;
        growth: number;
      };
      console.log(`a gigabyte, and the server grew by ${Math.round(growth / 1e6)} MB`);
      expect(size).toBe(blocks * block.length);
      expect(growth).toBeLessThan(60e6);
    } finally {
      server.kill('SIGKILL');
    }
  },
);
