import type { Endpoint, Milliseconds, Phase } from '@postern/wire';
import type { Method, ServiceEndpoint } from './endpoint.ts';
import type { Explanation } from './explanation.ts';
import type { ReportReason, Verdict } from './verdict.ts';

/** One connection that was tried for a probe: one address, one method. */
export interface AttemptReport {
  /** The IP address dialled. */
  readonly address: string;
  /** TCP port. */
  readonly port: number;
  /** How TLS was begun. A re-probe after a mismatch shows the other method here. */
  readonly method: Method;
  /** What this attempt concluded. */
  readonly verdict: Verdict;
  /** Why. */
  readonly reason: ReportReason;
  /** The step in which it ended; `null` where it went through. */
  readonly phase?: Phase | null;
  /** Milliseconds from the first packet to the end. */
  readonly ms: number;
  /** For a time-out: the limit in milliseconds that ran out. */
  readonly limitMs?: number;
}

/** One line of what happened when. */
export interface TimelineEntry {
  /** Milliseconds since the probe began. */
  readonly ms: number;
  /** What happened, as one word or two: `connect`, `connected`, `greeting`, `starttls`, `secured`… */
  readonly event: string;
  /** More about it. Text of the peer: print it escaped. */
  readonly detail?: string;
}

/** The TLS session that was established. */
export interface TlsReport {
  /** `TLSv1.2` or `TLSv1.3`. */
  readonly version: string;
  /** The cipher suite by its IANA name. */
  readonly cipher: string;
  /** The protocol agreed by ALPN. */
  readonly alpn: string | null;
  /** Whether an earlier session was resumed; probes never do. */
  readonly resumed: boolean;
}

/** The server's certificate and our judgement over it. All texts are the peer's: print them escaped. */
export interface CertificateReport {
  /** Subject as one line. */
  readonly subject: string;
  /** Issuer as one line. */
  readonly issuer: string;
  /** The names it is valid for (subject alternative names; the common name does not count, RFC 9525 §2). */
  readonly names: readonly string[];
  /** Start of validity, ISO 8601. */
  readonly validFrom: string;
  /** End of validity, ISO 8601. */
  readonly validTo: string;
  /** SHA-256 over the DER form, hexadecimal pairs with colons. */
  readonly fingerprint256: string;
  /** SHA-256 over the public key, hexadecimal in lower case: what a TLSA record `3 1 1` holds. */
  readonly publicKeySha256: string;
  /** Whether it was accepted. */
  readonly valid: boolean;
  /** Why not; `none` where it was. */
  readonly reason: ReportReason;
}

/** What the server offered before and inside TLS, in its own words; `null` where it was not asked. */
export interface CapabilitiesReport {
  /** In the clear: anyone on the way can have changed it. */
  readonly beforeTls: readonly string[] | null;
  /** Inside TLS: this is what counts. */
  readonly insideTls: readonly string[] | null;
}

/** Whether a login was tried, and what came of it. */
export interface AuthReport {
  /** A login is tried only on request and only inside verified TLS. */
  readonly attempted: boolean;
  /** `null` where none was tried. */
  readonly ok: boolean | null;
  /** The reason of a failed login. */
  readonly reason?: ReportReason;
}

/** Why the own network is blamed for the silence of a port. */
export interface LocalBlockReport {
  /** For so many milliseconds it has been seen. */
  readonly forMs: Milliseconds;
  /** Hosts that were silent on the port, one for each of several unrelated networks. */
  readonly silent: readonly Endpoint[];
  /** The controls: another port of each of them, which answered. */
  readonly answered: readonly Endpoint[];
}

/** What a control, a host that the caller named, said of a port that was silent. */
export interface ControlReport {
  /** As it was named. */
  readonly host: string;
  /** The port that was silent at the host that was looked at. */
  readonly port: number;
  /** `answers`: the port is not blocked on our side. `silent`: it may be. */
  readonly verdict: 'answers' | 'silent' | 'could-not-tell';
  /** Why; `none` where it answers. */
  readonly reason: ReportReason;
  /** Another port of it that answered; `null`: none did, and then its silence proves nothing. */
  readonly answered: number | null;
}

/** What was seen, where it helps to believe the verdict. Texts are the peer's: print them escaped. */
export interface EvidenceReport {
  /** The reply that decided, without line ends. */
  readonly reply?: string;
  /** The protocol recognised in place of the expected one. */
  readonly protocol?: string;
  /** Unanswered connection requests (SYNs). */
  readonly syns?: number;
  /** It was not dialled: for so many milliseconds it has been remembered as silent. */
  readonly silentForMs?: number;
  /** For `local-block`: the hosts by which it was told. */
  readonly localBlock?: LocalBlockReport;
  /** What the controls said of a silent port; absent where none were asked. */
  readonly controls?: readonly ControlReport[];
  /** The platform's own code, such as `ECONNREFUSED`. */
  readonly code?: string;
}

/**
 * The result of one endpoint, as `postern probe --json` prints it. Fields may be added to this schema; none is renamed or
 * removed while it is called `postern.probe/1`.
 */
export interface ProbeReport {
  /** Name and version of this shape. */
  readonly schema: 'postern.probe/1';
  /** What was probed. */
  readonly endpoint: ServiceEndpoint;
  /** The host that was dialled, where it was another one than the endpoint's. */
  readonly connectTo?: string;
  /** The name for SNI and certificate checks, where it was another one than the endpoint's. */
  readonly serverName?: string;
  /** The conclusion over all attempts. */
  readonly verdict: Verdict;
  /** Why; `none` where it works. */
  readonly reason: ReportReason;
  /** The step in which it ended; `null` where it went through. */
  readonly phase: Phase | null;
  /** For a time-out: how long was waited, in milliseconds. */
  readonly waitedMs?: number;
  /** The reason in words. */
  readonly explanation: Explanation;
  /** `null` where no handshake finished. */
  readonly tls: TlsReport | null;
  /** `null` where no certificate was seen. */
  readonly certificate: CertificateReport | null;
  /** What the server offered. */
  readonly capabilities: CapabilitiesReport;
  /** The login, if one was asked for. */
  readonly auth: AuthReport;
  /** What was seen, where it helps. */
  readonly evidence?: EvidenceReport;
  /** Every attempt, not only the last. */
  readonly attempts: readonly AttemptReport[];
  /** What happened when. */
  readonly timeline: readonly TimelineEntry[];
  /** Milliseconds in all. */
  readonly elapsedMs: number;
}
