import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeHtml, escapeText } from './escape.ts';

// Any code point, controls and lone surrogates more often than chance would have them.
const anyText = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0, max: 0x10ffff }),
      fc.integer({ min: 0, max: 0x9f }),
      fc.integer({ min: 0xd800, max: 0xdfff }),
    ),
  )
  .map((codes) => String.fromCodePoint(...codes));

describe('escapeText', () => {
  it.each([
    ['an ANSI sequence', '220 \u001b[2J\u001b]0;x\u0007', '220 \\x1b[2J\\x1b]0;x\\x07'],
    ['line ends and tabs', 'a\r\n\tb', 'a\\r\\n\\tb'],
    ['C1 controls, which some terminals obey', 'a\u009b31m', 'a\\x9b31m'],
    ['a bidirectional override', 'exe.\u202egpj', 'exe.\\u{202e}gpj'],
    ['bidirectional isolates and marks', '\u2066a\u2069\u200f', '\\u{2066}a\\u{2069}\\u{200f}'],
    ['a zero-width space and a byte order mark', 'pay\u200bpal\ufeff', 'pay\\u{200b}pal\\u{feff}'],
    ['a lone surrogate', 'a\ud800b', 'a\\u{d800}b'],
    ['line separators', 'a\u2028b', 'a\\u{2028}b'],
    ['nothing in ordinary text', 'Grüße, 世界 🙂', 'Grüße, 世界 🙂'],
  ])('makes visible: %s', (_, text, expected) => {
    expect(escapeText(text)).toBe(expected);
  });

  it('bounds the length and never cuts an escape in two', () => {
    expect(escapeText('a'.repeat(1e6)).length).toBe(501);
    expect(escapeText('ab\u001b', { maxLength: 4 })).toBe('ab…');
    expect(escapeText('ab\u001b', { maxLength: 6 })).toBe('ab\\x1b');
  });

  it('prints one bounded line of printable characters for any text, and escaping again changes nothing', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 40 }), (text, maxLength) => {
        const once = escapeText(text, { maxLength });
        expect(once).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u);
        expect(Array.from(once).length).toBeLessThanOrEqual(maxLength + 1);
        expect(escapeText(once, { maxLength })).toBe(once);
      }),
    );
  });
});

describe('escapeHtml', () => {
  it('leaves nothing that opens a tag or closes an attribute', () => {
    expect(escapeHtml(`<script>"x" & 'y'</script>`)).toBe(
      '&lt;script&gt;&quot;x&quot; &amp; &#39;y&#39;&lt;/script&gt;',
    );
  });
});
