import { utf8 } from '@postern/wire';
import { assert, property, uint8Array } from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBase64, encodeBase64 } from './base64.ts';

test('SASL-003 decodes what it encodes, whatever the octets', () => {
  assert(
    property(uint8Array({ maxLength: 70 }), (bytes) => {
      const text = encodeBase64(bytes);
      expect(text).toBe(Buffer.from(bytes).toString('base64'));
      expect(decodeBase64(text)).toEqual(bytes);
    }),
  );
});

test.each(['AA=A', 'A', 'AA==\n', 'AA', 'A===', '====', '=', 'AA ==', 'AAAA=', 'AA-_', 'AAÄA', 'AA==AA=='])(
  'SASL-003 rejects %j',
  (text) => {
    expect(decodeBase64(text)).toBeUndefined();
  },
);

test.each([
  ['AA==', [0]],
  ['AAA=', [0, 0]],
  ['', []],
])('SASL-003 accepts %j', (text, bytes) => {
  expect(decodeBase64(text)).toEqual(Uint8Array.from(bytes));
});

test('encodes the vectors of RFC 4648 §10', () => {
  expect(['', 'f', 'fo', 'foo', 'foob', 'fooba', 'foobar'].map((text) => encodeBase64(utf8(text)))).toEqual([
    '',
    'Zg==',
    'Zm8=',
    'Zm9v',
    'Zm9vYg==',
    'Zm9vYmE=',
    'Zm9vYmFy',
  ]);
});
