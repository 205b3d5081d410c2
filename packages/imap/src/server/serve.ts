import { serve } from '@postern/wire';
import type { Clock, Connection, Observer, OpenLayer, TlsOffer } from '@postern/wire';
import type { ImapServerEvent } from './events.ts';
import { imapServer } from './machine.ts';
import type { ImapServerOptions } from './options.ts';

/** Options of {@link serveImap}. */
export interface ServeImapOptions extends Omit<ImapServerOptions, 'tls'> {
  /** The time. */
  readonly clock: Clock;
  /**
   * Certificate and key for STARTTLS. Default: none, and STARTTLS is not offered; with it the default habit is
   * `{ type: 'offered' }`.
   */
  readonly tls?: TlsOffer;
  /** Compression for clients that ask for it: `deflateLayer()` of `@postern/wire/node`. Default: none, and COMPRESS is not offered. */
  readonly compression?: OpenLayer;
  /** Says BYE and closes; the promise then rejects with `signal.reason`. */
  readonly signal?: AbortSignal;
  /** Sees all bytes; for transcripts. Passwords are not masked on this side: do not log them. */
  readonly observe?: Observer;
  /** Sees every event: commands and logins. Must not throw. */
  readonly onEvent?: (event: ImapServerEvent) => void;
}

/**
 * Serves one client on an open connection until it leaves. Takes ownership of the connection. Inside implicit TLS run
 * `connection.acceptTls` before; the server then does not offer STARTTLS.
 *
 * Resolves when the dialogue ended in good order, autologout included. Rejects with a `WireError` when the TLS handshake
 * failed.
 *
 * @example
 * ```ts
 * import { serveImap } from '@postern/imap/server';
 * import { nodeNetwork, systemClock } from '@postern/wire/node';
 * await nodeNetwork().listen({ address: '127.0.0.1', port: 2143 }, (connection) =>
 *   serveImap(connection, {
 *     clock: systemClock(),
 *     auth: { authenticate: ({ user }) => user === 'tim', insideTlsOnly: false },
 *   }),
 * );
 * ```
 */
export async function serveImap(connection: Connection, options: ServeImapOptions): Promise<void> {
  const { clock, tls, compression, signal, observe, onEvent, store, ...rest } = options;
  let changed: (() => void) | undefined;
  let unwatch: (() => void) | undefined;
  const machine = imapServer({
    ...(tls && { startTls: { type: 'offered' } }),
    ...(compression && { compress: 'offered' }),
    ...rest,
    ...(connection.tls && { tls: connection.tls }),
    ...(store && {
      store: (user) => {
        const opened = store(user);
        unwatch = opened.watch(() => changed?.());
        return opened;
      },
    }),
  });
  try {
    await serve(machine, connection, {
      clock,
      tls,
      compression,
      signal,
      farewell: { verb: 'CLOSE' },
      observe,
      onEvent,
      attach: (dialogue) => {
        let told = true;
        changed = () => {
          if (!told) return;
          told = false;
          // Not in the middle of the other session's command, and not faster than the client reads.
          void dialogue.drained().then(() => {
            told = true;
            if (!dialogue.ended) dialogue.send({ verb: 'CHANGED' });
          });
        };
      },
    });
  } finally {
    unwatch?.();
    // However it ended: what has come of a message is forgotten.
    machine.receiveEnd(clock.now());
  }
}
