import { malformed, tooDeep, SPACE, QUOTE, OPEN, CLOSE, BRACE, TILDE, codeAt } from './scan.ts';
import type { Scan } from './scan.ts';
import { quoted, find, literal } from './strings.ts';

/**
 * Passes one value of any kind: atom, string, literal or list, with everything in it (RFC 9051 §2.2.2: what is unknown is
 * passed). Without recursion, and with the place in a variable: this is how fast a response can be looked through.
 */
export function skip(scan: Scan): void {
  const { codes } = scan;
  const most = scan.maxDepth - scan.depth;
  let { at } = scan;
  let depth = 0;
  do {
    const code = codes[at];
    if (code === QUOTE) {
      scan.at = at;
      passQuoted(scan);
      ({ at } = scan);
    } else if (code === OPEN) {
      at += 1;
      depth += 1;
      if (depth > most) throw tooDeep;
    } else if (code === CLOSE) {
      if (depth === 0) throw malformed;
      at += 1;
      depth -= 1;
    } else if (code === SPACE) {
      if (depth === 0) throw malformed;
      at += 1;
    } else if (code === BRACE || (code === TILDE && codes[at + 1] === BRACE)) {
      scan.at = at;
      literal(scan);
      ({ at } = scan);
    } else {
      const from = at;
      for (; ; at += 1) {
        const inside = codeAt(scan, at);
        if (inside <= SPACE || inside === OPEN || inside === CLOSE || inside === QUOTE || inside === BRACE)
          break;
      }
      if (at === from) throw malformed;
    }
  } while (depth > 0);
  scan.at = at;
}

/** Passes a quoted string; cheaper than reading it. */
function passQuoted(scan: Scan): void {
  const whole = scan.text;
  const from = scan.at + 1;
  const end = whole.indexOf('"', from);
  if (end < 0) throw malformed;
  if (scan.backslash < from) scan.backslash = find(whole, '\\', from);
  if (scan.backslash < end || scan.bareQuotes) {
    quoted(scan);
    return;
  }
  if (scan.cr < from) scan.cr = find(whole, '\r', from);
  if (scan.cr < end) throw malformed;
  scan.at = end + 1;
}
