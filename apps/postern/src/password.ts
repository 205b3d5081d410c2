import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

/** Where a password is asked for: the keyboard, and the screen the question stands on. */
export interface Keyboard {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly screen: { write(text: string): unknown };
  /** Ends the question; `signal.reason` is thrown untouched. */
  readonly signal: AbortSignal;
  /** Called at Ctrl-C. While a line is read the terminal sends it as a key and no signal comes. */
  readonly interrupt: () => void;
}

/**
 * Asks for a line without showing it. `undefined` where nobody sits there, or at the end of the input (Ctrl-D). Whatever
 * happens, the terminal shows again what is typed.
 */
export async function askPassword(prompt: string, keyboard: Keyboard): Promise<string | undefined> {
  const { input, screen, signal, interrupt } = keyboard;
  if (input.isTTY !== true) return undefined;
  signal.throwIfAborted();
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input, output: nowhere, terminal: true, historySize: 0 });
  screen.write(prompt);
  try {
    return await new Promise<string | undefined>((resolve, reject) => {
      reader.once('line', resolve);
      reader.once('close', () => resolve(undefined));
      reader.once('SIGINT', interrupt);
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  } finally {
    reader.close();
    screen.write('\n');
  }
}
