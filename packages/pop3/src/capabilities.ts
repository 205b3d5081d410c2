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
  /** `false` where CAPA was refused: the server may still know USER, UIDL and TOP (RFC 2449 §5). */
  readonly listed: boolean;
}

/** Nothing is known: before CAPA, where CAPA is refused, and after a TLS handshake until the next CAPA. */
export const noCapabilities: Capabilities = {
  tags: Object.create(null) as Record<string, readonly string[]>,
  auth: [],
  startTls: 'absent',
  pipelining: false,
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
  return {
    tags,
    auth: (tags['SASL'] ?? []).map((mechanism) => mechanism.toUpperCase()),
    startTls: tags['STLS']
      ? 'offered'
      : Object.keys(tags).some((tag) => masked.test(tag))
        ? 'masked'
        : 'absent',
    pipelining: tags['PIPELINING'] !== undefined,
    listed: true,
  };
}

/** The same without STLS: inside TLS the offer is void (RFC 2595 §4). */
export function withoutStartTls(capabilities: Capabilities): Capabilities {
  const tags = Object.assign(Object.create(null), capabilities.tags) as Record<string, readonly string[]>;
  delete tags['STLS'];
  return { ...capabilities, tags, startTls: 'absent' };
}
