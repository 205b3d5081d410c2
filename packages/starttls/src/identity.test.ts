import { ipOctets, isUsageError } from '@postern/wire';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PresentedName } from './certificate/alternative-names.ts';
import { matchesIdentity, referenceIdentifier, referenceNames } from './identity.ts';

const dns = (name: string): PresentedName => ({ type: 'dns', name });
const srv = (name: string): PresentedName => ({ type: 'srv', name });
const ip = (text: string): PresentedName => ({ type: 'ip', octets: ipOctets(text) ?? new Uint8Array() });
const matches = (expected: string, ...presented: readonly PresentedName[]): boolean =>
  matchesIdentity([referenceIdentifier(expected)], presented);

describe('TLS-030 names to expect', () => {
  test('TLS-030 a typed host is expected as typed', () => {
    expect(referenceNames({ type: 'host', host: 'Mail.Example.org.' })).toEqual(['mail.example.org']);
  });

  const found = { type: 'srv', service: 'imaps', domain: 'example.org' } as const;

  test('TLS-030 an SRV target in another domain does not count by itself', () => {
    expect(referenceNames({ ...found, target: 'mail.host.net' })).toEqual([
      'example.org',
      '_imaps.example.org',
    ]);
  });

  test('TLS-030 it counts once it is confirmed or secured', () => {
    expect(referenceNames({ ...found, target: 'mail.host.net', targetTrusted: true })).toEqual([
      'example.org',
      '_imaps.example.org',
      'mail.host.net',
    ]);
  });

  test('TLS-030 it counts inside the domain, but not where it only ends alike', () => {
    expect(referenceNames({ ...found, target: 'imap.example.org.' })).toContain('imap.example.org');
    expect(referenceNames({ ...found, target: 'evilexample.org' })).not.toContain('evilexample.org');
  });

  test('TLS-030 the domain itself as target is listed once', () => {
    for (const targetTrusted of [false, true]) {
      expect(referenceNames({ ...found, target: 'Example.org.', targetTrusted })).toEqual([
        'example.org',
        '_imaps.example.org',
      ]);
    }
  });
});

describe('TLS-031 host names', () => {
  test.each([
    ['mail.example.test', 'mail.example.test', true],
    ['mail.example.test', 'MAIL.Example.TEST', true],
    ['mail.example.test.', 'mail.example.test', true],
    ['mail.example.test', 'mail.example.test.', true],
    ['xn--mller-kva.example', 'XN--MLLER-KVA.example', true],
    ['mail.example.test', 'mail.example.test.evil.test', false],
    ['mail.example.test', 'ail.example.test', false],
    ['mail.example.test', '*.example.test', true],
    ['a.mail.example.test', '*.example.test', false],
    ['example.test', '*.example.test', false],
    ['mail.example.test', 'm*.example.test', false],
    ['mail.example.test', '*l.example.test', false],
    ['mail.example.test', 'mail.*.test', false],
    ['mail.example.test', '*.*.test', false],
    ['mail.example.test', '*', false],
    ['mail.example.test', '*.', false],
    ['example.test', '*.test', false],
    ['xn--mller-kva.example.test', 'xn--*.example.test', false],
    ['mail.example.test', 'mail.example.test\0.evil.test', false],
    ['mail.example.test', 'evil.test, DNS:mail.example.test', false],
    ['mail.example.test', '', false],
    ['mail.example.test', '.example.test', false],
  ])('TLS-031 %j against %j: %s', (expected, presented, result) => {
    expect(matches(expected, dns(presented))).toBe(result);
  });

  test('TLS-031 one matching name among many suffices', () => {
    expect(matches('b.example.test', dns('a.example.test'), ip('192.0.2.1'), dns('b.example.test'))).toBe(
      true,
    );
  });

  test('TLS-031 no presented name means no match', () => {
    expect(matches('mail.example.test')).toBe(false);
  });

  test('TLS-040 a leading dot expects any host below', () => {
    expect(matches('.example.test', dns('mx.example.test'))).toBe(true);
    expect(matches('.example.test', dns('a.mx.example.test'))).toBe(true);
    expect(matches('.example.test', dns('*.example.test'))).toBe(true);
    expect(matches('.example.test', dns('example.test'))).toBe(false);
    expect(matches('.example.test', dns('evilexample.test'))).toBe(false);
  });

  test('TLS-031 a wildcard never stands for more or less than one label', () => {
    const label = fc.stringMatching(/^[a-z\d]{1,8}$/);
    fc.assert(
      fc.property(fc.array(label, { minLength: 1, maxLength: 5 }), (labels) => {
        const name = [...labels, 'example', 'test'].join('.');
        expect(matches(name, dns('*.example.test'))).toBe(labels.length === 1);
      }),
    );
  });
});

describe('TLS-033 addresses', () => {
  test('TLS-033 an address matches iPAddress, octet for octet', () => {
    expect(matches('192.0.2.1', ip('192.0.2.1'))).toBe(true);
    expect(matches('192.0.2.1', ip('192.0.2.2'))).toBe(false);
    expect(matches('2001:DB8:0::1', ip('2001:db8::1'))).toBe(true);
    expect(matches('192.0.2.1', ip('::ffff:192.0.2.1'))).toBe(false);
  });

  test('TLS-033 an address never matches a dNSName', () => {
    expect(matches('192.0.2.1', dns('192.0.2.1'))).toBe(false);
    expect(matches('192.0.2.1', dns('*.0.2.1'))).toBe(false);
  });
});

describe('TLS-034 services', () => {
  test('TLS-034 service and domain are compared together', () => {
    expect(matches('_imaps.example.net', srv('_imaps.example.net'))).toBe(true);
    expect(matches('_imaps.example.net', srv('_IMAPS.Example.Net'))).toBe(true);
    expect(matches('_imaps.example.net', srv('_imap.example.net'))).toBe(false);
    expect(matches('_imaps.example.net', srv('_imaps._tcp.example.net'))).toBe(false);
    expect(matches('_imaps.example.net', srv('_imaps.*.net'))).toBe(false);
  });

  test('TLS-034 a SRVName is no host name and a host name no SRVName', () => {
    expect(matches('example.net', srv('_imaps.example.net'))).toBe(false);
    expect(matches('_imaps.example.net', dns('_imaps.example.net'))).toBe(false);
  });
});

/** What comes of a text: a name, the caller's mistake, or something that must never come. */
function mistakeIn(text: string): 'none' | 'usage' | 'another error' {
  try {
    referenceIdentifier(text);
    return 'none';
  } catch (error) {
    return isUsageError(error) ? 'usage' : 'another error';
  }
}

describe('names that can be in no certificate', () => {
  test.each([
    '',
    '.',
    'a..b',
    '*.example.test',
    'mail example',
    'müller.example',
    'a\0b',
    '1.2.3',
    '[192.0.2.1]',
    '_imaps',
    `${'a.'.repeat(126)}ab`,
  ])('TLS-030 refuses %j as the caller’s mistake', (text) => {
    const mistake = expect.toSatisfy((error) => isUsageError(error) && error.code === 'argument-refused');
    expect(() => referenceIdentifier(text)).toThrow(mistake);
  });

  test('TLS-030 takes a name of 253 octets', () => {
    const name = `${'a.'.repeat(126)}a`;
    expect(referenceIdentifier(name)).toEqual({ type: 'dns', name });
  });

  const characters = fc.constantFrom(
    'a',
    'Z',
    '9',
    '-',
    '_',
    '.',
    '*',
    ':',
    '%',
    '[',
    'é',
    '\0',
    ' ',
    '\n',
    '💌',
  );

  test('TLS-030 never throws anything else', () => {
    fc.assert(
      fc.property(fc.string({ unit: characters, maxLength: 300 }), (text) => {
        expect(mistakeIn(text)).not.toBe('another error');
      }),
    );
  });
});
