import { inspect } from 'node:util';
import type { ClientMechanism } from '@postern/sasl';
import { latin1, utf8 } from '@postern/wire';
import { testTlsInfo, writtenText } from '@postern/wire/testing';
import { expect, test } from 'vitest';
import { imapClient } from './index.ts';

test('SASL-047 work outside of the machine stops an exchange until its result is handed over', () => {
  const mechanism: ClientMechanism = {
    name: 'X-WORK',
    plaintext: false,
    start: () => utf8('first'),
    next: () => ({ type: 'wait', work: { name: 'derive-key', run: () => Promise.resolve(utf8('done')) } }),
    resume: (result) => ({ type: 'respond', response: result }),
    succeed: () => ({ type: 'done' }),
  };
  const client = imapClient();
  client.start(0);
  client.receive(utf8('* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=X-WORK] x\r\n'), 0);
  client.send({ verb: 'AUTHENTICATE', mechanism }, 0);
  expect(() => client.send({ verb: 'RESUME', result: utf8('x') }, 0)).toThrow(/without work/);
  expect(client.receive(utf8('+ YQ==\r\n'), 0)).toMatchObject([
    { event: { type: 'work', work: { name: 'derive-key' } } },
  ]);
  expect(client.state.name).toBe('auth-work');
  expect(client.deadline).toBeUndefined();
  expect(writtenText(client.send({ verb: 'RESUME', result: utf8('done') }, 0))).toBe('ZG9uZQ==\r\n');
  expect(client.receive(utf8('a1 OK\r\n'), 0)).toMatchObject([
    { event: { type: 'completed', response: { status: 'OK' } } },
  ]);
});

/** Goes like SCRAM: first message, work, proof, and the server's last word. */
function proving(): ClientMechanism {
  let finished = false;
  return {
    name: 'X-WORK',
    plaintext: false,
    start: () => utf8('first'),
    next: (challenge) => {
      finished = latin1(challenge) === 'v=';
      if (finished) return { type: 'done' };
      return { type: 'wait', work: { name: 'derive-key', run: () => Promise.resolve(utf8('key')) } };
    },
    resume: () => ({ type: 'respond', response: utf8('proof') }),
    succeed: () => (finished ? { type: 'done' } : { type: 'failed', reason: 'server-not-verified' }),
  };
}

test('SASL-004 the last word of the server is answered with an empty line, and only then success is believed', () => {
  const mechanism = proving();
  const client = imapClient();
  client.start(0);
  client.receive(utf8('* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=X-WORK] x\r\n'), 0);
  client.send({ verb: 'AUTHENTICATE', mechanism }, 0);
  client.receive(utf8('+ YQ==\r\n'), 0);
  expect(writtenText(client.send({ verb: 'RESUME', result: utf8('key') }, 0))).toBe('cHJvb2Y=\r\n');
  expect(writtenText(client.receive(utf8('+ dj0=\r\n'), 0))).toBe('\r\n');
  expect(client.receive(utf8('a1 OK\r\n'), 0)).toMatchObject([
    { event: { type: 'completed', response: { status: 'OK' } } },
  ]);
});

test('SASL-004 success while the client still works ends the dialogue', () => {
  const mechanism = proving();
  const client = imapClient();
  client.start(0);
  client.receive(utf8('* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=X-WORK] x\r\n'), 0);
  client.send({ verb: 'AUTHENTICATE', mechanism }, 0);
  client.receive(utf8('+ YQ==\r\n'), 0);
  expect(client.receive(utf8('a1 OK\r\n'), 0)).toMatchObject([
    { type: 'end', fault: { reason: 'server-not-verified' } },
  ]);
});

test('SASL-047 a challenge while the client still works ends the dialogue', () => {
  const mechanism = proving();
  const client = imapClient();
  client.start(0);
  client.receive(utf8('* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=X-WORK] x\r\n'), 0);
  client.send({ verb: 'AUTHENTICATE', mechanism }, 0);
  client.receive(utf8('+ YQ==\r\n'), 0);
  expect(client.receive(utf8('+ YQ==\r\n'), 0)).toMatchObject([
    { type: 'end', fault: { reason: 'protocol-error', phase: 'auth' } },
  ]);
});

test('SASL-047 work that failed cancels the exchange, and the dialogue goes on', () => {
  const mechanism = proving();
  const client = imapClient();
  client.start(0);
  client.receive(utf8('* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=X-WORK] x\r\n'), 0);
  client.send({ verb: 'AUTHENTICATE', mechanism }, 0);
  client.receive(utf8('+ YQ==\r\n'), 0);
  expect(writtenText(client.send({ verb: 'RESUME', result: undefined }, 0))).toBe('*\r\n');
  expect(client.receive(utf8('a1 BAD\r\n'), 0)).toMatchObject([
    { event: { type: 'completed', response: { status: 'BAD' } } },
  ]);
  expect(client.state).toEqual({ name: 'ready' });
});

test('SASL-002 an empty initial response is written as =', () => {
  const mechanism: ClientMechanism = {
    name: 'EXTERNAL',
    plaintext: false,
    start: () => new Uint8Array(0),
    next: () => ({ type: 'done' }),
    resume: () => ({ type: 'done' }),
    succeed: () => ({ type: 'done' }),
  };
  const client = imapClient();
  client.start(0);
  client.receive(utf8('* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=EXTERNAL] x\r\n'), 0);
  expect(writtenText(client.send({ verb: 'AUTHENTICATE', mechanism }, 0))).toBe(
    'a1 AUTHENTICATE EXTERNAL =\r\n',
  );
});

test('SASL-009 nothing that a client tells shows the password', () => {
  const client = imapClient({ tls: testTlsInfo });
  client.start(0);
  const outputs = [
    ...client.receive(utf8('* OK [CAPABILITY IMAP4rev1] x\r\n'), 0),
    ...client.send({ verb: 'LOGIN', user: 'tim', password: 'tanstaaf' }, 0),
  ];
  expect(inspect([client, client.state], { depth: 9, showHidden: true })).not.toContain('tanstaaf');
  outputs.push(...client.receive(utf8('a1 NO\r\n'), 0));
  const shown = outputs.map((output) =>
    output.type === 'write' ? (output.shown ?? latin1(output.bytes)) : JSON.stringify(output),
  );
  expect(shown.join('')).not.toContain('tanstaaf');
  expect(shown.join('')).toContain('a1 LOGIN "tim" <redacted 8 octets>');
});

test('IMAP-006 gives 10,000 commands 10,000 tags', () => {
  const client = imapClient();
  client.start(0);
  client.receive(utf8('* OK\r\n'), 0);
  const tags = new Set<string>();
  for (let round = 0; round < 10_000; round += 1) {
    const tag = writtenText(client.send({ verb: 'NOOP' }, 0)).split(' ')[0] ?? '';
    tags.add(tag);
    client.receive(utf8(`${tag} OK\r\n`), 0);
  }
  expect(tags.size).toBe(10_000);
});

test('IMAP-028 IMAP-080 DONE goes to no server that has said BYE, nor behind the end', () => {
  const client = imapClient();
  client.start(0);
  client.receive(utf8('* PREAUTH [CAPABILITY IMAP4rev1 IDLE] x\r\n'), 0);
  client.send({ verb: 'IDLE' }, 0);
  client.receive(utf8('+ idling\r\n* BYE restarting\r\n'), 0);
  expect(client.send({ verb: 'DONE' }, 1)).toEqual([]);
  expect(client.state.name).toBe('closing');
  expect(client.receiveEnd(2)).toMatchObject([{ type: 'end', fault: { reason: 'server-closing' } }]);
  expect(() => client.send({ verb: 'DONE' }, 3)).toThrow(/DONE without IDLE/);
});
