import { alertInRecord, alertReason } from '../alerts.ts';
import type { Evidence, TlsFault } from '../faults.ts';
import { isTlsRecord, judgeNonTls } from '../first-bytes.ts';
import type { Endpoint } from '../network.ts';
import type { Reason } from '../reasons.ts';
import { systemCode } from './connect-fault.ts';

/** What was seen around a failed handshake. */
export interface HandshakeScene {
  readonly endpoint: Endpoint;
  readonly begun: 'implicit' | 'upgrade';
  readonly after: number;
  /** The first bytes that came in, where a tap was there to see them. */
  readonly firstBytes: Uint8Array | undefined;
  /** How many bytes came in. */
  readonly byteCount: number;
}

/** Why a handshake failed. Decided on alert numbers, codes and bytes, which do not change with the version of OpenSSL. */
export function handshakeFault(error: unknown, scene: HandshakeScene): TlsFault {
  const code = systemCode(error);
  const evidence: Evidence = {
    ...(scene.firstBytes?.length ? { bytes: scene.firstBytes } : {}),
    ...(scene.byteCount > 0 ? { byteCount: scene.byteCount } : {}),
    ...(code === undefined ? {} : { code }),
  };
  return {
    kind: 'tls',
    reason: handshakeReason(error, code, scene),
    phase: 'tls',
    after: scene.after,
    endpoint: scene.endpoint,
    evidence,
  };
}

function handshakeReason(error: unknown, code: string | undefined, scene: HandshakeScene): Reason {
  const first = scene.firstBytes;
  if (first && first.length > 0) {
    const alert = alertInRecord(first);
    if (alert !== undefined) return alertReason(alert);
    if (!isTlsRecord(first)) return judgeNonTls(first, scene.begun);
  }
  const alert = receivedAlert(error);
  if (alert !== undefined) return alertReason(alert);
  switch (code) {
    case undefined:
      return 'closed-during-tls';
    // Node says ECONNRESET for a FIN too; only a real RST comes from a system call (RFC 9293 §3.5.2).
    case 'ECONNRESET':
      return hasSyscall(error) ? 'reset-during-tls' : 'closed-during-tls';
    case 'EPIPE':
      return 'reset-during-tls';
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
    case 'ERR_SSL_RECORD_LAYER_FAILURE':
    case 'ERR_SSL_HTTP_REQUEST':
      return 'tls-not-spoken';
    case 'ERR_SSL_UNSUPPORTED_PROTOCOL':
    case 'ERR_SSL_NO_PROTOCOLS_AVAILABLE':
      return 'tls-version-too-old';
    case 'ERR_SSL_NO_SHARED_CIPHER':
    case 'ERR_SSL_NO_CIPHERS_AVAILABLE':
    case 'ERR_SSL_WRONG_CIPHER_RETURNED':
    case 'ERR_SSL_UNKNOWN_CIPHER_RETURNED':
    case 'ERR_SSL_DH_KEY_TOO_SMALL':
      return 'tls-no-shared-cipher';
    case 'ERR_SSL_EE_KEY_TOO_SMALL':
    case 'ERR_SSL_CA_KEY_TOO_SMALL':
      return 'cert-key-too-small';
    case 'ERR_SSL_CA_MD_TOO_WEAK':
      return 'cert-weak-signature';
    default:
      // What a system call says, such as ETIMEDOUT and EHOSTUNREACH, is about the path: no octet of TLS was wrong.
      return hasSyscall(error) ? 'reset-during-tls' : 'tls-broken';
  }
}

/**
 * The number of an alert that the peer sent, out of OpenSSL's packed error number: its reason part is 1000 + alert
 * (`SSL_AD_REASON_OFFSET`) in every version, while the code strings change between versions.
 */
export function receivedAlert(error: unknown): number | undefined {
  const message = error instanceof Error ? error.message : '';
  const packed = /\berror:([0-9A-F]{8}):/i.exec(message)?.[1];
  if (packed === undefined) return undefined;
  const reason = Number.parseInt(packed, 16) & 0x7f_ffff;
  return reason >= 1000 && reason < 1256 ? reason - 1000 : undefined;
}

function hasSyscall(error: unknown): boolean {
  return typeof (error as { syscall?: unknown }).syscall === 'string';
}
