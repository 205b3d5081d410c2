import { concatBytes, utf8 } from '@postern/wire';

/**
 * What ties an exchange to the TLS connection around it, so that nobody can sit in between and pass the messages on
 * (RFC 5056). `tls-exporter` is for TLS 1.3 (RFC 9266), `tls-server-end-point` hashes the server's certificate (RFC 5929 §4).
 */
export interface ChannelBinding {
  readonly type: 'tls-exporter' | 'tls-server-end-point';
  readonly data: Uint8Array;
}

/** What a client says about channel binding (RFC 5802 §6). */
export type BindingUse =
  /** It has none. */
  | { readonly flag: 'n' }
  /** It has, but the server does not offer it: a list that somebody has shortened is found out by that. */
  | { readonly flag: 'y' }
  | { readonly flag: 'p'; readonly binding: ChannelBinding };

/** The header in front of the first message (RFC 5801 §4), `authorizationId` encoded. */
export function gs2Header(use: BindingUse, authorizationId: string): string {
  const flag = use.flag === 'p' ? `p=${use.binding.type}` : use.flag;
  return `${flag},${authorizationId === '' ? '' : `a=${authorizationId}`},`;
}

/** What `c=` holds before base64: the header again, and the binding. */
export function bindingInput(header: string, binding: ChannelBinding | undefined): Uint8Array {
  return binding ? concatBytes([utf8(header), binding.data]) : utf8(header);
}
