import { utf8 } from '@postern/wire';
import { testTlsInfo, writtenText } from '@postern/wire/testing';
import { expect, test } from 'vitest';
import { smtpServer } from './machine.ts';

test('TLS-013 SMTP-113 plaintext behind STARTTLS is thrown away and never executed inside TLS', () => {
  const server = smtpServer({ domain: 'mx', startTls: { type: 'offered' } });
  server.start(0);
  const outputs = server.receive(utf8('STARTTLS\r\nNOOP\r\nMAIL FROM:<x@y>\r\n'), 0);
  expect(outputs.map(({ type }) => type)).toEqual(['event', 'write', 'start-tls', 'event']);
  expect(outputs.at(-1)).toMatchObject({
    event: { type: 'discarded', bytes: utf8('NOOP\r\nMAIL FROM:<x@y>\r\n') },
  });
  const later = server.receive(utf8('NOOP\r\n'), 0);
  expect(later).toMatchObject([{ event: { type: 'discarded' } }]);
  const inside = server.tlsReady(testTlsInfo, 0);
  expect(inside).toMatchObject([{ type: 'event', event: { type: 'secured' } }]);
  expect(writtenText(server.receive(utf8('RCPT TO:<a@b>\r\n'), 0))).toBe('503 bad sequence of commands\r\n');
});

test('TLS-013 half a line behind STARTTLS does not grow together with what comes inside TLS', () => {
  const server = smtpServer({ domain: 'mx', startTls: { type: 'offered' } });
  server.start(0);
  server.receive(utf8('STARTTLS\r\nFO'), 0);
  server.tlsReady(testTlsInfo, 0);
  expect(writtenText(server.receive(utf8('NOOP\r\n'), 0))).toBe('250 ok\r\n');
});

test('TLS-010 closing during the handshake writes nothing', () => {
  const server = smtpServer({ domain: 'mx', startTls: { type: 'offered' } });
  server.start(0);
  server.receive(utf8('STARTTLS\r\n'), 0);
  expect(server.send({ verb: 'CLOSE' }, 0)).toEqual([{ type: 'end' }]);
});

test('a client that floods before the greeting is bounded', () => {
  const server = smtpServer({ domain: 'mx', greeting: { type: 'ready', delay: 10 } });
  server.start(0);
  for (let at = 0; at < 100; at += 1) server.receive(new Uint8Array(1000).fill(65), 1);
  expect(writtenText(server.tick(10))).toBe('220 mx ESMTP ready\r\n');
});

test('SMTP-123 REQUIRETLS is listed inside TLS only', () => {
  const options = { domain: 'mx', keywords: ['REQUIRETLS'] };
  const [clear, secure] = [smtpServer(options), smtpServer({ ...options, tls: testTlsInfo })].map(
    (server) => {
      server.start(0);
      return writtenText(server.receive(utf8('EHLO c\r\n'), 0));
    },
  );
  expect(clear).toBe('250 mx\r\n');
  expect(secure).toBe('250-mx\r\n250 REQUIRETLS\r\n');
});

test('a domain or keyword that would break a reply is refused when the machine is made', () => {
  for (const options of [
    { domain: 'mx\r\n250 evil' },
    { domain: '' },
    { domain: 'mx', keywords: ['SIZE 5\r\n250 STARTTLS'] },
    { domain: 'mx', keywords: ['GRÜSSE'] },
  ]) {
    expect(() => smtpServer(options)).toThrow(expect.objectContaining({ code: 'argument-refused' }));
  }
});
