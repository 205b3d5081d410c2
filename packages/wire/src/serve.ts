import { converse } from './converse.ts';
import type { Dialogue, Observer } from './converse.ts';
import type { OpenLayer } from './layer.ts';
import type { Machine } from './machine.ts';
import type { Connection } from './network.ts';
import type { Clock } from './time.ts';
import type { TlsOffer } from './tls.ts';

/** Options of {@link serve}. */
export interface ServeOptions<C, E> {
  readonly clock: Clock;
  /** Certificate and key for when the machine begins TLS. */
  readonly tls?: TlsOffer | undefined;
  /** The layer for when the machine begins compression. Default: none, and the machine must not. */
  readonly compression?: OpenLayer | undefined;
  /** Ends the service: `farewell` is sent, and the promise rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined;
  /** The command that says why the server closes. */
  readonly farewell: C;
  /** Sees all bytes. What clients say is not masked on this side: do not log it. */
  readonly observe?: Observer | undefined;
  /** Gets the dialogue before its first event, to send commands when something outside happens. */
  readonly attach?: ((dialogue: Pick<Dialogue<C, E>, 'drained' | 'ended' | 'send'>) => void) | undefined;
  /** Sees every event. What it throws ends the service. */
  readonly onEvent?: ((event: E) => void) | undefined;
}

/**
 * Runs a server's machine on a connection until the client leaves; owns the connection. Nothing is read while the client does
 * not take what was said, so one that only sends cannot fill the memory; the machine's deadlines and `signal` end the wait
 * for it, and closing takes a second at most. Resolves when the dialogue ended in good order. Rejects with a `WireError`
 * when it broke, and with what `observe` or `onEvent` threw.
 */
export async function serve<C, E>(
  machine: Machine<C, E>,
  connection: Connection,
  options: ServeOptions<C, E>,
): Promise<void> {
  const { clock, tls, compression, signal, farewell, observe, attach, onEvent } = options;
  const dialogue = converse(machine, connection, {
    clock,
    reads: 'when-drained',
    ...(tls && { upgrade: (upgraded, upgradeOptions) => upgraded.acceptTls(tls, upgradeOptions) }),
    ...(compression && { compression }),
    ...(observe && { observe }),
  });
  attach?.(dialogue);
  try {
    for (;;) {
      const event = await dialogue.next(signal ? { signal } : {});
      if (event === undefined) return;
      onEvent?.(event);
    }
  } catch (error) {
    if (signal?.aborted && !dialogue.ended) dialogue.send(farewell);
    throw error;
  } finally {
    await dialogue[Symbol.asyncDispose]();
  }
}
