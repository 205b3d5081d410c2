// One line of the DANE matrix: what a domain publishes, who answers there, and what two programs that send mail make of it.

/** What the command `postern send` comes to under the level `dane`. */
type OurVerdict =
  /** The host proved itself by TLSA records, and the domain is known to have meant it. */
  | 'verified'
  /** The host proved itself; that it is the domain's nobody has signed (RFC 7672 §2.2.1). */
  | 'host verified'
  /** TLS is demanded, and nobody can be told from anybody (RFC 7672 §2.2, all records unusable). */
  | 'encrypted'
  /** TLS because it was offered. */
  | 'opportunistic'
  | 'plaintext'
  | `deferred ${string}`
  | `refused ${string}`;

/** What posttls-finger says, in one word. */
export type TheirVerdict =
  | 'verified'
  | 'host verified'
  /** There are TLSA records, and what the host showed does not match. */
  | 'mismatch'
  /** TLS, and no record to judge it by: the program judges by names and authorities then, for show. */
  | 'no DANE'
  /** There was no TLS to look at. */
  | 'no TLS'
  /** A name could not be looked up, or was found forged. */
  | 'look-up failed'
  /** The domain takes no mail. */
  | 'no mail';

export interface DaneRow {
  /** The domain is NAME.signed.test, or NAME.unsigned.test. With a dot it is a domain of its own. */
  readonly name: string;
  /** Whose zone the domain is in. Default `signed`. */
  readonly zone?: 'signed' | 'unsigned';
  /** Of the requirements. */
  readonly ids: string;
  readonly shows: string;
  /**
   * Records below NAME.signed.test, in zone-file notation. `A SERVER` stands for the address of a server of servers.ts, and
   * `TLSA 3 1 1 CERTIFICATE` for the association data of a certificate there; `#` begins literal data.
   */
  readonly signed?: string;
  /** The same below NAME.unsigned.test. */
  readonly unsigned?: string;
  /** Records whose signature is made wrong after signing. */
  readonly broken?: readonly BrokenSignature[];
  /** Default `postmaster`. */
  readonly recipient?: string;
  /** Default `dane`. */
  readonly level?: 'dane' | 'dane-only';
  readonly postern: OurVerdict;
  readonly finger: TheirVerdict;
  /** Why the two differ, and who is right. Without it they must agree. */
  readonly because?: string;
}

export interface BrokenSignature {
  /** Relative to NAME.signed.test. */
  readonly owner: string;
  /** Also `NSEC`, by which absence is proven. */
  readonly type: string;
  readonly how: 'altered' | 'expired';
}

/** What the two words for the same thing are. */
const SAME: readonly (readonly [RegExp, TheirVerdict])[] = [
  [/^verified$/, 'verified'],
  [/^host verified$/, 'host verified'],
  [/^(encrypted|opportunistic|deferred dane-required)$/, 'no DANE'],
  [/^deferred (dane-mismatch|cert-.*)$/, 'mismatch'],
  [/^(plaintext|deferred (starttls-|tls-).*)$/, 'no TLS'],
  [/^deferred dns-.*$/, 'look-up failed'],
  [/^refused null-mx$/, 'no mail'],
];

/** Whether the two verdicts say the same. */
export function agree(ours: string, theirs: string): boolean {
  return SAME.some(([ourWord, theirWord]) => theirWord === theirs && ourWord.test(ours));
}

/** The domain that mail is for. */
export function domainOf({ name, zone = 'signed' }: DaneRow): string {
  return name.includes('.') ? name : `${name}.${zone}.test`;
}

/** The most common kind: one host, with these TLSA records. */
export function host(server: string, ...tlsa: readonly string[]): string {
  const records = tlsa.map((data) => `_25._tcp.mx TLSA ${data}`);
  return ['@ MX 10 mx', `mx A ${server}`, ...records].join('\n');
}
