import { plainClient } from '@postern/sasl';
import type { ClientMechanism } from '@postern/sasl';
import { isUsageError, latin1, utf8 } from '@postern/wire';
import { expect, test } from 'vitest';
import { answerChallenge, beginExchange, concludeExchange } from './exchange.ts';
import type { ExchangeStep } from './exchange.ts';

function plain(password: string): ClientMechanism {
  return plainClient({ type: 'password', user: 'tim', password });
}

function written(step: ExchangeStep): string {
  return step.type === 'write' ? latin1(step.write.bytes) : step.type;
}

test('SMTP-101 the initial response goes with AUTH as long as the line keeps to 512 octets', () => {
  // "AUTH PLAIN " + base64 of 5 + n octets + CRLF: 366 octets of message make 488 of base64, a line of 501.
  const fits = beginExchange(plain('p'.repeat(361)));
  expect(latin1(fits.write.bytes)).toHaveLength(501);
  expect(fits.exchange.held).toBeUndefined();
  const exact = beginExchange({ ...raw('X'.repeat(12)), start: () => new Uint8Array(369) });
  expect(exact.write.bytes).toHaveLength('AUTH '.length + 12 + 1 + 492 + 2);
  const over = beginExchange({ ...raw('X'.repeat(13)), start: () => new Uint8Array(369) });
  expect(latin1(over.write.bytes)).toBe(`AUTH ${'X'.repeat(13)}\r\n`);
});

/** A mechanism that does what a test says. */
function raw(name: string): ClientMechanism {
  return {
    name,
    plaintext: false,
    start: () => undefined,
    next: () => ({ type: 'done' }),
    resume: () => ({ type: 'done' }),
    succeed: () => ({ type: 'done' }),
  };
}

test('SMTP-101 a longer one waits for the first challenge, and success before that is not believed', () => {
  const { exchange, write } = beginExchange(plain('p'.repeat(400)));
  expect(latin1(write.bytes)).toBe('AUTH PLAIN\r\n');
  expect(write.shown).toBeUndefined();
  expect(concludeExchange(exchange)).toEqual({ type: 'failed', reason: 'server-not-verified' });
  const step = answerChallenge(exchange, ['']);
  expect(written(step)).toMatch(/^[A-Za-z0-9+/=]{540}\r\n$/);
  if (step.type !== 'write') throw new Error('nothing written');
  expect(step.write.shown).toBe('<redacted 540 octets>\r\n');
  expect(concludeExchange(step.exchange)).toEqual({ type: 'done' });
});

test('SASL-002 an empty initial response is =, an empty later one an empty line', () => {
  const empty = beginExchange({ ...raw('EXTERNAL'), start: () => new Uint8Array(0) });
  expect(latin1(empty.write.bytes)).toBe('AUTH EXTERNAL =\r\n');
  const later = beginExchange({
    ...raw('X'),
    next: () => ({ type: 'respond', response: new Uint8Array(0) }),
  });
  expect(written(answerChallenge(later.exchange, ['']))).toBe('\r\n');
});

test('SASL-009 the masked form has the length of the secret only', () => {
  const { write } = beginExchange(plain('tanstaaftanstaaf'));
  expect(latin1(write.bytes)).toBe('AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n');
  expect(write.shown).toBe('AUTH PLAIN <redacted 28 octets>\r\n');
});

test('SMTP-102 responses of 12288 octets of base64 pass, longer ones are refused', () => {
  const long = (octets: number): ClientMechanism => ({
    ...raw('X'),
    next: () => ({ type: 'respond', response: new Uint8Array(octets) }),
  });
  expect(written(answerChallenge(beginExchange(long(9216)).exchange, ['']))).toHaveLength(12290);
  const step = answerChallenge(beginExchange(long(9217)).exchange, ['']);
  expect(step).toMatchObject({ type: 'write', exchange: { cancelled: 'auth-exchange-too-long' } });
  let thrown: unknown;
  try {
    beginExchange({ ...raw('X'), start: () => new Uint8Array(9217) });
  } catch (error) {
    thrown = error;
  }
  expect(isUsageError(thrown) && thrown.code).toBe('argument-refused');
});

test('SMTP-102 a challenge in two lines, or answered by nothing more to say, is cancelled', () => {
  const { exchange } = beginExchange(raw('X'));
  expect(written(answerChallenge(exchange, ['', '']))).toBe('*\r\n');
  expect(written(answerChallenge(exchange, ['']))).toBe('*\r\n');
});

test('SASL-004 success is believed only where the mechanism agrees', () => {
  const succeed = (): { readonly type: 'failed'; readonly reason: 'server-not-verified' } => ({
    type: 'failed',
    reason: 'server-not-verified',
  });
  const unproved = beginExchange({ ...raw('X'), succeed });
  expect(concludeExchange(unproved.exchange)).toEqual({ type: 'failed', reason: 'server-not-verified' });
  const talkative = beginExchange({ ...raw('X'), succeed: () => ({ type: 'respond', response: utf8('x') }) });
  expect(concludeExchange(talkative.exchange)).toEqual({ type: 'failed', reason: 'server-not-verified' });
});
