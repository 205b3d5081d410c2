import type { Endpoint, Reason } from '@postern/wire';
import type { HabitName } from './habits/habit-name.ts';

/** How TLS is begun (RFC 8314 §3): with the first octet, or by a command after a plaintext greeting. */
export type TlsMethod = 'implicit-tls' | 'starttls';

/** What the port is for. `smtp` is port 25, between servers; `submission` is for mail programs. */
export type LabProtocol = 'smtp' | 'submission' | 'imap' | 'pop3';

/** What a correct check must report. */
export interface Outcome {
  /**
   * `works`: TLS stands, the certificate is good, the protocol answers inside; `refused`: somebody ended it; `silent`: nothing
   * came back in time; `could-not-tell`: no packet got as far as the server.
   */
  readonly verdict: 'works' | 'refused' | 'silent' | 'could-not-tell';
  /** Why; `none` where it works. */
  readonly reason: Reason | 'none';
}

/** One port of the lab. */
export interface LabEndpoint {
  /** The name to connect to, to send as SNI and to look for in the certificate. */
  readonly hostName: string;
  /** Where it is on the lab's own network: a documentation address and the standard port. */
  readonly endpoint: Endpoint;
  /**
   * Where it really is, for programs that do not use the lab's network. `undefined` where no packet can show the habit (an
   * unreachable address; a swallowed request where the system does not swallow): then only the lab's network knows it.
   */
  readonly real: Endpoint | undefined;
  readonly protocol: LabProtocol;
  /** The method that belongs to the port by its number. */
  readonly method: TlsMethod;
  readonly habit: HabitName;
  /** What a check must report for either method, the other one included, after it looked for the true cause. */
  readonly outcomes: Readonly<Record<TlsMethod, Outcome>>;
  /** What a login inside TLS with the account's password comes to; `undefined` where none is reached. */
  readonly login: Reason | 'works' | undefined;
  /** Whether it needs a real TLS library: flaws that the simulated network's stand-in for TLS does not know. */
  readonly needsRealTls: boolean;
}

/** A web server of a domain: with its MTA-STS policy (RFC 8461 §3.3), or with the settings for mail programs. */
export interface LabWebHost {
  readonly hostName: string;
  /** Where it is on the lab's own network. */
  readonly endpoint: Endpoint;
  /** Where it really is. */
  readonly real: Endpoint;
}

/** What is published for a domain; a finding of `@postern/probe` brings it in this form. */
export interface LabPublication {
  /** Master-file lines, one record each, with owners in full. */
  readonly zone: readonly string[];
  /** A file at a web server of the lab. */
  readonly file?: { readonly url: string; readonly content: string };
}

/** A sentence for people, in the languages of the project. */
export interface LabText {
  readonly en: string;
  readonly de: string;
}

/** A mail account of the lab. */
export interface LabAccount {
  readonly address: string;
  readonly password: string;
  /** For OAUTHBEARER and XOAUTH2: the one token that is taken. It never expires. */
  readonly token: string;
  /** The domain of the provider. */
  readonly provider: string;
  /** What a check of this account shows, in one sentence. */
  readonly lesson: LabText;
}
