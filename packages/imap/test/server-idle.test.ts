import { latin1, utf8 } from '@postern/wire';
import type { Connection } from '@postern/wire';
import { connectedTo, virtualClock } from '@postern/wire/testing';
import { expect, test } from 'vitest';
import { serveImap } from '../src/server/index.ts';
import type { MailStore } from '../src/server/index.ts';
import { settled } from './dialogue.ts';
import { inbox } from './server-session.ts';

/** A connection to a server of a store. */
function connect(store: MailStore): Promise<Connection> {
  return connectedTo((accepted) =>
    serveImap(accepted, { clock: virtualClock(), greeting: { type: 'preauth' }, store: () => store }),
  );
}

/** What is said up to this end. */
async function read(connection: Connection, end: string): Promise<string> {
  let said = '';
  while (!said.endsWith(end)) {
    const bytes = await connection.read();
    if (!bytes) return said;
    said += latin1(bytes);
  }
  return said;
}

test('IMAP-080 a client that idles hears at once what another does', async () => {
  const store = inbox(1);
  await using idle = await connect(store);
  await using other = await connect(store);
  await idle.write(utf8('a1 SELECT INBOX\r\na2 IDLE\r\n'));
  await read(idle, '+ idling\r\n');
  await other.write(utf8('b1 APPEND INBOX {3+}\r\nnew\r\nb2 APPEND INBOX {3+}\r\nnew\r\n'));
  // What was done in one go is told in one go.
  expect(await read(idle, 'EXISTS\r\n')).toBe('* 3 EXISTS\r\n');
  await other.write(utf8('b3 SELECT INBOX\r\nb4 MOVE 1 INBOX\r\n'));
  expect(await read(idle, 'EXISTS\r\n')).toBe('* 1 EXPUNGE\r\n* 3 EXISTS\r\n');
  await idle.write(utf8('DONE\r\na3 LOGOUT\r\n'));
  expect(await read(idle, 'a3 OK done\r\n')).toBe('a2 OK done\r\n* BYE goodbye\r\na3 OK done\r\n');
});

test('IMAP-028 a session that is over is not told any more', async () => {
  const store = inbox(0);
  let watching = 0;
  const counted: MailStore = new Proxy(store, {
    get: (target, name) =>
      name === 'watch'
        ? (listener: () => void) => {
            watching += 1;
            const stop = target.watch(listener);
            return () => {
              watching -= 1;
              stop();
            };
          }
        : (Reflect.get(target, name, target) as unknown),
  });
  const connection = await connect(counted);
  await connection.write(utf8('a1 NOOP\r\n'));
  await read(connection, 'a1 OK done\r\n');
  expect(watching).toBe(1);
  await connection[Symbol.asyncDispose]();
  await settled();
  await settled();
  expect(watching).toBe(0);
  store.find('INBOX')?.append([{ content: utf8('x') }]);
});
