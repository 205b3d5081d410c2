import { redacted } from '@postern/sasl';
import type { ClientMechanism } from '@postern/sasl';
import { UsageError, utf8 } from '@postern/wire';
import type { Phase } from '@postern/wire';
import type { StateName } from './states.ts';

/** What a client can say. A closed union on `verb`; a new verb is a new member and a row in `verbs`. */
export type ImapCommand =
  | { readonly verb: 'CAPABILITY' | 'NOOP' | 'LOGOUT' }
  | {
      readonly verb: 'STARTTLS';
      /** Sends it although it is not offered; for probes. Default `false`. */
      readonly tryAnyway?: boolean;
    }
  | {
      readonly verb: 'AUTHENTICATE';
      /** A fresh mechanism; the machine runs it and uses it up (RFC 9051 §6.2.2). It shows no secret. */
      readonly mechanism: ClientMechanism;
    }
  | {
      /** The last resort where no mechanism fits (RFC 9051 §6.2.3). */
      readonly verb: 'LOGIN';
      readonly user: string;
      readonly password: string;
    }
  | {
      readonly verb: 'ID';
      /** What to tell about ourselves, true values only (RFC 2971 §3). Default: nothing (NIL). */
      readonly fields?: Readonly<Record<string, string>>;
    }
  | {
      /**
       * No word of the wire: hands over the result of the work that a `work` event asked for, or `undefined` where the work
       * failed; the exchange is then cancelled with `*`.
       */
      readonly verb: 'RESUME';
      readonly result: Uint8Array | undefined;
    };

/** A command that goes out with a tag and is completed. */
export type WireCommand = Exclude<ImapCommand, { readonly verb: 'RESUME' }>;

/** What is to be known about a verb. */
export interface VerbRow {
  /** The state in which its completion is awaited. */
  readonly state: Extract<StateName, 'reply' | 'auth' | 'starttls' | 'logout'>;
  /** The phase that a fault meanwhile belongs to. */
  readonly phase: Phase;
  /** Where it is allowed (RFC 9051 §6). */
  readonly stage: 'not-authenticated' | 'any';
  /** Whether it waits for the commands before it, and lets none follow before its result (RFC 9051 §5.5). */
  readonly barrier: boolean;
}

const plain = { state: 'reply', phase: 'command', stage: 'any', barrier: false } as const;

/** One row per verb. */
export const verbs: Readonly<Record<WireCommand['verb'], VerbRow>> = {
  CAPABILITY: { ...plain, phase: 'capabilities' },
  NOOP: { ...plain, phase: 'noop' },
  ID: plain,
  LOGOUT: { ...plain, state: 'logout', phase: 'quit', barrier: true },
  STARTTLS: { state: 'starttls', phase: 'starttls', stage: 'not-authenticated', barrier: true }, // RFC 9051 §6.2.1
  AUTHENTICATE: { state: 'auth', phase: 'auth', stage: 'not-authenticated', barrier: true }, // RFC 9051 §6.2.2
  LOGIN: { ...plain, phase: 'auth', stage: 'not-authenticated', barrier: true }, // RFC 9051 §6.2.3
};

/** A command on the wire. */
export interface EncodedCommand {
  /** One line with its CRLF. */
  readonly bytes: Uint8Array;
  /** The same for a transcript, where it holds a secret. */
  readonly shown: string | undefined;
}

/** RFC 7162 §4: lines longer than this should be avoided, and some servers refuse them. */
export const maxCommandBytes = 8192;

/**
 * Puts a command into one line. Throws a {@link UsageError} `argument-refused` for an argument that would break the
 * protocol: CR, LF or NUL (they would begin a second command), octets above 127 outside of AUTHENTICATE, or a line beyond
 * `maxCommandBytes`.
 */
export function encodeCommand(
  tag: string,
  command: Exclude<WireCommand, { readonly verb: 'AUTHENTICATE' }>,
): EncodedCommand {
  switch (command.verb) {
    case 'LOGIN': {
      const user = quoted(command.user, 'the user name');
      const password = quoted(command.password, 'the password');
      return line(
        `${tag} LOGIN ${user} ${password}`,
        `${tag} LOGIN ${user} ${redacted(command.password.length)}`,
      );
    }
    case 'ID':
      return line(`${tag} ID ${idArgument(command.fields ?? {})}`);
    case 'CAPABILITY':
    case 'NOOP':
    case 'LOGOUT':
    case 'STARTTLS':
      return line(`${tag} ${command.verb}`);
  }
}

/** The command as an event may show it: without the password. */
export function withoutSecret(command: WireCommand): WireCommand {
  return command.verb === 'LOGIN' ? { ...command, password: redacted(command.password.length) } : command;
}

function line(text: string, shown?: string): EncodedCommand {
  const bytes = utf8(`${text}\r\n`);
  if (bytes.length > maxCommandBytes) {
    throw new UsageError(
      `the command line has ${bytes.length} octets, ${maxCommandBytes} are allowed`,
      'RFC 7162 §4',
      'argument-refused',
    );
  }
  return { bytes, shown: shown === undefined ? undefined : `${shown}\r\n` };
}

/** RFC 9051 §9: a quoted string; always quoted, so that no value is taken for NIL or for something else than a string. */
function quoted(text: string, what: string): string {
  if (/[\r\n\0]/.test(text)) {
    throw new UsageError(`${what} holds CR, LF or NUL`, 'RFC 9051 §9', 'argument-refused');
  }
  // RFC 6855 §5: other characters go through AUTHENTICATE only.
  if (utf8(text).length !== text.length) {
    throw new UsageError(`${what} is not ASCII`, 'RFC 6855 §5', 'argument-refused');
  }
  return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

/** RFC 2971 §3.3: at most 30 pairs, a field of at most 30 octets once, a value of at most 1024. */
function idArgument(fields: Readonly<Record<string, string>>): string {
  const entries = Object.entries(fields);
  if (entries.length === 0) return 'NIL';
  const once = new Set(entries.map(([field]) => field.toLowerCase())).size === entries.length;
  if (
    entries.length > 30 ||
    !once ||
    entries.some(([field, value]) => field.length > 30 || value.length > 1024)
  ) {
    throw new UsageError(
      'the fields are too many, too long or repeated',
      'RFC 2971 §3.3',
      'argument-refused',
    );
  }
  return `(${entries.map(([field, value]) => `${quoted(field, 'a field')} ${quoted(value, 'a value')}`).join(' ')})`;
}
