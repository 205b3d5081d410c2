import { alertNames } from './reasons.ts';
import type { Reason } from './reasons.ts';

/**
 * The reason for a fatal TLS alert (RFC 8446 §6.2), by its number on the wire: the only thing that does not change with
 * the version of the TLS library. Three alerts have a word of their own because a person can act on them.
 */
export function alertReason(alert: number): Reason {
  switch (alert) {
    case 0:
      return 'closed-during-tls';
    case 70:
      return 'tls-version-too-old';
    case 71:
      return 'tls-no-shared-cipher';
    case 116:
      return 'tls-client-cert-required';
    default: {
      const name = alertNames[alert];
      return name === undefined ? 'tls-broken' : `tls-alert-${name}`;
    }
  }
}

/** The alert number in a plaintext alert record, if that is what the bytes are. */
export function alertInRecord(bytes: Uint8Array): number | undefined {
  return bytes[0] === 0x15 && bytes[1] === 0x03 && bytes[3] === 0 && bytes[4] === 2 ? bytes[6] : undefined;
}
