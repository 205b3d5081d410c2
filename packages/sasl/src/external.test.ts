import { utf8 } from '@postern/wire';
import { expect, test } from 'vitest';
import { encodeBase64 } from './base64.ts';
import { anonymousClient, externalClient } from './external.ts';

test('SASL-060 EXTERNAL names who to act as, or nobody', () => {
  expect(encodeBase64(externalClient('fred@example.org').start() ?? utf8('none'))).toBe(
    'ZnJlZEBleGFtcGxlLm9yZw==',
  );
  // Empty is a response: protocols write it as `=`.
  expect(externalClient().start()).toEqual(new Uint8Array(0));
});

test('SASL-060 EXTERNAL refuses a NUL', () => {
  expect(() => externalClient('fr\0ed')).toThrow(/control character/);
});

test('SASL-061 ANONYMOUS leaves a trace', () => {
  expect(encodeBase64(anonymousClient('trace@x').start() ?? utf8('none'))).toBe('dHJhY2VAeA==');
  expect(anonymousClient().start()).toEqual(new Uint8Array(0));
  expect(() => anonymousClient('ä'.repeat(256))).toThrow(/255/);
  expect(() => anonymousClient('a\nb')).toThrow(/control character/);
});

test('SASL-060 SASL-061 say one thing, and believe no success before it', () => {
  for (const mechanism of [externalClient(), anonymousClient()]) {
    expect(mechanism.succeed()).toEqual({ type: 'failed', reason: 'server-not-verified' });
    mechanism.start();
    expect(mechanism.succeed()).toEqual({ type: 'done' });
    expect(mechanism.next(new Uint8Array())).toEqual({ type: 'failed', reason: 'protocol-error' });
  }
});
