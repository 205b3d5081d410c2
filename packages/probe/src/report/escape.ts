// Controls (Cc: NUL, ESC, C1, line ends), format characters (Cf: bidirectional overrides, zero-width, tags), lone
// surrogates (Cs), private use (Co) and the line and paragraph separators. What is left prints as itself.
const unsafe = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u;

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function visible(character: string): string {
  if (!unsafe.test(character)) return character;
  const known = short[character];
  if (known !== undefined) return known;
  const code = character.codePointAt(0) ?? 0;
  return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}

/**
 * Makes text of a peer fit for a terminal, a log line or a page: control bytes, escape sequences, line ends,
 * bidirectional overrides and zero-width characters become visible (`\x1b`, `\n`, `\u{202e}`), and the length is bounded.
 *
 * The result is one line of printable characters; escaping it again changes nothing. It is not HTML: pass it on to
 * {@link escapeHtml} for a page.
 *
 * @param options - `maxLength`: longest result in characters, an ellipsis not counted. Default 500: the text part of the
 * longest SMTP reply line (RFC 5321 §4.5.3.1.5, 512 octets) fits.
 *
 * @example
 * ```ts run
 * import { escapeText } from '@postern/probe/report';
 * console.log(escapeText('220 \u001b[2Jhello\r\n')); // 220 \x1b[2Jhello\r\n
 * ```
 */
export function escapeText(text: string, options: { readonly maxLength?: number } = {}): string {
  const maxLength = options.maxLength ?? 500;
  let result = '';
  let length = 0;
  for (const character of text) {
    const piece = visible(character);
    // A character outside the BMP is two units long and one piece of the bound.
    const size = piece === character ? 1 : piece.length;
    if (length + size > maxLength) return `${result}…`;
    result += piece;
    length += size;
  }
  return result;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Replaces the five characters that mean something in HTML text and quoted attribute values. Control characters pass
 * unchanged, so text of a peer goes through {@link escapeText} first.
 *
 * @example
 * ```ts run
 * import { escapeHtml } from '@postern/probe/report';
 * console.log(escapeHtml('<b title="x">')); // &lt;b title=&quot;x&quot;&gt;
 * ```
 */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
