import { DeadlineExceeded, isWireError } from '@postern/wire';
import type { Clock, Connection, Endpoint, Milliseconds, Network } from '@postern/wire';
import { dnsError } from '../failure.ts';
import { framed, messageReader } from './framing.ts';
import type { DnsServer } from './servers.ts';

/** How long a TLS connection waits for another question. Ours: long enough to spare the next look-up the handshake. */
const IDLE: Milliseconds = 1000;

/** A question as it goes on a stream. */
interface StreamQuery {
  /** The ID to use if no question on the connection has it. */
  readonly id: number;
  /** The message with an ID. */
  readonly encode: (id: number) => Uint8Array;
  /** Whether a message is the answer to the one with that ID. */
  readonly accept: (message: Uint8Array, id: number) => boolean;
}

/** Queries to one server over TCP, or over TLS where it has that. */
export interface StreamChannel {
  /**
   * Sends a query and waits for the message that `accept` takes for its answer. Queries that are under way at the same
   * time share a connection, none has another's ID, and their answers may come in any order (RFC 7766 §6.2.1, §7). TCP
   * closes when none is left, TLS a second later. A connection that has gone silent is asked nothing more: its end may be gone
   * without a word, and a new one may reach another.
   */
  exchange(query: StreamQuery, signal: AbortSignal): Promise<Uint8Array>;
}

/** Makes the stream side of a server. Nothing is opened before the first query. */
export function streamChannel(network: Network, clock: Clock, server: DnsServer): StreamChannel {
  let session: Session | undefined;
  const open = (): Session => (session = openSession(network, clock, server));
  const current = (): Session | undefined =>
    session?.over === false && !session.silent ? session : undefined;
  return {
    async exchange(query, signal) {
      const kept = current();
      try {
        return await (kept ?? open()).exchange(query, signal);
      } catch (error) {
        // RFC 7766 §6.2.4: a server may close a kept connection at any time, also as we ask; that is no failure yet.
        if (kept?.over !== true || signal.aborted || !isWireError(error) || error.code !== 'dns-unreachable')
          throw error;
        return (current() ?? open()).exchange(query, signal);
      }
    },
  };
}

/** Who waits for a message on the stream. */
interface Waiter {
  readonly accept: (message: Uint8Array) => boolean;
  readonly id: number;
  readonly resolve: (message: Uint8Array) => void;
  readonly reject: (reason: unknown) => void;
}

interface Session {
  readonly over: boolean;
  /** A question ran out of time while nothing at all came: further ones are asked elsewhere. */
  readonly silent: boolean;
  exchange(query: StreamQuery, signal: AbortSignal): Promise<Uint8Array>;
}

function openSession(network: Network, clock: Clock, server: DnsServer): Session {
  const waiters = new Set<Waiter>();
  /** IDs in flight, those included whose asker has left: their answers may still come. */
  const ids = new Set<number>();
  const stop = new AbortController();
  const endpoint: Endpoint = { address: server.address, port: server.port };
  let over = false;
  let silent = false;
  /** How often something came. */
  let heard = 0;
  let rest: (() => void) | undefined;
  const connected = connect(network, server, endpoint, stop.signal);
  // The reader reports what happens; this only keeps a failed connect from counting as unhandled.
  connected.catch(() => undefined);

  /** Ends the session: the connection closes, and who still waits is told why. */
  function finish(reason: unknown): void {
    if (over) return;
    over = true;
    rest?.();
    stop.abort(reason);
    for (const waiter of waiters) waiter.reject(reason);
    waiters.clear();
    void connected.then(async (connection) => connection[Symbol.asyncDispose]()).catch(() => undefined);
  }

  function leave(waiter: Waiter): void {
    waiters.delete(waiter);
    if (waiters.size > 0 || over) return;
    // Nobody waits. To hold a server's resources on speculation pays only where a handshake is saved (RFC 7766 §6.2.3).
    if (server.tls === undefined || silent) finish(undefined);
    else
      rest = clock.alarm(clock.now() + IDLE, () => {
        finish(undefined);
      });
  }

  function deliver(message: Uint8Array): void {
    for (const waiter of waiters) {
      if (!waiter.accept(message)) continue;
      ids.delete(waiter.id);
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
          endpoint,
          evidence: { code },
        });
      }
      heard += 1;
      for (const message of reader.push(bytes)) deliver(message);
    }
  }

  readAll().catch((error: unknown) => {
    finish(isWireError(error) && error.fault.kind !== 'dns' ? unreachable(endpoint, error) : error);
  });

  return {
    get over() {
      return over;
    },
    get silent() {
      return silent;
    },
    exchange(query, signal) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(signal.reason);
          return;
        }
        rest?.();
        rest = undefined;
        const id = freeId(query.id, ids);
        ids.add(id);
        const before = heard;
        const abort = (): void => {
          reject(signal.reason);
          // Who merely changed his mind says nothing about the connection.
          if (heard === before && signal.reason instanceof DeadlineExceeded) silent = true;
          leave(waiter);
        };
        const settled = (): void => {
          signal.removeEventListener('abort', abort);
        };
        const waiter: Waiter = {
          id,
          accept: (message) => query.accept(message, id),
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
          .then((connection) => (over ? undefined : connection.write(framed(query.encode(id)))))
          .catch((error: unknown) => {
            finish(isWireError(error) ? unreachable(endpoint, error) : error);
          });
      });
    },
  };
}

/** RFC 7766 §6.2.1: no ID that is in flight. Its secrecy protects datagrams (RFC 5452 §9.2); on a stream the next one will do. */
function freeId(wanted: number, taken: ReadonlySet<number>): number {
  let id = wanted;
  while (taken.has(id) && taken.size < 0x1_0000) id = (id + 1) & 0xffff;
  return id;
}

async function connect(
  network: Network,
  { tls, trusted = false }: DnsServer,
  endpoint: Endpoint,
  signal: AbortSignal,
): Promise<Connection> {
  const connection = await network.connect(endpoint, { signal });
  if (tls === undefined) return connection;
  try {
    const { verification } = await connection.handshake(tls, { signal });
    // RFC 8310 §5: who relies on what a server says must know who it is.
    if (trusted && verification?.status !== 'verified') {
      throw dnsError('dns-unreachable', {
        endpoint,
        evidence: { code: 'not-verified', rule: 'RFC 8310 §5' },
      });
    }
  } catch (error) {
    connection.reset();
    throw error;
  }
  return connection;
}

function unreachable(server: Endpoint, cause: unknown): Error {
  const code = isWireError(cause) ? cause.code : 'closed';
  return dnsError('dns-unreachable', { endpoint: server, evidence: { code }, cause });
}
