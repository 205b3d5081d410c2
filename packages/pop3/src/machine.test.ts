import { inspect } from 'node:util';
import { chooseMechanism } from '@postern/sasl';
import type { ClientMechanism } from '@postern/sasl';
import { latin1, utf8 } from '@postern/wire';
import type { Output } from '@postern/wire';
import { testTlsInfo, writtenText } from '@postern/wire/testing';
import { describe, expect, test } from 'vitest';
import { exchangeTests } from '../../sasl/test/exchange-tests.ts';
import { pop3Client } from './index.ts';
import type { Pop3ClientMachine, Pop3Command, Pop3Event } from './index.ts';

const fault = (outputs: readonly Output<Pop3Event>[]): string | undefined => {
  const last = outputs.at(-1);
  return last?.type === 'end' ? last.fault?.reason : undefined;
};

/** A client that is logged in. */
function loggedIn(...tags: readonly string[]): Pop3ClientMachine {
  const client = pop3Client({ tls: testTlsInfo });
  client.start(0);
  client.receive(utf8('+OK\r\n'), 0);
  client.send({ verb: 'CAPA' }, 0);
  client.receive(utf8(['+OK', 'SASL PLAIN', ...tags, '.', ''].join('\r\n')), 0);
  const choice = chooseMechanism(
    ['PLAIN'],
    { type: 'password', user: 'a', password: 'b' },
    { verified: true },
  );
  if (choice.ok) client.send({ verb: 'AUTH', mechanism: choice.mechanism }, 0);
  client.receive(utf8('+OK\r\n'), 0);
  return client;
}

describe('limits', () => {
  test('POP3-002 a status line of 8193 octets is too long, whole or without its end', () => {
    for (const text of [`+OK ${'x'.repeat(8187)}\r\n`, `+OK ${'x'.repeat(8189)}`]) {
      const client = pop3Client();
      client.start(0);
      expect(text.length).toBe(8193);
      expect(fault(client.receive(utf8(text), 0))).toBe('line-too-long');
    }
    const client = pop3Client();
    client.start(0);
    expect(client.receive(utf8(`+OK ${'x'.repeat(8186)}\r\n`), 0)).toHaveLength(1);
  });

  test('POP3-002 lines of a message have no limit and come in pieces', () => {
    const client = loggedIn();
    client.send({ verb: 'RETR', message: 1 }, 0);
    client.receive(utf8('+OK\r\n'), 0);
    let received = 0;
    let pieces = 0;
    for (let round = 0; round < 100; round += 1) {
      for (const output of client.receive(utf8('x'.repeat(1000)), 0)) {
        if (output.type !== 'event' || output.event.type !== 'content') continue;
        received += output.event.bytes.length;
        pieces += 1;
      }
    }
    expect([received, pieces]).toEqual([100_000, 100]);
    expect(client.receive(utf8('\r\n.\r\n'), 0).at(-1)).toMatchObject({
      event: { type: 'reply', reply: { status: '+OK' } },
    });
  });

  test('POP3-022 the content of a message is unstuffed, and -ERR has none', () => {
    const client = loggedIn();
    client.sendAll([{ verb: 'RETR', message: 1 }], 0);
    const outputs = client.receive(utf8('+OK 9 octets\r\n..a\r\n.\r\n'), 0);
    expect(outputs).toMatchObject([
      { event: { type: 'content', bytes: utf8('.a\r\n') } },
      { event: { type: 'reply', reply: { text: '9 octets' } } },
    ]);
    client.send({ verb: 'RETR', message: 2 }, 0);
    expect(client.receive(utf8('-ERR no\r\n'), 0)).toMatchObject([
      { event: { type: 'reply', reply: { status: '-ERR' } } },
    ]);
  });

  test('POP3-015 single octets do not lengthen the wait for a message, a line does', () => {
    const client = loggedIn();
    client.send({ verb: 'RETR', message: 1 }, 0);
    client.receive(utf8('+OK\r\n'), 1000);
    expect(client.deadline).toBe(301_000);
    client.receive(utf8('x'), 2000);
    expect(client.deadline).toBe(301_000);
    client.receive(utf8('\r\n'), 3000);
    expect(client.deadline).toBe(303_000);
    client.receive(utf8('y'.repeat(65_536)), 4000);
    expect(client.deadline).toBe(304_000);
    expect(fault(client.tick(304_000))).toBe('timeout-reply');
  });

  test('POP3-035 the window holds so many octets of commands, and moves on with each reply', () => {
    const client = loggedIn('PIPELINING');
    const commands = Array.from({ length: 2000 }, (_, index) => ({
      verb: 'RETR' as const,
      message: index + 1,
    }));
    const first = writtenText(client.sendAll(commands, 0));
    expect(first.length).toBeLessThanOrEqual(16_384);
    expect(first.length).toBeGreaterThan(16_370);
    expect(client.queued).toBe(2000 - first.split('\r\n').length + 1);
    // Two short commands are answered: there is room for one or two more.
    const next = writtenText(client.receive(utf8('-ERR\r\n-ERR\r\n'), 0));
    expect(next).toMatch(/^(?:RETR \d+\r\n){1,2}$/);
    let sent = first.length + next.length;
    for (let answers = 2; answers < 2000; answers += 1)
      sent += writtenText(client.receive(utf8('-ERR\r\n'), 0)).length;
    expect(client.state.name).toBe('ready');
    expect(sent).toBe(9 * 8 + 90 * 9 + 900 * 10 + 1001 * 11);
  });

  test('POP3-035 a command that is sent while a message comes changes nothing about reading it', () => {
    for (const verb of ['RETR', 'LIST'] as const) {
      const client = loggedIn('PIPELINING');
      client.send(verb === 'RETR' ? { verb, message: 1 } : { verb }, 0);
      client.receive(utf8('+OK\r\n1 1\r\n'), 0);
      client.send({ verb: 'DELE', message: 2 }, 1);
      expect(client.state.name).toBe(verb === 'RETR' ? 'content' : 'listing');
      expect(client.receive(utf8('2 2\r\n.\r\n+OK\r\n'), 2).filter(({ type }) => type === 'end')).toEqual([]);
      expect(client.state.name).toBe('ready');
    }
  });

  test('POP3-015 while time is held nothing runs out, and what was left is left', () => {
    const client = loggedIn();
    client.send({ verb: 'RETR', message: 1 }, 0);
    client.receive(utf8('+OK\r\n'), 0);
    client.hold(100_000);
    client.hold(200_000);
    expect(client.deadline).toBeUndefined();
    expect(client.tick(500_000)).toEqual([]);
    client.resume(1_000_000);
    expect(client.deadline).toBe(1_200_000);
    // A line that comes while time is held begins a wait, which stands still too.
    client.hold(1_000_000);
    client.receive(utf8('a\r\n'), 1_000_100);
    client.resume(1_000_200);
    expect(client.deadline).toBe(1_300_200);
    expect(fault(client.tick(1_300_200))).toBe('timeout-reply');
  });

  test('POP3-015 each reply lets the wait for the next one begin', () => {
    const client = loggedIn('PIPELINING');
    client.sendAll([{ verb: 'NOOP' }, { verb: 'NOOP' }], 0);
    client.send({ verb: 'NOOP' }, 30_000);
    expect(client.deadline).toBe(60_000);
    client.receive(utf8('+OK\r\n'), 59_999);
    expect(client.deadline).toBe(119_999);
  });

  test('POP3-030 an endless list is cut off', () => {
    const client = pop3Client({ limits: { maxEarlyBytes: 1000 } });
    client.start(0);
    client.receive(utf8('+OK\r\n'), 0);
    client.send({ verb: 'CAPA' }, 0);
    expect(fault(client.receive(utf8(`+OK\r\n${'X-FOO\r\n'.repeat(200)}`), 0))).toBe('reply-too-long');
  });

  test('POP3-051 a challenge of 12288 octets passes', () => {
    let got = 0;
    const mechanism: ClientMechanism = {
      name: 'X-LONG',
      plaintext: false,
      start: () => undefined,
      next: (challenge) => {
        got = challenge.length;
        return { type: 'respond', response: new Uint8Array(0) };
      },
      resume: () => ({ type: 'done' }),
      succeed: () => ({ type: 'done' }),
    };
    const client = pop3Client();
    client.start(0);
    client.receive(utf8('+OK\r\n'), 0);
    client.send({ verb: 'CAPA' }, 0);
    client.receive(utf8('+OK\r\nSASL X-LONG\r\n.\r\n'), 0);
    client.send({ verb: 'AUTH', mechanism }, 0);
    expect(writtenText(client.receive(utf8(`+ ${'AAAA'.repeat(4096)}\r\n`), 0))).toBe('\r\n');
    expect(got).toBe(12_288);
  });
});

exchangeTests<Pop3Command>({
  offered: (mechanism) => {
    const client = pop3Client();
    client.start(0);
    client.receive(utf8('+OK\r\n'), 0);
    client.send({ verb: 'CAPA' }, 0);
    client.receive(utf8(`+OK\r\nSASL ${mechanism}\r\n.\r\n`), 0);
    return client;
  },
  begin: (mechanism) => ({ verb: 'AUTH', mechanism }),
  verb: 'AUTH',
  resume: (result) => ({ verb: 'RESUME', result }),
  challenge: '+ ',
  success: { line: '+OK\r\n', event: { type: 'reply', reply: { status: '+OK' } } },
  cancelled: { line: '-ERR\r\n', event: { type: 'reply', reply: { status: '-ERR' } } },
});

test('SASL-009 nothing that a client tells shows the password', () => {
  const client = pop3Client({ tls: testTlsInfo });
  client.start(0);
  client.receive(utf8('+OK\r\n'), 0);
  const outputs = [
    ...client.send({ verb: 'CAPA' }, 0),
    ...client.receive(utf8('-ERR\r\n'), 0),
    ...client.send({ verb: 'USER', name: 'tim' }, 0),
    ...client.receive(utf8('+OK\r\n'), 0),
    ...client.send({ verb: 'PASS', password: 'tanstaaf' }, 0),
  ];
  expect(inspect([client, client.state], { depth: 9, showHidden: true })).not.toContain('tanstaaf');
  outputs.push(...client.receive(utf8('-ERR\r\n'), 0));
  const shown = outputs.map((output) =>
    output.type === 'write' ? (output.shown ?? latin1(output.bytes)) : JSON.stringify(output),
  );
  expect(shown.join('')).not.toContain('tanstaaf');
  expect(shown.join('')).toContain('PASS <redacted 8 octets>');
});
