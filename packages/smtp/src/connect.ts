import { isWireError, UsageError } from '@postern/wire';
import type { Connection } from '@postern/wire';
import { openSmtp } from './client.ts';
import type { Extensions } from './extensions.ts';
import type { Answer, CallOptions, OpenSmtpOptions, Smtp } from './smtp.ts';

/** Options of {@link connectSmtp}. */
export interface ConnectSmtpOptions extends OpenSmtpOptions {
  /** The own name. Default: the address literal of the local end (RFC 5321 §4.1.4). */
  readonly domain?: string;
  /**
   * Whether SMTP without extensions is of any use: then a server that hangs up on EHLO is called once more and greeted with
   * HELO. There is no STARTTLS and no login in such a dialogue, so it is `refused` (default) wherever TLS or a login is needed.
   */
  readonly plainSmtp?: 'refused' | 'allowed';
}

/** A dialogue that has been greeted. */
export interface Greeted {
  /** The dialogue; the caller's from now on. */
  readonly smtp: Smtp;
  /** What was answered to the greeting: with the extensions, or a refusal of EHLO and HELO alike. */
  readonly answer: Answer<Extensions>;
}

/**
 * Opens a dialogue and says EHLO. Where the server hangs up on EHLO, and plain SMTP is allowed, it connects once more and says
 * HELO: some very old servers and devices know no better.
 *
 * Rejects as `openSmtp` does, and with the fault of phase `ehlo` where the connection broke; what `connect` rejects with comes
 * out untouched. Abort destroys the connection and rejects with `signal.reason`; `connect` is handed the signal. The connections
 * that `connect` makes are owned here, and nothing is left open where this rejects.
 *
 * @example
 * ```ts
 * import { connectSmtp } from '@postern/smtp';
 * import type { CallOptions } from '@postern/smtp';
 * import { nodeNetwork, systemClock } from '@postern/wire/node';
 * const connect = (options: CallOptions) => nodeNetwork().connect({ address: '192.0.2.25', port: 25 }, options);
 * const { smtp, answer } = await connectSmtp(connect, {
 *   clock: systemClock(),
 *   domain: 'mx.example.org',
 *   plainSmtp: 'allowed',
 * });
 * if (answer.ok) console.log(answer.value.keywords);
 * await smtp.quit();
 * ```
 */
export async function connectSmtp(
  connect: (options: CallOptions) => Promise<Connection>,
  options: ConnectSmtpOptions,
): Promise<Greeted> {
  const { plainSmtp = 'refused', tls, signal } = options;
  const call: CallOptions = signal ? { signal } : {};
  if (plainSmtp === 'allowed' && tls) {
    throw new UsageError('plain SMTP is of no use where TLS is wanted', 'plainSmtp');
  }
  try {
    return await greet(await connect(call), 'ehlo', options);
  } catch (error) {
    if (plainSmtp !== 'allowed' || !hungUpOnEhlo(error)) throw error;
    return greet(await connect(call), 'helo', options);
  }
}

async function greet(
  connection: Connection,
  verb: 'ehlo' | 'helo',
  options: ConnectSmtpOptions,
): Promise<Greeted> {
  const smtp = await openSmtp(connection, options);
  try {
    return { smtp, answer: await smtp[verb](options.domain, options) };
  } catch (error) {
    await smtp[Symbol.asyncDispose]();
    throw error;
  }
}

const hangUps: ReadonlySet<string> = new Set(['closed', 'reset', 'truncated']);

function hungUpOnEhlo(error: unknown): boolean {
  return isWireError(error) && error.fault.phase === 'ehlo' && hangUps.has(error.fault.reason);
}
