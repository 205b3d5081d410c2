import type { ReportReason } from './verdict.ts';

/** What became of the MTA-STS policy of a domain (RFC 8461). A failure to find out is never an absence. */
export type StsReport =
  /** No record: the domain has no policy. */
  | { readonly status: 'absent' }
  /** There is a record, and no way to fetch policies was given. */
  | { readonly status: 'not-fetched'; readonly id: string }
  /** The policy. */
  | {
      readonly status: 'policy';
      /** The `id` of the record. */
      readonly id: string;
      readonly mode: 'enforce' | 'testing' | 'none';
      /** Patterns of hosts, as they stand in the policy. */
      readonly mx: readonly string[];
      /** Seconds for which senders keep it. */
      readonly maxAge: number;
    }
  /** The record could not be looked up or is none that counts, or the policy could not be had. */
  | {
      readonly status: 'failed';
      readonly at: 'record' | 'policy';
      /** A `dns-…` or `sts-…` code. */
      readonly reason: ReportReason;
      /** The status of the web server, the line of the policy, or the platform's code. */
      readonly detail?: string;
    };

/** Where a domain wants reports about TLS (RFC 8460 §3). */
export type TlsrptReport =
  | { readonly status: 'absent' }
  /** Text of the zone's owner: print it escaped. */
  | { readonly status: 'present'; readonly targets: readonly string[] }
  /** More than one record, or one that is not well formed: senders report nowhere. */
  | { readonly status: 'broken'; readonly problem: 'several-records' | 'bad-record' }
  | { readonly status: 'failed'; readonly reason: ReportReason };

/** What a domain announces to other servers by `_smtp-tls._tcp` (two drafts, no RFC). */
export type AnnouncementReport =
  | { readonly status: 'absent' }
  /** A lone target `.`: no mail is taken. */
  | { readonly status: 'not-offered' }
  | {
      readonly status: 'announced';
      readonly hosts: readonly {
        readonly host: string;
        readonly port: number;
        readonly preference: number;
      }[];
    }
  /** Each target has a bad port or is no host name. */
  | { readonly status: 'unusable' }
  | { readonly status: 'failed'; readonly reason: ReportReason };

/** What senders that follow a policy make of a host. */
export interface PolicyVerdict {
  /**
   * `passes`: mail is delivered, and protected. `fails`: senders that follow the policy deliver nothing here. `none`: no policy
   * counts for this host. `could-not-tell`: a look-up or the way there failed.
   */
  readonly verdict: 'passes' | 'fails' | 'none' | 'could-not-tell';
  /** Why; `none` where it passes, and where there is simply no policy. */
  readonly reason: ReportReason;
}

/** The TLSA records of one host at port 25, as senders find them (RFC 7672 §2.2). */
export type TlsaReport =
  /** Secure ones; one line of master-file text each, such as `3 1 1 00ff…`. */
  | { readonly status: 'records'; readonly base: string; readonly records: readonly string[] }
  /** None that count. `ignored` is how many there are all the same, in a zone that is not signed. */
  | {
      readonly status: 'none';
      /** `ad-untrusted`: the resolver says the zone is signed, and was not declared trusted. */
      readonly zone: 'signed' | 'unsigned' | 'ad-untrusted';
      readonly ignored: number;
    }
  /** Nobody answered: senders that check DANE give the host no mail until somebody does (RFC 7672 §2.1.2). */
  | { readonly status: 'failed'; readonly reason: ReportReason };
