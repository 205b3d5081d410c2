import { concatBytes, utf8 } from '@postern/wire';
import type { ChannelBinding } from '@postern/wire';

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
