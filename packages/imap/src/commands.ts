import { redacted } from '@postern/sasl';
import type { ClientMechanism } from '@postern/sasl';
import { concatBytes, UsageError, utf8 } from '@postern/wire';
import type { Phase } from '@postern/wire';
import { CommandLine } from './arguments.ts';
import type { Argument, ArgumentContext } from './arguments.ts';
import type { StateName } from './transition/states.ts';

/** What a client can say. A closed union on `verb`; a new verb is a new member and a row in `verbs`. */
export type ImapCommand =
  /** `COMPRESS` asks for DEFLATE, the one mechanism there is (RFC 4978). */
  | { readonly verb: 'CAPABILITY' | 'NOOP' | 'LOGOUT' | 'COMPRESS' }
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
      /**
       * What may be sent before its answer: `select` = CAPABILITY and ID, then one SELECT or EXAMINE, and the UID FETCH behind that.
       * Default `none`.
       */
      readonly pipelining?: 'none' | 'select';
    }
  | {
      readonly verb: 'ID';
      /** What to tell about ourselves, true values only (RFC 2971 §3). Default: nothing (NIL). */
      readonly fields?: Readonly<Record<string, string>>;
    }
  | MailboxCommand
  /** No word of the wire: the next octets of the content that a `content` event asked for. */
  | { readonly verb: 'CONTENT'; readonly bytes: Uint8Array }
  /** No word of the wire: the connection has taken what CONTENT brought, so the server is not waited for. */
  | { readonly verb: 'DRAINED' }
  /** No word of the wire: behind the content under way no further message comes, and none at all is to be kept (RFC 3502 §6.3.11). */
  | { readonly verb: 'CANCEL' }
  /** No word of the wire: ends IDLE (RFC 9051 §6.3.13); said as soon as the server idles. */
  | { readonly verb: 'DONE' }
  /**
   * No word of the wire: whether anybody reads. While nobody does, because what came is not used yet, no wait of ours runs. Default:
   * somebody does.
   */
  | { readonly verb: 'PACE'; readonly reading: boolean }
  | {
      /**
       * No word of the wire: hands over the result of the work that a `work` event asked for, or `undefined` where the work
       * failed; the exchange is then cancelled with `*`.
       */
      readonly verb: 'RESUME';
      readonly result: Uint8Array | undefined;
    };

/** A command that goes out with a tag and is completed. */
export type WireCommand = Exclude<
  ImapCommand,
  { readonly verb: 'RESUME' | 'DONE' | 'PACE' | 'CONTENT' | 'DRAINED' | 'CANCEL' }
>;

/** A command about mailboxes or messages: a word with arguments. `@postern/imap` has a function for each. */
export interface MailboxCommand {
  readonly verb: MailboxVerb;
  /** What stands in place of the verb for `OTHER`: the word of an extension, such as `GETMETADATA`. */
  readonly name?: string;
  /** Says `UID` before it: messages are named, and answered, by UID. */
  readonly uid?: boolean;
  /** Whether it names messages by number although `uid` is set, as UID SEARCH may. */
  readonly numbers?: boolean;
  readonly arguments?: readonly Argument[];
  /** For FETCH: content with more octets than this is handed on in chunks while it comes. Default: none is. */
  readonly streamAbove?: number;
  /** Whether those chunks are the bytes that came in, valid until the next are read, in place of copies. Default `false`. */
  readonly streamBorrowed?: boolean;
  /** For UID FETCH: may leave right behind a SELECT or EXAMINE, before it is known whether that succeeds. */
  readonly behindSelect?: boolean;
  /** For SELECT and EXAMINE: what the mailbox is called in the model. */
  readonly mailbox?: string;
}

/** The verbs of {@link MailboxCommand}. */
export type MailboxVerb =
  | 'ENABLE'
  | 'NAMESPACE'
  | 'LIST'
  | 'LSUB'
  | 'STATUS'
  | 'CREATE'
  | 'DELETE'
  | 'RENAME'
  | 'SUBSCRIBE'
  | 'UNSUBSCRIBE'
  | 'APPEND'
  | 'SELECT'
  | 'EXAMINE'
  | 'CLOSE'
  | 'UNSELECT'
  | 'CHECK'
  | 'EXPUNGE'
  | 'FETCH'
  | 'STORE'
  | 'SEARCH'
  | 'SORT'
  | 'THREAD'
  | 'COPY'
  | 'MOVE'
  | 'IDLE'
  | 'OTHER';

/** What is to be known about a verb. */
export interface VerbRow {
  /** The state in which its completion is awaited. */
  readonly state: Extract<StateName, 'reply' | 'data' | 'auth' | 'starttls' | 'logout'>;
  /** The phase that a fault meanwhile belongs to. */
  readonly phase: Phase;
  /** Where it is allowed (RFC 9051 §6). */
  readonly stage: 'not-authenticated' | 'any' | 'authenticated' | 'selected';
  /** Whether it waits for the commands before it, and lets none follow before its result (RFC 9051 §5.5). */
  readonly barrier: boolean;
  /**
   * Whether it names messages by number, unless it says UID: `kept` = and numbers stay what they are while it runs, `used` = they
   * may change (RFC 9051 §5.5, §7.5.1).
   */
  readonly numbers: 'none' | 'used' | 'kept';
}

const plain = { state: 'reply', phase: 'command', stage: 'any', barrier: false, numbers: 'none' } as const;
const inside = { ...plain, stage: 'authenticated' } as const;
const long = { ...inside, state: 'data' } as const;
const onMessages = { ...long, stage: 'selected' } as const;

/** One row per verb. */
export const verbs: Readonly<Record<WireCommand['verb'], VerbRow>> = {
  CAPABILITY: { ...plain, phase: 'capabilities' },
  NOOP: { ...plain, phase: 'noop' },
  ID: plain,
  LOGOUT: { ...plain, state: 'logout', phase: 'quit', barrier: true },
  STARTTLS: { ...plain, state: 'starttls', phase: 'starttls', stage: 'not-authenticated', barrier: true }, // RFC 9051 §6.2.1
  AUTHENTICATE: { ...plain, state: 'auth', phase: 'auth', stage: 'not-authenticated', barrier: true }, // RFC 9051 §6.2.2
  LOGIN: { ...plain, phase: 'auth', stage: 'not-authenticated', barrier: true }, // RFC 9051 §6.2.3
  COMPRESS: { ...inside, barrier: true }, // RFC 4978 §3
  ENABLE: inside,
  NAMESPACE: inside,
  LIST: long,
  LSUB: long,
  STATUS: inside,
  CREATE: inside,
  DELETE: inside,
  RENAME: inside,
  SUBSCRIBE: inside,
  UNSUBSCRIBE: inside,
  APPEND: long,
  SELECT: { ...long, barrier: true },
  EXAMINE: { ...long, barrier: true },
  CLOSE: { ...onMessages, barrier: true },
  UNSELECT: { ...onMessages, barrier: true },
  CHECK: onMessages,
  EXPUNGE: onMessages,
  FETCH: { ...onMessages, numbers: 'kept' },
  STORE: { ...onMessages, numbers: 'kept' },
  SEARCH: { ...onMessages, numbers: 'kept' },
  SORT: { ...onMessages, numbers: 'used' },
  THREAD: { ...onMessages, numbers: 'used' },
  COPY: { ...onMessages, numbers: 'used' },
  MOVE: { ...onMessages, numbers: 'used' },
  IDLE: { ...inside, phase: 'idle', barrier: true }, // RFC 9051 §6.3.13
  OTHER: long,
};

/** A part of a command that cannot be written at once. */
export interface LaterPart {
  /** What it waits for: the leave of the server (RFC 9051 §4.3), or the content that the part before it announced. */
  readonly after: 'leave' | 'content';
  readonly bytes: Uint8Array;
  /** How many octets of content come right behind it. Default: none. */
  readonly content?: number;
}

/** A command on the wire. */
export interface EncodedCommand {
  /** One line with its CRLF, or as much as may be sent before the server gives leave for a literal. */
  readonly bytes: Uint8Array;
  /** How many octets of content come right behind it. Default: none. */
  readonly content?: number;
  /** What follows. */
  readonly later?: readonly LaterPart[];
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
  context: ArgumentContext = { literals: 'none', utf8: false },
): EncodedCommand {
  if (isMailboxCommand(command)) return mailboxLine(tag, command, context);
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
    case 'COMPRESS':
      return line(`${tag} COMPRESS DEFLATE`);
    case 'CAPABILITY':
    case 'NOOP':
    case 'LOGOUT':
    case 'STARTTLS':
      return line(`${tag} ${command.verb}`);
  }
}

/** Whether a command is a word of the wire. */
export function isWireCommand(command: ImapCommand): command is WireCommand {
  return Object.hasOwn(verbs, command.verb);
}

/** The verbs of commands that are no {@link MailboxCommand}. */
const connectionVerbs: ReadonlySet<WireCommand['verb']> = new Set([
  'CAPABILITY',
  'NOOP',
  'LOGOUT',
  'STARTTLS',
  'AUTHENTICATE',
  'LOGIN',
  'ID',
  'COMPRESS',
]);

/** Whether a command is a word with arguments. */
function isMailboxCommand(command: WireCommand): command is MailboxCommand {
  return !connectionVerbs.has(command.verb);
}

function mailboxLine(tag: string, command: MailboxCommand, context: ArgumentContext): EncodedCommand {
  const word = command.verb === 'OTHER' ? (command.name ?? '') : command.verb;
  if (!/^[A-Za-z][\w.-]*$/.test(word))
    throw new UsageError('no word to send', 'RFC 9051 §9', 'argument-refused');
  const built = new CommandLine(context, `${tag} ${command.uid === true ? 'UID ' : ''}${word}`);
  for (const argument of command.arguments ?? []) built.add(argument);
  const [first, ...later] = built.end().map(({ after, bytes, content }) => ({
    after: after === 'content' ? after : ('leave' as const),
    bytes: concatBytes(bytes),
    ...(content === undefined ? {} : { content }),
  }));
  if (built.longest > maxCommandBytes) throw tooLong(built.longest);
  const { bytes, content } = first ?? { bytes: new Uint8Array(0) };
  return { bytes, ...(content === undefined ? {} : { content }), later, shown: undefined };
}

/** The command as an event may show it: without the password. */
export function withoutSecret(command: WireCommand): WireCommand {
  return command.verb === 'LOGIN' ? { ...command, password: redacted(command.password.length) } : command;
}

function line(text: string, shown?: string): EncodedCommand {
  const bytes = utf8(`${text}\r\n`);
  if (bytes.length > maxCommandBytes) throw tooLong(bytes.length);
  return { bytes, shown: shown === undefined ? undefined : `${shown}\r\n` };
}

function tooLong(length: number): UsageError {
  return new UsageError(
    `the command line has ${length} octets, ${maxCommandBytes} are allowed`,
    'RFC 7162 §4',
    'argument-refused',
  );
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
