import { utf8 } from '@postern/wire';
import type { Instant } from '@postern/wire';
import type { Envelope } from '../envelope.ts';
import type { ClientInfo } from '../events.ts';

/** The trace lines that a server puts on top of a message (RFC 5321 §4.4). */
export interface TraceRules {
  /** The time of day, in milliseconds since 1970 in UTC, such as `Date.now`. */
  readonly wallClock: () => Instant;
  /** A name for the next message, such as a number in the queue: letters, digits, `.`, `_` and `-`. */
  readonly id: () => string;
  /** Minutes east of UTC that the date is written in. Default 0. */
  readonly offsetMinutes?: number;
  /** This is final delivery: a `Return-Path:` goes above the `Received:` (RFC 5321 §4.4). Default `false`. */
  readonly returnPath?: boolean;
}

/** What the trace lines are made of. */
export interface TraceFacts {
  readonly protocol: 'smtp' | 'lmtp';
  /** The server's name. */
  readonly domain: string;
  readonly client: ClientInfo;
  readonly envelope: Envelope;
  readonly id: string;
}

/** The trace lines, each ending with CRLF. */
export function traceLines(rules: TraceRules, facts: TraceFacts): Uint8Array {
  const { client, domain, envelope, id } = facts;
  const returnPath = rules.returnPath === true ? `Return-Path: <${envelope.sender.path}>\r\n` : '';
  // RFC 8314 §4.3: the cipher suite by its IANA name.
  const cipher = client.tls ? `\r\n\ttls ${client.tls.cipher.replace(/[^\w-]/g, '')}` : '';
  const received =
    `Received: from ${from(client)}\r\n` +
    `\tby ${domain} with ${withProtocol(facts)} id ${id.replace(/[^\w.-]/g, '')}${cipher};\r\n` +
    `\t${date(rules.wallClock(), rules.offsetMinutes ?? 0)}\r\n`;
  return utf8(returnPath + received);
}

/** RFC 5321 §4.4: the name from EHLO, and the address it came from. */
function from({ domain, endpoint }: ClientInfo): string {
  const literal = /^\[[\w.:-]+\]$/;
  const name = /^[\w\u0080-\uffff-]+(?:\.[\w\u0080-\uffff-]+)*$/;
  // What is neither could close a comment or begin another clause.
  const said = literal.test(domain) || name.test(domain) ? domain : 'unknown';
  if (!endpoint) return said;
  const { address } = endpoint;
  return `${said} ([${address.includes(':') ? 'IPv6:' : ''}${address}])`;
}

/** RFC 3848, RFC 6531 §4.3: S for TLS, A for a login; HELO makes it plain SMTP. */
function withProtocol({ protocol, client, envelope }: TraceFacts): string {
  const base = protocol === 'lmtp' ? 'LMTP' : 'SMTP';
  const suffix = `${client.tls ? 'S' : ''}${client.user === undefined ? '' : 'A'}`;
  if (envelope.sender.utf8) return `UTF8${base}${suffix}`;
  if (protocol === 'lmtp') return `${base}${suffix}`;
  return client.extended ? `E${base}${suffix}` : base;
}

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** RFC 5322 §3.3, with a numeric offset (RFC 5321 §4.4). */
function date(time: Instant, offsetMinutes: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  // It only computes; the time was given.
  // oxlint-disable-next-line no-restricted-globals
  const local = new Date(time + offsetMinutes * 60_000);
  const away = Math.abs(offsetMinutes);
  const offset = `${offsetMinutes < 0 ? '-' : '+'}${two(Math.floor(away / 60))}${two(away % 60)}`;
  const day = `${days[local.getUTCDay()]}, ${local.getUTCDate()} ${months[local.getUTCMonth()]} ${local.getUTCFullYear()}`;
  return `${day} ${two(local.getUTCHours())}:${two(local.getUTCMinutes())}:${two(local.getUTCSeconds())} ${offset}`;
}
