import { utf8 } from '@postern/wire';
import type { TlsInfo } from '@postern/wire';
import { testTlsInfo } from '@postern/wire/testing';
import { latin1 } from '@postern/wire';
import { expect, test } from 'vitest';
import type { ReceivedMessage } from '../events.ts';
import { smtpServer } from '../machine.ts';
import type { SmtpServerMachine } from '../machine.ts';
import type { SmtpServerOptions } from '../options.ts';

const trace = { wallClock: () => 0, id: () => '4711' };
const auth = { authenticate: () => true, insideTlsOnly: false };

/** Says lines to a server, and takes the message that comes out. */
function message(
  options: Partial<SmtpServerOptions>,
  ...lines: readonly string[]
): ReceivedMessage | undefined {
  const server: SmtpServerMachine = smtpServer({ domain: 'mx.example.org', trace, ...options });
  server.start(0);
  const outputs = lines.flatMap((line) => [...server.receive(utf8(`${line}\r\n`), 0)]);
  for (const output of outputs) {
    if (output.type === 'event' && output.event.type === 'message') return output.event.message;
  }
  return undefined;
}

function top(options: Partial<SmtpServerOptions>, ...lines: readonly string[]): string {
  return latin1(message(options, ...lines)?.content ?? new Uint8Array(0));
}

const envelope = ['MAIL FROM:<a@b>', 'RCPT TO:<c@d>', 'DATA'];
const login = 'AUTH PLAIN AHRpbQB0YW5zdGFhZg==';
const tls: TlsInfo = testTlsInfo;

test.each<[string, Partial<SmtpServerOptions>, readonly string[]]>([
  ['SMTP', {}, ['HELO c', ...envelope]],
  ['ESMTP', {}, ['EHLO c', ...envelope]],
  ['ESMTPS', { tls }, ['EHLO c', ...envelope]],
  ['ESMTPA', { auth }, ['EHLO c', login, ...envelope]],
  ['ESMTPSA', { tls, auth }, ['EHLO c', login, ...envelope]],
  ['LMTP', { protocol: 'lmtp' }, ['LHLO c', ...envelope]],
  ['LMTPS', { protocol: 'lmtp', tls }, ['LHLO c', ...envelope]],
  ['UTF8SMTPSA', { tls, auth }, ['EHLO c', login, 'MAIL FROM:<a@b> SMTPUTF8', 'RCPT TO:<c@d>', 'DATA']],
])('SMTP-057 a message that came so is traced with %s', (keyword, options, lines) => {
  const text = top(options, ...lines, 'x', '.');
  const cipher = options.tls ? '\r\n\ttls TLS_AES_256_GCM_SHA384' : '';
  expect(text).toBe(
    `Received: from c\r\n\tby mx.example.org with ${keyword} id 4711${cipher};\r\n\tThu, 1 Jan 1970 00:00:00 +0000\r\nx\r\n`,
  );
});

test('SMTP-057 the address it came from is told, and an odd name cannot add a clause', () => {
  const v6 = { address: '2001:db8::1', port: 1 };
  const v4 = { address: '192.0.2.1', port: 1 };
  expect(top({ client: v6 }, 'EHLO [IPv6:2001:db8::1]', ...envelope, '.')).toMatch(
    /^Received: from \[IPv6:2001:db8::1\] \(\[IPv6:2001:db8::1\]\)\r\n/,
  );
  expect(top({ client: v4 }, 'EHLO x(y);z', ...envelope, '.')).toMatch(
    /^Received: from unknown \(\[192\.0\.2\.1\]\)\r\n/,
  );
});

test('SMTP-057 final delivery adds one Return-Path, a message for the null path included; older lines stay', () => {
  const options = { trace: { ...trace, returnPath: true } };
  const text = top(options, 'EHLO c', 'MAIL FROM:<>', 'RCPT TO:<c@d>', 'DATA', 'Received: old', '.');
  expect(text).toMatch(/^Return-Path: <>\r\nReceived: from c\r\n[^]*\r\nReceived: old\r\n$/);
  expect(text.match(/Return-Path/g)).toHaveLength(1);
});

test('SMTP-057 with chunks the trace lines stand on top of the first', () => {
  const text = top({}, 'EHLO c', 'MAIL FROM:<a@b>', 'RCPT TO:<c@d>', 'BDAT 1', 'aBDAT 1 LAST', 'b');
  expect(text).toMatch(/^Received: [^]*\+0000\r\nab$/);
});

test('SMTP-057 a message with 101 lines of Received goes round in circles', () => {
  const lines = (count: number): readonly string[] => Array<string>(count).fill('Received: from x');
  expect(message({}, 'EHLO c', ...envelope, ...lines(100), '.')).toBeDefined();
  const server = smtpServer({ domain: 'mx' });
  server.start(0);
  const text = ['EHLO c', ...envelope, ...lines(101), '.', 'NOOP', ''].join('\r\n');
  const outputs = server.receive(utf8(text), 0);
  expect(
    outputs
      .filter(({ type }) => type === 'write')
      .map((output) => latin1((output as { bytes: Uint8Array }).bytes))
      .slice(-2),
  ).toEqual(['554 5.4.6 too many hops, mail loop\r\n', '250 2.0.0 ok\r\n']);
  expect(outputs).toContainEqual({ type: 'event', event: { type: 'message-aborted', reason: 'loop' } });
});
