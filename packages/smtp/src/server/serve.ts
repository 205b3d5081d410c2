import { serve } from '@postern/wire';
import type { Clock, Connection, Observer, TlsOffer } from '@postern/wire';
import type { SmtpServerEvent } from './events.ts';
import { smtpServer } from './machine.ts';
import type { SmtpServerOptions } from './options.ts';

/** Options of {@link serveSmtp}. */
export interface ServeSmtpOptions extends Omit<SmtpServerOptions, 'tls'> {
  /** The time. */
  readonly clock: Clock;
  /**
   * Certificate and key for STARTTLS. Default: none, and STARTTLS is not offered; with it the default habit is
   * `{ type: 'offered' }`.
   */
  readonly tls?: TlsOffer;
  /** Says 421 and closes; the promise then rejects with `signal.reason`. */
  readonly signal?: AbortSignal;
  /** Sees all bytes; for transcripts. Responses within AUTH are not masked on this side: do not log them. */
  readonly observe?: Observer;
  /** Sees every event: commands, logins, messages. Must not throw. */
  readonly onEvent?: (event: SmtpServerEvent) => void;
}

/**
 * Serves one client on an open connection until it leaves. Takes ownership of the connection. Inside implicit TLS run
 * `connection.acceptTls` before; the server then does not offer STARTTLS.
 *
 * Resolves when the dialogue ended in good order, time-outs answered with 421 included. Rejects with a `WireError` when the
 * TLS handshake failed.
 *
 * @example
 * ```ts
 * import { serveSmtp } from '@postern/smtp/server';
 * import { nodeNetwork, systemClock } from '@postern/wire/node';
 * await nodeNetwork().listen({ address: '127.0.0.1', port: 2525 }, (connection) =>
 *   serveSmtp(connection, {
 *     domain: 'lab.example',
 *     clock: systemClock(),
 *     onEvent: (event) => {
 *       if (event.type === 'message') console.log(event.message.recipients); // [ 'ada@lab.example' ]
 *     },
 *   }),
 * );
 * ```
 */
export async function serveSmtp(connection: Connection, options: ServeSmtpOptions): Promise<void> {
  const { clock, tls, signal, observe, onEvent, ...rest } = options;
  const machine = smtpServer({
    ...(tls && { startTls: { type: 'offered' } }),
    ...rest,
    ...(connection.tls && { tls: connection.tls }),
  });
  await serve(machine, connection, { clock, tls, signal, farewell: { verb: 'CLOSE' }, observe, onEvent });
}
