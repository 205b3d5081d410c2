import { parseCapabilities } from './capabilities.ts';
import type { Capabilities } from './capabilities.ts';
import { codeData } from './code.ts';
import type { CodeData } from './code.ts';
import { decoded } from './tokens.ts';

/** A status response, tagged or not (RFC 9051 §7.1). */
export interface StatusResponse {
  readonly status: 'OK' | 'NO' | 'BAD' | 'PREAUTH' | 'BYE';
  /** The machine-readable code in brackets, if any. */
  readonly code: ResponseCode | undefined;
  /** The text for people; the peer's words, so print them escaped. */
  readonly text: string;
}

/** A response code (RFC 9051 §7.1, RFC 5530). Unknown ones are kept as they came. */
export interface ResponseCode {
  /** Upper case, such as `AUTHENTICATIONFAILED` or `ALERT`. */
  readonly name: string;
  /** Everything behind the name, as it came; empty where there is nothing. */
  readonly argument: string;
  /** For `CAPABILITY`: the list. */
  readonly capabilities?: Capabilities;
  /** What the argument says, where the name is known and the argument follows its grammar. */
  readonly data?: CodeData;
}

/**
 * Reads the part of a line behind `* ` or behind the tag; `undefined` where it is no status response. Text and even the
 * space before it may be missing: RFC 9051 allows an empty text, and servers leave out more.
 */
export function parseStatus(line: string): StatusResponse | undefined {
  const word = /^(OK|NO|BAD|PREAUTH|BYE)(?= |$)/i.exec(line)?.[1];
  if (word === undefined) return undefined;
  const rest = line.slice(word.length + 1);
  const end = rest.startsWith('[') ? codeEnd(rest) : undefined;
  return {
    status: word.toUpperCase() as StatusResponse['status'],
    code: end === undefined ? undefined : parseCode(rest.slice(1, end)),
    text: decoded(end === undefined ? rest : rest.slice(end + 1).replace(/^ /, '')),
  };
}

function parseCode(inside: string): ResponseCode {
  const space = inside.indexOf(' ');
  const name = (space < 0 ? inside : inside.slice(0, space)).toUpperCase();
  const argument = space < 0 ? '' : inside.slice(space + 1);
  const data = codeData(name, argument);
  return {
    name,
    argument: decoded(argument),
    ...(name === 'CAPABILITY' && { capabilities: parseCapabilities(argument) }),
    ...(data && { data }),
  };
}

/**
 * Where a code's closing bracket stands. Not simply the next one: brackets inside a quoted string or inside parentheses belong
 * to the argument, as in `[PERMANENTFLAGS ([a] \*)]`. `undefined` where none closes it: then there is no code.
 */
function codeEnd(text: string): number | undefined {
  let depth = 0;
  let quoted = false;
  for (let at = 1; at < text.length; at += 1) {
    const character = text[at];
    if (quoted) {
      if (character === '\\') at += 1;
      else if (character === '"') quoted = false;
    } else if (character === '"') {
      quoted = true;
    } else if (character === '(') {
      depth += 1;
    } else if (character === ')') {
      depth -= 1;
    } else if (character === ']' && depth <= 0) {
      return at;
    }
  }
  // An odd quote or an open parenthesis: the next bracket is the best guess.
  const next = text.indexOf(']');
  return next < 0 ? undefined : next;
}
