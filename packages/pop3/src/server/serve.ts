import { serve } from '@postern/wire';
import type { Clock, Connection, Dialogue, Observer, TlsOffer } from '@postern/wire';
import type { Pop3ServerCommand, Pop3ServerEvent } from './events.ts';
import { pop3Server } from './machine.ts';
import type { Pop3ServerOptions } from './options.ts';
import { createTopping } from './streaming.ts';

/** Options of {@link servePop3}. */
export interface ServePop3Options extends Omit<Pop3ServerOptions, 'tls'> {
  /** The time. */
  readonly clock: Clock;
  /**
   * Certificate and key for STLS. Default: none, and STLS is not offered; with it the default habit is
   * `{ type: 'offered' }`.
   */
  readonly tls?: TlsOffer;
  /** Says `-ERR` and closes; the promise then rejects with `signal.reason`. */
  readonly signal?: AbortSignal;
  /** Sees all bytes; for transcripts. Passwords are not masked on this side: do not log them. */
  readonly observe?: Observer;
  /** Sees every event: commands and logins. Must not throw. */
  readonly onEvent?: (event: Pop3ServerEvent) => void;
}

/**
 * Serves one client on an open connection until it leaves. Takes ownership of the connection. Inside implicit TLS run
 * `connection.acceptTls` before; the server then does not offer STLS.
 *
 * Resolves when the dialogue ended in good order, autologout included. Rejects with a `WireError` when the TLS handshake
 * failed, and with what the source of a message threw.
 *
 * @example
 * ```ts
 * import { memoryMaildrop, servePop3 } from '@postern/pop3/server';
 * import { nodeNetwork, systemClock } from '@postern/wire/node';
 * const maildrop = memoryMaildrop(['Subject: hi\r\n\r\nhello\r\n']);
 * await nodeNetwork().listen({ address: '127.0.0.1', port: 2110 }, (connection) =>
 *   servePop3(connection, {
 *     clock: systemClock(),
 *     auth: { authenticate: ({ user }) => user === 'tim', insideTlsOnly: false },
 *     maildrop: () => maildrop,
 *   }),
 * );
 * ```
 */
export async function servePop3(connection: Connection, options: ServePop3Options): Promise<void> {
  const { clock, tls, signal, observe, onEvent, ...rest } = options;
  const machine = pop3Server({
    ...(tls && { startTls: { type: 'offered' } }),
    ...rest,
    ...(connection.tls && { tls: connection.tls }),
  });
  const over = new AbortController();
  let sender: Sender | undefined;
  let failed: { readonly error: unknown } | undefined;
  try {
    await serve(machine, connection, {
      clock,
      tls,
      signal,
      farewell: { verb: 'CLOSE' },
      observe,
      attach: (dialogue) => {
        sender = dialogue;
      },
      onEvent: (event) => {
        onEvent?.(event);
        if (event.type !== 'content-wanted' || !sender) return;
        send(sender, event, over.signal).catch((error: unknown) => {
          failed = { error };
          // Who reads on would wait for a terminator that never comes.
          connection.reset();
        });
      },
    });
  } finally {
    over.abort();
    // However it ended: the maildrop is free for the next session.
    machine.receiveEnd(clock.now());
  }
  if (failed) throw failed.error;
}

type Sender = Pick<Dialogue<Pop3ServerCommand, Pop3ServerEvent>, 'drained' | 'ended' | 'send'>;

/** Sends a message from its source, never faster than the client takes it. Rejects with what the source throws. */
async function send(
  dialogue: Sender,
  { message, lines }: Extract<Pop3ServerEvent, { readonly type: 'content-wanted' }>,
  signal: AbortSignal,
): Promise<void> {
  const topping = lines === undefined ? undefined : createTopping(lines);
  try {
    for await (const piece of message.read({ signal })) {
      if (dialogue.ended) return;
      const { bytes, done } = topping?.push(piece) ?? { bytes: piece, done: false };
      dialogue.send({ verb: 'CONTENT', bytes });
      await dialogue.drained();
      if (done || dialogue.ended) break;
    }
  } catch (error) {
    // A source that is told to stop may say so.
    if (signal.aborted) return;
    throw error;
  }
  if (!dialogue.ended) dialogue.send({ verb: 'CONTENT-END' });
}
