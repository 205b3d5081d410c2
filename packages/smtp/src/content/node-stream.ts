/** A readable stream of Node, by its shape: no platform type is needed. */
export interface NodeReadable {
  on(event: string, listener: (value: unknown) => void): unknown;
  off(event: string, listener: (value: unknown) => void): unknown;
  pause(): unknown;
  resume(): unknown;
  destroy(): unknown;
  readonly readableFlowing: boolean | null;
  readonly readableEnded?: boolean;
  readonly destroyed?: boolean;
  readonly errored?: unknown;
}

/** Whether a value is a readable stream of Node. */
export function isNodeReadable(value: object): value is NodeReadable {
  if (!('readableFlowing' in value)) return false;
  return ['on', 'off', 'pause', 'resume', 'destroy'].every(
    (name) => typeof (value as Record<string, unknown>)[name] === 'function',
  );
}

/**
 * Reads a Node stream by its `data` events, paused while nobody asks. Its own iterator copies what lies in its buffer into
 * one array for each turn: for a large message that is the whole message once more.
 */
export class PulledStream {
  readonly #stream: NodeReadable;
  readonly #queue: unknown[] = [];
  #begun = false;
  #over: { readonly error?: unknown } | undefined;
  #waiting: PromiseWithResolvers<{ readonly done: boolean; readonly value?: unknown }> | undefined;

  constructor(stream: NodeReadable) {
    this.#stream = stream;
  }

  next(): Promise<{ readonly done: boolean; readonly value?: unknown }> {
    if (!this.#begun) this.#begin();
    if (this.#queue.length > 0) return Promise.resolve({ done: false, value: this.#queue.shift() });
    if (this.#over) {
      return 'error' in this.#over ? Promise.reject(this.#over.error) : Promise.resolve({ done: true });
    }
    this.#waiting = Promise.withResolvers();
    this.#stream.resume();
    return this.#waiting.promise;
  }

  async return(): Promise<void> {
    if (!this.#begun) this.#begin();
    this.#over ??= {};
    this.#leave();
    this.#stream.destroy();
    this.#settle();
  }

  #begin(): void {
    this.#begun = true;
    const stream = this.#stream;
    stream.on('error', this.#failed);
    if (stream.errored !== undefined && stream.errored !== null) this.#over = { error: stream.errored };
    else if (stream.readableEnded === true) this.#over = {};
    else if (stream.destroyed === true) this.#over = { error: closedEarly() };
    if (this.#over) return;
    stream.on('data', this.#arrived);
    stream.on('end', this.#ended);
    stream.on('close', this.#closed);
  }

  readonly #arrived = (value: unknown): void => {
    this.#stream.pause();
    this.#queue.push(value);
    this.#settle();
  };

  readonly #ended = (): void => {
    this.#finish({});
  };

  readonly #failed = (error: unknown): void => {
    this.#finish({ error });
  };

  readonly #closed = (): void => {
    this.#finish({ error: closedEarly() });
  };

  #finish(over: { readonly error?: unknown }): void {
    this.#over ??= over;
    this.#leave();
    this.#settle();
  }

  /** The listener for errors stays: one that comes later would end the process. */
  #leave(): void {
    this.#stream.off('data', this.#arrived);
    this.#stream.off('end', this.#ended);
    this.#stream.off('close', this.#closed);
  }

  /** Answers who waits, as `next` would now. */
  #settle(): void {
    const waiting = this.#waiting;
    if (!waiting) return;
    this.#waiting = undefined;
    if (this.#queue.length > 0) waiting.resolve({ done: false, value: this.#queue.shift() });
    else if (this.#over && 'error' in this.#over) waiting.reject(this.#over.error);
    else waiting.resolve({ done: true });
  }
}

function closedEarly(): Error {
  return new Error('the stream was closed before its end');
}
