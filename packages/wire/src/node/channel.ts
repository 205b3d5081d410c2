import type { Duplex } from 'node:stream';

/** A byte stream of the platform, pulled: what a connection reads from and writes to, below or inside TLS. */
export interface Channel {
  readonly stream: Duplex;
  /** The next bytes, borrowed; `undefined` at the end; rejects with the platform's error. */
  read(): Promise<Uint8Array | undefined>;
  /** Bytes that came in and that nobody asked for, taken out of the queue. */
  takeQueued(): Uint8Array | undefined;
  /** Forgets the stream without closing it: another layer takes it over. */
  detach(): void;
}

const accepted: Promise<void> = Promise.resolve();

/**
 * Hands bytes to a stream; all writes of one turn leave as one. Corked until the next tick and not by a microtask: a
 * driver that pulls answers in microtasks, and what it answers to one chunk belongs into one segment.
 */
export function writeJoined(stream: Duplex, bytes: Uint8Array): Promise<void> {
  if (stream.destroyed || stream.writableEnded) return Promise.reject(stream.errored ?? new Error('closed'));
  if (stream.writableCorked === 0) {
    stream.cork();
    process.nextTick(() => {
      stream.uncork();
    });
  }
  if (stream.write(bytes)) return accepted;
  return new Promise((resolve, reject) => {
    const drained = (): void => {
      stream.off('close', closed);
      resolve();
    };
    const closed = (): void => {
      stream.off('drain', drained);
      reject(stream.errored ?? new Error('closed'));
    };
    stream.once('drain', drained);
    stream.once('close', closed);
  });
}

/** A channel over any stream, by `readable` events: accepted sockets and TLS. */
export class StreamChannel implements Channel {
  readonly stream: Duplex;
  #waiting: (() => void) | undefined;
  #detached = false;
  #failure: Error | undefined;
  readonly #wake = (): void => {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.();
  };

  constructor(stream: Duplex) {
    this.stream = stream;
    for (const event of ['readable', 'end', 'close']) stream.on(event, this.#wake);
    // Kept here, because Node emits an alert that comes after the handshake without setting `errored`. Without a
    // listener it would end the process.
    stream.on('error', (error) => {
      this.#failure ??= error;
      this.#wake();
    });
  }

  async read(): Promise<Uint8Array | undefined> {
    for (;;) {
      const bytes = this.stream.read() as Uint8Array | null;
      if (bytes) return bytes;
      const failure = this.#failure ?? this.stream.errored;
      if (failure) throw failure;
      if (this.stream.readableEnded || this.stream.destroyed || this.#detached) return undefined;
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
  }

  takeQueued(): Uint8Array | undefined {
    return (this.stream.read() as Uint8Array | null) ?? undefined;
  }

  detach(): void {
    this.#detached = true;
    for (const event of ['readable', 'end', 'close']) this.stream.off(event, this.#wake);
    // `readable` listeners leave the stream in a state in which nothing flows until told so.
    this.stream.removeAllListeners('readable');
    this.#wake();
  }
}
