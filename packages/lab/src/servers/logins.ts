import { scramKeys } from '@postern/sasl';
import type { AuthRules, ScramKeys } from '@postern/sasl';
import type { LabAccount } from '../endpoint.ts';
import type { Traits } from './traits.ts';

/** As many rounds as a client takes for the least that is safe (RFC 7677 §4). */
const ROUNDS = 4096;

/**
 * Whom the servers of a provider let in, by every mechanism there is a rule for: its one user, with the password or the
 * token. CRAM-MD5 is left out: no client of today should find it. Takes a few milliseconds: what SCRAM keeps of the password
 * is computed. `random` need not be good: everybody may read the passwords of the lab.
 */
export async function loginsOf(
  { address, password, token }: LabAccount,
  random: () => number,
): Promise<AuthRules> {
  const octets = (count: number): Uint8Array => Uint8Array.from({ length: count }, () => random() * 256);
  const made = { salt: octets(16), iterations: ROUNDS };
  const [sha1, sha256] = await Promise.all([
    scramKeys('sha1', password, made),
    scramKeys('sha256', password, made),
  ]);
  const keys: Readonly<Record<'sha1' | 'sha256', ScramKeys>> = { sha1, sha256 };
  return {
    authenticate: (shown) => shown.user === address && shown.password === password,
    scram: {
      keys: (user, hash) => (user === address ? keys[hash] : undefined),
      random: octets,
      secret: octets(32),
    },
    oauth: { token: (shown) => (shown === token ? address : undefined) },
  };
}

/** What becomes of these logins at a server with these traits. */
export function withTraits(rules: AuthRules, { mechanisms, refusesPasswords }: Traits): AuthRules {
  const { scram } = rules;
  return {
    ...rules,
    ...(mechanisms && { mechanisms }),
    ...(refusesPasswords === true && {
      authenticate: () => false,
      ...(scram && { scram: { ...scram, keys: () => undefined } }),
    }),
  };
}
