import { concatBytes, UsageError, utf8 } from '@postern/wire';
import { isNodeReadable, PulledStream } from './node-stream.ts';
import { prepare } from './transparency.ts';
import type { LineState } from './transparency.ts';

/** A Web stream, by its shape: no platform type is needed. */
export interface WebReadable {
  /** Takes the stream over. */
  getReader(): {
    /** The next chunk. */
    read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | string | undefined }>;
    /** Gives the rest up. */
    cancel(reason?: unknown): Promise<void>;
  };
}

/**
 * The content of a message: header section, empty line and body, as MIME text. Texts go out as UTF-8. Node's streams are
 * async iterables. Chunks may be cut anywhere, are read one at a time, as fast as the server takes them, and are handed over
 * for good: do not reuse their memory.
 *
 * What can be read only once is sent once: recipients for whom it would have to be read again are `retry-later`. A function
 * that returns fresh content has no such limit.
 */
export type Content = ContentOnce | (() => ContentOnce);

/** Content as a value. */
export type ContentOnce =
  string | Uint8Array | AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string> | WebReadable;

/** Content that is read chunk by chunk. */
export interface ChunkReader {
  /** The next octets, never empty; `undefined` at the end. Rejects with the source's own error. */
  next(): Promise<Uint8Array | undefined>;
  /** Lets go of a source that is not read to its end. */
  close(): void;
}

/** Content, opened. */
export type OpenContent =
  | { readonly type: 'whole'; readonly bytes: Uint8Array }
  | { readonly type: 'stream'; readonly reader: ChunkReader };

/** Opens content. Throws a {@link UsageError} for a value that is none. */
export function openContent(content: ContentOnce): OpenContent {
  if (typeof content === 'string') return { type: 'whole', bytes: utf8(content) };
  if (content instanceof Uint8Array) return { type: 'whole', bytes: content };
  const source = pull(content);
  if (!source) {
    throw new UsageError(
      'content must be text, bytes, an iterable or a stream',
      'Content',
      'argument-refused',
    );
  }
  return { type: 'stream', reader: new StreamReader(source) };
}

interface Pulled {
  next(): Promise<{ readonly done?: boolean | undefined; readonly value?: unknown }>;
  return(): Promise<unknown>;
}

/** Lets go of content that nobody has begun to read. What a function would have made is not made. */
export function discardContent(content: Content): void {
  if (typeof content === 'function' || typeof content === 'string' || content instanceof Uint8Array) return;
  pull(content)
    ?.return()
    .catch(() => undefined);
}

function pull(content: Exclude<ContentOnce, string | Uint8Array>): Pulled | undefined {
  const given: unknown = content;
  if (typeof given !== 'object' || given === null) return undefined;
  if (isNodeReadable(content)) return new PulledStream(content);
  if (Symbol.asyncIterator in content) {
    const iterator = content[Symbol.asyncIterator]();
    return {
      next: () => iterator.next(),
      return: async () => iterator.return?.(),
    };
  }
  if (Symbol.iterator in content) {
    const iterator = content[Symbol.iterator]();
    return { next: async () => iterator.next(), return: async () => iterator.return?.() };
  }
  if (!('getReader' in content)) return undefined;
  const reader = content.getReader();
  return { next: () => reader.read(), return: () => reader.cancel() };
}

class StreamReader implements ChunkReader {
  readonly #source: Pulled;
  /** The first half of a surrogate pair that a text chunk's end cut. */
  #half = '';
  #done = false;

  constructor(source: Pulled) {
    this.#source = source;
  }

  async next(): Promise<Uint8Array | undefined> {
    for (;;) {
      if (this.#done) return undefined;
      const read = await this.#read();
      if (!read) return undefined;
      const { done, value } = read;
      if (done === true) {
        this.#done = true;
        return this.#half === '' ? undefined : utf8(this.#half);
      }
      const bytes = typeof value === 'string' ? this.#text(value) : value;
      if (!(bytes instanceof Uint8Array)) {
        this.close();
        throw new UsageError('a chunk must be text or bytes', 'Content', 'argument-refused');
      }
      if (bytes.length > 0) return bytes;
    }
  }

  /** What the source gives; `undefined` where it was let go of meanwhile, whatever it then says. */
  async #read(): Promise<Awaited<ReturnType<Pulled['next']>> | undefined> {
    try {
      const read = await this.#source.next();
      return this.#done ? undefined : read;
    } catch (error) {
      if (this.#done) return undefined;
      this.#done = true;
      throw error;
    }
  }

  close(): void {
    if (this.#done) return;
    this.#done = true;
    // Whoever made the source hears of its own errors; nothing is lost but the rest.
    this.#source.return().catch(() => undefined);
  }

  #text(chunk: string): Uint8Array {
    const text = this.#half + chunk;
    const cut = /[\uD800-\uDBFF]$/.test(text) ? text.length - 1 : text.length;
    this.#half = text.slice(cut);
    return utf8(text.slice(0, cut));
  }
}

/** A reader of bytes that are there already, in pieces that leave room for backpressure. */
export function readPieces(bytes: Uint8Array, pieceBytes = 65_536): ChunkReader {
  let at = 0;
  return {
    async next() {
      if (at >= bytes.length) return undefined;
      const piece = bytes.subarray(at, at + pieceBytes);
      at += piece.length;
      return piece;
    },
    close() {
      at = bytes.length;
    },
  };
}

/** Reads the first chunk ahead, so that a source which cannot be read is found out before anything is sent. */
export async function primed(reader: ChunkReader): Promise<ChunkReader> {
  let first: { readonly chunk: Uint8Array | undefined } | undefined = { chunk: await reader.next() };
  return {
    async next() {
      if (!first) return reader.next();
      const { chunk } = first;
      first = undefined;
      return chunk;
    },
    close() {
      reader.close();
    },
  };
}

/** Completes bare line ends: text in BDAT has CRLF too (RFC 3030 §2). */
export function mendLines(reader: ChunkReader): ChunkReader {
  let state: LineState = 'start';
  return {
    async next() {
      const chunk = await reader.next();
      if (!chunk) {
        const missing = state === 'after-cr';
        state = 'start';
        return missing ? Uint8Array.of(10) : undefined;
      }
      const prepared = prepare(chunk, state, false);
      ({ state } = prepared);
      return prepared.bytes;
    },
    close() {
      reader.close();
    },
  };
}

/** Gathers small chunks: each BDAT costs a line and a reply. */
export function gather(reader: ChunkReader, leastBytes = 32_768): ChunkReader {
  return {
    async next() {
      let chunk = await reader.next();
      if (!chunk || chunk.length >= leastBytes) return chunk;
      const parts: Uint8Array[] = [];
      for (let size = 0; chunk; chunk = await reader.next()) {
        parts.push(chunk);
        size += chunk.length;
        if (size >= leastBytes) break;
      }
      return concatBytes(parts);
    },
    close() {
      reader.close();
    },
  };
}
