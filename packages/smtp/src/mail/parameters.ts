import { UsageError } from '@postern/wire';
import type { Extensions } from '../extensions.ts';
import { encodePath, refused, refuseControls } from './path.ts';

/** A parameter of an extension that this package does not know (RFC 5321 §4.1.1.11). */
export interface CustomParameter {
  /** The keyword on MAIL or RCPT: letters, digits and hyphens. */
  readonly keyword: string;
  /** The value: printable ASCII but `=` and space, with SMTPUTF8 other characters too. Default: none. */
  readonly value?: string;
  /** The EHLO keyword of the extension that it belongs to. Default: `keyword`. */
  readonly extension?: string;
  /** Sends it although the extension is not offered; for tests. Default `false` (RFC 5321 §4.1.1.3). */
  readonly force?: boolean;
}

/** ESMTP parameters of MAIL. Each is refused, with nothing sent, where its extension is not offered. */
export interface MailParameters {
  /** SIZE: octets of the content with CRLF line ends, before dot-stuffing (RFC 1870 §3). */
  readonly size?: number | bigint;
  /** BODY (RFC 6152, RFC 3030 §3). `7BIT` is the meaning of none at all and is not written. */
  readonly body?: '7BIT' | '8BITMIME' | 'BINARYMIME';
  /** SMTPUTF8: addresses or header fields hold UTF-8 (RFC 6531 §3.4). */
  readonly smtpUtf8?: boolean;
  /** RET: how much of the content a failure notice returns (RFC 3461 §4.3). */
  readonly ret?: 'FULL' | 'HDRS';
  /** ENVID: an identifier that notices repeat, printable ASCII (RFC 3461 §4.4). */
  readonly envid?: string;
  /** REQUIRETLS: no hop may send it without verified TLS (RFC 8689 §2). Only inside verified TLS. */
  readonly requireTls?: boolean;
  /** MT-PRIORITY: -9 to 9 (RFC 6710 §3). */
  readonly mtPriority?: number;
  /** AUTH: on whose behalf the message was submitted; empty for nobody known (RFC 4954 §5). */
  readonly auth?: string;
  /** BY: seconds until delivery, and what then: `R` return it, `N` notify (RFC 2852 §4). */
  readonly deliverBy?: { readonly seconds: number; readonly mode: 'R' | 'N'; readonly trace?: boolean };
  /** HOLDFOR: seconds until it is to be released (RFC 4865 §4.1). */
  readonly holdFor?: number;
  /** HOLDUNTIL: the instant of release, as in RFC 3339 (RFC 4865 §4.1). */
  readonly holdUntil?: string;
  /** Parameters of other extensions. */
  readonly parameters?: readonly CustomParameter[];
}

/** ESMTP parameters of RCPT. */
export interface RcptParameters {
  /** NOTIFY: of what the sender wants to be told; `NEVER` stands alone (RFC 3461 §4.1). */
  readonly notify?: 'NEVER' | readonly ('SUCCESS' | 'FAILURE' | 'DELAY')[];
  /** ORCPT: the original recipient; a text is an `rfc822` address (RFC 3461 §4.2). */
  readonly orcpt?: string | { readonly addressType: string; readonly address: string };
  /** Parameters of other extensions. */
  readonly parameters?: readonly CustomParameter[];
}

/** RFC 3461 §4: printable ASCII stays, but for `+` and `=`, which like all else become `+` and two hex digits. */
export function xtext(text: string): string {
  refuseControls(text, 'xtext');
  return text.replaceAll(/[^!-*,-<>-~]/gs, (character) => {
    const code = character.charCodeAt(0);
    if (code > 126) throw refused('xtext holds printable ASCII only', 'RFC 3461 §4');
    return `+${code.toString(16).toUpperCase().padStart(2, '0')}`;
  });
}

function offered(extensions: Extensions, keyword: string): void {
  if (!extensions.keywords[keyword]) {
    throw refused(`a parameter of ${keyword}, which the server does not offer`, 'RFC 5321 §4.1.1.3');
  }
}

function inRange(value: number | bigint, least: number, most: number | bigint, what: string): string {
  const whole = typeof value === 'bigint' || Number.isSafeInteger(value);
  if (!whole || value < least || value > most) throw refused(`${what} is out of range`, 'RFC 5321 §4.1.1.11');
  return String(value);
}

const notices: readonly string[] = ['SUCCESS', 'FAILURE', 'DELAY'];

/** The types say so already; but not everybody who calls is type-checked, and the text goes on the wire. */
function oneOf(text: string, words: readonly string[], what: string): string {
  if (!words.includes(text))
    throw refused(`${what} must be one of ${words.join(', ')}`, 'RFC 5321 §4.1.1.11');
  return text;
}

/** What decides which parameters may be written. */
export interface ParameterContext {
  readonly extensions: Extensions;
  /** Whether the dialogue is inside TLS with a verified peer. */
  readonly verifiedTls: boolean;
  readonly longAddresses: boolean;
}

/** The parameters of MAIL, each with a space before it. */
export function encodeMailParameters(parameters: MailParameters, context: ParameterContext): string {
  const { extensions } = context;
  const words: string[] = [];
  const add = (keyword: string, word: string): void => {
    offered(extensions, keyword);
    words.push(word);
  };
  const { size, body, ret, envid, mtPriority, auth, deliverBy, holdFor, holdUntil } = parameters;
  // RFC 1870 §3: up to 20 digits.
  if (size !== undefined) add('SIZE', `SIZE=${inRange(size, 0, 99_999_999_999_999_999_999n, 'a size')}`);
  if (body !== undefined) oneOf(body, ['7BIT', '8BITMIME', 'BINARYMIME'], 'BODY');
  if (body === '8BITMIME') add('8BITMIME', 'BODY=8BITMIME');
  if (body === 'BINARYMIME') {
    // RFC 3030 §3: BINARYMIME is of use with CHUNKING only.
    offered(extensions, 'CHUNKING');
    add('BINARYMIME', 'BODY=BINARYMIME');
  }
  if (parameters.smtpUtf8 === true) {
    if (!extensions.keywords['SMTPUTF8']) {
      throw new UsageError('SMTPUTF8 is not offered', 'RFC 6531 §3.1', 'needs-smtputf8');
    }
    words.push('SMTPUTF8');
  }
  if (ret !== undefined) add('DSN', `RET=${oneOf(ret, ['FULL', 'HDRS'], 'RET')}`);
  if (envid !== undefined) {
    const word = `ENVID=${xtext(envid)}`;
    if (envid === '' || word.length > 100)
      throw refused('ENVID must have 1 to 94 characters', 'RFC 3461 §4.4');
    add('DSN', word);
  }
  if (auth !== undefined) {
    if (extensions.auth.length === 0) throw refused('AUTH= without an offer of AUTH', 'RFC 4954 §5');
    const rules = { utf8: parameters.smtpUtf8 === true, longAddresses: context.longAddresses };
    words.push(`AUTH=${auth === '' ? '<>' : xtext(encodePath(auth, rules))}`);
  }
  if (mtPriority !== undefined) {
    add('MT-PRIORITY', `MT-PRIORITY=${inRange(mtPriority, -9, 9, 'a priority')}`);
  }
  if (deliverBy) {
    const least = deliverBy.mode === 'R' ? 1 : -999_999_999;
    const seconds = inRange(deliverBy.seconds, least, 999_999_999, 'a delivery time');
    const mode = oneOf(deliverBy.mode, ['R', 'N'], 'the mode of BY');
    add('DELIVERBY', `BY=${seconds};${mode}${deliverBy.trace === true ? 'T' : ''}`);
  }
  if (holdFor !== undefined && holdUntil !== undefined) {
    throw refused('HOLDFOR and HOLDUNTIL exclude each other', 'RFC 4865 §4');
  }
  if (holdFor !== undefined) {
    const most = Number(extensions.keywords['FUTURERELEASE']?.[0] ?? 999_999_999);
    add('FUTURERELEASE', `HOLDFOR=${inRange(holdFor, 1, most, 'a hold time')}`);
  }
  if (holdUntil !== undefined) {
    if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(holdUntil)) {
      throw refused('HOLDUNTIL must be an RFC 3339 time', 'RFC 4865 §4.1');
    }
    add('FUTURERELEASE', `HOLDUNTIL=${holdUntil}`);
  }
  words.push(...custom(parameters.parameters, extensions, parameters.smtpUtf8 === true));
  if (parameters.requireTls === true) {
    // RFC 8689 §2: by the EHLO inside TLS, and only where the certificate was verified.
    if (!context.verifiedTls || !extensions.keywords['REQUIRETLS']) {
      throw new UsageError(
        'REQUIRETLS needs verified TLS and an offer inside it',
        'RFC 8689 §2',
        'requiretls-not-offered',
      );
    }
    words.push('REQUIRETLS');
  }
  return words.map((word) => ` ${word}`).join('');
}

/** The parameters of RCPT, each with a space before it. */
export function encodeRcptParameters(
  { notify, orcpt, parameters }: RcptParameters,
  extensions: Extensions,
  smtpUtf8: boolean,
): string {
  const words: string[] = [];
  if (notify !== undefined) {
    offered(extensions, 'DSN');
    const list = typeof notify === 'string' ? [notify] : notify;
    if (list.length === 0 || new Set(list).size < list.length) throw refused('NOTIFY', 'RFC 3461 §4.1');
    // RFC 3461 §4.1: NEVER stands alone.
    const known = list.length === 1 ? [...notices, 'NEVER'] : notices;
    words.push(`NOTIFY=${list.map((notice) => oneOf(notice, known, 'NOTIFY')).join(',')}`);
  }
  if (orcpt !== undefined) {
    offered(extensions, 'DSN');
    const { addressType, address } =
      typeof orcpt === 'string' ? { addressType: 'rfc822', address: orcpt } : orcpt;
    if (!/^[A-Za-z\d][A-Za-z\d-]*$/.test(addressType)) throw refused('an address type', 'RFC 3461 §4.2');
    const word = `ORCPT=${addressType};${xtext(address)}`;
    if (word.length > 500) throw refused('ORCPT is too long', 'RFC 3461 §4.2');
    words.push(word);
  }
  words.push(...custom(parameters, extensions, smtpUtf8));
  return words.map((word) => ` ${word}`).join('');
}

/** RFC 5321 §4.1.2: esmtp-keyword and esmtp-value; RFC 6531 §3.3 adds UTF-8 to the value. */
function custom(
  parameters: readonly CustomParameter[] | undefined,
  extensions: Extensions,
  smtpUtf8: boolean,
): readonly string[] {
  if (!parameters) return [];
  return parameters.map(({ keyword, value, extension, force }) => {
    if (!/^[A-Za-z\d][A-Za-z\d-]*$/.test(keyword)) throw refused('an ESMTP keyword', 'RFC 5321 §4.1.2');
    const valid = smtpUtf8 ? /^[!-<>-~\u0080-\u{10ffff}]+$/u : /^[!-<>-~]+$/;
    if (value !== undefined) refuseControls(value, 'an ESMTP value');
    if (value !== undefined && !valid.test(value)) throw refused('an ESMTP value', 'RFC 5321 §4.1.2');
    if (force !== true) offered(extensions, (extension ?? keyword).toUpperCase());
    return value === undefined ? keyword : `${keyword}=${value}`;
  });
}

/** What extensions add to the 512 octets of a MAIL line: octets by EHLO keyword, with the rule. */
const allowances: readonly (readonly [keyword: string, octets: number])[] = [
  ['SIZE', 26], // RFC 1870 §3
  ['8BITMIME', 16], // RFC 6152 §2, RFC 3030 §3: BODY
  ['SMTPUTF8', 10], // RFC 6531 §3.1
  ['AUTH', 500], // RFC 4954 §3
  ['REQUIRETLS', 11], // RFC 8689 §2
  ['MT-PRIORITY', 15], // RFC 6710 §3
  ['DELIVERBY', 17], // RFC 2852 §2
  ['FUTURERELEASE', 34], // RFC 4865 §3
];

/** RFC 5321 §4.5.3.1.4, with what DSN adds to every command (RFC 3461 §5.4): 1036 octets. */
const lineOctets = 512;
const dsnOctets = 1036 - lineOctets;

/** The longest line of MAIL or RCPT, in octets with CRLF, that this server has to take. */
export function lineLimit(verb: 'MAIL' | 'RCPT', extensions: Extensions): number {
  let limit = lineOctets + (extensions.keywords['DSN'] ? dsnOctets : 0);
  if (verb === 'RCPT') return limit;
  for (const [keyword, octets] of allowances) if (extensions.keywords[keyword]) limit += octets;
  return limit;
}
