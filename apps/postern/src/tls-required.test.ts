import { expect, it } from 'vitest';
import { asksForNoTls } from './tls-required.ts';

it.each([
  ['Subject: x\r\nTLS-Required: No\r\n\r\nHi\r\n', true],
  ['tls-required:no\n\nHi\n', true],
  ['Subject: x\r\nTLS-Required:\r\n No\r\n\r\n', true],
  ['TLS-Required: No', true],
  ['TLS-Required: Yes\r\n\r\n', false],
  ['TLS-Required: No\r\nTLS-Required: No\r\n\r\n', false],
  ['Subject: TLS-Required: No\r\n\r\n', false],
  ['Subject: x\r\n\r\nTLS-Required: No\r\n', false],
  ['', false],
])('SMTP-122 %j asks for it: %s', (message, expected) => {
  expect(asksForNoTls(Buffer.from(message))).toBe(expected);
});
