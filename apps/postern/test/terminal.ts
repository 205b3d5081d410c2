import type { Io } from '../src/io.ts';

/** A terminal, or a pipe, that keeps what is written to it. */
export interface TestTerminal extends Io {
  readonly out: () => string;
  readonly err: () => string;
  readonly interrupt: () => void;
}

/** Options of {@link testTerminal}. */
export interface TerminalOptions {
  /** Whether somebody looks. Default `false`. */
  readonly tty?: boolean;
  readonly columns?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** What is typed when asked for a password. Default: nobody is there to type. */
  readonly password?: string;
  /** What stands on standard input. Default: nothing. */
  readonly input?: string;
}

export function testTerminal({
  tty = false,
  columns,
  env = {},
  password,
  input = '',
}: TerminalOptions = {}): TestTerminal {
  let out = '';
  let err = '';
  const interrupted = new AbortController();
  return {
    stdout: {
      write: (text) => {
        out += text;
      },
      isTTY: tty,
      columns,
    },
    stderr: {
      write: (text) => {
        err += text;
      },
      isTTY: tty,
      columns,
    },
    env,
    interrupted: interrupted.signal,
    readInput: () => Promise.resolve(new TextEncoder().encode(input)),
    askPassword: () => Promise.resolve(password),
    out: () => out,
    err: () => err,
    interrupt: () => {
      interrupted.abort(new Error('interrupted'));
    },
  };
}
