import { UsageError } from '@postern/wire';
import type { MessageAbortReason } from '../events.ts';

/** What reading the content of a message rejects with when the rest of it will not come. Nothing was accepted. */
export class MessageAborted extends Error {
  override readonly name: string = 'MessageAborted';
  /** Why. */
  readonly reason: MessageAbortReason;

  /** Made by `serveSmtp`. */
  constructor(reason: MessageAbortReason, options?: { readonly cause?: unknown }) {
    super(`the message was cut short: ${reason}`, options);
    this.reason = reason;
  }
}

/**
 * Content from the dialogue to a hook: one piece is under way, and the next is not read from the client before the hook asks for
 * it. So the memory in use does not depend on the size of the message.
 */
export class MessagePipe implements AsyncIterable<Uint8Array> {
  #piece: Uint8Array | undefined;
  #over: { readonly error: unknown } | 'end' | undefined;
  #abandoned = false;
  #iterated = false;
  #taken: (() => void) | undefined;
  #wake: (() => void) | undefined;

  /** Resolves when the hook is done with the piece and asks for another, or wants no more. */
  push(piece: Uint8Array): Promise<void> {
    if (this.#abandoned || this.#over) return Promise.resolve();
    this.#piece = piece;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#taken = resolve;
    this.#wake?.();
    return promise;
  }

  /** All of it has come. */
  end(): void {
    this.#over ??= 'end';
    this.#wake?.();
  }

  /** The rest will not come. */
  fail(error: unknown): void {
    this.#over ??= { error };
    this.#piece = undefined;
    this.#taken?.();
    this.#wake?.();
  }

  /** Nobody wants the rest. */
  abandon(): void {
    this.#abandoned = true;
    this.#piece = undefined;
    this.#taken?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    if (this.#iterated) throw new UsageError('the content of a message can be read once', 'content');
    this.#iterated = true;
    try {
      for (;;) {
        const piece = this.#piece;
        if (piece) {
          this.#piece = undefined;
          yield piece;
          this.#taken?.();
        } else if (this.#over) {
          if (this.#over === 'end') return;
          throw this.#over.error;
        } else {
          const { promise, resolve } = Promise.withResolvers<void>();
          this.#wake = resolve;
          await promise;
          this.#wake = undefined;
        }
      }
    } finally {
      this.abandon();
    }
  }
}
