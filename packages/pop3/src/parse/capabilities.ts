import type { Milliseconds } from '@postern/wire';

/** What a server can do beyond RFC 1939, as listed by CAPA (RFC 2449 §5). Never outlives the TLS layer it was read in. */
export interface Capabilities {
  /** Parameters by tag, the tag in upper case. A prototype-free object: any tag may be asked for. */
  readonly tags: Readonly<Record<string, readonly string[]>>;
  /** SASL mechanisms, upper case, in the server's order (RFC 5034 §3). */
  readonly auth: readonly string[];
  /** `masked` = a tag such as `XXXX` stands where a device on the way overwrote STLS. */
  readonly startTls: 'offered' | 'masked' | 'absent';
  /** Whether several commands may be sent without waiting (RFC 2449 §6.6). */
  readonly pipelining: boolean;
  /** TOP (RFC 1939 §7). `unknown` = CAPA was refused, and nobody has tried yet. */
  readonly top: 'offered' | 'unknown' | 'absent';
  /** UIDL (RFC 1939 §7); the same. */
  readonly uidl: 'offered' | 'unknown' | 'absent';
  /** UTF8 (RFC 6856 §2); `with-user` = user names and passwords may be UTF-8 too, also before it is said. */
  readonly utf8: 'absent' | 'offered' | 'with-user';
  /** Least time between two logins (RFC 2449 §6.5); `undefined` = nothing said. May differ after a login. */
  readonly loginDelay: Milliseconds | undefined;
  /**
   * How many days the server keeps messages (RFC 2449 §6.7). 0 = it may delete at QUIT whatever was retrieved, so nothing can be
   * left there; `undefined` = nothing said. May differ after a login.
   */
  readonly expire: number | 'never' | undefined;
  /** `false` where CAPA was refused: the server may still know USER, UIDL and TOP (RFC 2449 §5). */
  readonly listed: boolean;
}

/** Nothing is known: before CAPA, where CAPA is refused, and after a TLS handshake until the next CAPA. */
export const noCapabilities: Capabilities = {
  tags: Object.create(null) as Record<string, readonly string[]>,
  auth: [],
  startTls: 'absent',
  pipelining: false,
  top: 'unknown',
  uidl: 'unknown',
  utf8: 'absent',
  loginDelay: undefined,
  expire: undefined,
  listed: false,
};

/** STLS as a device leaves it behind: X over every letter, or over every letter but the last. */
const masked = /^X{3,}[A-Z]$/;

/**
 * Reads the lines of a CAPA reply (RFC 2449 §5, §6). Tags are case-insensitive; a tag that comes twice has the parameters of both.
 *
 * @example
 * ```ts run
 * import { parseCapabilities } from '@postern/pop3';
 * const { auth, startTls } = parseCapabilities(['stls', 'SASL PLAIN LOGIN']);
 * console.log(auth, startTls); // [ 'PLAIN', 'LOGIN' ] offered
 * ```
 */
export function parseCapabilities(lines: readonly string[]): Capabilities {
  const tags = Object.create(null) as Record<string, string[]>;
  for (const line of lines) {
    const [tag, ...parameters] = line.split(/[ \t]+/).filter((word) => word !== '');
    if (tag === undefined) continue;
    const known = (tags[tag.toUpperCase()] ??= []);
    for (const parameter of parameters) known.push(parameter);
  }
  const seconds = wholeNumber(tags['LOGIN-DELAY']?.[0]);
  return {
    tags,
    auth: (tags['SASL'] ?? []).map((mechanism) => mechanism.toUpperCase()),
    startTls: tags['STLS']
      ? 'offered'
      : Object.keys(tags).some((tag) => masked.test(tag))
        ? 'masked'
        : 'absent',
    pipelining: tags['PIPELINING'] !== undefined,
    top: tags['TOP'] ? 'offered' : 'absent',
    uidl: tags['UIDL'] ? 'offered' : 'absent',
    utf8: !tags['UTF8'] ? 'absent' : hasWord(tags['UTF8'], 'USER') ? 'with-user' : 'offered',
    loginDelay: seconds === undefined ? undefined : seconds * 1000,
    expire: hasWord(tags['EXPIRE'], 'NEVER') ? 'never' : wholeNumber(tags['EXPIRE']?.[0]),
    listed: true,
  };
}

/** RFC 2449 §6.5, §6.7: `USER` behind a value means that it may differ after the login. */
export function dependsOnUser({ tags }: Capabilities): boolean {
  return hasWord(tags['LOGIN-DELAY'], 'USER') || hasWord(tags['EXPIRE'], 'USER');
}

function hasWord(words: readonly string[] | undefined, wanted: string): boolean {
  return words?.some((word) => word.toUpperCase() === wanted) === true;
}

function wholeNumber(word: string | undefined): number | undefined {
  return word !== undefined && /^\d{1,9}$/.test(word) ? Number(word) : undefined;
}

/** The same without STLS: inside TLS the offer is void (RFC 2595 §4). */
export function withoutStartTls(capabilities: Capabilities): Capabilities {
  const tags = Object.assign(Object.create(null), capabilities.tags) as Record<string, readonly string[]>;
  delete tags['STLS'];
  return { ...capabilities, tags, startTls: 'absent' };
}
