import { expect, test } from 'vitest';
import { enhancedStatus, enhancedSubjects } from './enhanced.ts';

test.each([
  ['2.1.5', 'success', 'address', undefined],
  ['4.7.12', 'transient', 'security or policy', 'a password transition is needed'],
  ['5.1.10', 'permanent', 'address', 'the domain accepts no mail (null MX)'],
  ['5.3.2', 'permanent', 'mail system', 'the host accepts no mail'],
  ['5.5.6', 'permanent', 'mail delivery protocol', 'authentication exchange line too long'],
  ['5.6.7', 'permanent', 'message content or media', 'non-ASCII addresses not permitted'],
  ['5.6.9', 'permanent', 'message content or media', 'UTF-8 header message cannot be transferred'],
  ['5.7.8', 'permanent', 'security or policy', 'wrong user or password'],
  ['5.7.9', 'permanent', 'security or policy', 'authentication mechanism too weak'],
  ['5.7.10', 'permanent', 'security or policy', 'encryption needed'],
  ['5.7.11', 'permanent', 'security or policy', 'encryption required for this authentication mechanism'],
  ['5.7.27', 'permanent', 'security or policy', 'the sender address has a null MX'],
  ['5.7.30', 'permanent', 'security or policy', 'REQUIRETLS support required'],
])('SMTP-015 knows %s', (code, status, subject, detail) => {
  expect(enhancedStatus(code)).toEqual({ status, subject, detail });
});

test('SMTP-012 SMTP-015 an unknown subject or detail still tells its class', () => {
  expect(enhancedStatus('5.999.1')).toEqual({ status: 'permanent', subject: undefined, detail: undefined });
  expect(enhancedStatus('4.2.999')).toEqual({ status: 'transient', subject: 'mailbox', detail: undefined });
  expect(Object.keys(enhancedSubjects)).toHaveLength(8);
});

test.each(['', '5.1', '3.0.0', '5.1.1 x', '5.01.0', 'x'])('SMTP-015 %j is no enhanced code', (text) => {
  expect(enhancedStatus(text)).toBeUndefined();
});
