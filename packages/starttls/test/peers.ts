import type { TlsInfo, TlsPeer } from '@postern/wire';
import type { Identity } from './certificates.ts';

/** The host that test certificates are for. */
export const host = 'mail.example.test';

/** A peer as a network describes it: its chain, and what the platform says about it (default: all well). */
export function peerOf(chain: readonly Identity[], code?: string, change: Partial<TlsPeer> = {}): TlsPeer {
  return {
    endpoint: { address: '192.0.2.1', port: 993 },
    serverName: host,
    chain: chain.map(({ der }) => der),
    trust: code === undefined ? { ok: true } : { ok: false, code },
    resumed: false,
    ...change,
  };
}

/** A finished handshake with this verdict. */
export function tlsInfo(peer: TlsPeer, verification: TlsInfo['verification']): TlsInfo {
  return {
    version: 'TLSv1.3',
    cipher: 'TLS_AES_256_GCM_SHA384',
    alpn: undefined,
    resumed: false,
    peerFrom: 'handshake',
    peer,
    verification,
  };
}
