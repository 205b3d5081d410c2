import { WireError } from './faults.ts';
import type { Connection } from './network.ts';
import { deadline, DeadlineExceeded } from './time.ts';
import type { Clock, Milliseconds } from './time.ts';
import type { TlsInfo, TlsRequest } from './tls.ts';

/**
 * Runs a client's handshake of implicit TLS (RFC 8314 §3) under a limit of its own, for dialogues that begin inside TLS. After a
 * failure or an abort the connection is dead and has been reset. Rejects with a {@link WireError} `timeout-tls-handshake`
 * when the limit runs out, with the handshake's own faults, and with `signal.reason` untouched.
 */
export async function handshakeWithin(
  connection: Connection,
  request: TlsRequest,
  options: {
    readonly clock: Clock;
    /** How long the handshake may take. */
    readonly limit: Milliseconds;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<TlsInfo> {
  const { clock, limit, signal } = options;
  using limited = deadline(clock, limit, signal ? { signal } : {});
  try {
    return await connection.handshake(request, { signal: limited.signal });
  } catch (error) {
    connection.reset();
    // The caller's own deadline is the caller's to explain.
    if (!(error instanceof DeadlineExceeded) || signal?.aborted) throw error;
    const { endpoint } = connection;
    throw new WireError(
      { kind: 'timeout', reason: 'timeout-tls-handshake', phase: 'tls', after: limit, limit, endpoint },
      { cause: error },
    );
  }
}
