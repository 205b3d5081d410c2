import type { ServerDiagnostic, SmtpServerEvent } from '../events.ts';
import { oneLine } from '../reply.ts';
import type { ServerReply } from '../reply.ts';
import type { ServerSession } from '../session.ts';

/** What a verb can change. */
type SessionChange = Partial<
  Pick<ServerSession, 'domain' | 'extended' | 'transaction' | 'transactions' | 'recipientDomains'>
>;

/** The answer to a verb, and what it changes. */
export interface VerbAnswer {
  readonly reply: ServerReply;
  /** Made where the answer is yes. */
  readonly change?: SessionChange;
  /** Made whatever the answer is. */
  readonly count?: SessionChange;
  /** What was tolerated in the argument. */
  readonly tolerated?: readonly ServerDiagnostic[];
  /** To be asked before a yes, where the owner wants to be. */
  readonly ask?: Extract<SmtpServerEvent, { readonly type: 'ask-sender' | 'ask-recipient' }>;
  /** The dialogue goes on in another state, or is over. */
  readonly next?: 'data' | 'end';
}

/** 501. */
export const syntax: VerbAnswer = { reply: oneLine(501, '5.5.4', 'syntax error in the argument') };
/** 503. */
export const sequence: VerbAnswer = { reply: oneLine(503, '5.5.1', 'bad sequence of commands') };
/** 250. */
export const ok: VerbAnswer = { reply: oneLine(250, '2.0.0', 'ok') };
/** 500. */
export const unknown: VerbAnswer = { reply: oneLine(500, '5.5.2', 'command not recognised') };
/** 502. */
export const notImplemented: VerbAnswer = { reply: oneLine(502, '5.5.1', 'command not implemented') };
/** 555: a parameter nobody listed (RFC 5321 §4.1.1.11). */
export const unknownParameter: VerbAnswer = { reply: oneLine(555, '5.5.4', 'parameter not recognised') };
/** 455: a parameter that is known and cannot be had now (RFC 5321 §4.1.1.11). */
export const notNow: VerbAnswer = { reply: oneLine(455, '4.5.4', 'parameter not possible now') };
