import { utf8 } from '@postern/wire';
import { countWork, testTlsInfo } from '@postern/wire/testing';
import { expect, test } from 'vitest';
import { pop3Client } from '../src/index.ts';
import type { Pop3ClientMachine, Pop3Command } from '../src/index.ts';
import { memoryMaildrop, pop3Server } from '../src/server/index.ts';

/** How the work grows when there is four times as much to read. */
function growth(work: (size: number) => () => unknown): number {
  return countWork(work(4000)) / countWork(work(1000));
}

/** Linear is 4, and a little; quadratic is 16. */
const linear = 5;

/** A client that is logged in and may pipeline. */
function loggedIn(): Pop3ClientMachine {
  const client = pop3Client({ tls: testTlsInfo, limits: { maxLineBytes: 1_000_000, maxEarlyBytes: 1e8 } });
  client.start(0);
  for (const [command, answer] of [
    [undefined, '+OK\r\n'],
    [{ verb: 'CAPA' }, '+OK\r\nPIPELINING\r\nUSER\r\n.\r\n'],
    [{ verb: 'USER', name: 'a' }, '+OK\r\n'],
    [{ verb: 'PASS', password: 'a' }, '+OK\r\n'],
  ] as const) {
    if (command) client.send(command, 0);
    client.receive(utf8(answer), 0);
  }
  return client;
}

test.each<readonly [string, Pop3Command, (size: number) => string]>([
  ['one tag again and again', { verb: 'CAPA' }, (size) => `+OK\r\n${'SASL A\r\n'.repeat(size)}.\r\n`],
  ['one line of many words', { verb: 'CAPA' }, (size) => `+OK\r\nSASL ${'A '.repeat(size)}\r\n.\r\n`],
  ['a long listing', { verb: 'LIST' }, (size) => `+OK\r\n${'1 2\r\n'.repeat(size)}.\r\n`],
  ['a status line that never ends', { verb: 'STAT' }, (size) => `+OK ${'1'.repeat(size)}`],
  ['a message of many lines', { verb: 'RETR', message: 1 }, (size) => `+OK\r\n${'a\r\n'.repeat(size)}.\r\n`],
  ['a message of dots', { verb: 'RETR', message: 1 }, (size) => `+OK\r\n${'..\r\n'.repeat(size)}.\r\n`],
])('%s costs linear work, however it is cut', (_name, command, make) => {
  for (const cut of [1, 7, 1_000_000]) {
    expect(
      growth((size) => {
        const client = loggedIn();
        client.send(command, 0);
        const bytes = utf8(make(size));
        return () => {
          for (let at = 0; at < bytes.length; at += cut) client.receive(bytes.subarray(at, at + cut), 0);
        };
      }),
    ).toBeLessThan(linear);
  }
});

test('POP3-035 many small messages in one segment cost linear work', () => {
  expect(
    growth((size) => {
      const client = loggedIn();
      client.sendAll(
        Array.from({ length: size }, (_, index) => ({ verb: 'RETR' as const, message: index + 1 })),
        0,
      );
      const bytes = utf8('+OK\r\na\r\n.\r\n'.repeat(size));
      return () => client.receive(bytes, 0);
    }),
  ).toBeLessThan(linear);
});

test('POP3-028 a server serves and deletes many messages with linear work', () => {
  expect(
    growth((size) => {
      const maildrop = memoryMaildrop(Array.from({ length: size }, () => 'a\r\n'));
      const server = pop3Server({
        auth: { authenticate: () => true, insideTlsOnly: false },
        maildrop: () => maildrop,
      });
      server.start(0);
      server.receive(utf8('USER a\r\nPASS a\r\n'), 0);
      const lines = Array.from(
        { length: size },
        (_, index) => `STAT\r\nRETR ${index + 1}\r\nDELE ${index + 1}\r\n`,
      );
      const bytes = utf8(`${lines.join('')}QUIT\r\n`);
      return () => server.receive(bytes, 0);
    }),
  ).toBeLessThan(linear);
});
