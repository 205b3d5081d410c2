import { isWireError } from '@postern/wire';
import type { Endpoint, Network } from '@postern/wire';
import { dnsError } from '../failure.ts';

/** Who waits for a message on the stream. */
interface Waiter {
  readonly accept: (message: Uint8Array) => boolean;
  readonly resolve: (message: Uint8Array) => void;
  readonly reject: (reason: unknown) => void;
}

/** Queries to one server over TCP. */
export interface StreamChannel {
  /**
   * Sends a query and waits for the message that `accept` takes for its answer. Queries that are under way at the same
   * time share a connection, and their answers may come in any order (RFC 7766 §6.2.1, §7). It closes when none is left.
   */
  exchange(
    query: Uint8Array,
    options: { readonly accept: (message: Uint8Array) => boolean; readonly signal: AbortSignal },
  ): Promise<Uint8Array>;
}

/** Makes the TCP side of a server. Nothing is opened before the first query. */
export function streamChannel(network: Network, server: Endpoint): StreamChannel {
  let session: Session | undefined;
  return {
    exchange(query, { accept, signal }) {
      if (session === undefined || session.over) session = openSession(network, server);
      return session.exchange(query, accept, signal);
    },
  };
}

interface Session {
  readonly over: boolean;
  exchange(query: Uint8Array, accept: Waiter['accept'], signal: AbortSignal): Promise<Uint8Array>;
}

function openSession(network: Network, server: Endpoint): Session {
  const waiters = new Set<Waiter>();
  const stop = new AbortController();
  let over = false;
  const connected = network.connect(server, { signal: stop.signal });
  // The reader reports what happens; this only keeps a failed connect from counting as unhandled.
  connected.catch(() => undefined);

  /** Ends the session: the connection closes, and who still waits is told why. */
  function finish(reason: unknown): void {
    if (over) return;
    over = true;
    stop.abort(reason);
    for (const waiter of waiters) waiter.reject(reason);
    waiters.clear();
    void connected.then(async (connection) => connection[Symbol.asyncDispose]()).catch(() => undefined);
  }

  function leave(waiter: Waiter): void {
    waiters.delete(waiter);
    // Nobody waits: close, rather than hold a server's resources on speculation (RFC 7766 §6.2.3 asks for short idling).
    if (waiters.size === 0) finish(undefined);
  }

  function deliver(message: Uint8Array): void {
    for (const waiter of waiters) {
      if (!waiter.accept(message)) continue;
      waiter.resolve(message);
      leave(waiter);
      return;
    }
    // An answer to nobody, as after an abort, is skipped.
  }

  async function readAll(): Promise<void> {
    const connection = await connected;
    const reader = messageReader();
    while (!over) {
      const bytes = await connection.read({ signal: stop.signal });
      if (bytes === undefined) {
        const code = reader.partial ? 'truncated' : 'closed';
        throw dnsError(reader.partial ? 'dns-malformed' : 'dns-unreachable', {
          endpoint: server,
          evidence: { code },
        });
      }
      for (const message of reader.push(bytes)) deliver(message);
    }
  }

  readAll().catch((error: unknown) => {
    finish(isWireError(error) && error.fault.kind !== 'dns' ? unreachable(server, error) : error);
  });

  return {
    get over() {
      return over;
    },
    exchange(query, accept, signal) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(signal.reason);
          return;
        }
        const abort = (): void => {
          reject(signal.reason);
          leave(waiter);
        };
        const settled = (): void => {
          signal.removeEventListener('abort', abort);
        };
        const waiter: Waiter = {
          accept,
          resolve(message) {
            settled();
            resolve(message);
          },
          reject(reason) {
            settled();
            reject(reason);
          },
        };
        signal.addEventListener('abort', abort, { once: true });
        waiters.add(waiter);
        // The length prefix and the message go in one write, for some servers read only the first segment (RFC 7766 §8).
        connected
          .then((connection) => (over ? undefined : connection.write(framed(query))))
          .catch((error: unknown) => {
            finish(isWireError(error) ? unreachable(server, error) : error);
          });
      });
    },
  };
}

/** A message with its length before it, as it goes over TCP (RFC 1035 §4.2.2). */
export function framed(message: Uint8Array): Uint8Array {
  const frame = new Uint8Array(2 + message.length);
  new DataView(frame.buffer).setUint16(0, message.length);
  frame.set(message, 2);
  return frame;
}

/** Cuts a stream into messages. Holds at most one message, 64 KiB by its length prefix. */
export interface MessageReader {
  /** Takes borrowed bytes; returns the messages that are whole now, as copies. */
  push(bytes: Uint8Array): readonly Uint8Array[];
  /** Whether a message has begun and not ended. */
  readonly partial: boolean;
}

/** Makes a {@link MessageReader}. */
export function messageReader(): MessageReader {
  let prefix: number[] = [];
  let message: Uint8Array | undefined;
  let filled = 0;
  return {
    push(bytes) {
      const whole: Uint8Array[] = [];
      let at = 0;
      while (at < bytes.length) {
        if (message === undefined) {
          prefix.push(bytes[at] ?? 0);
          at += 1;
          const [high, low] = prefix;
          if (high === undefined || low === undefined) continue;
          message = new Uint8Array(high * 256 + low);
          prefix = [];
          filled = 0;
        }
        const part = bytes.subarray(at, at + message.length - filled);
        message.set(part, filled);
        filled += part.length;
        at += part.length;
        if (filled === message.length) {
          whole.push(message);
          message = undefined;
        }
      }
      return whole;
    },
    get partial() {
      return message !== undefined || prefix.length > 0;
    },
  };
}

function unreachable(server: Endpoint, cause: unknown): Error {
  const code = isWireError(cause) ? cause.code : 'closed';
  return dnsError('dns-unreachable', { endpoint: server, evidence: { code }, cause });
}
