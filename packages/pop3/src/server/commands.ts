import { latin1 } from '@postern/wire';

/** A command line as a server reads it. */
export interface ReceivedCommand {
  /** Upper case: verbs are case-insensitive (RFC 1939 §3). */
  readonly verb: string;
  /** Everything behind the first space, untouched: a password may hold spaces (RFC 1939 §7). */
  readonly argument: string | undefined;
  /** The argument's words. */
  readonly words: readonly string[];
}

/** Reads a command line without its end. Arguments are one character per byte. */
export function parseCommand(line: Uint8Array): ReceivedCommand {
  const text = latin1(line);
  const space = text.indexOf(' ');
  const argument = space < 0 ? undefined : text.slice(space + 1);
  return {
    verb: (space < 0 ? text : text.slice(0, space)).toUpperCase(),
    argument,
    words: (argument ?? '').split(' ').filter((word) => word !== ''),
  };
}

/** A message number or a line count: decimal digits alone. */
export function parseNumber(word: string | undefined): number | undefined {
  return word !== undefined && /^\d{1,9}$/.test(word) ? Number(word) : undefined;
}

/** The octets of an argument, or of what a habit says: one character per byte, and back. */
export function octets(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
