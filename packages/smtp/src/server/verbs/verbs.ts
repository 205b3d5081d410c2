/**
 * What each verb is answered with, as far as it depends on nothing but the session: no state is changed here, the answer
 * names the change and `transition.ts` makes it.
 */
import type { ServerRules } from '../options.ts';
import { oneLine } from '../reply.ts';
import type { ServerSession } from '../session.ts';
import { isAscii } from '../syntax/commands.ts';
import type { ClientCommand } from '../syntax/commands.ts';
import { notImplemented, ok, sequence, syntax, unknown } from './answer.ts';
import type { VerbAnswer } from './answer.ts';
import { extensionLines, lists } from './extensions.ts';
import { mail, rcpt } from './mail.ts';

type Handler = (argument: string | undefined, session: ServerSession, rules: ServerRules) => VerbAnswer;

/** RFC 5321 §4.1.1: these take no argument. */
function bare(answer: Handler): Handler {
  return (argument, session, rules) => (argument === undefined ? answer(argument, session, rules) : syntax);
}

const handlers: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ['EHLO', extendedHello],
  ['LHLO', extendedHello],
  ['HELO', helo],
  ['MAIL', mail],
  ['RCPT', rcpt],
  ['DATA', bare(data)],
  ['RSET', bare(() => ({ ...ok, change: { transaction: undefined } }))],
  ['NOOP', () => ok],
  // RFC 5321 §3.5.3: 250 would claim that the mailbox was checked. RFC 6531 §3.7.4: and no address is said back.
  ['VRFY', (argument) => (argument === undefined ? syntax : { reply: oneLine(252, '2.1.5', 'try to send') })],
  ['HELP', () => ({ reply: oneLine(214, '2.0.0', 'see RFC 5321') })],
  ['QUIT', bare((_, __, { domain }) => ({ reply: oneLine(221, '2.0.0', `${domain} bye`), next: 'end' }))],
  ['EXPN', () => notImplemented],
  ['ETRN', () => notImplemented],
  ['TURN', () => notImplemented],
]);

/** Verbs that lead into states of their own; `transition.ts` has them. */
const others: ReadonlySet<string> = new Set(['STARTTLS', 'AUTH', 'BDAT']);

/** RFC 3207 §4: what may be said before TLS where TLS is compulsory. */
const beforeTls: ReadonlySet<string> = new Set(['NOOP', 'EHLO', 'LHLO', 'STARTTLS', 'QUIT']);

/** RFC 2033 §4.1: LMTP has LHLO and nothing else, SMTP has no LHLO. */
const foreign: Readonly<Record<ServerRules['protocol'], ReadonlySet<string>>> = {
  smtp: new Set(['LHLO']),
  lmtp: new Set(['EHLO', 'HELO']),
};

/** The refusal that a verb meets before anybody looks at it. */
export function gate(verb: string, session: ServerSession, rules: ServerRules): VerbAnswer | undefined {
  if (!handlers.has(verb) && !others.has(verb)) return unknown;
  if (foreign[rules.protocol].has(verb)) return unknown;
  if (verb === 'BDAT' && !lists(rules, 'CHUNKING')) return notImplemented;
  if (rules.requireTls === true && !session.tls && !beforeTls.has(verb)) {
    return { reply: oneLine(530, '5.7.0', 'say STARTTLS first') };
  }
  return undefined;
}

/** RFC 6531 §3.1, §3.7.4.2: the verbs whose argument may be UTF-8; the name in EHLO may not (§3.7.1). */
const withUtf8: ReadonlySet<string> = new Set(['MAIL', 'RCPT', 'VRFY', 'EXPN']);

/** The answer to a verb other than STARTTLS, AUTH and BDAT. */
export function answerVerb(command: ClientCommand, session: ServerSession, rules: ServerRules): VerbAnswer {
  if (!withUtf8.has(command.verb) && !isAscii(command.argument ?? '')) return syntax;
  return handlers.get(command.verb)?.(command.argument, session, rules) ?? unknown;
}

/** RFC 5321 §4.1.1.1: a domain or address literal. It need not fit the client's address (§4.1.4). */
function clientDomain(argument: string | undefined): string | undefined {
  return argument !== undefined && argument.length <= 255 && /^[!-~]+$/.test(argument) ? argument : undefined;
}

function extendedHello(argument: string | undefined, session: ServerSession, rules: ServerRules): VerbAnswer {
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

function data(_argument: string | undefined, { transaction }: ServerSession): VerbAnswer {
  if (!transaction || transaction.recipients.length === 0) return sequence;
  // RFC 3030 §2: no DATA after BDAT, and binary content cannot go through it (§3).
  if (transaction.content !== 'none' || transaction.sender.body === 'BINARYMIME') return sequence;
  return { reply: oneLine(354, undefined, 'end with a dot on a line of its own'), next: 'data' };
}
