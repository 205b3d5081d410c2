import { expect, test } from 'vitest';
import { withEnhanced } from '../reply.ts';
import { authOutcome } from './outcome.ts';

const inside = { insideTls: true, offersStartTls: false };
const before = { insideTls: false, offersStartTls: true };

function of(code: number, text = 'x', context = inside): string | undefined {
  return authOutcome(withEnhanced(code, [text], true), context)?.reason;
}

test('SMTP-104 SASL-012 ten replies, ten outcomes', () => {
  const replies: readonly (readonly [number, string, string | undefined])[] = [
    [235, '2.7.0 ok', undefined],
    [432, '4.7.12 transition', 'auth-password-transition'],
    [454, '4.7.0 later', 'auth-temporary'],
    [500, '5.5.6 long', 'auth-exchange-too-long'],
    [501, '5.5.2 malformed', 'protocol-error'],
    [504, '5.5.4 mechanism', 'auth-not-offered'],
    [530, '5.7.0 required', 'auth-required'],
    [534, '5.7.9 weak', 'auth-mechanism-too-weak'],
    [535, '5.7.8 wrong', 'auth-failed'],
    [538, '5.7.11 encrypt', 'auth-only-after-tls'],
  ];
  expect(replies.map(([code, text]) => of(code, text))).toEqual(replies.map(([, , reason]) => reason));
  expect(new Set(replies.map(([, , reason]) => reason)).size).toBe(10);
});

test('SASL-012 530 and 504 mean STARTTLS first where it is there and was not used', () => {
  expect(of(530, 'x', before)).toBe('auth-only-after-tls');
  expect(of(504, 'x', before)).toBe('auth-only-after-tls');
  expect(of(504, 'x', { insideTls: false, offersStartTls: false })).toBe('auth-not-offered');
  expect(of(535, 'x', before)).toBe('auth-failed');
});

test('SASL-012 500 and 502 mean that there is no login here', () => {
  expect([of(500), of(502), of(525)]).toEqual(['auth-not-offered', 'auth-not-offered', 'account-disabled']);
});

test('SMTP-005 an unknown code counts by its first digit', () => {
  expect([of(451), of(550), of(421)]).toEqual(['auth-temporary', 'auth-failed', 'server-closing']);
});

test('SMTP-104 454 may be tried again without asking the person, 535 not', () => {
  const reply = (code: number) => authOutcome({ code, enhanced: undefined, lines: ['x'] }, inside);
  expect(reply(454)).toMatchObject({ retryable: true, askPassword: false });
  expect(reply(535)).toMatchObject({ retryable: false, askPassword: true });
});

test('SASL-008 another mechanism is tried only where the mechanism was refused', () => {
  const codes = [432, 454, 500, 501, 502, 504, 530, 534, 535, 538, 550];
  const another = codes.filter(
    (code) => authOutcome({ code, enhanced: undefined, lines: ['x'] }, inside)?.otherMechanism,
  );
  expect(another).toEqual([504, 534]);
});
