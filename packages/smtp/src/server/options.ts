import type { AuthRules } from '@postern/sasl';
import { UsageError } from '@postern/wire';
import type { Endpoint, Milliseconds, TlsInfo } from '@postern/wire';
import type { TraceRules } from './message/trace.ts';

/** How a server greets. Data and no subclass, so that a laboratory can describe any server in a table. */
export type GreetingHabit =
  /** 220 with its name. `text` stands behind the name. Default: `ESMTP ready`. */
  | { readonly type: 'ready'; readonly text?: string; readonly delay?: Milliseconds }
  /** No service: 554 or 521 (RFC 7504), then 503 or 521 to all but QUIT; 421 and the connection closes. */
  | { readonly type: 'refused'; readonly code: number; readonly text?: string; readonly delay?: Milliseconds }
  /** Not a word, and deaf for ever. */
  | { readonly type: 'silent' }
  /** These very characters (latin1), such as another protocol's greeting with its line end, and deaf for ever. */
  | { readonly type: 'raw'; readonly text: string; readonly delay?: Milliseconds };

/** What becomes of STARTTLS. */
export type StartTlsHabit =
  /** Offered and done right (RFC 3207). */
  | { readonly type: 'offered' }
  /** Not offered. The verb gets 502, or with `accepts` is obeyed: a device stripped only the keyword. */
  | { readonly type: 'absent'; readonly accepts?: boolean }
  /** The keyword is overwritten, default `XXXXXXXA`, as some firewalls do. The verb gets 500, or with `accepts` is obeyed. */
  | { readonly type: 'masked'; readonly keyword?: string; readonly accepts?: boolean }
  /** Offered and then refused with this code, such as 454. */
  | { readonly type: 'refused'; readonly code: number; readonly text?: string }
  /** Offered; behind the go-ahead comes this plaintext (latin1), default `250 injected`: the attack clients must notice. */
  | { readonly type: 'injected'; readonly text?: string }
  /** Offered; says 220 and then nothing more, so the handshake never comes. */
  | { readonly type: 'silent' }
  /** Offered; closes instead of answering the verb, or after its go-ahead. */
  | { readonly type: 'closes'; readonly after: 'verb' | 'go-ahead' };

/** Limits of the server machine. */
export interface ServerLimits {
  /** Longest command line with its CRLF. Default 2048: RFC 5321 §4.5.3.1.4 says 512, DSN raises it to 1036. */
  readonly maxLineBytes: number;
  /** Longest line of AUTH with its CRLF. Default 12290 (RFC 4954 §4). */
  readonly maxAuthLineBytes: number;
  /**
   * Largest message. Default 10 MiB. One over it is read to its end and refused (552); over twice as much and a megabyte the
   * server says so at once and hangs up.
   */
  readonly maxMessageBytes: number;
  /** Longest line of a message with its CRLF. Default 8192: RFC 5321 §4.5.3.1.6 says 1000, and senders exceed it. */
  readonly maxTextLineBytes: number;
  /**
   * RCPT commands of one message, refused ones included; over it 452. Default 100 (RFC 5321 §4.5.3.1.8). Listed as RCPTMAX.
   */
  readonly maxRecipients: number;
  /**
   * MAIL commands of one connection, refused ones included; over it 452. Default: no limit. Listed as MAILMAX (RFC 9422 §4.1).
   */
  readonly maxTransactions: number;
  /** Different domains of recipients on one connection; over it 452. Default: no limit. Listed as RCPTDOMAINMAX. */
  readonly maxRecipientDomains: number;
  /** `Received:` lines of a message; over it 554, because it goes round in circles (RFC 5321 §6.3). Default 100. */
  readonly maxHops: number;
  /** Refused commands in a row until the server hangs up. Default 20 (RFC 5321 §7.8). */
  readonly maxErrors: number;
  /** Failed logins until the server hangs up. Default 3 (RFC 4954 §9). */
  readonly maxFailedLogins: number;
}

/** How long a server waits. */
export interface ServerPatience {
  /** For the next command. Default 300 s (RFC 5321 §4.5.3.2.7). */
  readonly command: Milliseconds;
  /**
   * For the content of a message, or a chunk of it: this long, and a millisecond more for each octet that has come. Default
   * 600 s. So a large message has its time, and a client that drips has not.
   */
  readonly data: Milliseconds;
  /** For the TLS handshake. Default 60 s. */
  readonly tls: Milliseconds;
  /**
   * For the answer to a question. The machine waits for ever; the driver answers 451 itself after this. Default 240 s: less
   * than the 300 s that clients wait for MAIL (RFC 5321 §4.5.3.2.2).
   */
  readonly answer: Milliseconds;
}

/** What a server machine can ask its owner instead of saying yes, or deciding, itself. */
export type AskedAbout = 'sender' | 'recipient' | 'message' | 'login';

/** Options of `smtpServer`. */
export interface SmtpServerOptions {
  /**
   * `lmtp`: LHLO in place of EHLO, and one reply for each recipient after the content (RFC 2033). Default `smtp`.
   */
  readonly protocol?: 'smtp' | 'lmtp';
  /**
   * What the owner wants to decide: an event asks, and the machine stands still until ANSWER. With `message` the content is handed
   * out in pieces as it comes, with `login` `auth.authenticate` is not called. Default: nothing; each sender, recipient and
   * message is accepted, and a message is handed out as a whole.
   */
  readonly asks?: readonly AskedAbout[];
  /** Where the client connects from, for trace lines and questions. Default: not known. */
  readonly client?: Endpoint;
  /** Trace lines on top of each message (RFC 5321 §4.4). Default: none. */
  readonly trace?: TraceRules;
  /** The name in greeting, EHLO reply and farewell. */
  readonly domain: string;
  /** Default: `{ type: 'ready' }`. */
  readonly greeting?: GreetingHabit;
  /**
   * Lines of the EHLO reply, STARTTLS and AUTH left out: those follow from the options. Default: PIPELINING, 8BITMIME,
   * ENHANCEDSTATUSCODES, SMTPUTF8, CHUNKING, BINARYMIME, DSN, SIZE with the limit, and LIMITS. What is not listed is not
   * done: BDAT gets 502, a parameter 555, and no enhanced codes are sent (RFC 2034 §3). Further ones that are known: REQUIRETLS,
   * MT-PRIORITY, DELIVERBY and FUTURERELEASE. Of any other keyword the parameter of that name is let through unjudged. LMTP
   * always has PIPELINING and ENHANCEDSTATUSCODES (RFC 2033 §5).
   */
  readonly keywords?: readonly string[];
  /** Default: `{ type: 'absent' }`. */
  readonly startTls?: StartTlsHabit;
  /** Default: no login; AUTH gets 502. */
  readonly auth?: AuthRules;
  /** Answers 530 to all but NOOP, EHLO, HELO, STARTTLS and QUIT before TLS (RFC 3207 §4). Default `false`. */
  readonly requireTls?: boolean;
  /** Answers 530 to MAIL before a login (RFC 4954 §6). Default `false`. */
  readonly requireAuth?: boolean;
  /** The TLS layer the dialogue begins in: implicit TLS. Default: none. */
  readonly tls?: TlsInfo;
  /** Limits over the defaults. */
  readonly limits?: Partial<ServerLimits>;
  /** How long to wait, over the defaults. */
  readonly patience?: Partial<ServerPatience>;
}

/** The options with every default filled in. */
export interface ServerRules extends SmtpServerOptions {
  readonly protocol: 'smtp' | 'lmtp';
  readonly asks: readonly AskedAbout[];
  readonly greeting: GreetingHabit;
  readonly keywords: readonly string[];
  /** The first words of them, upper case. */
  readonly offered: ReadonlySet<string>;
  readonly startTls: StartTlsHabit;
  readonly limits: ServerLimits;
  readonly patience: ServerPatience;
}

/** Fills in the defaults. Throws a `UsageError` for a domain or keyword that would break a reply. */
export function serverRules(options: SmtpServerOptions): ServerRules {
  const limits: ServerLimits = {
    maxLineBytes: 2048,
    maxAuthLineBytes: 12290,
    maxMessageBytes: 10 * 1024 * 1024,
    maxTextLineBytes: 8192,
    maxRecipients: 100,
    maxTransactions: Infinity,
    maxRecipientDomains: Infinity,
    maxHops: 100,
    maxErrors: 20,
    maxFailedLogins: 3,
    ...options.limits,
  };
  const protocol = options.protocol ?? 'smtp';
  const listed = options.keywords ?? defaultKeywords(limits);
  const keywords = protocol === 'lmtp' ? withMandatory(listed) : listed;
  for (const text of [options.domain, ...keywords]) checkText(text);
  return {
    ...options,
    protocol,
    asks: options.asks ?? [],
    greeting: options.greeting ?? { type: 'ready' },
    startTls: options.startTls ?? { type: 'absent' },
    keywords,
    offered: new Set(keywords.map((line) => line.split(' ')[0]?.toUpperCase() ?? '')),
    limits,
    patience: { command: 300_000, data: 600_000, tls: 60_000, answer: 240_000, ...options.patience },
  };
}

/** RFC 5321 §4.2: a text with a line end in it would be two replies. */
function checkText(text: string): void {
  if (/^[!-~](?:[ -~]*[!-~])?$/.test(text)) return;
  throw new UsageError('domain and keywords are printable ASCII', 'RFC 5321 §4.2', 'argument-refused');
}

function defaultKeywords(limits: ServerLimits): readonly string[] {
  const { maxMessageBytes, maxRecipients, maxTransactions, maxRecipientDomains } = limits;
  return [
    'PIPELINING',
    '8BITMIME',
    'ENHANCEDSTATUSCODES',
    'SMTPUTF8',
    'CHUNKING',
    'BINARYMIME',
    'DSN',
    // RFC 1870 §4: 0 says that there is no fixed limit.
    `SIZE ${Number.isSafeInteger(maxMessageBytes) ? maxMessageBytes : 0}`,
    ...limitsLine({ RCPTMAX: maxRecipients, MAILMAX: maxTransactions, RCPTDOMAINMAX: maxRecipientDomains }),
  ];
}

/** RFC 9422 §3: a value has one to six digits. */
function limitsLine(limits: Readonly<Record<string, number>>): readonly string[] {
  const known = Object.entries(limits).filter(([, value]) => value >= 1 && value <= 999_999);
  return known.length > 0 ? [['LIMITS', ...known.map(([name, value]) => `${name}=${value}`)].join(' ')] : [];
}

/** RFC 2033 §5 */
function withMandatory(keywords: readonly string[]): readonly string[] {
  const listed = new Set(keywords.map((line) => line.toUpperCase()));
  const missing = ['PIPELINING', 'ENHANCEDSTATUSCODES'].filter((keyword) => !listed.has(keyword));
  return [...missing, ...keywords];
}
