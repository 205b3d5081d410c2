/** What a server offers, read from its EHLO reply (RFC 5321 §4.1.1.1). */
export interface Extensions {
  /** The name the server gives itself in the first line; empty where it gives none. */
  readonly domain: string;
  /** Parameters by keyword, the keyword in upper case. A prototype-free object: any keyword may be asked for. */
  readonly keywords: Readonly<Record<string, readonly string[]>>;
  /** SASL mechanisms, upper case, in the server's order; those of the old form `AUTH=LOGIN` included. */
  readonly auth: readonly string[];
  /**
   * The largest message in octets; 0 = no fixed maximum, `undefined` = nothing known. A bigint, because the number may have
   * any number of digits (RFC 1870 §3).
   */
  readonly size: bigint | undefined;
  /** `masked` = a keyword such as `XXXXXXXA` stands where a device on the way overwrote STARTTLS. */
  readonly startTls: 'offered' | 'masked' | 'absent';
  /** What the server limits beyond the rules of SMTP (RFC 9422). */
  readonly limits: Limits;
}

/** The limits of RFC 9422 §4; `undefined` = none is announced. */
export interface Limits {
  /** MAIL commands in a session, failed ones too. */
  readonly mailMax: number | undefined;
  /** RCPT commands in a transaction, failed ones too. */
  readonly rcptMax: number | undefined;
  /** Different domains of recipients in a session. */
  readonly rcptDomainMax: number | undefined;
}

const noLimits: Limits = { mailMax: undefined, rcptMax: undefined, rcptDomainMax: undefined };

/** Nothing is offered: before EHLO, after HELO, and after a TLS handshake until the next EHLO (RFC 3207 §4.2). */
export const noExtensions: Extensions = {
  domain: '',
  keywords: Object.create(null) as Record<string, readonly string[]>,
  auth: [],
  size: undefined,
  startTls: 'absent',
  limits: noLimits,
};

/** RFC 5321 §4.1.1.1: a letter or digit, then letters, digits and hyphens; `=` only in the old form `AUTH=LOGIN`. */
const keywordLine = /^([A-Za-z0-9][A-Za-z0-9-]*)(?:([ =])(.*))?$/;

/** The keyword STARTTLS as some firewalls leave it behind: as long as the original, X over every letter but the last. */
const masked = /^X{7}[A-Z]$/;

/**
 * Reads the lines of an EHLO reply, codes taken off. The first is the server's domain and free text, each further one a
 * keyword with parameters. A line that is no keyword line is ignored; of a keyword that comes twice the last line wins,
 * except that the mechanisms of all AUTH lines count.
 *
 * @example
 * ```ts run
 * import { parseExtensions } from '@postern/smtp';
 * const { size, auth } = parseExtensions(['mx.example.org greets you', 'size 1000', 'AUTH=LOGIN PLAIN']);
 * console.log(size, auth); // 1000n [ 'LOGIN', 'PLAIN' ]
 * ```
 */
export function parseExtensions(lines: readonly string[]): Extensions {
  const keywords = Object.create(null) as Record<string, readonly string[]>;
  const auth = new Set<string>();
  for (const line of lines.slice(1)) {
    const match = keywordLine.exec(line.trimEnd());
    const keyword = match?.[1]?.toUpperCase();
    if (keyword === undefined) continue;
    const parameters = (match?.[3] ?? '').split(' ').filter((word) => /^[\x21-\x7e]+$/.test(word));
    if (match?.[2] === '=' && keyword !== 'AUTH') continue;
    if (keyword === 'AUTH') {
      // A server of before RFC 2554 wrote `AUTH=LOGIN`; some write both forms, with different mechanisms.
      for (const name of parameters) auth.add(name.toUpperCase());
      keywords[keyword] = [...auth];
    } else {
      keywords[keyword] = parameters;
    }
  }
  return {
    domain: lines[0]?.split(' ')[0] ?? '',
    keywords,
    auth: [...auth],
    size: sizeOf(keywords['SIZE']),
    startTls: startTlsOf(keywords),
    limits: limitsOf(keywords['LIMITS']),
  };
}

/** RFC 9422 §3: a parameter that breaks the syntax voids them all, a bad value or an unknown name only itself. */
function limitsOf(parameters: readonly string[] | undefined): Limits {
  if (!parameters) return noLimits;
  const values = new Map<string, number>();
  for (const parameter of parameters) {
    const match = /^([A-Za-z\d_-]+)(?:=([!-:<-~]+))?$/.exec(parameter);
    if (!match) return noLimits;
    const [, name = '', value = ''] = match;
    // RFC 9422 §4: one to six digits, no leading zero.
    if (/^[1-9]\d{0,5}$/.test(value)) values.set(name.toUpperCase(), Number(value));
  }
  return {
    mailMax: values.get('MAILMAX'),
    rcptMax: values.get('RCPTMAX'),
    rcptDomainMax: values.get('RCPTDOMAINMAX'),
  };
}

function sizeOf(parameters: readonly string[] | undefined): bigint | undefined {
  const digits = parameters?.[0];
  return digits !== undefined && /^\d+$/.test(digits) ? BigInt(digits) : undefined;
}

function startTlsOf(keywords: Extensions['keywords']): Extensions['startTls'] {
  if (keywords['STARTTLS']) return 'offered';
  return Object.keys(keywords).some((keyword) => masked.test(keyword)) ? 'masked' : 'absent';
}

/** The same without STARTTLS: inside TLS the offer is void (RFC 3207 §4.2). */
export function withoutStartTls(extensions: Extensions): Extensions {
  const keywords = Object.assign(Object.create(null), extensions.keywords) as Record<
    string,
    readonly string[]
  >;
  delete keywords['STARTTLS'];
  return { ...extensions, keywords, startTls: 'absent' };
}
