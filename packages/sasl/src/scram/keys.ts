import { createHash, createHmac, pbkdf2, timingSafeEqual } from 'node:crypto';
import { utf8 } from '@postern/wire';

/** The hash functions SCRAM is registered with (RFC 5802, RFC 7677). */
export type ScramHash = 'sha1' | 'sha256';

/** What a server keeps of a password: enough to check a proof, not enough to make one (RFC 5802 §9). */
export interface ScramKeys {
  readonly salt: Uint8Array;
  /** How often the password was hashed; at least 4096 (RFC 7677 §4). */
  readonly iterations: number;
  readonly storedKey: Uint8Array;
  readonly serverKey: Uint8Array;
}

/** Octets of a digest. */
export function digestBytes(hash: ScramHash): number {
  return hash === 'sha1' ? 20 : 32;
}

/** `Hi` of RFC 5802 §2.2, off the main thread: 600,000 rounds take a third of a second. */
export function saltedPassword(
  hash: ScramHash,
  password: string,
  salt: Uint8Array,
  iterations: number,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    pbkdf2(utf8(password), salt, iterations, digestBytes(hash), hash, (error, key) => {
      if (error) reject(error);
      else resolve(new Uint8Array(key));
    });
  });
}

/** The keys that follow from it (RFC 5802 §3). */
export function derivedKeys(
  hash: ScramHash,
  salted: Uint8Array,
): { readonly clientKey: Uint8Array; readonly storedKey: Uint8Array; readonly serverKey: Uint8Array } {
  const clientKey = hmac(hash, salted, 'Client Key');
  return { clientKey, storedKey: digest(hash, clientKey), serverKey: hmac(hash, salted, 'Server Key') };
}

/**
 * What a server is to keep of a password. `salt` is at least 16 random octets, of its own for each user. The password must
 * be prepared already, see `prepareCredentials`; ASCII is as it is.
 *
 * @example
 * ```ts
 * import { scramKeys } from '@postern/sasl';
 * const salt = crypto.getRandomValues(new Uint8Array(16));
 * const keys = await scramKeys('sha256', 'pencil', { salt, iterations: 4096 });
 * console.log(keys.storedKey.length); // 32
 * ```
 */
export async function scramKeys(
  hash: ScramHash,
  password: string,
  { salt, iterations }: { readonly salt: Uint8Array; readonly iterations: number },
): Promise<ScramKeys> {
  const { storedKey, serverKey } = derivedKeys(hash, await saltedPassword(hash, password, salt, iterations));
  return { salt, iterations, storedKey, serverKey };
}

/** HMAC with the mechanism's hash. */
export function hmac(hash: ScramHash, key: Uint8Array, text: string): Uint8Array {
  return new Uint8Array(createHmac(hash, key).update(text).digest());
}

/** The mechanism's hash. */
export function digest(hash: ScramHash, bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash(hash).update(bytes).digest());
}

/** Two byte strings of the same length, one over the other: turns a key into a proof and back. */
export function xor(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((octet, at) => octet ^ (b[at] ?? 0));
}

/** Whether two digests are the same, in a time that does not depend on where they differ. */
export function sameDigest(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
