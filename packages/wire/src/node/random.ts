import { randomBytes } from 'node:crypto';

/** The system's random octets, fit for nonces and keys: what mechanisms such as SCRAM want. */
export function systemRandom(octets: number): Uint8Array {
  return new Uint8Array(randomBytes(octets));
}
