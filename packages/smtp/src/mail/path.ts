import { UsageError, utf8 } from '@postern/wire';

/** A mailbox taken apart. */
export interface Mailbox {
  /** As it goes over the wire: a dot-atom, or quoted where it has to be (RFC 5321 §4.1.2). Case is kept. */
  readonly localPart: string;
  /** A domain or an address literal; empty for `postmaster` alone. */
  readonly domain: string;
}

/** RFC 5321 §4.1.2 atext, with the non-ASCII of RFC 6531 §3.3. */
const dotAtom = /^[\w!#$%&'*+/=?^`{|}~\u0080-\u{10ffff}-]+(?:\.[\w!#$%&'*+/=?^`{|}~\u0080-\u{10ffff}-]+)*$/u;

/** What has to be quoted although nobody quotes it: dots at the ends or side by side, as some carriers gave them out. */
const oddDots = /^[\w!#$%&'*+/=?^`{|}~.\u0080-\u{10ffff}-]+$/u;

/** A label begins and ends with a letter or digit (RFC 5321 §4.1.2); U-labels as in RFC 6531 §3.3. */
const domainName =
  /^[a-z\d\u0080-\u{10ffff}](?:[a-z\d\u0080-\u{10ffff}-]*[a-z\d\u0080-\u{10ffff}])?(?:\.[a-z\d\u0080-\u{10ffff}](?:[a-z\d\u0080-\u{10ffff}-]*[a-z\d\u0080-\u{10ffff}])?)*$/iu;

/** A dot-atom of letters, digits, `_`, `+` and `-` at a domain name in ASCII: within what the three above allow. */
const everydayMailbox = /^[\w+-]+(?:\.[\w+-]+)*@[a-z\d]+(?:-+[a-z\d]+)*(?:\.[a-z\d]+(?:-+[a-z\d]+)*)*$/i;

/** RFC 5321 §4.1.3: what stands between the brackets is printable ASCII but brackets and backslash. */
const literal = /^\[[!-Z^-~]+\]$/;

/**
 * RFC 5321 §2.3.8, §4.1.2: no octet 0 to 31 nor 127 in an argument: CR and LF would begin a new command. Nor the control
 * characters of Unicode, which a terminal at the other end obeys.
 */
// oxlint-disable-next-line no-control-regex -- it is the control characters that are looked for
const control = /[\u0000-\u001f\u007f-\u009f]/;

/** Half a surrogate pair has no UTF-8; the encoder would put something else in its place. */
const loneSurrogate = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

/** RFC 5321 §4.5.3.1.1, §4.5.3.1.2, §4.5.3.1.3, in octets. */
const limits = { localPart: 64, domain: 255, path: 256 } as const;

/** Whether a text is ASCII. */
export function isAscii(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- all of ASCII
  return /^[\u0000-\u007f]*$/.test(text);
}

/** Refuses a text that would break out of its line. */
export function refuseControls(text: string, what: string): void {
  if (typeof text !== 'string' || control.test(text) || loneSurrogate.test(text)) {
    throw refused(`${what} must be a text without control characters`);
  }
}

/** The error for an argument of the caller that cannot be sent; the argument itself is not repeated. */
export function refused(message: string, rule = 'RFC 5321 §4.1.2'): UsageError {
  return new UsageError(message, rule, 'argument-refused');
}

/**
 * Takes a mailbox apart and quotes its local part as little as possible. Throws a {@link UsageError} with code
 * `argument-refused` for a text that is none. `postmaster` alone is one (RFC 5321 §4.1.1.3).
 */
export function parseMailbox(text: string): Mailbox {
  refuseControls(text, 'an address');
  if (/^postmaster$/i.test(text)) return { localPart: text, domain: '' };
  const quoted = /^"((?:[^"\\]|\\.)*)"@([^@]*|\[.*\])$/su.exec(text);
  const [localPart, domain] = quoted
    ? [leastQuoting((quoted[1] ?? '').replaceAll(/\\(.)/gsu, '$1')), quoted[2] ?? '']
    : splitPlain(text);
  if (!domainName.test(domain) && !literal.test(domain))
    throw refused('the domain of an address is malformed');
  return { localPart, domain };
}

function splitPlain(text: string): readonly [localPart: string, domain: string] {
  const at = text.lastIndexOf('@');
  const localPart = text.slice(0, at);
  if (at < 1 || !oddDots.test(localPart)) throw refused('an address is malformed');
  return [leastQuoting(localPart), text.slice(at + 1)];
}

/** RFC 5321 §4.1.2: quoted forms are equal to the plain one, which is to be preferred. */
function leastQuoting(content: string): string {
  return dotAtom.test(content) ? content : `"${content.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

/** How addresses are written. */
export interface PathRules {
  /** Whether the transaction has SMTPUTF8, so that addresses may hold UTF-8 (RFC 6531 §3.1). */
  readonly utf8: boolean;
  /** Sends addresses over the sizes of RFC 5321 §4.5.3.1 too. */
  readonly longAddresses: boolean;
}

/**
 * A mailbox as a path without its angle brackets. Without SMTPUTF8 a domain goes out as A-labels (RFC 6531 §3.7.1) and a
 * local part outside ASCII is refused with code `needs-smtputf8`.
 */
export function encodePath(address: string, rules: PathRules): string {
  // Almost every address: nothing in it has to be quoted, converted or refused.
  if (typeof address === 'string' && address.length <= limits.localPart && everydayMailbox.test(address))
    return address;
  const { localPart, domain: given } = parseMailbox(address);
  if (!rules.utf8 && !isAscii(localPart)) {
    throw new UsageError('an address outside ASCII needs SMTPUTF8', 'RFC 6531 §3.1', 'needs-smtputf8');
  }
  const domain = rules.utf8 || isAscii(given) ? given : aLabels(given);
  const path = domain === '' ? localPart : `${localPart}@${domain}`;
  const tooLong =
    octets(localPart) > limits.localPart ||
    octets(domain) > limits.domain ||
    octets(path) + '<>'.length > limits.path;
  if (tooLong && !rules.longAddresses) throw refused('an address is too long', 'RFC 5321 §4.5.3.1');
  return path;
}

/** Whether an address can only be sent with SMTPUTF8: a domain alone could go out as A-labels. */
export function needsUtf8(address: string): boolean {
  return !isAscii(address) && !isAscii(parseMailbox(address).localPart);
}

/** The domain of an address in lower case, for counting domains. */
export function domainOf(address: string): string {
  return parseMailbox(address).domain.toLowerCase();
}

function octets(text: string): number {
  return isAscii(text) ? text.length : utf8(text).length;
}

interface UrlConstructor {
  new (url: string): { readonly hostname: string };
}

/** A-labels by the platform's own UTS #46, which is part of `URL` everywhere. */
function aLabels(domain: string): string {
  const { URL } = globalThis as unknown as { readonly URL: UrlConstructor };
  try {
    const { hostname } = new URL(`http://${domain}`);
    if (domainName.test(hostname) && isAscii(hostname)) return hostname;
  } catch {
    // Not a domain that could be looked up, so not one that mail could go to.
  }
  throw refused('the domain of an address has no A-label form', 'RFC 6531 §3.7.1');
}
