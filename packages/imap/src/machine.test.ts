import { inspect } from 'node:util';
import { latin1, utf8 } from '@postern/wire';
import { testTlsInfo, writtenText } from '@postern/wire/testing';
import { expect, test } from 'vitest';
import { exchangeTests } from '../../sasl/test/exchange-tests.ts';
import { imapClient } from './index.ts';
import type { ImapCommand } from './index.ts';

exchangeTests<ImapCommand>({
  offered: (mechanism) => {
    const client = imapClient();
    client.start(0);
    client.receive(utf8(`* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=${mechanism}] x\r\n`), 0);
    return client;
  },
  begin: (mechanism) => ({ verb: 'AUTHENTICATE', mechanism }),
  verb: 'a1 AUTHENTICATE',
  resume: (result) => ({ verb: 'RESUME', result }),
  challenge: '+ ',
  success: { line: 'a1 OK\r\n', event: { type: 'completed', response: { status: 'OK' } } },
  cancelled: { line: 'a1 BAD\r\n', event: { type: 'completed', response: { status: 'BAD' } } },
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
