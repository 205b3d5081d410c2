import { createHmac } from 'node:crypto';
import { latin1, utf8 } from '@postern/wire';
import { expect, test } from 'vitest';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { cramMd5Client, cramMd5Server } from './cram-md5.ts';
import type { ServerStep } from './mechanism.ts';

const tim = { type: 'password', user: 'tim', password: 'tanstaaftanstaaf' } as const;
const challenge = '<1896.697170952@postoffice.reston.mci.net>';

test('SASL-030 answers the challenge of RFC 2195 §2', () => {
  const cram = cramMd5Client(tim);
  expect(cram.start()).toBeUndefined();
  const asked = decodeBase64('PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+');
  const step = cram.next(asked ?? new Uint8Array());
  expect(step.type === 'respond' && encodeBase64(step.response)).toBe(
    'dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw',
  );
  expect(cram.succeed()).toEqual({ type: 'done' });
});

test('SASL-030 answers once, and believes no success before', () => {
  const cram = cramMd5Client(tim);
  expect(cram.succeed()).toEqual({ type: 'failed', reason: 'server-not-verified' });
  cram.next(utf8(challenge));
  expect(cram.next(utf8(challenge))).toEqual({ type: 'failed', reason: 'protocol-error' });
});

test('SASL-030 cannot act as somebody else, and need not to act as oneself', () => {
  expect(() => cramMd5Client({ ...tim, authorizationId: 'boss' })).toThrow(/authorizationId/);
  expect(cramMd5Client({ ...tim, authorizationId: 'tim' }).name).toBe('CRAM-MD5');
});

function answer(response: string): ServerStep {
  const server = cramMd5Server(challenge, (user) => (user === 'tim' ? tim.password : undefined));
  const first = server.start(undefined);
  expect(first.type === 'challenge' && latin1(first.challenge)).toBe(challenge);
  return server.next(utf8(response));
}

test('SASL-030 the server lets in who knows the password, also with a blank in the name', () => {
  expect(answer('tim b913a602c7eda7a495b4e6e7334d3890')).toEqual({
    type: 'done',
    user: 'tim',
    authorizationId: undefined,
  });
});

test.each([
  ['a wrong digest', 'tim b913a602c7eda7a495b4e6e7334d3891', 'auth-failed'],
  ['an unknown user', 'tom b913a602c7eda7a495b4e6e7334d3890', 'auth-failed'],
  [
    'an unknown user without a password',
    `tom ${createHmac('md5', '').update(challenge).digest('hex')}`,
    'auth-failed',
  ],
  ['upper case', 'tim B913A602C7EDA7A495B4E6E7334D3890', 'protocol-error'],
  ['no digest', 'tim', 'protocol-error'],
  ['nothing', '', 'protocol-error'],
])('SASL-030 the server refuses %s', (_, response, reason) => {
  expect(answer(response)).toEqual({ type: 'failed', reason });
});

test('SASL-002 the server speaks first', () => {
  expect(cramMd5Server(challenge, () => 'x').start(utf8('tim'))).toEqual({
    type: 'failed',
    reason: 'protocol-error',
  });
});
