import type { Duplex } from 'node:stream';
import { unlessAborted } from '../abort.ts';
import { concatBytes } from '../bytes.ts';

/** A byte stream of the platform, pulled: what a connection reads from and writes to, below or inside TLS. */
export interface Channel {
  readonly stream: Duplex;
  /**
   * Bytes that are here, borrowed until the next call; `end` when no more will come; `undefined` when there is nothing yet.
   * Throws the platform's error. Taking is the only thing that takes anything away, so a wait that was given up loses nothing.
   */
  take(): Uint8Array | 'end' | undefined;
  /** Begins to read, and resolves when there is something to take. May wake too often. */
  readable(): Promise<void>;
  /** Forgets the stream without closing it: another layer takes it over. */
  detach(): void;
}

/** The next bytes of a channel, or `undefined` at the end. */
export async function pull(channel: Channel, signal?: AbortSignal): Promise<Uint8Array | undefined> {
  signal?.throwIfAborted();
  for (;;) {
    const taken = channel.take();
    if (taken !== undefined) return taken === 'end' ? undefined : taken;
    await unlessAborted(channel.readable(), signal);
  }
}

/** Everything that came in and that nobody took; what broke the stream since shows in what is done next. */
export function takeQueued(channel: Channel): Uint8Array | undefined {
  const parts: Uint8Array[] = [];
  try {
    for (let taken = channel.take(); taken && taken !== 'end'; taken = channel.take())
      parts.push(taken.slice());
  } catch {
    // A handshake on a broken stream fails with its own words.
  }
  return parts.length > 0 ? concatBytes(parts) : undefined;
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
  const waiting = draining.get(stream) ?? drained(stream);
  draining.set(stream, waiting);
  return waiting;
}

/** One wait for each stream that is full, however many writes wait: Node warns about an eleventh listener. */
const draining = new WeakMap<Duplex, Promise<void>>();

function drained(stream: Duplex): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      draining.delete(stream);
      stream.off('drain', ready);
      stream.off('close', closed);
    };
    const ready = (): void => {
      settle();
      resolve();
    };
    const closed = (): void => {
      settle();
      reject(stream.errored ?? new Error('closed'));
    };
    stream.on('drain', ready);
    stream.on('close', closed);
  });
}

/** A channel over any stream, by `readable` events: accepted sockets and TLS. */
export class StreamChannel implements Channel {
  readonly stream: Duplex;
  #waiting: PromiseWithResolvers<void> | undefined;
  #detached = false;
  #failure: Error | undefined;
  readonly #wake = (): void => {
    this.#waiting?.resolve();
    this.#waiting = undefined;
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

  take(): Uint8Array | 'end' | undefined {
    if (this.#detached) return 'end';
    const bytes = this.stream.read() as Uint8Array | null;
    if (bytes) return bytes;
    const failure = this.#failure ?? this.stream.errored;
    if (failure) throw failure;
    return this.stream.readableEnded || this.stream.destroyed ? 'end' : undefined;
  }

  readable(): Promise<void> {
    this.#waiting ??= Promise.withResolvers<void>();
    return this.#waiting.promise;
  }

  detach(): void {
    this.#detached = true;
    for (const event of ['readable', 'end', 'close']) this.stream.off(event, this.#wake);
    // `readable` listeners leave the stream in a state in which nothing flows until told so.
    this.stream.removeAllListeners('readable');
    this.#wake();
  }
}
