import { isUsageError } from '@postern/wire';
import { testTlsInfo } from '@postern/wire/testing';
import { expect, test } from 'vitest';
import { noExtensions, parseExtensions } from '../extensions.ts';
import { encodeLine } from './encode.ts';
import type { MailParameters, RcptParameters } from './parameters.ts';
import { xtext } from './parameters.ts';
import { parseMailbox } from './path.ts';

const context = (...keywords: readonly string[]) => ({
  extensions: keywords.length === 0 ? noExtensions : parseExtensions(['mx', ...keywords]),
  tls: testTlsInfo,
  utf8: false,
  longAddresses: false,
});

const mail = (parameters: MailParameters, ...keywords: readonly string[]): string =>
  encodeLine({ verb: 'MAIL', from: 'a@b', parameters }, context(...keywords));
const rcpt = (parameters: RcptParameters, ...keywords: readonly string[]): string =>
  encodeLine({ verb: 'RCPT', to: 'a@b', parameters }, context(...keywords));

function refusal(act: () => unknown): string | undefined {
  try {
    act();
  } catch (error) {
    if (isUsageError(error)) return error.code;
    throw error;
  }
  return 'sent';
}

test.each<[id: string, keyword: string, written: string, parameters: MailParameters]>([
  ['SMTP-080', 'SIZE', 'SIZE=123', { size: 123 }],
  ['SMTP-080', 'SIZE', 'SIZE=99999999999999999999', { size: 99_999_999_999_999_999_999n }],
  ['SMTP-082', '8BITMIME', 'BODY=8BITMIME', { body: '8BITMIME' }],
  ['SMTP-090', 'SMTPUTF8', 'SMTPUTF8', { smtpUtf8: true }],
  ['SMTP-093', 'DSN', 'RET=HDRS ENVID=QQ314159+2B+3D', { ret: 'HDRS', envid: 'QQ314159+=' }],
  ['SMTP-094', 'MT-PRIORITY', 'MT-PRIORITY=-9', { mtPriority: -9 }],
  ['SMTP-094', 'DELIVERBY 240', 'BY=120;RT', { deliverBy: { seconds: 120, mode: 'R', trace: true } }],
  ['SMTP-094', 'FUTURERELEASE 1000 2030-01-01T00:00:00Z', 'HOLDFOR=1000', { holdFor: 1000 }],
  ['SMTP-094', 'FUTURERELEASE', 'HOLDUNTIL=2030-01-01T00:00:00Z', { holdUntil: '2030-01-01T00:00:00Z' }],
  ['SMTP-106', 'AUTH PLAIN', 'AUTH=a+2Bb@c', { auth: 'a+b@c' }],
  ['SMTP-106', 'AUTH PLAIN', 'AUTH=<>', { auth: '' }],
  ['SMTP-122', 'REQUIRETLS', 'REQUIRETLS', { requireTls: true }],
  ['SMTP-095', 'X-FOO', 'X-FOO=1', { parameters: [{ keyword: 'X-FOO', value: '1' }] }],
  ['SMTP-095', 'X-FOO', 'BAR', { parameters: [{ keyword: 'BAR', extension: 'x-foo' }] }],
])('%s %s: %s is written where it is offered, and nowhere else', (_id, keyword, written, parameters) => {
  expect(mail(parameters, keyword)).toBe(`MAIL FROM:<a@b> ${written}\r\n`);
  expect(refusal(() => mail(parameters))).not.toBe('sent');
});

test.each<[id: string, keyword: string, parameters: MailParameters]>([
  ['SMTP-080', 'SIZE', { size: -1 }],
  ['SMTP-080', 'SIZE', { size: 1.5 }],
  ['SMTP-080', 'SIZE', { size: 100_000_000_000_000_000_000n }],
  ['SMTP-093', 'DSN', { envid: 'x'.repeat(95) }],
  ['SMTP-093', 'DSN', { envid: '' }],
  ['SMTP-093', 'DSN', { envid: 'ü' }],
  ['SMTP-093', 'DSN', { envid: 'a\r\nb' }],
  ['SMTP-094', 'MT-PRIORITY', { mtPriority: 10 }],
  ['SMTP-094', 'DELIVERBY', { deliverBy: { seconds: 0, mode: 'R' } }],
  ['SMTP-094', 'FUTURERELEASE 1000 x', { holdFor: 1001 }],
  ['SMTP-094', 'FUTURERELEASE', { holdUntil: 'tomorrow' }],
  ['SMTP-094', 'FUTURERELEASE', { holdFor: 1, holdUntil: '2030-01-01T00:00:00Z' }],
  ['SMTP-095', 'FOO', { parameters: [{ keyword: 'FOO', value: 'a b' }] }],
  ['SMTP-095', 'FOO', { parameters: [{ keyword: 'FOO', value: 'a=b' }] }],
  ['SMTP-095', 'FOO', { parameters: [{ keyword: 'FOO', value: '' }] }],
  ['SMTP-095', 'FOO', { parameters: [{ keyword: 'FOO\r\n' }] }],
  ['SMTP-106', 'AUTH PLAIN', { auth: 'a\r\nb@c' }],
])('%s refuses a value that %s does not have, row %#', (_id, keyword, parameters) => {
  expect(refusal(() => mail(parameters, keyword))).toBe('argument-refused');
});

test('SMTP-095 force sends what is not offered', () => {
  expect(mail({ parameters: [{ keyword: 'FOO', force: true }] })).toBe('MAIL FROM:<a@b> FOO\r\n');
});

test('SMTP-122 REQUIRETLS is the last word, and only inside TLS with a verified peer', () => {
  const keywords = context('REQUIRETLS', 'SIZE');
  const command = { verb: 'MAIL', from: 'a@b', parameters: { requireTls: true, size: 1 } } as const;
  expect(encodeLine(command, keywords)).toBe('MAIL FROM:<a@b> SIZE=1 REQUIRETLS\r\n');
  expect(refusal(() => encodeLine(command, { ...keywords, tls: undefined }))).toBe('requiretls-not-offered');
});

test('SMTP-093 NOTIFY and ORCPT on RCPT', () => {
  expect(rcpt({ notify: ['SUCCESS', 'DELAY'], orcpt: 'a+b=c@d' }, 'DSN')).toBe(
    'RCPT TO:<a@b> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;a+2Bb+3Dc@d\r\n',
  );
  expect(rcpt({ notify: 'NEVER' }, 'DSN')).toBe('RCPT TO:<a@b> NOTIFY=NEVER\r\n');
  for (const bad of [
    { notify: [] },
    { notify: ['DELAY', 'DELAY'] },
    { orcpt: `${'x'.repeat(490)}@d` },
    { orcpt: { addressType: 'a b', address: 'x' } },
  ] as const) {
    expect(refusal(() => rcpt(bad, 'DSN'))).toBe('argument-refused');
  }
  expect(refusal(() => rcpt({ notify: 'NEVER' }))).toBe('argument-refused');
});

test('SMTP-096 the line may be as long as the offered extensions say, and not longer', () => {
  const line = (octets: number, ...keywords: readonly string[]): string | undefined => {
    const rest = octets - 'MAIL FROM:<a@b> X=\r\n'.length;
    const value = 'x'.repeat(rest);
    return refusal(() => mail({ parameters: [{ keyword: 'X', value, force: true }] }, ...keywords));
  };
  expect([line(538, 'SIZE'), line(539, 'SIZE')]).toEqual(['sent', 'argument-refused']);
  expect([line(512, 'X'), line(513, 'X')]).toEqual(['sent', 'argument-refused']);
  expect([line(1036, 'DSN'), line(1037, 'DSN')]).toEqual(['sent', 'argument-refused']);
});

test('SMTP-033 an address over the limits is sent where the caller insists', () => {
  const command = { verb: 'RCPT', to: `${'x'.repeat(65)}@example.org` } as const;
  expect(refusal(() => encodeLine(command, context()))).toBe('argument-refused');
  expect(encodeLine(command, { ...context(), longAddresses: true })).toContain('xxx@example.org>');
});

test('SMTP-090 an address outside ASCII is counted in octets and needs SMTPUTF8', () => {
  const command = { verb: 'RCPT', to: 'jörg@example.org' } as const;
  expect(refusal(() => encodeLine(command, context('SMTPUTF8')))).toBe('needs-smtputf8');
  expect(encodeLine(command, { ...context('SMTPUTF8'), utf8: true })).toBe('RCPT TO:<jörg@example.org>\r\n');
  const long = { verb: 'RCPT', to: `${'ü'.repeat(33)}@example.org` } as const;
  expect(refusal(() => encodeLine(long, { ...context('SMTPUTF8'), utf8: true }))).toBe('argument-refused');
});

test('SMTP-032 quoted forms that mean the same are written the same, and reading is the inverse of writing', () => {
  for (const [given, written] of [
    ['"ab"@example.org', 'ab'],
    [String.raw`"a\b"@example.org`, 'ab'],
    ['"a b"@example.org', '"a b"'],
    ['"a@b"@example.org', '"a@b"'],
    [String.raw`"\"\\"@example.org`, String.raw`"\"\\"`],
    ['""@example.org', '""'],
  ] as const) {
    const { localPart, domain } = parseMailbox(given);
    expect(localPart).toBe(written);
    expect(parseMailbox(`${localPart}@${domain}`)).toEqual({ localPart, domain });
  }
});

test('SMTP-093 xtext', () => {
  expect(xtext('a b~!+=')).toBe('a+20b~!+2B+3D');
});
