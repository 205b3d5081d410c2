import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { jsonDocument } from './json.ts';

it('means the same, and holds nothing that acts on a terminal', () => {
  expect(jsonDocument(['\u001b[2J', '\u009b', '\u202e', '\u{e0041}', 'ü'])).toBe(
    '[\n  "\\u001b[2J",\n  "\\u009b",\n  "\\u202e",\n  "\\udb40\\udc41",\n  "ü"\n]\n',
  );
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 20 }), { maxLength: 4 }), (texts) => {
      const document = jsonDocument(texts);
      expect(JSON.parse(document)).toEqual(texts);
      expect(document.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }),
  );
});
