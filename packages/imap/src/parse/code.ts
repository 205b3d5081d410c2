import { objectId } from './fetch.ts';
import { strings } from './list.ts';
import { modSequence, positive } from './numbers.ts';
import { NumberSet, numberSet } from './number-set.ts';
import { astring } from './strings.ts';
import { atomList, finish, isDigit, OPEN, peek, release, Scan, space, SPACE } from './scan.ts';

/** What a response code says, where it is one of those that have an argument to be read (RFC 9051 §7.1 and others). */
export type CodeData =
  /** `number` is absent where the server gave none that counts, such as 0. */
  | { readonly name: 'UIDNEXT' | 'UIDVALIDITY' | 'UNSEEN'; readonly number: number | undefined }
  /** RFC 7162 §3.1.2.1. */
  | { readonly name: 'HIGHESTMODSEQ'; readonly modSequence: bigint | undefined }
  /** `\*` among them = new keywords may be made. */
  | { readonly name: 'PERMANENTFLAGS'; readonly flags: readonly string[] }
  /** RFC 4315 §3. */
  | { readonly name: 'APPENDUID'; readonly uidValidity: number | undefined; readonly uids: NumberSet }
  /** RFC 4315 §3: the first of `source` became the first of `target`, and so on, in the order written. */
  | {
      readonly name: 'COPYUID';
      readonly uidValidity: number | undefined;
      readonly source: NumberSet;
      readonly target: NumberSet;
    }
  /** RFC 7162 §3.1.3: what STORE did not change; UIDs after UID STORE. */
  | { readonly name: 'MODIFIED'; readonly numbers: NumberSet }
  | { readonly name: 'BADCHARSET'; readonly charsets: readonly string[] }
  /** RFC 8474 §4. */
  | { readonly name: 'MAILBOXID'; readonly id: string };

const options = { maxDepth: 4, strict: false };
const nothing = new NumberSet([]);

/** Reads a code's argument; `undefined` where it has none, is not known, or does not follow its grammar. */
export function codeData(name: string, argument: string): CodeData | undefined {
  if (!known.has(name)) return undefined;
  const scan = new Scan(argument, 0, options);
  try {
    const data = read(scan, name);
    finish(scan);
    return data;
  } catch {
    return undefined;
  } finally {
    release(scan);
  }
}

const known: ReadonlySet<string> = new Set([
  'UIDNEXT',
  'UIDVALIDITY',
  'UNSEEN',
  'HIGHESTMODSEQ',
  'PERMANENTFLAGS',
  'APPENDUID',
  'COPYUID',
  'MODIFIED',
  'BADCHARSET',
  'MAILBOXID',
]);

function read(scan: Scan, name: string): CodeData | undefined {
  switch (name) {
    case 'UIDNEXT':
    case 'UIDVALIDITY':
    case 'UNSEEN':
      return { name, number: positive(scan) };
    case 'HIGHESTMODSEQ':
      return { name, modSequence: modSequence(scan) || undefined };
    case 'PERMANENTFLAGS':
      return { name, flags: atomList(scan) };
    case 'APPENDUID': {
      const uidValidity = positive(scan);
      space(scan);
      return { name, uidValidity, uids: numberSet(scan) };
    }
    case 'COPYUID': {
      const uidValidity = positive(scan);
      const source = setOrNothing(scan);
      const target = setOrNothing(scan);
      return source.size === target.size ? { name, uidValidity, source, target } : undefined;
    }
    case 'MODIFIED':
      return { name, numbers: numberSet(scan) };
    case 'BADCHARSET': {
      // RFC 9051 §7.1 shows it without parentheses too.
      if (peek(scan) === OPEN) return { name, charsets: strings(scan) };
      const charsets: string[] = [];
      while (scan.at < scan.text.length) {
        charsets.push(astring(scan));
        if (peek(scan) === SPACE) space(scan);
      }
      return { name, charsets };
    }
    case 'MAILBOXID':
      return { name, id: objectId(scan) };
    default:
      return undefined;
  }
}

/** Outlook.com writes `[COPYUID 14  ]` where nothing was copied. */
function setOrNothing(scan: Scan): NumberSet {
  while (peek(scan) === SPACE) scan.at += 1;
  return isDigit(peek(scan)) ? numberSet(scan) : nothing;
}
