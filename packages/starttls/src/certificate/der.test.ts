import { describe, expect, test, vi } from 'vitest';
import { ascii, der, oid } from '../../test/certificates.ts';
import { bitLength, DerError, readOid, readTime, single, tag } from './der.ts';

describe('DER', () => {
  test.each(['1.2.840.113549.1.1.11', '2.5.29.17', '2.999.3', '0.9.2342.19200300.100.1.25', '1.3.101.112'])(
    'TLS-034 reads the identifier %s',
    (text) => {
      expect(readOid(single(oid(text), tag.oid).content)).toBe(text);
    },
  );

  test('TLS-034 reads an identifier with a 128-bit arc', () => {
    const arc = [0x83, ...Array.from({ length: 17 }, () => 0xff), 0x7f];
    expect(readOid(Uint8Array.from([0x69, ...arc]))).toMatch(/^2\.25\.\d{39}$/);
  });

  test.each([[[]], [[0x80, 1]], [[0x2a, 0x86]], [Array.from({ length: 65 }, () => 1)]])(
    'TLS-034 refuses %j as an identifier',
    (octets) => {
      expect(() => readOid(Uint8Array.from(octets))).toThrow(DerError);
    },
  );

  test.each([
    [tag.utcTime, '491231235959Z', Date.UTC(2049, 11, 31, 23, 59, 59)],
    [tag.utcTime, '500101000000Z', Date.UTC(1950, 0)],
    [tag.generalizedTime, '20800229120000Z', Date.UTC(2080, 1, 29, 12)],
    [tag.generalizedTime, '99991231235959Z', Date.UTC(9999, 11, 31, 23, 59, 59)],
  ])('TLS-036 reads a time of kind %i: %s', (kind, text, expected) => {
    expect(readTime(single(der(kind, ascii(text))))).toBe(expected);
  });

  test.each([
    [tag.utcTime, '4912312359Z'],
    [tag.utcTime, '491231235959+0100'],
    [tag.utcTime, '491331235959Z'],
    [tag.generalizedTime, '20800101000000.5Z'],
    [tag.generalizedTime, '20800101250000Z'],
    [tag.utcTime, '20800101000000Z'],
  ])('TLS-036 refuses a time of kind %i: %s', (kind, text) => {
    expect(() => readTime(single(der(kind, ascii(text))))).toThrow(DerError);
  });

  test('TLS-021 counts bits without the sign', () => {
    expect(bitLength(Uint8Array.from([0x00, 0x80]))).toBe(8);
    expect(bitLength(Uint8Array.from([0x01, 0x00]))).toBe(9);
    expect(bitLength(Uint8Array.from([0x00]))).toBe(0);
  });
});

test('an object identifier of a stranger is measured before it is read', () => {
  // Each octet would make one number longer; 64 KiB of them cost the square of that.
  const endless = new Uint8Array(65_000).fill(0xff);
  const read = vi.spyOn(endless, Symbol.iterator);
  expect(() => readOid(endless)).toThrow(DerError);
  expect(read).not.toHaveBeenCalled();
});
