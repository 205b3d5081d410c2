import { latin1, utf8 } from '@postern/wire';
import type { Connection } from '@postern/wire';
import { expect, test } from 'vitest';
import { RepliesTogether } from './replies-together.ts';

/** A connection that notes what is done to it, and lets a write wait. */
function noted(room: Promise<void> = Promise.resolve()): {
  readonly connection: Connection;
  readonly done: string[];
} {
  const done: string[] = [];
  const endpoint = { address: '192.0.2.1', port: 1 };
  const connection: Connection = {
    endpoint,
    localEndpoint: endpoint,
    tls: undefined,
    read() {
      done.push('read');
      return Promise.resolve(undefined);
    },
    write(bytes) {
      done.push(`write ${latin1(bytes)}`);
      return room;
    },
    handshake: () => Promise.reject(new Error('no')),
    acceptTls() {
      done.push('tls');
      return Promise.reject(new Error('no certificate'));
    },
    end() {
      done.push('end');
      return Promise.resolve();
    },
    reset() {
      done.push('reset');
    },
    [Symbol.asyncDispose]() {
      done.push('dispose');
      return Promise.resolve();
    },
  };
  return { connection, done };
}

test('SMTP-073 what is said leaves in one piece, before more is heard', async () => {
  const { connection, done } = noted();
  const together = new RepliesTogether(connection);
  await together.write(utf8('a'));
  await together.write(utf8('b'));
  expect(done).toEqual([]);
  await together.read();
  expect(done).toEqual(['write ab', 'read']);
});

test('a client that never reads its replies is not read from either', async () => {
  const room = Promise.withResolvers<void>();
  const { connection, done } = noted(room.promise);
  const together = new RepliesTogether(connection);
  await together.write(utf8('a'));
  const reading = together.read();
  await Promise.resolve();
  expect(done).toEqual(['write a']);
  // Something said while a read is open, such as 421 at a time-out, does not wait for the next.
  void together.write(utf8('421'));
  expect(done).toEqual(['write a', 'write 421']);
  room.resolve();
  await reading;
  expect(done).toEqual(['write a', 'write 421', 'read']);
});

test('nothing is held back over a handshake, an end or a disposal, and a reset says nothing', async () => {
  const { connection, done } = noted();
  const together = new RepliesTogether(connection);
  await together.write(utf8('220'));
  await expect(together.acceptTls({ identity: () => ({ key: '', chain: '' }) })).rejects.toThrow(
    'no certificate',
  );
  await together.write(utf8('221'));
  await together.end();
  await together.write(utf8('x'));
  await together[Symbol.asyncDispose]();
  await together.write(utf8('y'));
  together.reset();
  await together.flush();
  expect(done).toEqual(['write 220', 'tls', 'write 221', 'end', 'write x', 'dispose', 'reset']);
});
