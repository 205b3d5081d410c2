import { expect, test } from 'vitest';
import { parseExtensions } from './extensions.ts';

test('SMTP-023 reads the domain and keywords in any case', () => {
  const found = parseExtensions(['mx greets', 'size 1000', '8bitmime', 'LIMITS RCPTMAX=20 MAILMAX=5']);
  expect(found).toMatchObject({ domain: 'mx', size: 1000n, startTls: 'absent', auth: [] });
  expect({ ...found.keywords }).toEqual({
    SIZE: ['1000'],
    '8BITMIME': [],
    LIMITS: ['RCPTMAX=20', 'MAILMAX=5'],
  });
});

test('SMTP-080 a size of any length is read without rounding; 0 and nothing are told apart', () => {
  expect(parseExtensions(['x', 'SIZE 99999999999999999999']).size).toBe(99999999999999999999n);
  expect(parseExtensions(['x', 'SIZE 0']).size).toBe(0n);
  expect(parseExtensions(['x', 'SIZE']).size).toBeUndefined();
  expect(parseExtensions(['x', 'SIZE 10k']).size).toBeUndefined();
});

test('SMTP-027 reads the old form of AUTH and sees a masked STARTTLS', () => {
  expect(parseExtensions(['x', 'AUTH=LOGIN PLAIN', 'XXXXXXXA'])).toMatchObject({
    auth: ['LOGIN', 'PLAIN'],
    startTls: 'masked',
  });
  expect(parseExtensions(['x', 'XXXXXXXA', 'STARTTLS']).startTls).toBe('offered');
  for (const other of ['XXXXXXXXXA', 'XXXA', 'XEXCH50', 'X-EXPS']) {
    expect(parseExtensions(['x', other]).startTls).toBe('absent');
  }
});

test('SMTP-028 merges AUTH lines, otherwise the last of two wins, and ignores what is no keyword', () => {
  const lines = ['x', 'AUTH PLAIN', '', 'SIZE 1', 'AUTH=LOGIN', 'SIZE 2', '-X', 'Ä', 'SIZE=3', ' SIZE 4'];
  const found = parseExtensions(lines);
  expect(found).toMatchObject({ auth: ['PLAIN', 'LOGIN'], size: 2n });
  expect(Object.keys(found.keywords)).toEqual(['AUTH', 'SIZE']);
});

test('a keyword that is a property of every object is not there unless offered', () => {
  expect(parseExtensions(['x']).keywords['constructor']).toBeUndefined();
  expect(parseExtensions([]).domain).toBe('');
});

test.each([
  ['RCPTMAX=20 MAILMAX=5', { rcptMax: 20, mailMax: 5 }],
  ['rcptmax=1 RCPTDOMAINMAX=999999', { rcptMax: 1, rcptDomainMax: 999_999 }],
  ['RCPTMAX=0 MAILMAX=1000000', {}],
  ['RCPTMAX=x MAILMAX=05', {}],
  ['FOO BAR=x_y MAILMAX=7', { mailMax: 7 }],
  ['MAILMAX=7 RCP:TMAX=1', {}],
  ['MAILMAX=7 RCPTMAX=1;2', {}],
])('SMTP-121 LIMITS %s', (parameters, expected) => {
  const none = { mailMax: undefined, rcptMax: undefined, rcptDomainMax: undefined };
  expect(parseExtensions(['mx', `LIMITS ${parameters}`]).limits).toEqual({ ...none, ...expected });
});
