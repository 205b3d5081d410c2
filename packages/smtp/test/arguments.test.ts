/** No argument of any command can break out of its line, whoever calls and however it is typed. */
import { concatBytes, isUsageError, latin1, utf8 } from '@postern/wire';
import type { Output } from '@postern/wire';
import { testTlsInfo } from '@postern/wire/testing';
import { array, assert, constantFrom, property, string, tuple } from 'fast-check';
import { expect, test } from 'vitest';
import type { SmtpCommand } from '../src/commands.ts';
import { verbs } from '../src/commands.ts';
import { lmtpClient, smtpClient } from '../src/machine.ts';
import type { SmtpClientMachine } from '../src/machine.ts';

const offered = [
  '250-mx',
  '250-PIPELINING',
  '250-SIZE',
  '250-8BITMIME',
  '250-SMTPUTF8',
  '250-DSN',
  '250-AUTH PLAIN',
  '250-MT-PRIORITY',
  '250-DELIVERBY',
  '250-FUTURERELEASE',
  '250-REQUIRETLS',
  '250-CHUNKING',
  '250-BINARYMIME',
  '250 X-ANY',
].join('\r\n');

/** A machine that may say anything: everything is offered, TLS is verified. */
function ready(lmtp = false): SmtpClientMachine {
  const machine = (lmtp ? lmtpClient : smtpClient)({ tls: testTlsInfo, window: true });
  machine.start(0);
  machine.receive(utf8('220 mx\r\n'), 0);
  machine.send({ verb: lmtp ? 'LHLO' : 'EHLO', domain: 'c' }, 0);
  machine.receive(utf8(`${offered}\r\n`), 0);
  return machine;
}

const mail = (parameters: object): unknown => ({ verb: 'MAIL', from: 'a@b.example', parameters });
const rcpt = (parameters: object): unknown => ({ verb: 'RCPT', to: 'a@b.example', parameters });

/** Every place where a text of the caller comes into a line. */
const places: Readonly<Record<string, (text: string) => readonly unknown[]>> = {
  'EHLO domain': (text) => [{ verb: 'EHLO', domain: text }],
  'HELO domain': (text) => [{ verb: 'HELO', domain: text }],
  'LHLO domain': (text) => [{ verb: 'LHLO', domain: text }],
  'MAIL path': (text) => [{ verb: 'MAIL', from: text }],
  'MAIL local part': (text) => [{ verb: 'MAIL', from: `"${text}"@b.example` }],
  'MAIL domain': (text) => [{ verb: 'MAIL', from: `a@${text}` }],
  'MAIL path with SMTPUTF8': (text) => [
    { verb: 'MAIL', from: `${text}@b.example`, parameters: { smtpUtf8: true } },
  ],
  SIZE: (text) => [mail({ size: text })],
  BODY: (text) => [mail({ body: text })],
  RET: (text) => [mail({ ret: text })],
  ENVID: (text) => [mail({ envid: text })],
  'AUTH=': (text) => [mail({ auth: text })],
  'MT-PRIORITY': (text) => [mail({ mtPriority: text })],
  'BY seconds': (text) => [mail({ deliverBy: { seconds: text, mode: 'R' } })],
  'BY mode': (text) => [mail({ deliverBy: { seconds: 1, mode: text } })],
  HOLDFOR: (text) => [mail({ holdFor: text })],
  HOLDUNTIL: (text) => [mail({ holdUntil: text })],
  'a keyword': (text) => [mail({ parameters: [{ keyword: text, force: true }] })],
  'a value': (text) => [mail({ parameters: [{ keyword: 'X-ANY', value: text }] })],
  'a value with SMTPUTF8': (text) => [
    mail({ smtpUtf8: true, parameters: [{ keyword: 'X-ANY', value: text }] }),
  ],
  'RCPT path': (text) => [
    { verb: 'MAIL', from: '' },
    { verb: 'RCPT', to: text },
  ],
  'RCPT path with SMTPUTF8': (text) => [
    { verb: 'MAIL', from: '', parameters: { smtpUtf8: true } },
    { verb: 'RCPT', to: `${text}@b.example` },
  ],
  NOTIFY: (text) => [{ verb: 'MAIL', from: '' }, rcpt({ notify: text })],
  'NOTIFY in a list': (text) => [{ verb: 'MAIL', from: '' }, rcpt({ notify: ['DELAY', text] })],
  ORCPT: (text) => [{ verb: 'MAIL', from: '' }, rcpt({ orcpt: text })],
  'an address type': (text) => [
    { verb: 'MAIL', from: '' },
    rcpt({ orcpt: { addressType: text, address: 'a' } }),
  ],
  'a value of RCPT': (text) => [
    { verb: 'MAIL', from: '' },
    rcpt({ parameters: [{ keyword: 'X-ANY', value: text }] }),
  ],
  VRFY: (text) => [{ verb: 'VRFY', name: text }],
  'another command': (text) => [{ verb: 'OTHER', line: text }],
  'its argument': (text) => [{ verb: 'OTHER', line: `ETRN ${text}` }],
  'a verb': (text) => [{ verb: text }],
};

/** What a machine would write; or the code of its refusal. */
function written(
  machine: SmtpClientMachine,
  commands: readonly unknown[],
): string | { readonly code: unknown } {
  try {
    const outputs: readonly Output<unknown>[] = machine.sendAll(commands as readonly SmtpCommand[], 1);
    return latin1(concatBytes(outputs.flatMap((output) => (output.type === 'write' ? [output.bytes] : []))));
  } catch (error) {
    if (isUsageError(error)) return { code: error.code };
    throw error;
  }
}

const controls = Array.from({ length: 33 }, (_none, code) => String.fromCharCode(code === 32 ? 127 : code));

test.each(Object.keys(places))('SMTP-034 %s: no control character, and nothing written', (place) => {
  for (const control of controls) {
    for (const text of [`x${control}`, `${control}x`, `x${control}\nRCPT TO:<y@z>`]) {
      const machine = ready(place.startsWith('LHLO'));
      expect([text, written(machine, places[place]?.(text) ?? [])]).toEqual([
        text,
        { code: 'argument-refused' },
      ]);
      // Nothing was begun, so everything may still be said.
      expect(written(machine, [{ verb: 'MAIL', from: '' }])).toBe('MAIL FROM:<>\r\n');
    }
  }
});

test('SMTP-034 whatever is given anywhere, as many lines leave as commands were given, or none', () => {
  const nasty = constantFrom(
    '\r',
    '\n',
    '\r\n',
    '\0',
    '\u0085',
    '\u2028',
    '>',
    '<',
    ' ',
    '"',
    '\\',
    '\ud800',
    'ü',
  );
  const text = array(tuple(string({ unit: 'binary', maxLength: 5 }), nasty), { maxLength: 3 }).map((parts) =>
    parts.flat().join(''),
  );
  assert(
    property(constantFrom(...Object.keys(places)), text, (place, given) => {
      const commands = places[place]?.(given) ?? [];
      const line = written(ready(place.startsWith('LHLO')), commands);
      if (typeof line !== 'string') return;
      const lines = line.split('\r\n');
      expect(lines).toHaveLength(commands.length + 1);
      // oxlint-disable-next-line no-control-regex -- control characters are what must not be there
      expect(lines.join('')).not.toMatch(/[\u0000-\u001f\u007f]/);
      expect(lines.join('')).not.toContain(latin1(utf8('\ufffd')));
    }),
    { numRuns: 2000 },
  );
});

test('an address or argument that is no text is refused as well', () => {
  for (const bad of [undefined, null, 7, {}, ['a@b']]) {
    for (const command of [
      { verb: 'MAIL', from: bad },
      { verb: 'VRFY', name: bad },
      mail({ envid: bad ?? {} }),
      mail({ parameters: [{ keyword: 'X-ANY', value: bad ?? {} }] }),
    ]) {
      expect(written(ready(), [command])).toEqual({ code: 'argument-refused' });
    }
  }
});

test('a command without a name of ours is sent, and one with a name is not sent past the machine', () => {
  const say = (line: string): unknown => written(ready(), [{ verb: 'OTHER', line }]);
  expect(say('ETRN example.org')).toBe('ETRN example.org\r\n');
  expect(say('help')).toBe('help\r\n');
  const named = [...Object.keys(verbs), 'TURN', 'ATRN'].filter((verb) => verb !== 'CONTENT');
  for (const verb of named) {
    expect(say(verb)).toEqual({ code: 'argument-refused' });
    expect(say(`${verb.toLowerCase()} x`)).toEqual({ code: 'argument-refused' });
  }
  expect(say(`X${'x'.repeat(509)}`)).toHaveLength(512);
  expect(say(`X${'x'.repeat(510)}`)).toEqual({ code: 'argument-refused' });
});
