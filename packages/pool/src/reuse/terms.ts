import { UsageError } from '@postern/wire';

/**
 * Everything that must be the same for a connection to serve another caller. All of it has to be said, because what is forgotten
 * is what leaks: a connection that was opened under a laxer policy, for another host or with another login must never go to
 * somebody who asked for more. The ways to the destination (port, method) come from its candidates, which belong to it.
 */
export interface Terms {
  /** What is spoken: `smtp`, `imap`. */
  readonly protocol: string;
  /** The name that certificates are checked for and that SNI carries. */
  readonly host: string;
  /** The requirement on TLS, written out: level, accepted names, fingerprints, TLSA records. */
  readonly policy: string;
  /** The trust anchors, by a fingerprint of the set; `undefined`: the system's. */
  readonly authorities: string | undefined;
  /** The client's own certificate, by fingerprint. */
  readonly identity: string | undefined;
  /**
   * Who has logged in, and something that changes with the secret, such as its version: never the secret itself.
   * `undefined`: nobody has.
   */
  readonly login: string | undefined;
  /** Anything else that matters, such as the local address or a proxy. */
  readonly more?: string;
}

const fields = ['protocol', 'host', 'policy', 'authorities', 'identity', 'login', 'more'] as const;

/** The terms of a destination as one text that is the same for the same terms only. */
export function termsKey(destination: string, terms: Terms): string {
  const rule = 'terms are { protocol, host, policy, authorities, identity, login }, texts or undefined';
  if (typeof terms !== 'object' || terms === null) throw new UsageError('reuse.terms gave no object', rule);
  const parts: (string | null)[] = [destination];
  for (const field of fields) {
    const value: unknown = terms[field];
    const needed = field === 'protocol' || field === 'host' || field === 'policy';
    if (
      typeof value !== 'string' &&
      (needed || value !== undefined || !(field in terms || field === 'more'))
    ) {
      throw new UsageError(`${field} is missing in what reuse.terms gave`, rule);
    }
    parts.push(typeof value === 'string' ? value : null);
  }
  // JSON, because it cannot be made to say the same for two different lists, whatever characters are in them.
  return JSON.stringify(parts);
}
