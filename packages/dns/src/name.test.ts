import { isWireError, UsageError } from '@postern/wire';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { domainName, isWithin, sameName, tlsaName } from './name.ts';

function reasonFor(text: string, underscores = false): string {
  try {
    return domainName(text, { underscores });
  } catch (error) {
    return isWireError(error) ? error.code : String(error);
  }
}

describe('domainName', () => {
  it('DNS-034 turns U-labels into A-labels by UTS #46, non-transitional', () => {
    expect(domainName('müller.example')).toBe('xn--mller-kva.example');
    expect(domainName('straße.example')).toBe('xn--strae-oqa.example');
    expect(domainName('STRAßE.example')).toBe('xn--strae-oqa.example');
    expect(domainName('STRASSE.example')).toBe('strasse.example');
    expect(domainName('例え。テスト')).toBe('xn--r8jz45g.xn--zckzah');
  });

  it('DNS-034 refuses empty labels, long labels and long names', () => {
    const long = Array.from({ length: 32 }, () => 'abcdefg').join('.');
    expect(long.length).toBe(255);
    expect(domainName(long.slice(2)).length).toBe(253);
    expect(domainName(`${'a'.repeat(63)}.test`).length).toBe(68);
    for (const bad of ['', '.', '..', 'a..b', '.a', 'a..', `${'a'.repeat(64)}.test`, long]) {
      expect([bad, reasonFor(bad)]).toEqual([bad, 'dns-bad-name']);
    }
  });

  it('DNS-034 refuses what would be read as more than a name', () => {
    for (const bad of [
      'a b',
      'a\r\nb',
      'a\0b',
      'a/b',
      'ä/b',
      'ä@b',
      'ä:25',
      'ä?b',
      'ä#b',
      '[::1]',
      '*.x',
      'a%2eb',
      'ä%2eb',
      '１２７.1',
      'ä.127',
      '\u00ad',
      'a\uff0fb',
    ]) {
      expect([bad, reasonFor(bad)]).toEqual([bad, 'dns-bad-name']);
    }
  });

  it('DNS-035 allows underscore labels only where they were asked for', () => {
    expect(reasonFor('_imaps._tcp.example.test')).toBe('dns-bad-name');
    expect(reasonFor('_imaps._tcp.example.test', true)).toBe('_imaps._tcp.example.test');
    expect(reasonFor('mail_1.example.test')).toBe('mail_1.example.test');
  });

  it('DNS-036 normalises case and the trailing dot', () => {
    expect(domainName('MX1.Example.TEST.')).toBe('mx1.example.test');
    expect(sameName('MX1.Example.TEST.', 'mx1.example.test')).toBe(true);
    expect(sameName('mx1.example.test', 'mx2.example.test')).toBe(false);
    // U+212A, the Kelvin sign, is no k in a name that was never mapped.
    expect(sameName('\u212a.test', 'k.test')).toBe(false);
  });

  it('is bounded and gives either a name it takes again or dns-bad-name', () => {
    const odd = [
      '.',
      '_',
      '-',
      'a',
      'ß',
      '。',
      '／',
      '１',
      ' ',
      '\0',
      '%',
      '@',
      '\u00ad',
      '\u200d',
      'ü',
      '\ud800',
      'xn--',
      '例',
    ];
    const character = fc.oneof(
      fc.constantFrom(...odd),
      fc.nat(0xffff).map((code) => String.fromCharCode(code)),
    );
    const texts = fc.array(character, { maxLength: 80 }).map((all) => all.join(''));
    fc.assert(
      fc.property(texts, (text) => {
        const name = reasonFor(text, true);
        if (name === 'dns-bad-name') return;
        expect(name).toMatch(/^[a-z0-9_.-]{1,253}$/);
        expect(domainName(name, { underscores: true })).toBe(name);
      }),
    );
  });
});

describe('names of policy', () => {
  it('DNS-030 builds the owner name of TLSA records', () => {
    expect(tlsaName('mx1.example.com', 25)).toBe('_25._tcp.mx1.example.com');
    expect(tlsaName('IMAP.example.net.', 9143)).toBe('_9143._tcp.imap.example.net');
  });

  it('DNS-030 builds no owner name from what is no port', () => {
    for (const port of [0, -1, 65_536, 25.5, Number.NaN]) {
      expect(() => tlsaName('mx1.example.com', port)).toThrow(UsageError);
    }
  });

  it('tells a name below another from one that only ends alike', () => {
    expect(isWithin('a.example.test', 'example.test')).toBe(true);
    expect(isWithin('example.test', 'example.test')).toBe(true);
    expect(isWithin('badexample.test', 'example.test')).toBe(false);
  });
});
