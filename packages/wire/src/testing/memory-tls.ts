import { latin1, utf8 } from '../bytes.ts';
import type { TlsIdentity } from '../tls.ts';

/**
 * A stand-in for TLS in memory: the records look like TLS from outside (0x16, version 3, length), so that plaintext
 * servers, plaintext clients and everything that recognises a record behave as on a real wire; inside is JSON.
 */
export interface MemoryHello {
  readonly serverName?: string;
  readonly alpn?: readonly string[];
  /** Certificates, hexadecimal DER, leaf first; in the server's hello. */
  readonly chain?: readonly string[];
  readonly protocol?: string;
  /** The same in the client's hello, where it has any: nobody has to ask for them here. */
  readonly clientChain?: readonly string[];
}

/** A handshake record. */
export function helloRecord(hello: MemoryHello): Uint8Array {
  const body = utf8(JSON.stringify(hello));
  const record = new Uint8Array(5 + body.length);
  record.set([0x16, 0x03, 0x01, body.length >> 8, body.length & 0xff]);
  record.set(body, 5);
  return record;
}

/** Reads a record: its whole length, and once all of it is there the hello, or `broken` where it is none. */
export function parseHello(bytes: Uint8Array): {
  readonly length: number;
  readonly hello?: MemoryHello | 'broken';
} {
  if (bytes.length < 5) return { length: 5 };
  const length = 5 + ((bytes[3] ?? 0) << 8) + (bytes[4] ?? 0);
  if (bytes.length < length) return { length };
  try {
    return { length, hello: JSON.parse(latin1(bytes.subarray(5, length))) as MemoryHello };
  } catch {
    return { length, hello: 'broken' };
  }
}

/** The certificates of a PEM text as DER. */
function pemToDer(pem: string): readonly Uint8Array[] {
  const blocks = pem.matchAll(/-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/g);
  return [...blocks].map((block) =>
    Uint8Array.from(atob((block[1] ?? '').replaceAll(/\s/g, '')), (character) => character.charCodeAt(0)),
  );
}

/** Hexadecimal text of bytes, and back: DER travels in JSON this way. */
function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The inverse of {@link toHex}. */
export function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** The chain of an identity, for the server's hello. */
export function identityChain(identity: TlsIdentity): readonly string[] {
  return pemToDer(identity.chain).map(toHex);
}
