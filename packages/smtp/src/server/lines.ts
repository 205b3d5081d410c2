import { concatBytes, sample } from '@postern/wire';

/** What came from the client. */
export type ClientLine =
  | { readonly type: 'line'; readonly bytes: Uint8Array }
  /** A line over the limit, swallowed up to its CRLF. */
  | { readonly type: 'too-long' }
  /** A bare LF. What follows up to the next CRLF belongs to the same line and is swallowed. */
  | { readonly type: 'bare-lf' };

const CR = 13;
const LF = 10;
const nothing = new Uint8Array(0);

/**
 * Cuts what a client sends into lines. CRLF ends a line and nothing else (RFC 5321 §2.3.8): a server that takes a bare LF
 * for a line end sees commands where another saw text. Memory is bounded by the limit, because of a line over it
 * nothing is kept.
 */
export class ClientLines {
  #held: Uint8Array = nothing;
  /** Set while the rest of a line is thrown away; what to report at its end. */
  #swallowing: { readonly report: ClientLine | undefined } | undefined;

  /** Octets not handed out yet. */
  get size(): number {
    return this.#held.length;
  }

  /** Takes a chunk and keeps a copy of it. */
  push(chunk: Uint8Array): void {
    this.#held = this.#held.length === 0 ? sample(chunk, chunk.length) : concatBytes([this.#held, chunk]);
  }

  /** Everything not handed out yet, handed out now. */
  takeAll(): Uint8Array {
    const all = this.#held;
    this.#held = nothing;
    return all;
  }

  /** Puts octets back that belong to lines again. */
  restore(bytes: Uint8Array): void {
    this.#held = bytes;
  }

  /** The next line without its CRLF, or `undefined` when more is needed. `limit` counts the CRLF. */
  next(limit: number): ClientLine | undefined {
    for (;;) {
      if (this.#swallowing) {
        const done = this.#swallow();
        if (!done) return undefined;
        if (done.report) return done.report;
        continue;
      }
      const end = this.#held.indexOf(LF);
      if (end < 0) {
        if (this.#held.length <= limit) return undefined;
        this.#swallowing = { report: { type: 'too-long' } };
        continue;
      }
      if (this.#held[end - 1] !== CR) {
        this.#held = this.#held.subarray(end + 1);
        this.#swallowing = { report: undefined };
        return { type: 'bare-lf' };
      }
      const bytes = this.#held.subarray(0, end - 1);
      this.#held = this.#held.subarray(end + 1);
      return end + 1 > limit ? { type: 'too-long' } : { type: 'line', bytes };
    }
  }

  /** Throws away up to the CRLF; tells what was swallowed once it has come. */
  #swallow(): { readonly report: ClientLine | undefined } | undefined {
    for (let from = 0; ;) {
      const end = this.#held.indexOf(LF, from);
      if (end < 0) break;
      if (end > 0 && this.#held[end - 1] === CR) {
        const done = this.#swallowing;
        this.#swallowing = undefined;
        this.#held = this.#held.subarray(end + 1);
        return done;
      }
      from = end + 1;
    }
    // A CR at the very end may be the first half of the CRLF.
    this.#held = this.#held.at(-1) === CR ? this.#held.slice(-1) : nothing;
    return undefined;
  }
}
