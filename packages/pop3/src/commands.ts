import { redacted } from '@postern/sasl';
import type { ClientMechanism } from '@postern/sasl';
import { UsageError, utf8 } from '@postern/wire';
import type { Phase } from '@postern/wire';
import type { StateName } from './transition/states.ts';

/** A command of a client, as data. */
export type Pop3Command =
  | { readonly verb: 'CAPA' | 'STAT' | 'NOOP' | 'RSET' | 'QUIT' }
  | {
      readonly verb: 'STLS';
      /** Sends it although it is not offered; for probes. Default `false`. */
      readonly tryAnyway?: boolean;
    }
  | {
      /** RFC 6856 §2: from now on headers may be UTF-8. Only before a login, and only where it is offered. */
      readonly verb: 'UTF8';
    }
  | {
      /** RFC 6856 §3: lists the languages, or changes to one; `*` is the server's own. */
      readonly verb: 'LANG';
      readonly language?: string;
    }
  | {
      /** RFC 1939 §7: only where the greeting had a timestamp, and that greeting still counts. */
      readonly verb: 'APOP';
      readonly name: string;
      /** The MD5 of timestamp and secret, 32 hexadecimal digits. Who sees it can try passwords at leisure. */
      readonly digest: string;
      /** Says it outside of verified TLS too. Default `false`. */
      readonly inClear?: boolean;
    }
  /** RFC 1939 §7. The name may hold spaces only where the server takes them. */
  | { readonly verb: 'USER'; readonly name: string }
  /** RFC 1939 §7: everything behind `PASS ` is the password, spaces included. */
  | { readonly verb: 'PASS'; readonly password: string }
  | {
      readonly verb: 'AUTH';
      /** A fresh mechanism; the machine runs it and uses it up (RFC 5034 §4). It shows no secret. */
      readonly mechanism: ClientMechanism;
    }
  | {
      /**
       * No word of the wire: hands over the result of the work that a `work` event asked for, or `undefined` where the work
       * failed; the exchange is then cancelled with `*`.
       */
      readonly verb: 'RESUME';
      readonly result: Uint8Array | undefined;
    }
  /** RFC 1939 §5, §7: of all messages, or of one. */
  | { readonly verb: 'LIST' | 'UIDL'; readonly message?: number }
  | { readonly verb: 'RETR' | 'DELE'; readonly message: number }
  /** RFC 1939 §7: the header and this many lines of the body. */
  | { readonly verb: 'TOP'; readonly message: number; readonly lines: number };

/** A command that goes out as a line and gets a reply. */
export type WireCommand = Exclude<Pop3Command, { readonly verb: 'RESUME' }>;

/** What is to be known about a verb. */
export interface VerbRow {
  /** The state in which its reply is awaited. */
  readonly state: Extract<StateName, 'reply' | 'auth' | 'starttls' | 'quit'>;
  /** The phase that a fault meanwhile belongs to. */
  readonly phase: Phase;
  /** Where it is allowed (RFC 1939 §4-6). */
  readonly stage: 'authorization' | 'transaction' | 'both';
  /** How a positive reply goes on; LIST and UIDL of one message, and LANG of one language, have a single line. */
  readonly form: 'line' | 'listing' | 'content';
  /** Whether nothing may be sent between the command and its result, because what follows depends on it. */
  readonly barrier: boolean;
}

const plain = { state: 'reply', phase: 'command', form: 'line', barrier: false } as const;

/** One row per verb. */
export const verbs: Readonly<Record<WireCommand['verb'], VerbRow>> = {
  CAPA: { ...plain, phase: 'capabilities', stage: 'both', form: 'listing' }, // RFC 2449 §5
  STLS: { ...plain, state: 'starttls', phase: 'starttls', stage: 'authorization', barrier: true }, // RFC 2595 §4
  USER: { ...plain, phase: 'auth', stage: 'authorization' },
  PASS: { ...plain, phase: 'auth', stage: 'authorization', barrier: true },
  AUTH: { ...plain, state: 'auth', phase: 'auth', stage: 'authorization', barrier: true }, // RFC 5034 §4
  APOP: { ...plain, phase: 'auth', stage: 'authorization', barrier: true },
  UTF8: { ...plain, stage: 'authorization' }, // RFC 6856 §2.1
  LANG: { ...plain, stage: 'both', form: 'listing' }, // RFC 6856 §3.1
  STAT: { ...plain, stage: 'transaction' },
  LIST: { ...plain, stage: 'transaction', form: 'listing' },
  UIDL: { ...plain, stage: 'transaction', form: 'listing' },
  RETR: { ...plain, stage: 'transaction', form: 'content' },
  TOP: { ...plain, stage: 'transaction', form: 'content' },
  DELE: { ...plain, stage: 'transaction' },
  NOOP: { ...plain, phase: 'noop', stage: 'transaction' },
  RSET: { ...plain, phase: 'rset', stage: 'transaction' },
  QUIT: { ...plain, state: 'quit', phase: 'quit', stage: 'both', barrier: true },
};

/** A command on the wire. */
export interface EncodedCommand {
  /** One line with its CRLF. */
  readonly bytes: Uint8Array;
  /** The same for a transcript, where it holds a secret. */
  readonly shown: string | undefined;
}

/** RFC 2449 §4: a command line is at most this long, CRLF included. */
export const maxCommandBytes = 255;

/** The same as text, while it is not on its way. */
export interface CommandLine {
  /** With its CRLF. */
  readonly text: string;
  /** How many octets it has. */
  readonly length: number;
  readonly shown: string | undefined;
}

/**
 * Puts a command into one line. Throws a {@link UsageError} `argument-refused` for an argument that would break the
 * protocol: CR, LF or NUL (they would begin a second command), or a line beyond `maxCommandBytes`.
 */
export function encodeCommand(command: Exclude<WireCommand, { readonly verb: 'AUTH' }>): EncodedCommand {
  const { text, shown } = commandLine(command);
  return { bytes: utf8(text), shown };
}

/** The line of a command, by the rules of {@link encodeCommand}. */
export function commandLine(command: Exclude<WireCommand, { readonly verb: 'AUTH' }>): CommandLine {
  switch (command.verb) {
    case 'USER':
      return line(`USER ${printable(command.name, 'the user name')}`, true);
    case 'PASS': {
      const password = printable(command.password, 'the password');
      return line(`PASS ${password}`, true, `PASS ${redacted(utf8(password).length)}`);
    }
    case 'APOP': {
      const { name, digest } = command;
      if (!/^[0-9a-f]{32}$/.test(digest))
        throw new UsageError('the digest is not 32 hexadecimal digits', 'RFC 1939 §7', 'argument-refused');
      const start = `APOP ${printable(name, 'the user name')}`;
      return line(`${start} ${digest}`, true, `${start} ${redacted(digest.length)}`);
    }
    case 'LANG':
      return line(command.language === undefined ? 'LANG' : `LANG ${languageRange(command.language)}`);
    case 'LIST':
    case 'UIDL':
      return line(
        command.message === undefined ? command.verb : `${command.verb} ${number(command.message, 1)}`,
      );
    case 'RETR':
    case 'DELE':
      return line(`${command.verb} ${number(command.message, 1)}`);
    case 'TOP':
      return line(`TOP ${number(command.message, 1)} ${number(command.lines, 0)}`);
    case 'CAPA':
    case 'STLS':
    case 'STAT':
    case 'NOOP':
    case 'RSET':
    case 'UTF8':
    case 'QUIT':
      return line(command.verb);
  }
}

/** The command as an event may show it: without the password. */
export function withoutSecret(command: WireCommand): WireCommand {
  if (command.verb === 'PASS') return { ...command, password: redacted(utf8(command.password).length) };
  return command.verb === 'APOP' ? { ...command, digest: redacted(command.digest.length) } : command;
}

/** RFC 1939 §3: whether a command's positive reply goes on over several lines. It depends on the command alone. */
export function replyForm(command: WireCommand): 'line' | 'listing' | 'content' {
  const { form } = verbs[command.verb];
  const one = command.verb === 'LANG' ? command.language : 'message' in command ? command.message : undefined;
  return form === 'listing' && one !== undefined ? 'line' : form;
}

function line(start: string, wordy = false, shown?: string): CommandLine {
  const text = `${start}\r\n`;
  // Only names and passwords can be other than ASCII; of the rest there are thousands, and nobody has to encode them to count.
  const length = wordy ? utf8(text).length : text.length;
  if (length > maxCommandBytes) {
    throw new UsageError(
      `the command line has ${length} octets, ${maxCommandBytes} are allowed`,
      'RFC 2449 §4',
      'argument-refused',
    );
  }
  return { text, length, shown: shown === undefined ? undefined : `${shown}\r\n` };
}

function printable(text: string, what: string): string {
  if (text === '') throw new UsageError(`${what} is empty`, 'RFC 1939 §3', 'argument-refused');
  // RFC 1939 §3: a line break in an argument would be a second command.
  if (/[\r\n\0]/.test(text)) {
    throw new UsageError(`${what} holds CR, LF or NUL`, 'RFC 1939 §3', 'argument-refused');
  }
  return text;
}

/** RFC 6856 §3.1, RFC 4647 §2.1: a language tag, or `*`. */
function languageRange(text: string): string {
  if (!/^(?:\*|[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)$/.test(text))
    throw new UsageError('that is no language tag', 'RFC 6856 §3.1', 'argument-refused');
  return text;
}

function number(value: number, least: number): string {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new UsageError(`${value} is no whole number from ${least} up`, 'RFC 1939 §5', 'argument-refused');
  }
  return String(value);
}
