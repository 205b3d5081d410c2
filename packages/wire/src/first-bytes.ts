import { latin1 } from './bytes.ts';
import type { Reason } from './reasons.ts';

/** A protocol that can be recognised by the first bytes its server sends. */
export type KnownProtocol = 'smtp' | 'ftp' | 'pop3' | 'imap' | 'http' | 'ssh' | 'managesieve' | 'tls';

/**
 * Recognises a protocol by the first bytes of a server. SMTP and FTP greet alike (`220`); it is `ftp` only where the
 * text says so. `undefined` where nothing is recognised.
 */
export function recogniseProtocol(bytes: Uint8Array): KnownProtocol | undefined {
  if (isTlsRecord(bytes)) return 'tls';
  const text = latin1(bytes.subarray(0, 128));
  if (/^[2-5]\d\d[ -]/.test(text)) return /FTP/i.test(text) ? 'ftp' : 'smtp';
  if (/^(\+OK|-ERR)(\s|$)/i.test(text)) return 'pop3';
  if (/^\* (OK|PREAUTH|BYE|NO|BAD)\b/i.test(text)) return 'imap';
  if (/^HTTP\//i.test(text)) return 'http';
  if (text.startsWith('SSH-')) return 'ssh';
  if (/^(OK\b|"IMPLEMENTATION" )/i.test(text)) return 'managesieve';
  return undefined;
}

/** Whether bytes begin like a TLS record: an alert (21) or a handshake message (22), major version 3. */
export function isTlsRecord(bytes: Uint8Array): boolean {
  return (bytes[0] === 0x15 || bytes[0] === 0x16) && (bytes.length < 2 || bytes[1] === 0x03);
}

/**
 * Whether the first bytes can begin neither a TLS record nor a line of text, so that nothing is gained by waiting for the five
 * bytes of a record's header.
 */
export function isNoise(bytes: Uint8Array): boolean {
  const [first] = bytes;
  return first !== undefined && (first < 0x14 || first > 0x17) && !isPrintable(bytes.subarray(0, 1));
}

/** Whether bytes are printable ASCII with the usual white space: a plaintext protocol and no binary one. */
function isPrintable(bytes: Uint8Array): boolean {
  return (
    bytes.length > 0 && bytes.every((byte) => (byte >= 0x20 && byte < 0x7f) || (byte >= 9 && byte <= 13))
  );
}

/**
 * Why a handshake failed, told from what came in place of a TLS record: a plaintext greeting on a port where TLS was
 * begun at once, injected text behind the go-ahead of a STARTTLS, or something that is no TLS at all.
 */
export function judgeNonTls(firstBytes: Uint8Array, begun: 'implicit' | 'upgrade'): Reason {
  if (begun === 'upgrade') return isPrintable(firstBytes) ? 'plaintext-after-starttls' : 'tls-not-spoken';
  const protocol = recogniseProtocol(firstBytes);
  if (protocol === 'smtp' || protocol === 'pop3' || protocol === 'imap') return 'plaintext-on-tls-port';
  return 'tls-not-spoken';
}
