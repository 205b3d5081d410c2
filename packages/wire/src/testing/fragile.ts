import type { Connection } from '../network.ts';

/** How many octets an end writes or reads before its connection dies, and how it dies. */
export interface Fragility {
  /** Default: as many as there are. */
  readonly writes?: number;
  /** Default: as many as there are. */
  readonly reads?: number;
  /** `closed` and `reset` are told to both ends; `silent` to none: nothing goes through any more, as behind a broken path. */
  readonly how: 'closed' | 'reset' | 'silent';
}

/**
 * A connection that dies when so many octets have gone in one direction; what comes before arrives. With every number of octets in
 * turn a dialogue is cut at every place there is.
 */
export function fragileConnection(
  inner: Connection,
  { writes = Infinity, reads = Infinity, how }: Fragility,
): Connection {
  let writesLeft = writes;
  let readsLeft = reads;
  const given = Promise.withResolvers<void>();
  const dead = (): boolean => writesLeft === 0 || readsLeft === 0;
  const die = async (): Promise<void> => {
    if (how === 'reset') inner.reset();
    if (how === 'closed') await inner.end();
  };
  return {
    endpoint: inner.endpoint,
    localEndpoint: inner.localEndpoint,
    get tls() {
      return inner.tls;
    },
    async read() {
      if (how === 'silent' && dead()) await given.promise;
      if (readsLeft === 0) return undefined;
      const bytes = await inner.read();
      // Meanwhile the other direction has died.
      if (how === 'silent' && dead()) {
        await given.promise;
        return undefined;
      }
      if (!bytes || bytes.length < readsLeft) {
        readsLeft -= bytes?.length ?? 0;
        return bytes;
      }
      const last = bytes.slice(0, readsLeft);
      readsLeft = 0;
      await die();
      return last.length === 0 ? undefined : last;
    },
    async write(bytes) {
      if (how === 'silent' && dead()) return;
      if (writesLeft === 0) return inner.write(new Uint8Array(0));
      const passing = bytes.slice(0, writesLeft);
      writesLeft -= passing.length;
      await inner.write(passing);
      if (writesLeft === 0) await die();
    },
    handshake: (request, options) => inner.handshake(request, options),
    acceptTls: (offer, options) => inner.acceptTls(offer, options),
    end: () => inner.end(),
    reset: () => {
      given.resolve();
      inner.reset();
    },
    async [Symbol.asyncDispose]() {
      given.resolve();
      await inner[Symbol.asyncDispose]();
    },
  };
}
