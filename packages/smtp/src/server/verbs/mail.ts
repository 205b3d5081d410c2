import type { Envelope, Recipient, Sender } from '../envelope.ts';
import type { ClientInfo } from '../events.ts';
import type { ServerRules } from '../options.ts';
import { oneLine } from '../reply.ts';
import type { ServerSession } from '../session.ts';
import { isAscii, parsePath } from '../syntax/commands.ts';
import { decodeXtext } from '../syntax/xtext.ts';
import { sequence, syntax } from './answer.ts';
import type { VerbAnswer } from './answer.ts';
import { judgeParameters } from './parameters.ts';

type Parameters = ReadonlyMap<string, string | undefined>;

/** What is known about the client of a session. */
export function clientInfo(session: ServerSession, rules: ServerRules): ClientInfo {
  const { domain = '', extended, user, authorizationId, tls } = session;
  return { endpoint: rules.client, domain, extended, user, authorizationId, tls };
}

/** MAIL (RFC 5321 §4.1.1.2). */
export function mail(argument: string | undefined, session: ServerSession, rules: ServerRules): VerbAnswer {
  if (session.domain === undefined || session.transaction) return sequence;
  const count = { transactions: session.transactions + 1 };
  // RFC 9422 §4.1
  if (count.transactions > rules.limits.maxTransactions) {
    return { reply: oneLine(452, '4.5.3', 'too many messages, open another connection') };
  }
  return { ...begin(argument, session, rules), count };
}

/** RFC 6531 §3.5: octets outside ASCII are for transactions with SMTPUTF8, in parameters too (§3.3). */
function outsideAscii(
  argument: string,
  path: string,
  utf8: boolean,
  code: 550 | 553,
): VerbAnswer | undefined {
  if (utf8 || isAscii(argument)) return undefined;
  return isAscii(path) ? syntax : { reply: oneLine(code, '5.6.7', 'a non-ASCII address needs SMTPUTF8') };
}

function begin(argument: string | undefined, session: ServerSession, rules: ServerRules): VerbAnswer {
  if (rules.requireAuth === true && session.user === undefined) {
    return { reply: oneLine(530, '5.7.0', 'authentication required') };
  }
  const parsed = argument === undefined ? undefined : parsePath('MAIL', argument);
  if (argument === undefined || !parsed) return syntax;
  const refusal = judgeParameters('MAIL', parsed.parameters, session, rules);
  if (refusal) return refusal;
  const sender = senderOf(parsed.path, parsed.parameters);
  const foreign = outsideAscii(argument, parsed.path, sender.utf8, 550);
  if (foreign) return foreign;
  return {
    reply: oneLine(250, '2.1.0', 'sender ok'),
    tolerated: parsed.tolerated,
    change: { transaction: { sender, recipients: [], attempts: 0, content: 'none', id: undefined } },
    ask: { type: 'ask-sender', sender, client: clientInfo(session, rules) },
  };
}

function senderOf(path: string, parameters: Parameters): Sender {
  const upper = (keyword: string): string | undefined => parameters.get(keyword)?.toUpperCase();
  const decoded = (keyword: string): string | undefined => decodeXtext(parameters.get(keyword) ?? '+');
  const size = parameters.get('SIZE');
  const auth = parameters.get('AUTH');
  return {
    path,
    size: size === undefined ? undefined : Number(size),
    body: (upper('BODY') as Sender['body'] | undefined) ?? '7BIT',
    utf8: parameters.has('SMTPUTF8'),
    requireTls: parameters.has('REQUIRETLS'),
    ret: upper('RET') as Sender['ret'],
    envid: decoded('ENVID'),
    auth: auth === '<>' ? auth : decoded('AUTH'),
    parameters,
  };
}

/** RCPT (RFC 5321 §4.1.1.3). */
export function rcpt(argument: string | undefined, session: ServerSession, rules: ServerRules): VerbAnswer {
  const { transaction } = session;
  // Behind content nobody is added; after a refused chunk nothing but RSET helps (RFC 3030 §2).
  if (!transaction || transaction.content !== 'none') return sequence;
  const { recipients, attempts } = transaction;
  // RFC 5321 §4.5.3.1.10, RFC 9422 §4.2
  if (attempts >= rules.limits.maxRecipients) return { reply: oneLine(452, '4.5.3', 'too many recipients') };
  const counted = { ...transaction, attempts: attempts + 1 };
  const count = { transaction: counted };
  const parsed = argument === undefined ? undefined : parsePath('RCPT', argument);
  if (argument === undefined || !parsed) return { ...syntax, count };
  const refusal = judgeParameters('RCPT', parsed.parameters, session, rules);
  if (refusal) return { ...refusal, count };
  const recipient = recipientOf(parsed.path, parsed.parameters);
  const foreign = outsideAscii(argument, parsed.path, transaction.sender.utf8, 553);
  if (foreign) return { ...foreign, count };
  const recipientDomains = withDomain(session.recipientDomains, domainOf(recipient.path), rules);
  // RFC 9422 §4.3
  if (recipientDomains.size > rules.limits.maxRecipientDomains) {
    return { reply: oneLine(452, '4.5.3', 'too many recipient domains, open another connection'), count };
  }
  return {
    reply: oneLine(250, '2.1.5', 'recipient ok'),
    tolerated: parsed.tolerated,
    count,
    change: { transaction: { ...counted, recipients: [...recipients, recipient] }, recipientDomains },
    ask: {
      type: 'ask-recipient',
      recipient,
      envelope: { sender: transaction.sender, recipients },
      client: clientInfo(session, rules),
    },
  };
}

function recipientOf(path: string, parameters: Parameters): Recipient {
  const [, addressType, address = '+'] = /^([^;]+);(.*)$/.exec(parameters.get('ORCPT') ?? '') ?? [];
  const decoded = decodeXtext(address);
  return {
    path,
    notify: parameters.get('NOTIFY')?.toUpperCase().split(','),
    orcpt: addressType === undefined || decoded === undefined ? undefined : { addressType, address: decoded },
    parameters,
  };
}

/** Nothing is kept where nothing is limited; otherwise the limit bounds the set. */
function withDomain(
  known: ReadonlySet<string>,
  domain: string,
  { limits }: ServerRules,
): ReadonlySet<string> {
  if (limits.maxRecipientDomains === Infinity || known.has(domain)) return known;
  return new Set(known).add(domain);
}

function domainOf(path: string): string {
  return path.slice(path.lastIndexOf('@') + 1).toLowerCase();
}

/** The envelope of a session; an empty one where no transaction is open. */
export function envelopeOf({ transaction }: ServerSession): Envelope {
  const nobody = senderOf('', new Map());
  return { sender: transaction?.sender ?? nobody, recipients: transaction?.recipients ?? [] };
}
