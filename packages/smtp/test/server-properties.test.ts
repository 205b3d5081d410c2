import { concatBytes, latin1, utf8 } from '@postern/wire';
import type { Output } from '@postern/wire';
import { writtenText } from '@postern/wire/testing';
import {
  array,
  assert,
  boolean,
  constantFrom,
  integer,
  oneof,
  property,
  subarray,
  uint8Array,
} from 'fast-check';
import { expect, test } from 'vitest';
import { smtpServer } from '../src/server/machine.ts';
import type { SmtpServerMachine } from '../src/server/machine.ts';
import type { AskedAbout, SmtpServerEvent, SmtpServerOptions } from '../src/server/index.ts';

const lines = constantFrom(
  'EHLO c\r\n',
  'LHLO c\r\n',
  'MAIL FROM:<a@b>\r\n',
  'MAIL FROM:<a@b> SIZE=9 BODY=BINARYMIME RET=HDRS\r\n',
  'RCPT TO:<c@d>\r\n',
  'RCPT TO:<e@f> NOTIFY=NEVER\r\n',
  'DATA\r\n',
  'text\r\n',
  '..\r\n',
  '.\r\n',
  '\n.\r\n',
  'BDAT 4\r\nabcd',
  'BDAT 0 LAST\r\n',
  'BDAT 12 LAST\r\nQUIT\r\nNOOP\r\n',
  'BDAT x\r\n',
  'RSET\r\n',
  'VRFY a\r\n',
  'AUTH PLAIN AHRpbQB0YW5zdGFhZg==\r\n',
  'AUTH LOGIN\r\n',
  'dGlt\r\n',
);
const pieces = oneof(
  { weight: 9, arbitrary: lines.map((line) => utf8(line)) },
  { weight: 1, arbitrary: uint8Array({ maxLength: 12 }) },
);
const asked = subarray<AskedAbout>(['sender', 'recipient', 'message', 'login']);

/** Says everything in chunks, answers every question by turns, and writes down what comes out. */
function play(
  machine: SmtpServerMachine,
  chunks: readonly Uint8Array[],
  answers: readonly boolean[],
): readonly string[] {
  const seen: string[] = [];
  let asks = 0;
  // How content is cut into pieces is the one thing that depends on how it came.
  const more = (text: string): void => {
    if (seen.at(-1)?.startsWith('+') === true) seen[seen.length - 1] += text;
    else seen.push(`+${text}`);
  };
  const take = (outputs: readonly Output<SmtpServerEvent>[]): void => {
    for (const output of outputs) {
      expect(seen.at(-1)).not.toBe('end');
      if (output.type === 'write') seen.push(latin1(output.bytes));
      else if (output.type !== 'event') seen.push(output.type);
      else if (output.event.type === 'content') more(latin1(output.event.bytes));
      else seen.push(JSON.stringify(output.event));
    }
    if (machine.state.name !== 'asking') return;
    const ok = answers[asks % answers.length] ?? true;
    asks += 1;
    take(machine.send({ verb: 'ANSWER', verdict: ok ? { ok } : { ok, code: 550 } }, 0));
  };
  take(machine.start(0));
  for (const chunk of chunks) {
    const lent = chunk.slice();
    take(machine.receive(lent, 0));
    lent.fill(0xaa);
  }
  take(machine.receiveEnd(0));
  return seen;
}

function split(all: Uint8Array, sizes: readonly number[]): readonly Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0, turn = 0; at < all.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    chunks.push(all.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

function options(asks: readonly AskedAbout[], lmtp: boolean): SmtpServerOptions {
  return {
    domain: 'mx',
    protocol: lmtp ? 'lmtp' : 'smtp',
    asks,
    auth: { authenticate: () => true, insideTlsOnly: false },
    limits: { maxMessageBytes: 20, maxErrors: 50 },
  };
}

test('SMTP-055 SMTP-073 whatever is said, asked and answered: the cut changes nothing, nothing is thrown, nothing follows the end', () => {
  assert(
    property(
      array(pieces, { maxLength: 30 }),
      array(integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 8 }),
      array(boolean(), { minLength: 1, maxLength: 4 }),
      asked,
      boolean(),
      (parts, sizes, answers, asks, lmtp) => {
        const hello = utf8(lmtp ? 'LHLO c\r\n' : 'EHLO c\r\n');
        const all = concatBytes([hello, ...parts]);
        const once = play(smtpServer(options(asks, lmtp)), [all], answers);
        const cut = play(smtpServer(options(asks, lmtp)), split(all, sizes), answers);
        expect(cut).toEqual(once);
      },
    ),
    { numRuns: 600 },
  );
});

test('every message that begins is asked about or aborted, once', () => {
  assert(
    property(
      array(pieces, { maxLength: 40 }),
      array(boolean(), { minLength: 1, maxLength: 4 }),
      (parts, answers) => {
        const all = concatBytes([utf8('EHLO c\r\n'), ...parts]);
        const seen = play(smtpServer(options(['message'], false)), [all], answers);
        const fate = /^(?:\{"type":"(message-begin|ask-message|message-aborted)"|(\+))/;
        const told = seen.flatMap((text) => fate.exec(text)?.slice(1).join('') ?? []).join(' ');
        // A beginning and an end by turns, and content only in between.
        expect(told).toMatch(/^(?: ?message-begin(?: \+)* (?:ask-message|message-aborted))*$/);
      },
    ),
    { numRuns: 400 },
  );
});

test('SMTP-056 a hundred megabytes pass in pieces, and none of them is kept', () => {
  const server = smtpServer({ domain: 'mx', asks: ['message'], limits: { maxMessageBytes: 1e9 } });
  server.start(0);
  server.receive(utf8('EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n'), 0);
  const chunk = utf8(`.${'x'.repeat(76)}\r\n`.repeat(830));
  const rounds = Math.ceil(100e6 / chunk.length);
  const before = process.memoryUsage().heapUsed;
  let size = 0;
  for (let at = 0; at < rounds; at += 1) {
    for (const output of server.receive(chunk, 0)) {
      if (output.type === 'event' && output.event.type === 'content') size += output.event.bytes.length;
    }
  }
  expect(size).toBe(rounds * 830 * 78);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(16e6);
  expect(server.receive(utf8('.\r\n'), 0)).toMatchObject([{ event: { type: 'ask-message', size } }]);
});

test('SMTP-054 content that does not end is cut off at twice the limit and a megabyte', () => {
  const server = smtpServer({ domain: 'mx', asks: ['message'], limits: { maxMessageBytes: 1000 } });
  server.start(0);
  server.receive(utf8('EHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\n'), 0);
  const line = utf8(`${'x'.repeat(998)}\r\n`);
  let sent = 0;
  let last: readonly unknown[] = [];
  for (; server.state.name === 'data' && sent < 10_000_000; sent += line.length)
    last = server.receive(line, 0);
  expect(sent).toBe(1_051_000);
  expect(last).toMatchObject([
    { type: 'event', event: { type: 'message-aborted', reason: 'too-large' } },
    { type: 'write', bytes: utf8('552 5.3.4 message too large\r\n') },
    { type: 'end' },
  ]);
  expect(server.receive(line, 0)).toEqual([]);
});

test('SMTP-042 5000 octets without a line end are one error, and 19 errors are forgiven', () => {
  const server = smtpServer({ domain: 'mx' });
  const say = (text: string): string => writtenText(server.receive(utf8(text), 0));
  server.start(0);
  expect(say(`${'x'.repeat(5000)}\r\nNOOP\r\n`)).toBe('500 line too long\r\n250 ok\r\n');
  for (let at = 0; at < 19; at += 1) say('FOO\r\n');
  expect(say('NOOP\r\n')).toBe('250 ok\r\n');
});

test('SMTP-096 SMTP-033 SMTP-054 the sizes that a server has to take', () => {
  const server = smtpServer({ domain: 'mx' });
  const say = (text: string): string => writtenText(server.receive(utf8(text), 0));
  server.start(0);
  say('EHLO c\r\n');
  const local = 'l'.repeat(64);
  const path = `${local}@${'d'.repeat(63)}.${'e'.repeat(63)}.${'f'.repeat(61)}`;
  expect(`<${path}>`).toHaveLength(256);
  expect(say(`MAIL FROM:<${path}> RET=FULL ENVID=${'x'.repeat(94)}\r\n`)).toMatch(/^250/);
  // RFC 3461 §5.4: 512 for the command, and what DSN adds.
  const front = `RCPT TO:<${path}> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;`;
  expect(say(`${front}${'o'.repeat(493)}\r\n`)).toMatch(/^250/);
  const blanks = 1034 - front.length - 493;
  expect(say(`${front.replace(' NOTIFY', `${' '.repeat(blanks)} NOTIFY`)}${'o'.repeat(493)}\r\n`)).toMatch(
    /^250/,
  );
  for (let at = 2; at < 100; at += 1) expect(say(`RCPT TO:<r${at}@d>\r\n`)).toMatch(/^250/);
  expect(say('RCPT TO:<r101@d>\r\n')).toMatch(/^452 4\.5\.3/);
  expect(say('DATA\r\n')).toMatch(/^354/);
  expect(say(`${`${'x'.repeat(998)}\r\n`.repeat(66)}.\r\n`)).toMatch(/^250/);
});

test('SMTP-032 SMTP-040 paths as they are written', () => {
  const server = smtpServer({ domain: 'mx', asks: ['recipient'] });
  server.start(0);
  server.receive(utf8('EHLO c\r\nMAIL FROM:<>\r\n'), 0);
  const asks = (path: string): unknown => {
    const outputs = server.receive(utf8(`RCPT TO:${path}\r\n`), 0);
    const output = outputs.find((each) => each.type === 'event' && each.event.type !== 'diagnostic');
    if (output?.type !== 'event') return undefined;
    if (output.event.type === 'command') return output.event.code;
    server.send({ verb: 'ANSWER', verdict: { ok: true } }, 0);
    return output.event.type === 'ask-recipient' ? output.event.recipient.path : undefined;
  };
  expect(asks('<@x,@y:a@example.org>')).toBe('a@example.org');
  expect(asks('<"a b"@example.org>')).toBe('"a b"@example.org');
  expect(asks('<PostMaster>')).toBe('PostMaster');
  expect(asks('<Case@Example.ORG>')).toBe('Case@Example.ORG');
  for (const bad of [
    '<a b@example.org>',
    '<a@ex_ample.org>',
    '<>',
    'a@b',
    '<a@b',
    '<a@>',
    '<@b>',
    '<nobody>',
    '<a@b>x',
  ]) {
    expect(asks(bad)).toBe(501);
  }
});

test('SMTP-039 a client that is lost at any octet: a message is taken only if all of it had come', () => {
  const whole = utf8(
    'EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\none\r\n..\r\n.\r\n' +
      'MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nBDAT 5\r\nhelloBDAT 7 LAST\r\n, you\r\nQUIT\r\n',
  );
  const ends = [latin1(whole).indexOf('MAIL', 40), latin1(whole).indexOf('QUIT')];
  for (let length = 0; length < whole.length; length += 1) {
    for (const asks of [[], ['message']] as const) {
      const seen = play(smtpServer(options(asks, false)), [whole.subarray(0, length)], [true]);
      expect(seen.at(-1)).toBe('end');
      const taken = seen.filter((text) => /^\{"type":"(?:message|ask-message)"/.test(text)).length;
      expect(taken).toBe(ends.filter((end) => length >= end).length);
      const began = seen.filter((text) => text.startsWith('{"type":"message-begin"')).length;
      const aborted = seen.filter((text) => text === '{"type":"message-aborted","reason":"lost"}').length;
      expect(began).toBe(asks.length > 0 ? taken + aborted : 0);
    }
  }
});
