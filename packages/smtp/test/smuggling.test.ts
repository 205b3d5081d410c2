/** One message stays one message: what a server takes for the end of one, and what our client ever writes. */
import { concatBytes, latin1, utf8 } from '@postern/wire';
import type { Output } from '@postern/wire';
import { array, assert, constantFrom, property } from 'fast-check';
import { expect, test } from 'vitest';
import { smtpClient } from '../src/machine.ts';
import { smtpServer } from '../src/server/machine.ts';
import type { SmtpServerEvent } from '../src/server/events.ts';

const evil = 'MAIL FROM:<evil@x>\r\nRCPT TO:<victim@y>\r\nDATA\r\nevil\r\n.\r\n';

/** The senders of the messages that a server accepted, and whether it said a word to the smuggled envelope. */
function served(content: string): { readonly accepted: readonly string[]; readonly fooled: boolean } {
  const server = smtpServer({ domain: 'mx' });
  server.start(0);
  const outputs: Output<SmtpServerEvent>[] = [];
  const say = (text: string): void => {
    for (const octet of utf8(text)) outputs.push(...server.receive(Uint8Array.of(octet), 0));
  };
  say('EHLO c\r\nMAIL FROM:<good@x>\r\nRCPT TO:<a@b>\r\nDATA\r\n');
  say(content);
  const events = outputs.flatMap((output) => (output.type === 'event' ? [output.event] : []));
  return {
    accepted: events.flatMap((event) => (event.type === 'message' ? [event.message.from] : [])),
    fooled: events.some((event) => event.type === 'command' && event.argument.includes('evil')),
  };
}

/** Every text of up to this length made of these pieces. */
function* texts(pieces: readonly string[], most: number): Generator<string> {
  yield '';
  if (most === 0) return;
  for (const piece of pieces) for (const rest of texts(pieces, most - 1)) yield piece + rest;
}

test.each(['\n.\n', '\n.\r\n', '\r.\r', '\r\n.\n', '\r.\r\n', '\r\n.\r', '\r\n\0.\r\n', '\n\r.\r\n'])(
  'SMTP-052 %j and a second envelope: one message, or a refusal',
  (sequence) => {
    const { accepted, fooled } = served(`x${sequence}${evil}QUIT\r\n`);
    expect(fooled).toBe(false);
    // A NUL is text; bare line ends are refused.
    expect(accepted).toEqual(sequence.includes('\0') ? ['good@x'] : []);
  },
);

test('SMTP-052 no sequence of CR, LF and dots but the right one ends a message', { timeout: 20_000 }, () => {
  const wrong: string[] = [];
  let right = 0;
  for (const sequence of texts(['\r', '\n', '.', 'x'], 6)) {
    const { fooled } = served(`x${sequence}${evil}`);
    const ends = `x${sequence}`.includes('\r\n.\r\n');
    if (ends) right += 1;
    // After the right end the rest is commands, by right, unless a bare line end came before it.
    if (fooled && !ends) wrong.push(JSON.stringify(sequence));
  }
  expect(wrong).toEqual([]);
  expect(right).toBeGreaterThan(0);
});

test('SMTP-053 SMTP-051 whatever content is, the client writes no bare CR or LF behind DATA, and one end', () => {
  const piece = constantFrom(
    '\r',
    '\n',
    '.',
    '\r\n',
    '\r\n.\r\n',
    '\n.\n',
    '\r.\r',
    'x',
    '\0',
    'MAIL FROM:<evil@x>\r\n',
  );
  assert(
    property(array(array(piece, { maxLength: 6 }), { maxLength: 6 }), (chunks) => {
      const machine = smtpClient();
      const outputs: Output<unknown>[] = [...machine.start(0)];
      machine.receive(utf8('220 mx\r\n'), 0);
      machine.send({ verb: 'HELO', domain: 'c' }, 0);
      machine.receive(utf8('250 mx\r\n'), 0);
      machine.send({ verb: 'MAIL', from: '' }, 0);
      machine.receive(utf8('250 ok\r\n'), 0);
      machine.send({ verb: 'RCPT', to: 'a@b' }, 0);
      machine.receive(utf8('250 ok\r\n'), 0);
      machine.send({ verb: 'DATA' }, 0);
      machine.receive(utf8('354 go\r\n'), 0);
      for (const chunk of chunks) {
        outputs.push(...machine.send({ verb: 'CONTENT', bytes: utf8(chunk.join('')) }, 0));
      }
      outputs.push(...machine.send({ verb: 'CONTENT', bytes: new Uint8Array(0), last: true }, 0));
      const wire = latin1(
        concatBytes(outputs.flatMap((output) => (output.type === 'write' ? [output.bytes] : []))),
      );
      expect(wire.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
      expect(`\r\n${wire}`.indexOf('\r\n.\r\n')).toBe(wire.length - 3);
    }),
    { numRuns: 500 },
  );
});
