import { UsageError } from '@postern/wire';

/** A field of an entry. */
export interface Token {
  readonly text: string;
  /** Whether it stood in quotes, where nothing is special. */
  readonly quoted: boolean;
}

/** One entry of a master file: a line, or several held together by parentheses. */
export interface Entry {
  /** The line it begins on, from 1. */
  readonly line: number;
  /** Whether it begins with white space, so that the owner is that of the entry before. */
  readonly blankOwner: boolean;
  readonly tokens: readonly Token[];
}

/** Strings in quotes, parentheses, comments, line ends, white space, words; escapes are resolved afterwards. */
const lexeme = /"((?:[^"\\\n]|\\[^\n])*)"|([()])|;[^\n]*|(\r?\n)|([ \t\r]+)|((?:[^\s;()"\\]|\\[^\n])+)/y;

/** Cuts master-file text into entries (RFC 1035 §5.1). Throws a {@link UsageError} that names the line. */
export function tokenise(text: string): readonly Entry[] {
  const entries: Entry[] = [];
  let tokens: Token[] = [];
  let line = 1;
  let entryLine = 1;
  let depth = 0;
  let blankOwner = false;
  let lineStart = true;
  lexeme.lastIndex = 0;
  while (lexeme.lastIndex < text.length) {
    const found = lexeme.exec(text);
    if (found === null) throw new UsageError(`zone, line ${line}: unreadable text`, 'RFC 1035 §5.1');
    const [, quoted, parenthesis, newline, space, word] = found;
    if (newline !== undefined) {
      if (depth === 0) {
        if (tokens.length > 0) entries.push({ line: entryLine, blankOwner, tokens });
        tokens = [];
        lineStart = true;
      }
      line += 1;
      continue;
    }
    if (lineStart) {
      blankOwner = space !== undefined;
      entryLine = line;
      lineStart = false;
    }
    if (parenthesis !== undefined) depth += parenthesis === '(' ? 1 : -1;
    if (depth < 0) throw new UsageError(`zone, line ${line}: a parenthesis too many`, 'RFC 1035 §5.1');
    if (quoted !== undefined) tokens.push({ text: unescape(quoted), quoted: true });
    if (word !== undefined) tokens.push({ text: unescape(word), quoted: false });
  }
  if (depth > 0)
    throw new UsageError(`zone, line ${entryLine}: a parenthesis is not closed`, 'RFC 1035 §5.1');
  if (tokens.length > 0) entries.push({ line: entryLine, blankOwner, tokens });
  return entries;
}

/** `\DDD` is the octet with that decimal number, `\X` the character X. */
function unescape(text: string): string {
  return text.replace(
    /\\(?:(\d{3})|(.))/gs,
    (_, number: string | undefined, character: string | undefined) =>
      number === undefined ? (character ?? '') : String.fromCharCode(Number(number) & 0xff),
  );
}
