import type { Connection } from '@postern/wire';
import type { ChoiceContext } from './choose.ts';

/** How a login may be made. */
export interface LoginOptions {
  /**
   * The only mechanisms that may be used, by their names. Default: the best the server offers, without CRAM-MD5, which
   * proves little and is used only when named here.
   */
  readonly mechanisms?: readonly string[];
  /**
   * What may be done where the connection is not inside TLS with a verified peer. `nothing` (default). `hashed`: mechanisms
   * that do not show the secret may run, although a listener can search for it at leisure in what they send (RFC 5802 §9).
   */
  readonly unverified?: 'nothing' | 'hashed';
}

/** What a connection, its options and those of a login allow; the same for all protocols. */
export function loginContext(
  { tls, endpoint }: Connection,
  random: ((octets: number) => Uint8Array) | undefined,
  { mechanisms, unverified }: LoginOptions = {},
): ChoiceContext {
  const host = tls?.peer?.serverName;
  return {
    verified: tls?.verification?.status === 'verified',
    bindings: tls?.channelBindings?.() ?? [],
    ...(host !== undefined && { target: { host, port: endpoint.port } }),
    ...(random && { random }),
    ...(mechanisms && { mechanisms }),
    ...(unverified && { unverified }),
  };
}
