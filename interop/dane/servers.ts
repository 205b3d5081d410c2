// Who answers in the DANE matrix: which certificate each Postfix shows, and what of its chain it sends.

/** A certificate for the matrix; names may end in `.*`, which stands for the domain of every row. */
export interface MatrixCertificate {
  readonly names: readonly string[];
  readonly from?: string;
  readonly to?: string;
  /** Default: the intermediate authority. */
  readonly signedBy?: 'itself';
}

export const certificates: Readonly<Record<string, MatrixCertificate>> = {
  good: { names: ['mx.*', 'end.*', '*.sts.test'] },
  expired: { names: ['mx.*', 'end.*', '*.sts.test'], from: '2020-01-01', to: '2020-02-01' },
  future: { names: ['mx.*', 'end.*', '*.sts.test'], from: '2060-01-01', to: '2060-02-01' },
  elsewhere: { names: ['elsewhere.test'] },
  itself: { names: ['elsewhere.test'], signedBy: 'itself' },
  /** Names one domain each, and no host. */
  domain: {
    names: ['ta-domain.signed.test', 'ta-domain-insecure.unsigned.test', 'ta-subdomain.signed.test'],
  },
  canonical: { names: ['ta-canonical-end.signed.test'] },
  alias: { names: ['mx.alias-name.signed.test'] },
  end: { names: ['end.*'] },
  expansion: { names: ['com.three-hosts-15.signed.test'] },
};

/** A Postfix on port 25 of an address of its own. */
export interface MatrixServer {
  readonly certificate: string;
  /** What goes out behind the server's own certificate. Default: the intermediate. */
  readonly sends?: readonly ('intermediate' | 'root')[];
  /** Whom it shows another server's certificate: clients who ask for these names. */
  readonly sni?: Readonly<Record<string, string>>;
  /** Further settings of its smtpd. */
  readonly settings?: Readonly<Record<string, string>>;
}

export const servers: Readonly<Record<string, MatrixServer>> = {
  good: { certificate: 'good' },
  'with-root': { certificate: 'good', sends: ['intermediate', 'root'] },
  'leaf-only': { certificate: 'good', sends: [] },
  expired: { certificate: 'expired' },
  future: { certificate: 'future' },
  elsewhere: { certificate: 'elsewhere' },
  itself: { certificate: 'itself', sends: [] },
  domain: { certificate: 'domain' },
  canonical: { certificate: 'canonical' },
  alias: { certificate: 'alias' },
  end: { certificate: 'end' },
  expansion: { certificate: 'expansion' },
  sni: { certificate: 'elsewhere', sni: { 'end.sni.signed.test': 'good' } },
  'no-tls': { certificate: 'good', settings: { smtpd_tls_security_level: 'none' } },
  // Offers STARTTLS and takes no version that anybody still speaks.
  'old-tls': { certificate: 'good', settings: { smtpd_tls_protocols: 'TLSv1' } },
};

/** Nobody listens there. */
const CLOSED = '127.0.2.250';

/** The address of a server. */
export function addressOf(server: string): string | undefined {
  if (server === 'closed') return CLOSED;
  const index = Object.keys(servers).indexOf(server);
  return index < 0 ? undefined : `127.0.2.${10 + index}`;
}
