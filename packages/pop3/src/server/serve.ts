import { converse, isWireError, UsageError } from '@postern/wire';
import type { Clock, Connection, Observer, TlsOffer } from '@postern/wire';
import { pop3Server } from './machine.ts';
import type { Pop3ServerEvent, Pop3ServerOptions } from './pop3-server.ts';

/** Options of {@link servePop3}. */
export interface ServePop3Options extends Omit<Pop3ServerOptions, 'tls'> {
  /** The time. */
  readonly clock: Clock;
  /** What is offered in a handshake. Without it STLS is neither listed nor known, whatever `startTls` says. */
  readonly tls?: TlsOffer;
  /** Whether TLS begins with the first octet, as on port 995 (RFC 8314 §3.1). Default `false`. */
  readonly implicitTls?: boolean;
  /** Sees all bytes; for transcripts. */
  readonly observe?: Observer;
  /** Sees every event of the machine. Must not throw. */
  readonly onEvent?: (event: Pop3ServerEvent) => void;
  /** Breaks the connection off. */
  readonly signal?: AbortSignal;
}

/**
 * Serves one client to the end. Takes ownership of the connection. Resolves when the dialogue is over, also when the client
 * broke it; rejects only with what `authenticate` or `onEvent` throw.
 *
 * @example
 * ```ts
 * import { servePop3 } from '@postern/pop3/server';
 * import { nodeNetwork, systemClock } from '@postern/wire/node';
 * const clock = systemClock();
 * const listener = await nodeNetwork().listen({ address: '127.0.0.1', port: 0 }, (connection) =>
 *   servePop3(connection, { clock, authenticate: ({ user }) => user === 'tim', plaintextLogin: true }),
 * );
 * console.log(listener.endpoint.port > 0); // true
 * await listener[Symbol.asyncDispose]();
 * ```
 */
export async function servePop3(connection: Connection, options: ServePop3Options): Promise<void> {
  const { clock, tls, implicitTls = false, observe, onEvent, signal, ...server } = options;
  if (implicitTls && !tls) throw new UsageError('implicit TLS needs an offer', 'options.tls');
  const abort = (): void => {
    connection.reset();
  };
  signal?.addEventListener('abort', abort, { once: true });
  try {
    if (signal?.aborted) return;
    if (implicitTls && tls) await connection.acceptTls(tls, signal ? { signal } : {});
    const machine = pop3Server({
      ...server,
      ...(tls ? {} : { startTls: 'absent' }),
      ...(connection.tls ? { tls: connection.tls } : {}),
    });
    const dialogue = converse(machine, connection, {
      clock,
      ...(tls ? { upgrade: (upgraded, upgradeOptions) => upgraded.acceptTls(tls, upgradeOptions) } : {}),
      ...(observe ? { observe } : {}),
    });
    for (let event = await dialogue.next(); event; event = await dialogue.next()) onEvent?.(event);
    await dialogue.drained();
  } catch (error) {
    if (signal?.aborted || isWireError(error)) return;
    throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
    await connection[Symbol.asyncDispose]();
  }
}
