import type { TlsPeer } from '@postern/wire';
import type { PasswordCredentials } from './credentials.ts';
import type { ServerStep } from './mechanism.ts';
import type { TokenRules } from './oauth/server.ts';
import type { ScramHash, ScramKeys } from './scram/keys.ts';

/** How a server decides about logins. What it leaves out, it does not offer. */
export interface AuthRules {
  /** Mechanisms to list. Default: all that these rules have something for; one that does not exist is listed and refused. */
  readonly mechanisms?: readonly string[];
  /** Lists and accepts logins inside TLS only. Default `true` (RFC 8314 §4.1); `false` is for laboratories. */
  readonly insideTlsOnly?: boolean;
  /**
   * Whether user and password belong together. Synchronous; must not throw. Asked once per exchange, and only for a user
   * and a password that are not empty.
   */
  readonly authenticate: (credentials: PasswordCredentials) => boolean;
  /**
   * Whether a user whose password was right may act as somebody else (RFC 4616 §2). Default: nobody may.
   */
  readonly mayActAs?: (user: string, authorizationId: string) => boolean;
  /** For SCRAM. */
  readonly scram?: ScramRules;
  /** For OAUTHBEARER and XOAUTH2. */
  readonly oauth?: TokenRules;
  /** For EXTERNAL: who a TLS client certificate belongs to. Default: not offered. */
  readonly external?: ExternalRules;
  /** For CRAM-MD5, which needs the password itself. Default: not offered. */
  readonly cramMd5?: CramMd5Rules;
}

/** What EXTERNAL needs of a server; offered only where the client showed a certificate in the handshake. */
export interface ExternalRules {
  /**
   * Whose certificate it is, its leaf first in `peer.chain`; `undefined` = nobody's, and the login is refused. Synchronous; must
   * not throw.
   */
  readonly user: (peer: TlsPeer) => string | undefined;
  /**
   * What becomes of a certificate that no root of the server vouches for (`peer.trust`): anybody can make one with any name in it.
   * `refused` (default), and EXTERNAL is not offered; `asked` = `user` decides, for those who know their clients' certificates by
   * fingerprint.
   */
  readonly untrusted?: 'refused' | 'asked';
}

/** What SCRAM needs of a server. */
export interface ScramRules {
  /** What is kept of a user's password for this hash; `undefined` where there is nothing. Must not throw. */
  readonly keys: (user: string, hash: ScramHash) => ScramKeys | undefined;
  /** Octets that nobody can guess. */
  readonly random: (octets: number) => Uint8Array;
  /**
   * At least 16 octets that only this server knows and that stay the same: the salt shown for a user who does not exist
   * follows from them, so it cannot be told from a real one (RFC 5802 §9).
   */
  readonly secret: Uint8Array;
}

/** What CRAM-MD5 needs of a server. */
export interface CramMd5Rules {
  /** A challenge that was never used before, `<random.time@host>` by custom (RFC 2195 §2). */
  readonly challenge: () => string;
  /** The password of a user; `undefined` for one there is none of. Must not throw. */
  readonly password: (user: string) => string | undefined;
}

/** The verdict over one user, password and identity to act as; the same for every mechanism that shows the password. */
export function judge(rules: AuthRules, user: string, password: string, authorizationId: string): ServerStep {
  // RFC 4616 §2: an empty authcid or passwd SHALL fail.
  if (user === '' || password === '') return { type: 'failed', reason: 'auth-failed' };
  const right = rules.authenticate({ type: 'password', user, password });
  const verdict = actsAs(rules, user, authorizationId);
  return right ? verdict : { type: 'failed', reason: 'auth-failed' };
}

/** The verdict over somebody who has proved who he is and wants to act as `authorizationId`; empty is as himself. */
export function actsAs(
  rules: Pick<AuthRules, 'mayActAs'>,
  user: string,
  authorizationId: string,
): ServerStep {
  const other = authorizationId !== '' && authorizationId !== user ? authorizationId : undefined;
  const allowed = other === undefined || (rules.mayActAs?.(user, other) ?? false);
  return allowed ? { type: 'done', user, authorizationId: other } : { type: 'failed', reason: 'auth-failed' };
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Text of octets that must be UTF-8; `undefined` where they are not. */
export function strictText(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}
