import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeMailboxName, encodeMailboxName } from '../src/index.ts';

describe('modified UTF-7', () => {
  test.each([
    ['Entwürfe', 'Entw&APw-rfe'],
    ['Gelöschte Elemente', 'Gel&APY-schte Elemente'],
    ['A&B', 'A&-B'],
    ['日本語', '&ZeVnLIqe-'],
    ['~peter/mail/台北/日本語', '~peter/mail/&U,BTFw-/&ZeVnLIqe-'],
    ['台北日本語', '&U,BTF2XlZyyKng-'],
    ['☺!', '&Jjo-!'],
    ['😀', '&2D3eAA-'],
    ['', ''],
  ])('IMAP-120 %s is written %s', (name, wire) => {
    expect(encodeMailboxName(name)).toBe(wire);
    expect(decodeMailboxName(wire)).toEqual({ name, wire });
  });

  test.each(['&AGE-', '&', '&Jjo!', '&2D3-', '&2D0-', '&U,BTFw-&ZeVnLIqe-', 'a&A-', '&====-'])(
    'IMAP-121 %s stays as it is, marked',
    (wire) => {
      expect(decodeMailboxName(wire)).toEqual({ name: wire, wire, invalid: true });
    },
  );

  test('IMAP-120 what is written is read again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        const wire = encodeMailboxName(name);
        expect(wire).toMatch(/^[\x20-\x7e]*$/);
        expect(decodeMailboxName(wire)).toEqual({ name, wire });
      }),
    );
  });
});
