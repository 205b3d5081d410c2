/** The outside of the command: streams, environment and signals. Tests give their own. */
export interface Io {
  readonly stdout: Out;
  readonly stderr: Out;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborts when the user interrupts. */
  readonly interrupted: AbortSignal;
  /** Reads standard input to its end. */
  readonly readInput: () => Promise<Uint8Array>;
  /** Asks for a password without showing it; `undefined` where there is nobody to ask. */
  readonly askPassword: (prompt: string) => Promise<string | undefined>;
}

/** A stream to write to. */
export interface Out {
  write(text: string): void;
  /** Whether a person looks at it. */
  readonly isTTY: boolean;
  /** Width of the terminal, where there is one. */
  readonly columns: number | undefined;
}
