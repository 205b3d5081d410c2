import { loginClient } from '@postern/sasl';
import { latin1, utf8 } from '@postern/wire';
import type { Output } from '@postern/wire';
import { testTlsInfo } from '@postern/wire/testing';
import { describe, expect, test } from 'vitest';
import { encodeCommand, pop3Client } from '../src/index.ts';
import type { Pop3ClientMachine, Pop3ClientOptions, Pop3Event } from '../src/index.ts';
import { memoryMaildrop, pop3Server } from '../src/server/index.ts';

const reason = (outputs: readonly Output<unknown>[]): string | undefined => {
  const last = outputs.at(-1);
  return last?.type === 'end' ? last.fault?.reason : undefined;
};

const text = (outputs: readonly Output<unknown>[]): string =>
  outputs.map((output) => (output.type === 'write' ? new TextDecoder().decode(output.bytes) : '')).join('');

/** The content of messages in there. */
const contentOf = (outputs: readonly Output<Pop3Event>[]): string =>
  outputs
    .map((output) =>
      output.type === 'event' && output.event.type === 'content' ? latin1(output.event.bytes) : '',
    )
    .join('');

/** A client that has been greeted inside TLS. */
function greeted(options: Pop3ClientOptions = {}): Pop3ClientMachine {
  const client = pop3Client({ tls: testTlsInfo, ...options });
  client.start(0);
  client.receive(utf8('+OK x\r\n'), 0);
  return client;
}

function loggedIn(options: Pop3ClientOptions = {}): Pop3ClientMachine {
  const client = greeted(options);
  for (const command of [
    { verb: 'USER', name: 'tim' },
    { verb: 'PASS', password: 'tanstaaf' },
  ] as const) {
    client.send(command, 0);
    client.receive(utf8('+OK\r\n'), 0);
  }
  return client;
}

describe('a client', () => {
  test('POP3-030 takes no more than 64 KiB of a list before a login', () => {
    const client = greeted();
    client.send({ verb: 'CAPA' }, 0);
    client.receive(utf8('+OK\r\n'), 0);
    expect(reason(client.receive(utf8('X\r\n'.repeat(21_845)), 0))).toBeUndefined();
    expect(reason(client.receive(utf8('X\r\n'), 0))).toBe('reply-too-long');
  });

  test('POP3-021 takes no more than the limit of a listing that never ends', () => {
    const client = loggedIn({ limits: { maxListingBytes: 1000 } });
    client.send({ verb: 'LIST' }, 0);
    expect(reason(client.receive(utf8(`+OK\r\n${'1 2\r\n'.repeat(201)}`), 0))).toBe('reply-too-long');
  });

  test('POP3-007 ends at a continuation that nothing waits for', () => {
    const client = loggedIn();
    client.send({ verb: 'STAT' }, 0);
    expect(reason(client.receive(utf8('+ YQ==\r\n'), 0))).toBe('protocol-error');
  });

  test('POP3-004 POP3-022 takes a line of a message that looks like a reply for a line, wherever a chunk begins', () => {
    const message = 'a\r\n-ERR no\r\n+OK yes\r\n- \r\n';
    const wire = `+OK\r\n${message}.\r\n`;
    for (let cut = 1; cut < wire.length; cut += 1) {
      const client = loggedIn();
      client.send({ verb: 'RETR', message: 1 }, 0);
      const outputs = [wire.slice(0, cut), wire.slice(cut)].flatMap((chunk) => [
        ...client.receive(utf8(chunk), 0),
      ]);
      expect(contentOf(outputs)).toBe(message);
      expect(client.state.name).toBe('ready');
    }
  });

  test('POP3-051 takes no more than 64 KiB of a challenge of a megabyte', () => {
    const client = greeted({ tls: testTlsInfo });
    client.send({ verb: 'CAPA' }, 0);
    client.receive(utf8('+OK\r\nSASL LOGIN\r\n.\r\n'), 0);
    client.send(
      { verb: 'AUTH', mechanism: loginClient({ type: 'password', user: 'tim', password: 'x' }) },
      0,
    );
    const challenge = utf8(`+ ${'A'.repeat(1024 * 1024)}`);
    let taken = 0;
    let found: string | undefined;
    while (found === undefined && taken < challenge.length) {
      found = reason(client.receive(challenge.subarray(taken, taken + 1000), 0));
      taken += 1000;
    }
    expect([found, taken]).toEqual(['line-too-long', 66_000]);
  });

  test('gives messages bytes of their own, although small ones share a buffer', () => {
    const client = loggedIn();
    client.send({ verb: 'CAPA' }, 0);
    client.receive(utf8('+OK\r\nPIPELINING\r\n.\r\n'), 0);
    client.sendAll(
      [1, 2, 3].map((message) => ({ verb: 'RETR', message }) as const),
      0,
    );
    const lent = utf8('+OK\r\none\r\n.\r\n+OK\r\n..two\r\n.\r\n');
    const pieces = client
      .receive(lent, 0)
      .flatMap((output) =>
        output.type === 'event' && output.event.type === 'content' ? [output.event.bytes] : [],
      );
    lent.fill(0xaa);
    client.receive(utf8('+OK\r\nthree\r\n.\r\n'), 0);
    expect(pieces.map((piece) => latin1(piece))).toEqual(['one\r\n', '.two\r\n']);
    pieces[0]?.fill(0xaa);
    expect(latin1(pieces[1] ?? lent)).toBe('.two\r\n');
  });

  test.each([
    { verb: 'USER', name: 'a\r\nDELE 1' },
    { verb: 'USER', name: 'a\0' },
    { verb: 'PASS', password: 'a\nb' },
    { verb: 'PASS', password: '' },
    { verb: 'PASS', password: 'x'.repeat(300) },
  ] as const)('POP3-025 sends no second command in an argument', (command) => {
    expect(() => encodeCommand(command)).toThrow(expect.objectContaining({ code: 'argument-refused' }));
  });

  test('SASL-009 shows the name of its state, and nothing of what is in it', () => {
    const client = greeted();
    client.send({ verb: 'USER', name: 'tim' }, 0);
    client.receive(utf8('+OK\r\n'), 0);
    client.send({ verb: 'PASS', password: 'tanstaaf' }, 0);
    expect(client.state).toEqual({ name: 'reply' });
  });
});

describe('a server', () => {
  /** A server with one message, logged in. */
  function serving(content: string): ReturnType<typeof pop3Server> {
    const maildrop = memoryMaildrop([content]);
    const server = pop3Server({
      auth: { authenticate: () => true, insideTlsOnly: false },
      maildrop: () => maildrop,
    });
    server.start(0);
    server.receive(utf8('USER a\r\nPASS a\r\n'), 0);
    return server;
  }

  test('shows the name of its state, and nothing of what is in it', () => {
    expect(serving('a').state).toEqual({ name: 'transaction' });
  });

  test.each(['a\r\nb\r\n', '.a\r\n..b\r\n'])(
    'POP3-071 holds a message once, however often it is asked for: %j',
    (content) => {
      const outputs = serving(content).receive(utf8('RETR 1\r\n'.repeat(1000)), 0);
      const stored = outputs.flatMap((output) =>
        output.type === 'write' && output.bytes.length > 5 ? [output.bytes] : [],
      );
      expect(stored).toHaveLength(1000);
      expect(new Set(stored.map(({ buffer }) => buffer)).size).toBe(1);
    },
  );

  test.each([
    ['a\r\n\r\nb\r\nc', 1, 'a\r\n\r\nb\r\n'],
    ['x\n\r\n\r\nb\r\nc', 0, 'x\n\r\n'],
    ['a\r\n\r\n.b\r\n.c\r\n', 1, 'a\r\n\r\n..b\r\n'],
    ['a\r\n\r\n', 9, 'a\r\n\r\n'],
  ])('POP3-023 POP3-071 TOP of %j with %i lines', (content, lines, top) => {
    expect(text(serving(content).receive(utf8(`TOP 1 ${lines}\r\n`), 0))).toBe(`+OK\r\n${top}.\r\n`);
  });

  test('POP3-024 of two copies with one uid, deleting one leaves the other', () => {
    const message = { uid: 'same', content: utf8('a\r\n') };
    const maildrop = memoryMaildrop([message, { ...message }]);
    const held = maildrop.open();
    held?.update(held.messages.slice(0, 1));
    expect(maildrop.messages).toHaveLength(1);
  });
});
