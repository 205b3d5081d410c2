// One line of the MTA-STS matrix: what a domain publishes, what its policy host answers, and what a sender makes of it.

/** What the policy host does when it is asked. */
export interface PolicyAnswer {
  /** Default: the good one. */
  readonly certificate?: PolicyCertificate;
  /** Default 200. */
  readonly status?: number;
  /** Default: that of `text/plain`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** `unannounced`: without a length. `slow`: an octet now and then. `never`: nothing. `broken`: closes in the middle. */
  readonly manner?: 'unannounced' | 'slow' | 'never' | 'broken';
}

export type PolicyCertificate = 'good' | 'expired' | 'elsewhere' | 'itself' | 'common-name';

export interface StsRow {
  /** The domain is NAME.sts.test, its exchanger mx-NAME.sts.test. */
  readonly name: string;
  /** Of the requirements. */
  readonly ids: string;
  readonly shows: string;
  /** TXT records at `_mta-sts`. Default: a good one; none where it is empty. */
  readonly texts?: readonly string[];
  /** Further records, relative to the domain. `A SERVER` as in the DANE matrix. */
  readonly zone?: string;
  readonly answer?: PolicyAnswer;
  /** A server of the DANE matrix behind the exchanger. Default `good`. */
  readonly server?: string;
  /** Default: the exchanger alone. */
  readonly mx?: string;
  /** The policy's mode, or why there is none. */
  readonly found: 'enforce' | 'testing' | 'none' | 'absent';
  /** What went wrong on the way. */
  readonly failure?: string;
  /** What becomes of the mail where no policy was known before. */
  readonly delivery: StsDelivery;
  /** And where one is kept that lists other hosts. Default: it is replaced, and the delivery the same. */
  readonly kept?: StsDelivery;
  /** Result types of the TLS report, RFC 8460 §4.3, where no policy was known before. */
  readonly reported?: readonly string[];
  /** What curl makes of the policy host. Default: that of `failure`, or `fetched`. */
  readonly curl?: string;
  /** Why curl's word differs from ours, and who is right. */
  readonly because?: string;
}

export type StsDelivery = 'verified' | 'opportunistic' | 'plaintext' | `deferred ${string}`;

/** What a policy says by default: everything right. */
export function policy(lines: {
  readonly mode?: string;
  readonly mx?: readonly string[];
  readonly maxAge?: string;
}): string {
  const { mode = 'enforce', mx = ['*.sts.test'], maxAge = '86400' } = lines;
  const patterns = mx.map((pattern) => `mx: ${pattern}`);
  return ['version: STSv1', `mode: ${mode}`, ...patterns, `max_age: ${maxAge}`, ''].join('\r\n');
}

export function domainOf({ name }: StsRow): string {
  return `${name}.sts.test`;
}
