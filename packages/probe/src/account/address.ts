import { domainName } from '@postern/dns';
import { isWireError, UsageError } from '@postern/wire';

/** What to check: an address, or only its domain. */
export interface MailAccount {
  /** The address as typed; `undefined` where only a domain was given. */
  readonly address: string | undefined;
  /** The mail domain as A-labels. */
  readonly domain: string;
}

/** What is wrong with a typed address or domain. */
export type AddressProblem =
  'empty' | 'control-character' | 'white-space' | 'no-local-part' | 'no-domain' | 'second-at' | 'bad-domain';

/**
 * Reads an address or a domain as a person types it. The local part is any text: only the domain is looked up, and the
 * server alone knows which local parts exist (RFC 5321 §2.3.11).
 */
export function parseAccount(
  text: string,
):
  | { readonly ok: true; readonly account: MailAccount }
  | { readonly ok: false; readonly problem: AddressProblem } {
  const typed = text.trim();
  if (typed === '') return { ok: false, problem: 'empty' };
  // oxlint-disable-next-line no-control-regex -- refusing control characters is the point
  if (/[\u0000-\u001f\u007f-\u009f]/.test(typed)) return { ok: false, problem: 'control-character' };
  const at = typed.lastIndexOf('@');
  const local = at < 0 ? undefined : typed.slice(0, at);
  const domain = typed.slice(at + 1);
  if (local === '') return { ok: false, problem: 'no-local-part' };
  if (domain === '') return { ok: false, problem: 'no-domain' };
  if (/\s/.test(domain) || (local !== undefined && !local.startsWith('"') && /\s/.test(local))) {
    return { ok: false, problem: 'white-space' };
  }
  // RFC 5321 §4.1.2: an @ in a local part is quoted, and nearly always a slip.
  if (local?.includes('@') === true && !local.startsWith('"')) return { ok: false, problem: 'second-at' };
  try {
    const name = domainName(domain);
    if (!name.includes('.')) return { ok: false, problem: 'bad-domain' };
    return { ok: true, account: { address: local === undefined ? undefined : typed, domain: name } };
  } catch (error) {
    if (isWireError(error) || error instanceof UsageError) return { ok: false, problem: 'bad-domain' };
    throw error;
  }
}
