import type { ClientProtocol, Method, Protocol, ServiceEndpoint, TlsMethod } from './endpoint.ts';
import type { Explanation } from './explanation.ts';
import type { ControlReport, ProbeReport } from './probe-report.ts';
import type {
  AnnouncementReport,
  PolicyVerdict,
  StsReport,
  TlsaReport,
  TlsrptReport,
} from './published-report.ts';
import type { ReportReason, Verdict } from './verdict.ts';

/**
 * Where a candidate came from, best first: the provider's own autoconfig file, the public provider database (ISPDB), SRV
 * records (RFC 6186, RFC 8314 §5.1), the MX host's provider, or a guess.
 */
export type Source = 'autoconfig' | 'ispdb' | 'srv' | 'mx' | 'guess';

/** Where settings are looked for on the web. The servers asked there learn the domain; the domain's own one the address too. */
export type WebSource = Extract<Source, 'autoconfig' | 'ispdb'>;

/** A place on the web that was asked for settings. */
export interface AskedPlace {
  /** Whose it is. */
  readonly source: WebSource;
  /** What was asked for. The provider's own place is told the address. */
  readonly url: string;
}

/** What to type as user name: the full address, the part before the `@`, or the provider's own form. */
export type UserNameForm = 'address' | 'local-part' | 'template';

/** How the login works as far as the announcement and the capabilities tell. */
export type LoginKind = 'password' | 'oauth-only' | 'unknown';

/** One setting of an account that was seen to work. */
export interface Setting extends ServiceEndpoint {
  /** What is spoken there. */
  readonly protocol: ClientProtocol;
  /** Never `plaintext`: that is not recommended, whatever works. */
  readonly method: TlsMethod;
  /** What to type as user name. */
  readonly userName: UserNameForm;
  /** For `template`: the provider's form, with `%EMAILADDRESS%`, `%EMAILLOCALPART%` and `%EMAILDOMAIN%`. */
  readonly userNameTemplate?: string;
  /** Where it came from. */
  readonly source: Source;
  /** The file that says so, as an address of the web; absent where it was no file. */
  readonly foundAt?: string;
  /** `oauth-only`: an ordinary password will not do. */
  readonly login: LoginKind;
  /** Found by a guess, over http, or in another domain without DNSSEC: show the host and ask before anything is sent. */
  readonly needsConfirmation: boolean;
}

/** A candidate that is not recommended, and why. */
export interface Rejection {
  /** What was tried. */
  readonly endpoint: ServiceEndpoint;
  /** Where it came from. */
  readonly source: Source;
  /** What the probe concluded. */
  readonly verdict: Verdict;
  /** Why. */
  readonly reason: ReportReason;
  /** The cause in one line. */
  readonly line: string;
}

/** The settings to type, per service. */
export interface Recommendation {
  /** Receiving: IMAP, or POP3 where there is no IMAP. `null` where nothing safe works. */
  readonly incoming: Setting | null;
  /** Sending. `null` where nothing safe works. */
  readonly outgoing: Setting | null;
  /** What works too, best first. */
  readonly alternatives: readonly Setting[];
  /** What does not, with one line each. */
  readonly rejected: readonly Rejection[];
  /** Sentences that belong to the whole: a blocked port, a browser login, a host to check. */
  readonly hints: readonly string[];
}

/** The mail programs whose dialogs are known. */
export type ClientId =
  | 'thunderbird'
  | 'thunderbird-android'
  | 'outlook-new'
  | 'outlook-365'
  | 'outlook-2016'
  | 'outlook-2003'
  | 'apple-mail'
  | 'ios-mail'
  | 'gmail-app'
  | 'evolution'
  | 'mutt';

/** One field of a dialog and what to put there. */
export interface ClientField {
  /** The field's label in the program. */
  readonly field: string;
  /** What to choose or type. */
  readonly choose: string;
  /** The neutral name of the method, on the field that decides it. */
  readonly meaning?: string;
}

/** One setting in the words of one mail program. */
export interface ClientAdvice {
  /** Which program. */
  readonly client: ClientId;
  /** Its name for people. */
  readonly name: string;
  /** Receiving or sending. */
  readonly service: 'incoming' | 'outgoing';
  /** The setting that the words stand for; where a program cannot do the recommended one, another that works. */
  readonly endpoint: ServiceEndpoint;
  /** `not-possible`: this program has no way to say it; `fields` is empty then. */
  readonly status: 'possible' | 'not-possible';
  /** In the order of the dialog. */
  readonly fields: readonly ClientField[];
  /** Why this choice, or why it is not possible. */
  readonly because: string;
  /** Traps of this program. */
  readonly notes: readonly string[];
  /** Whether the words that choose the method were not confirmed in the program itself; say so where they are shown. */
  readonly unconfirmed: boolean;
}

/** How grave a finding is: `problem` needs mending, `warning` deserves attention, `note` is worth knowing. */
export type Severity = 'problem' | 'warning' | 'note';

/** What to publish. Text of others may be in it: print it escaped. */
export interface Publication {
  /** Lines for the zone, ready as they are. They take the place of what stands at their name and type. */
  readonly zone: readonly string[];
  /** A file for a web server. */
  readonly file?: { readonly url: string; readonly content: string };
}

/** Something about a server that its owner or user should know, beyond "works" and "does not". */
export interface Finding {
  /** Stable name of the observation. */
  readonly name: string;
  /** How grave. */
  readonly severity: Severity;
  /** The reason code it rests on, where there is one. */
  readonly reason: ReportReason;
  /** Where it was seen. */
  readonly endpoints: readonly ServiceEndpoint[];
  /** In words. */
  readonly explanation: Explanation;
  /** The domain, where it is about what the domain publishes for other servers; its operator is addressed then. */
  readonly domain?: string;
  /** What puts it right, ready to be published. */
  readonly publish?: Publication;
}

/** One more address of a host that takes mail. */
export interface ExchangerAddress {
  /** STARTTLS at port 25 of this address, which is its `connectTo`. */
  readonly probe: ProbeReport;
  /** As for the host. */
  readonly dane?: PolicyVerdict;
  /** As for the host. */
  readonly sts?: PolicyVerdict;
}

/** One host that takes mail for the domain. */
export interface MailExchanger {
  /** Host name. */
  readonly host: string;
  /** MX preference, lower first (RFC 5321 §5.1). */
  readonly preference: number;
  /** The probes of this host: STARTTLS on 25, TLS on 465. */
  readonly probes: readonly ProbeReport[];
  /** Its TLSA records at port 25; absent where the check was stopped before. */
  readonly tlsa?: TlsaReport;
  /** Its other addresses; absent where it has one only. A verdict that fails at one of them is that of the host. */
  readonly others?: readonly ExchangerAddress[];
  /** What senders that check DANE make of port 25 (RFC 7672); absent where the check was stopped before. */
  readonly dane?: PolicyVerdict;
  /** What senders that follow MTA-STS make of port 25 (RFC 8461); absent where the check was stopped before. */
  readonly sts?: PolicyVerdict;
}

/** One host that the domain announces to other servers (`_smtp-tls._tcp`, experimental). */
export interface AnnouncedExchanger {
  /** Host name. */
  readonly host: string;
  /** The announced port: TLS from the first octet there, or STARTTLS where it is 25. */
  readonly port: number;
  /** Its priority, lower first (RFC 2782). */
  readonly preference: number;
  /** The probes of the announced port, and of 25, where senders go that cannot get through there. */
  readonly probes: readonly ProbeReport[];
  /** What senders that follow MTA-STS make of the announced port; absent where the check was stopped before. */
  readonly sts?: PolicyVerdict;
}

/** A policy that the domain publishes, as far as it was looked up. */
export interface PolicyReport {
  /** `mta-sts`, `dane`, `tlsrpt`. */
  readonly name: 'mta-sts' | 'dane' | 'tlsrpt';
  /** `present`, `absent`, or `failed` where it could not be looked up or read. */
  readonly status: 'present' | 'absent' | 'failed';
  /** Why it failed. */
  readonly reason?: ReportReason;
  /** Its content in one line. Text of the peer: print it escaped. */
  readonly detail?: string;
}

/** The other side of a domain: how it receives mail. */
export interface DomainReport {
  /** The mail domain in A-label form. */
  readonly name: string;
  /** `exchangers`, `implicit` (no MX: the domain itself), `null-mx` (RFC 7505: takes no mail), `no-such-domain`, `failed`. */
  readonly route: 'exchangers' | 'implicit' | 'null-mx' | 'no-such-domain' | 'failed';
  /** Why there are no exchangers, where there are none. */
  readonly reason?: ReportReason;
  /** The same in words. */
  readonly explanation?: Explanation;
  /** Whether the answer was DNSSEC-validated by a resolver we trust. */
  readonly authenticated: boolean;
  /** Every host of the MX records, best first, those included that were not looked at. */
  readonly exchanges?: readonly string[];
  /** What is wrong with its MX records though mail may flow: `mx-is-address`, `null-mx-ignored` and others; absent without any. */
  readonly diagnostics?: readonly { readonly type: string; readonly host: string }[];
  /** Best first, at most four. */
  readonly exchangers: readonly MailExchanger[];
  /** What the domain publishes about its own protection, in short. */
  readonly policies: readonly PolicyReport[];
  /** Its MTA-STS policy; absent where the check was stopped before. */
  readonly sts?: StsReport;
  /** Where it wants TLS reports; absent where the check was stopped before. */
  readonly tlsrpt?: TlsrptReport;
  /** What it announces to other servers (experimental); absent where the check was stopped before. */
  readonly announcement?: AnnouncementReport;
  /** The hosts of that announcement, in its order, at most four; absent without any. */
  readonly announcedExchangers?: readonly AnnouncedExchanger[];
  /** The services announced by SRV records, as `_imaps._tcp` and its target. */
  readonly announced: readonly {
    /** The label asked for, such as `_submissions._tcp`. */
    readonly service: string;
    /** What is spoken there. */
    readonly protocol: Protocol;
    /** How TLS begins there. */
    readonly method: Method;
    /** Target host; `null` where the service is announced as not offered (target `.`, RFC 2782). */
    readonly host: string | null;
    /** Port of the target. */
    readonly port: number;
  }[];
  /** Services of which nobody knows whether they are announced, because the look-up failed; absent where all were answered. */
  readonly unanswered?: readonly {
    /** The label asked for, such as `_submissions._tcp`. */
    readonly service: string;
    /** Why there was no answer. */
    readonly reason: ReportReason;
  }[];
}

/**
 * The result of a whole account, as `postern check --json` prints it. Fields may be added to this schema; none is renamed
 * or removed while it is called `postern.check/1`.
 */
export interface AccountReport {
  /** Name and version of this shape. */
  readonly schema: 'postern.check/1';
  /** The address asked for; `null` where only a domain was given. */
  readonly address: string | null;
  /** The language of all sentences in here. */
  readonly lang: Explanation['lang'];
  /** How the domain receives mail; `null` where it was not looked up. */
  readonly domain: DomainReport | null;
  /** Every place on the web that was asked for settings, beside the DNS. */
  readonly asked: readonly AskedPlace[];
  /** Sources that were not asked because the caller did not want it; absent where all were. */
  readonly notAsked?: readonly WebSource[];
  /** Every endpoint that was probed. */
  readonly probes: readonly ProbeReport[];
  /** What to type. */
  readonly recommendation: Recommendation;
  /** The same in the words of each mail program. */
  readonly clients: readonly ClientAdvice[];
  /** What else was noticed. */
  readonly findings: readonly Finding[];
  /** What the controls said of silent ports; absent where none were asked. */
  readonly controls?: readonly ControlReport[];
  /** Endpoints whose probes were stopped before their end; absent where all are in the report. */
  readonly unfinished?: readonly ServiceEndpoint[];
  /** Milliseconds after which the first service of each kind was known to work; `null` where none does. */
  readonly usableAfterMs: { readonly incoming: number | null; readonly outgoing: number | null };
  /** Milliseconds in all. */
  readonly elapsedMs: number;
}
