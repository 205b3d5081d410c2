import { utf8 } from '@postern/wire';
import type { Output } from '@postern/wire';
import { testTlsInfo } from '@postern/wire/testing';
import { describe, expect, test } from 'vitest';
import { imapClient, parseResponse } from '../src/index.ts';
import type { ImapClientMachine, ImapClientOptions } from '../src/index.ts';
import { imapServer } from '../src/server/index.ts';
import type { ImapServerMachine, ImapServerOptions } from '../src/server/index.ts';
import { inbox, selected } from './server-session.ts';

const reason = (outputs: readonly Output<unknown>[]): string | undefined => {
  const last = outputs.at(-1);
  return last?.type === 'end' ? last.fault?.reason : undefined;
};

const text = (outputs: readonly Output<unknown>[]): string =>
  outputs.map((output) => (output.type === 'write' ? new TextDecoder().decode(output.bytes) : '')).join('');

/** A client that has been greeted. */
function greeted(options: ImapClientOptions = {}, greeting = '* PREAUTH x\r\n'): ImapClientMachine {
  const client = imapClient(options);
  client.start(0);
  client.receive(utf8(greeting), 0);
  return client;
}

function serving(options: ImapServerOptions = {}): ImapServerMachine {
  const server = imapServer({ auth: { authenticate: () => true, insideTlsOnly: false }, ...options });
  server.start(0);
  return server;
}

describe('a client', () => {
  test.each([
    ['a literal of 10^20 octets', '* X {100000000000000000000}', 'protocol-error'],
    ['a literal of -1 octets', '* X {-1}', 'protocol-error'],
    ['a literal of +1 octets', '* X {+1}', 'protocol-error'],
    ['a literal of 1- octets', '* X {1-}', 'protocol-error'],
    ['200,000 parentheses', `* X ${'('.repeat(200_000)}`, 'too-deep'],
    ['200,000 parentheses behind an open quote', `* X "${'('.repeat(200_000)}`, 'too-deep'],
    ['a number of 33 bits', '* 4294967296 EXISTS', 'protocol-error'],
    ['10^20 messages', '* 100000000000000000000 EXISTS', 'protocol-error'],
    ['two continuations', '+ x\r\n+ x', 'protocol-error'],
    ['a tag of nobody', 'zz OK', 'wrong-tag'],
  ])('IMAP-002 IMAP-011 ends after %s', (_name, given, expected) => {
    expect(reason(greeted().receive(utf8(`${given}\r\n`), 0))).toBe(expected);
  });

  test.each([
    ['* 4294967295 EXISTS', { data: { type: 'exists', number: 4_294_967_295 } }],
    ['* 0 EXPUNGE', { data: { type: 'expunge', number: 0 }, tolerated: ['number-out-of-range'] }],
  ])('IMAP-140 hands out %s as it came', (given, expected) => {
    expect(parseResponse(given)).toMatchObject({ type: 'untagged', ...expected });
  });

  test('IMAP-034 an ID field may be called like a property that objects have by nature', () => {
    const client = greeted();
    client.send({ verb: 'ID' }, 0);
    const [output] = client.receive(utf8('* ID ("__proto__" "x" "constructor" "y")\r\n'), 0);
    const event = output?.type === 'event' ? output.event : undefined;
    const data = event?.type === 'untagged' ? event.data : undefined;
    expect(Object.entries(data?.type === 'id' ? data.fields : {})).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
  });

  test('IMAP-011 a command collects so much and no more, also out of small responses', () => {
    const client = greeted({ limits: { maxDataBytes: 1000 } });
    const line = '* LIST () "/" x\r\n';
    // While no command waits nobody collects.
    expect(reason(client.receive(utf8(line.repeat(1000)), 0))).toBeUndefined();
    client.send({ verb: 'NOOP' }, 0);
    expect(reason(client.receive(utf8(line.repeat(50)), 0))).toBeUndefined();
    client.send({ verb: 'NOOP' }, 0);
    client.receive(utf8('a1 OK\r\n'), 0);
    // What came before the second was sent is not its own.
    expect(reason(client.receive(utf8(line.repeat(50)), 0))).toBeUndefined();
    expect(reason(client.receive(utf8(line.repeat(20)), 0))).toBe('reply-too-long');
  });

  test('IMAP-011 the depth of a response has a limit that can be set', () => {
    const client = greeted({ limits: { maxDepth: 2 } });
    expect(reason(client.receive(utf8('* X (())\r\n'), 0))).toBeUndefined();
    expect(reason(client.receive(utf8('* X ((()))\r\n'), 0))).toBe('too-deep');
  });

  test('IMAP-024 before a login a command collects less', () => {
    const client = greeted({ limits: { maxEarlyBytes: 1000 } }, '* OK x\r\n');
    client.send({ verb: 'CAPABILITY' }, 0);
    expect(reason(client.receive(utf8('* OK hm\r\n'.repeat(200)), 0))).toBe('reply-too-long');
  });

  test('IMAP-028 after the BYE to LOGOUT it does not wait for more than the server gives', () => {
    const client = greeted();
    client.send({ verb: 'LOGOUT' }, 0);
    client.receive(utf8('* BYE so long\r\n'), 0);
    expect(client.deadline).toBe(5000);
    expect(client.tick(5000)).toEqual([{ type: 'end' }]);
  });

  test('SASL-009 shows the name of its state, and nothing of what is in it', () => {
    const client = greeted({ tls: testTlsInfo }, '* OK [CAPABILITY IMAP4rev1] x\r\n');
    client.send({ verb: 'LOGIN', user: 'tim', password: 'tanstaaf' }, 0);
    expect(client.state).toEqual({ name: 'reply' });
  });
});

describe('a server', () => {
  test('shows the name of its state, and nothing of what is in it', () => {
    expect(serving().state).toEqual({ name: 'not-authenticated' });
  });

  test('RFC 7888 a long series of literals in one command is read without recursion, and ends', () => {
    const server = serving();
    // As one segment.
    const answer = text(server.receive(utf8(`a1 LOGIN${' {0+}\r\n'.repeat(20_000)}\r\n`), 0));
    expect(answer).toBe('a1 BAD the line is too long\r\n');
    expect(text(server.receive(utf8('a2 NOOP\r\n'), 0))).toBe('a2 OK done\r\n');
    const endless = server.receive(utf8(`a1 LOGIN${' {0+}\r\n'.repeat(200_000)}`), 0);
    expect(endless.at(-1)).toEqual({ type: 'end' });
  });

  test('tells that very many messages are gone, by numbers and to a client that comes back', () => {
    const store = inbox(150_000);
    const { say } = selected(store, 's1 ENABLE QRESYNC');
    const plain = selected(store);
    const validity = store.find('INBOX')?.uidValidity;
    expect(plain.say(String.raw`a1 STORE 1:* +FLAGS.SILENT (\Deleted)`).at(-1)).toBe('a1 OK done');
    expect(plain.say('a2 EXPUNGE')).toHaveLength(150_001);
    expect(say('b1 NOOP')).toEqual(['* VANISHED 1:150000', 'b1 OK done']);
    expect(say(`b2 SELECT INBOX (QRESYNC (${validity} 1))`)).toContain('* VANISHED (EARLIER) 1:150000');
    // Much work and nothing to wait for: a loaded machine may be long over it.
  }, 30_000);

  test('RFC 7888 §4 octets of a literal that is refused are never read as commands', () => {
    for (const digits of ['70000', '99999999999', '9'.repeat(1000)]) {
      const server = serving();
      const octets = 'a2 LOGOUT\r\n'.repeat(6000);
      const answer = text(server.receive(utf8(`a1 X {${digits}+}\r\n${octets}`), 0));
      expect(answer).not.toContain('a2');
    }
    expect(text(serving().receive(utf8('a1 X {99999999999}\r\na2 NOOP\r\n'), 0))).toBe(
      'a1 BAD the literal is too large\r\na2 OK done\r\n',
    );
  });

  test.each(['{-1}', '{}', '{x}'])('reads a line that ends in %s as a whole command', (end) => {
    expect(text(serving().receive(utf8(`a1 X ${end}\r\na2 NOOP\r\n`), 0))).toContain('a2 OK');
  });

  test('a line of an authentication exchange holds no literal', () => {
    const server = serving();
    server.receive(utf8('a1 AUTHENTICATE PLAIN\r\n'), 0);
    expect(text(server.receive(utf8('{3}\r\na2 NOOP\r\n'), 0))).toMatch(/^a1 BAD .*\r\na2 OK done\r\n$/);
  });

  test('IMAP-005 echoes no tag with control characters or octets above 127', () => {
    for (const tag of ['a\u0001', '\u00e9', 'a+'])
      expect(text(serving().receive(utf8(`${tag} NOOP\r\n`), 0))).toMatch(/^\* BAD /);
  });
});
