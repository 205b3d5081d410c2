import type { TlsFault } from './faults.ts';
import type { Endpoint } from './network.ts';
import type { TlsSessions } from './tls-sessions.ts';

/** What the platform said about the chain of a peer's certificate, names left out: those are judged by the caller. */
export type ChainTrust =
  | { readonly ok: true }
  | {
      readonly ok: false;
      /** OpenSSL's name for the verification result, such as `CERT_HAS_EXPIRED`. */
      readonly code: string;
    };

/** Everything known about a TLS peer when it has to be judged. */
export interface TlsPeer {
  readonly endpoint: Endpoint;
  /** The name sent as SNI, or the name meant where none is sent (an IP literal). */
  readonly serverName: string;
  /** The certificates as sent by the peer, DER, leaf first; never completed from local stores. Empty when it sent none. */
  readonly chain: readonly Uint8Array[];
  /** The verdict of the platform over that chain and its trust roots. */
  readonly trust: ChainTrust;
  /** Whether the handshake resumed an earlier session; `chain` and `trust` are then those stored with the session. */
  readonly resumed: boolean;
}

/** Peer verified: by certificate authorities and names, by DANE, or by a fingerprint the user gave. */
export interface Verified {
  readonly status: 'verified';
  readonly by: 'pkix' | 'dane' | 'fingerprint';
}

/** Peer not verified, but the policy does not demand it: encrypted, and that is all. No password may follow. */
export interface Unverified {
  readonly status: 'unverified';
  readonly fault: TlsFault;
}

/** Peer refused: the handshake ends with this fault. */
export interface Rejected {
  readonly status: 'rejected';
  readonly fault: TlsFault;
}

/** The judgement over a peer: always made and always recorded, also where the policy then accepts a bad one. */
export type Verification = Verified | Unverified | Rejected;

/**
 * What only the two ends of this TLS connection know, for a login that is tied to it (RFC 5056). `tls-exporter` (RFC 9266);
 * `tls-server-end-point`, a hash of the server's certificate (RFC 5929 §4).
 */
export interface ChannelBinding {
  readonly type: 'tls-exporter' | 'tls-server-end-point';
  readonly data: Uint8Array;
}

/** A finished handshake. */
export interface TlsInfo {
  /** `TLSv1.2` or `TLSv1.3`. */
  readonly version: string;
  /** The cipher suite, by its IANA name. */
  readonly cipher: string;
  /** The protocol agreed by ALPN, if any. */
  readonly alpn: string | undefined;
  readonly resumed: boolean;
  /** Where `peer` comes from: a resumed session carries no certificate, so it is that of the first handshake. */
  readonly peerFrom: 'handshake' | 'session';
  /** The other end: always there for a client; for a server only with a client certificate. */
  readonly peer: TlsPeer | undefined;
  /** What `verify` said; a server that asked for no certificate has none. */
  readonly verification: Verified | Unverified | undefined;
  /** What a login can be tied to, best first; empty where this connection has nothing safe. Absent: not known here. */
  readonly channelBindings?: () => readonly ChannelBinding[];
}

/** What a client wants of a handshake. */
export interface TlsRequest {
  /** Sent as SNI unless it is an IP literal (RFC 6066 §3), and the name that `verify` gets to see. */
  readonly serverName: string;
  /** Protocols for ALPN. Default: none is sent, because old mail servers abort on it. */
  readonly alpn?: readonly string[];
  /** Trust anchors in place of the system's: PEM texts. */
  readonly roots?: readonly string[];
  /** Lowest version offered. Default `TLSv1.2` (RFC 9325 §3.1.1). `TLSv1` is for diagnosis only. */
  readonly minVersion?: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';
  /** Highest version offered. Default `TLSv1.3`. */
  readonly maxVersion?: 'TLSv1.2' | 'TLSv1.3';
  /**
   * Certificate and key, shown to a server that asks for one (RFC 8446 §4.3.2): what EXTERNAL logs in with. Default: none, and
   * a server that demands one ends the handshake.
   */
  readonly identity?: TlsIdentity;
  /** Judges the peer before one byte of the application is sent. */
  readonly verify: (peer: TlsPeer) => Verification;
  /**
   * Sessions to resume, of this server and under this very policy. `verify` judges the stored peer again each time. Default: every
   * handshake is a full one; probes leave it so, because they are there to see the certificate.
   */
  readonly sessions?: TlsSessions;
}

/** A server's certificate and key. */
export interface TlsIdentity {
  /** Private key, PEM. */
  readonly key: string;
  /** Certificates, PEM, leaf first. */
  readonly chain: string;
}

/** What a server offers in a handshake. */
export interface TlsOffer {
  /** The identity for a name that the client asked for by SNI; `undefined` = it asked for none. */
  readonly identity: (serverName: string | undefined) => TlsIdentity;
  readonly alpn?: readonly string[];
  readonly minVersion?: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';
  readonly maxVersion?: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';
  /**
   * `required`: a client without a certificate that the roots vouch for is sent away with an alert (RFC 8446 §6.2). `wanted`: it
   * is asked for one, and goes on without; what it showed is the `peer` of the server's {@link TlsInfo}, for EXTERNAL. Default:
   * none is asked for.
   */
  readonly clientCertificate?: 'required' | 'wanted';
  /** Trust anchors for certificates of clients: PEM texts. Default: the system's. */
  readonly clientRoots?: readonly string[];
}
