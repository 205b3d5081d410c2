import type { AuthRules } from '@postern/sasl';
import { converse, UsageError } from '@postern/wire';
import type { Clock, Connection, Observer, TlsOffer } from '@postern/wire';
import { Decisions } from './driving/decisions.ts';
import type { HookName, ServeAuthRules, SmtpHooks } from './driving/hooks.ts';
import { RepliesTogether } from './driving/replies-together.ts';
import type { SmtpServerEvent } from './events.ts';
import { smtpServer } from './machine.ts';
import { serverRules } from './options.ts';
import type { AskedAbout, SmtpServerOptions } from './options.ts';

/** Options of {@link serveSmtp}. */
export interface ServeSmtpOptions extends Omit<SmtpServerOptions, 'tls' | 'asks' | 'client' | 'auth'> {
  /** The time. */
  readonly clock: Clock;
  /**
   * Certificate and key for STARTTLS. Default: none, and STARTTLS is not offered; with it the default habit is
   * `{ type: 'offered' }`.
   */
  readonly tls?: TlsOffer;
  /** How people log in. Default: nobody does; AUTH gets 502. */
  readonly auth?: ServeAuthRules;
  /** Who decides about senders, recipients and messages. Default: all are accepted, and a message is an event. */
  readonly hooks?: SmtpHooks;
  /**
   * Is told what a hook threw, what was wrong with its verdict, or that it took too long. The client was told to try again. Must
   * not throw.
   */
  readonly onHookError?: (error: unknown, hook: HookName) => void;
  /** Says 421 and closes; the promise then rejects with `signal.reason`. */
  readonly signal?: AbortSignal;
  /** Sees all bytes; for transcripts. Responses within AUTH are not masked on this side: do not log them. */
  readonly observe?: Observer;
  /** Sees every event: commands, logins, messages, questions. Must not throw. */
  readonly onEvent?: (event: SmtpServerEvent) => void;
}

/** RFC 2920 §3.1: a reply to these is never held back. What nobody knows is among them. */
const mayWait: ReadonlySet<string> = new Set(['MAIL', 'RCPT', 'RSET', 'BDAT']);

/**
 * Serves one client on an open connection until it leaves. Takes ownership of the connection. Inside implicit TLS run
 * `connection.acceptTls` before; the server then does not offer STARTTLS.
 *
 * Resolves when the dialogue ended in good order, time-outs answered with 421 and a client that just hung up included. Rejects
 * with a `WireError` when the TLS handshake failed, with `signal.reason` after an abort, and with a `UsageError` where LMTP is to
 * be spoken on port 25 (RFC 2033 §5). A message under way is then over: reading its content rejects.
 *
 * @example
 * ```ts
 * import { accept, refuse, serveSmtp } from '@postern/smtp/server';
 * import { nodeNetwork, systemClock } from '@postern/wire/node';
 * await nodeNetwork().listen({ address: '127.0.0.1', port: 2525 }, (connection) =>
 *   serveSmtp(connection, {
 *     domain: 'mx.example.org',
 *     clock: systemClock(),
 *     hooks: {
 *       recipient: ({ path }) => (/@example\.org$/i.test(path) ? accept : refuse(550, '5.7.1', 'no relaying')),
 *       async message({ envelope, content }) {
 *         let octets = 0;
 *         for await (const piece of content) octets += piece.length;
 *         console.log(envelope.sender.path, octets); // ada@example.net 1234
 *         return accept;
 *       },
 *     },
 *   }),
 * );
 * ```
 */
export async function serveSmtp(connection: Connection, options: ServeSmtpOptions): Promise<void> {
  const { clock, tls, auth, hooks = {}, onHookError, signal, observe, onEvent, ...rest } = options;
  if (rest.protocol === 'lmtp' && connection.localEndpoint.port === 25) {
    await connection[Symbol.asyncDispose]();
    throw new UsageError('LMTP on port 25', 'RFC 2033 §5', 'argument-refused');
  }
  const asks: readonly AskedAbout[] = [
    ...(auth ? (['login'] as const) : []),
    ...(['sender', 'recipient', 'message'] as const).filter((name) => hooks[name] !== undefined),
  ];
  const machineOptions: SmtpServerOptions = {
    ...(tls && { startTls: { type: 'offered' } }),
    ...rest,
    asks,
    client: connection.endpoint,
    // The machine asks, so this is never called.
    ...(auth && { auth: { ...withoutHooks(auth), authenticate: () => false } }),
    ...(connection.tls && { tls: connection.tls }),
  };
  const together = new RepliesTogether(connection);
  const dialogue = converse(smtpServer(machineOptions), together, {
    clock,
    ...(tls && { upgrade: (upgraded, upgradeOptions) => upgraded.acceptTls(tls, upgradeOptions) }),
    ...(observe && { observe }),
  });
  const patience = serverRules(machineOptions).patience.answer;
  const decisions = new Decisions(dialogue, { clock, hooks, auth, patience, signal, onHookError });
  try {
    for (;;) {
      const event = await dialogue.next(signal ? { signal } : {});
      if (event === undefined) return;
      onEvent?.(event);
      // Not waited for: a client that never reads must not hold up the deadlines. The next read waits for room.
      if (event.type === 'command' && !mayWait.has(event.verb)) void together.flush();
      await decisions.react(event);
    }
  } catch (error) {
    if (signal?.aborted && !dialogue.ended) dialogue.send({ verb: 'CLOSE' });
    throw error;
  } finally {
    await decisions.stop(undefined);
    await dialogue[Symbol.asyncDispose]();
  }
}

/** What the machine needs to know of how people log in; the rest is asked. */
function withoutHooks(auth: ServeAuthRules): Omit<AuthRules, 'authenticate' | 'mayActAs'> {
  const { authenticate: _authenticate, mayActAs: _mayActAs, ...rest } = auth;
  return rest;
}
