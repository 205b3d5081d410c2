/** What a server can do (RFC 9051 §7.2.2). Never outlives the TLS layer, or the login, it was read before. */
export interface Capabilities {
  /** Every capability in upper case, in the server's order, each once. */
  readonly atoms: readonly string[];
  /** SASL mechanisms (`AUTH=`), upper case, in the server's order. */
  readonly auth: readonly string[];
  /** `masked` = an atom such as `XXXXXXXX` stands where a device on the way overwrote STARTTLS. */
  readonly startTls: 'offered' | 'masked' | 'absent';
  /** LOGIN must not be used (RFC 9051 §6.2.3). */
  readonly loginDisabled: boolean;
  /** AUTHENTICATE takes an initial response: SASL-IR (RFC 4959) or IMAP4rev2 (RFC 9051 §6.2.2). */
  readonly initialResponse: boolean;
  /** The revisions offered; a server that lists none is taken for IMAP4rev1. */
  readonly revisions: readonly ('IMAP4rev1' | 'IMAP4rev2')[];
}

/** Nothing is known: before the first list, and after a TLS handshake or a login until the next. */
export const noCapabilities: Capabilities = {
  atoms: [],
  auth: [],
  startTls: 'absent',
  loginDisabled: false,
  initialResponse: false,
  revisions: [],
};

/** STARTTLS as a device leaves it behind: as long as the original, X over every letter, or over every letter but the last. */
const masked = /^X{7}[A-Z]$/;

/**
 * Reads a list of capabilities: atoms, in any case and any order (RFC 9051 §7.2.2).
 *
 * @example
 * ```ts run
 * import { parseCapabilities } from '@postern/imap';
 * const { auth, startTls } = parseCapabilities('IMAP4rev1 starttls AUTH=PLAIN');
 * console.log(auth, startTls); // [ 'PLAIN' ] offered
 * ```
 */
export function parseCapabilities(list: string): Capabilities {
  const atoms = [
    ...new Set(
      list
        .toUpperCase()
        .split(/[ \t\r\n]+/)
        .filter((atom) => atom !== ''),
    ),
  ];
  return {
    atoms,
    auth: atoms.filter((atom) => atom.startsWith('AUTH=')).map((atom) => atom.slice(5)),
    startTls: atoms.includes('STARTTLS')
      ? 'offered'
      : atoms.some((atom) => masked.test(atom))
        ? 'masked'
        : 'absent',
    loginDisabled: atoms.includes('LOGINDISABLED'),
    initialResponse: atoms.includes('SASL-IR') || atoms.includes('IMAP4REV2'),
    revisions: (['IMAP4rev1', 'IMAP4rev2'] as const).filter((name) => atoms.includes(name.toUpperCase())),
  };
}

/** The same without STARTTLS: inside TLS the offer is void (RFC 9051 §6.2.1). */
export function withoutStartTls(capabilities: Capabilities): Capabilities {
  return {
    ...capabilities,
    atoms: capabilities.atoms.filter((atom) => atom !== 'STARTTLS'),
    startTls: 'absent',
  };
}
