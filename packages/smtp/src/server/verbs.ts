/**
 * What each verb is answered with, as far as it depends on nothing but the session: no state is changed here, the answer
 * names the change and `transition.ts` makes it.
 */
import { utf8 } from '@postern/wire';
import { parsePath } from './commands.ts';
import type { ClientCommand } from './commands.ts';
import type { ServerRules } from './options.ts';
import { oneLine } from './reply.ts';
import type { ServerReply } from './reply.ts';
import type { ServerSession } from './session.ts';

/** An answer, and what it changes. */
export interface VerbAnswer {
  readonly reply: ServerReply;
  readonly change?: Partial<Pick<ServerSession, 'domain' | 'extended' | 'transaction'>>;
  /** The dialogue goes on in another state, or is over. */
  readonly next?: 'data' | 'end';
}

type Handler = (argument: string | undefined, session: ServerSession, rules: ServerRules) => VerbAnswer;

const syntax: VerbAnswer = { reply: oneLine(501, '5.5.4', 'syntax error in the argument') };
const sequence: VerbAnswer = { reply: oneLine(503, '5.5.1', 'bad sequence of commands') };
const ok: VerbAnswer = { reply: oneLine(250, '2.0.0', 'ok') };
const unknown: VerbAnswer = { reply: oneLine(500, '5.5.2', 'command not recognised') };
const notImplemented: VerbAnswer = { reply: oneLine(502, '5.5.1', 'command not implemented') };
const unknownParameter: VerbAnswer = { reply: oneLine(555, '5.5.4', 'parameter not recognised') };

/** RFC 5321 §4.1.1: these take no argument. */
function bare(answer: Handler): Handler {
  return (argument, session, rules) => (argument === undefined ? answer(argument, session, rules) : syntax);
}

const handlers: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ['EHLO', ehlo],
  ['HELO', helo],
  ['MAIL', mail],
  ['RCPT', rcpt],
  ['DATA', bare(data)],
  ['RSET', bare(() => ({ ...ok, change: { transaction: undefined } }))],
  ['NOOP', () => ok],
  // RFC 5321 §3.5.3: 250 would claim that the mailbox was checked.
  ['VRFY', (argument) => (argument === undefined ? syntax : { reply: oneLine(252, '2.1.5', 'try to send') })],
  ['HELP', () => ({ reply: oneLine(214, '2.0.0', 'see RFC 5321') })],
  ['QUIT', bare((_, __, { domain }) => ({ reply: oneLine(221, '2.0.0', `${domain} bye`), next: 'end' }))],
  ['EXPN', () => notImplemented],
  ['BDAT', () => notImplemented],
  ['ETRN', () => notImplemented],
  ['TURN', () => notImplemented],
]);

/** RFC 3207 §4: what may be said before TLS where TLS is compulsory. */
const beforeTls: ReadonlySet<string> = new Set(['NOOP', 'EHLO', 'STARTTLS', 'QUIT']);

/** The refusal that a verb meets before anybody looks at it. */
export function gate(verb: string, session: ServerSession, rules: ServerRules): VerbAnswer | undefined {
  const known = handlers.has(verb) || verb === 'STARTTLS' || verb === 'AUTH';
  if (!known) return unknown;
  if (rules.requireTls === true && !session.tls && !beforeTls.has(verb)) {
    return { reply: oneLine(530, '5.7.0', 'say STARTTLS first') };
  }
  return undefined;
}

/** The answer to a verb other than STARTTLS and AUTH. */
export function answerVerb(command: ClientCommand, session: ServerSession, rules: ServerRules): VerbAnswer {
  return handlers.get(command.verb)?.(command.argument, session, rules) ?? unknown;
}

/** RFC 5321 §4.1.1.1: a domain or address literal. It need not fit the client's address (§4.1.4). */
function clientDomain(argument: string | undefined): string | undefined {
  return argument !== undefined && argument.length <= 255 && /^[!-~\u0080-\uffff]+$/.test(argument)
    ? argument
    : undefined;
}

function ehlo(argument: string | undefined, session: ServerSession, rules: ServerRules): VerbAnswer {
  const domain = clientDomain(argument);
  if (domain === undefined) return syntax;
  return {
    reply: { code: 250, lines: [rules.domain, ...extensionLines(session, rules)] },
    change: { domain, extended: true, transaction: undefined },
  };
}

function helo(argument: string | undefined, _session: ServerSession, rules: ServerRules): VerbAnswer {
  const domain = clientDomain(argument);
  if (domain === undefined) return syntax;
  return {
    reply: { code: 250, lines: [rules.domain] },
    change: { domain, extended: false, transaction: undefined },
  };
}

function extensionLines(session: ServerSession, rules: ServerRules): readonly string[] {
  // RFC 8689 §2: REQUIRETLS makes sense inside TLS only.
  const lines = rules.keywords.filter((line) => session.tls !== undefined || !/^REQUIRETLS\b/i.test(line));
  const { startTls } = rules;
  // RFC 3207 §4.2: inside TLS the keyword is not listed.
  if (!session.tls) {
    if (startTls.type === 'masked') lines.push(startTls.keyword ?? 'XXXXXXXA');
    else if (startTls.type !== 'absent') lines.push('STARTTLS');
  }
  if (offersAuth(session, rules)) lines.push(['AUTH', ...authMechanisms(rules)].join(' '));
  return lines;
}

/** Whether a login is possible now (RFC 4954 §4: in general inside TLS only). */
export function offersAuth(session: ServerSession, rules: ServerRules): boolean {
  return rules.auth !== undefined && (session.tls !== undefined || rules.auth.insideTlsOnly === false);
}

/** The mechanisms of a server, upper case. */
export function authMechanisms({ auth }: ServerRules): readonly string[] {
  return (auth?.mechanisms ?? ['PLAIN', 'LOGIN']).map((name) => name.toUpperCase());
}

function lists(rules: ServerRules, keyword: string): boolean {
  return rules.keywords.some((line) => line.split(' ')[0]?.toUpperCase() === keyword);
}

/** Whether enhanced codes are sent: where EHLO was said and they were listed in its reply (RFC 2034 §3). */
export function sendsEnhanced(session: ServerSession, rules: ServerRules): boolean {
  return session.extended && lists(rules, 'ENHANCEDSTATUSCODES');
}

function isAscii(text: string): boolean {
  return utf8(text).length === text.length;
}

function mail(argument: string | undefined, session: ServerSession, rules: ServerRules): VerbAnswer {
  if (session.domain === undefined || session.transaction) return sequence;
  if (rules.requireAuth === true && session.user === undefined) {
    return { reply: oneLine(530, '5.7.0', 'authentication required') };
  }
  const parsed = argument === undefined ? undefined : parsePath('MAIL', argument);
  if (!parsed) return syntax;
  for (const [keyword, value] of parsed.parameters) {
    const refusal = session.extended ? mailParameter(keyword, value, session, rules) : unknownParameter;
    if (refusal) return refusal;
  }
  const withUtf8 = parsed.parameters.has('SMTPUTF8');
  // RFC 6531 §3.5
  if (!withUtf8 && !isAscii(parsed.path)) {
    return { reply: oneLine(550, '5.6.7', 'a non-ASCII address needs SMTPUTF8') };
  }
  return {
    reply: oneLine(250, '2.1.0', 'sender ok'),
    change: { transaction: { from: parsed.path, recipients: [], utf8: withUtf8 } },
  };
}

/** What is wrong with a parameter of MAIL, if anything (RFC 5321 §4.1.1.11). */
function mailParameter(
  keyword: string,
  value: string | undefined,
  session: ServerSession,
  rules: ServerRules,
): VerbAnswer | undefined {
  switch (keyword) {
    case 'SIZE':
      if (!lists(rules, 'SIZE')) return unknownParameter;
      if (value === undefined || !/^\d{1,20}$/.test(value)) return syntax;
      // RFC 1870 §6.1
      return BigInt(value) > BigInt(rules.limits.maxMessageBytes)
        ? { reply: oneLine(552, '5.3.4', 'message too large') }
        : undefined;
    case 'BODY':
      if (!lists(rules, '8BITMIME')) return unknownParameter;
      return /^(?:7BIT|8BITMIME)$/i.test(value ?? '') ? undefined : syntax;
    case 'SMTPUTF8':
      if (!lists(rules, 'SMTPUTF8')) return unknownParameter;
      return value === undefined ? undefined : syntax;
    case 'AUTH':
      // RFC 4954 §5: whom the client vouches for; taken note of and not believed.
      return offersAuth(session, rules) && value !== undefined ? undefined : unknownParameter;
    default:
      return unknownParameter;
  }
}

function rcpt(argument: string | undefined, session: ServerSession, rules: ServerRules): VerbAnswer {
  const { transaction } = session;
  if (!transaction) return sequence;
  const parsed = argument === undefined ? undefined : parsePath('RCPT', argument);
  if (!parsed) return syntax;
  if (parsed.parameters.size > 0) return unknownParameter;
  if (!transaction.utf8 && !isAscii(parsed.path)) {
    return { reply: oneLine(553, '5.6.7', 'a non-ASCII address needs SMTPUTF8') };
  }
  // RFC 5321 §4.5.3.1.10
  if (transaction.recipients.length >= rules.limits.maxRecipients) {
    return { reply: oneLine(452, '4.5.3', 'too many recipients') };
  }
  return {
    reply: oneLine(250, '2.1.5', 'recipient ok'),
    change: { transaction: { ...transaction, recipients: [...transaction.recipients, parsed.path] } },
  };
}

function data(_argument: string | undefined, session: ServerSession): VerbAnswer {
  if (!session.transaction || session.transaction.recipients.length === 0) return sequence;
  return { reply: oneLine(354, undefined, 'end with a dot on a line of its own'), next: 'data' };
}
