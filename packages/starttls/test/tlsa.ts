import { createHash } from 'node:crypto';
import type { Tlsa } from '@postern/dns';
import { readCertificate } from '../src/certificate/read-certificate.ts';
import type { Identity } from './certificates.ts';

const spki = ({ der: whole }: Identity): Uint8Array =>
  readCertificate(whole)?.subjectPublicKeyInfo ?? new Uint8Array();
/** A TLSA record as it is written in a zone: `3 1 1`, made from a certificate. */
export function record(text: string, identity: Identity, change?: (data: Uint8Array) => Uint8Array): Tlsa {
  const [usage = 0, selector = 0, matching = 0] = text.split(' ').map(Number);
  const selected = selector === 0 ? identity.der : spki(identity);
  const hash = { 1: 'sha256', 2: 'sha512' }[matching];
  const data = hash === undefined ? selected : new Uint8Array(createHash(hash).update(selected).digest());
  return { usage, selector, matching, data: change?.(Uint8Array.from(data)) ?? data };
}
