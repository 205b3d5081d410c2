/**
 * The client's side of an exchange, as every mail protocol carries it: base64 lines, `=` for an empty initial response, `*`
 * to cancel. SMTP (RFC 4954 §4), POP3 (RFC 5034 §4) and IMAP (RFC 9051 §6.2.2) differ in the line that begins it and in
 * the frame around a challenge, and in nothing else; so a mechanism that works here works in all three.
 *
 * An exchange is a value: every step makes a new one. It shows no secret to whoever inspects it.
 */
import { utf8 } from '@postern/wire';
import type { Reason } from '@postern/wire';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { redacted } from './credentials.ts';
import type { ClientMechanism, ClientStep, SaslWork } from './mechanism.ts';

/** How a protocol begins an exchange. */
export interface ExchangeFrame {
  /** What stands before the name of the mechanism: `AUTH`, or `a1 AUTHENTICATE`. */
  readonly verb: string;
  /** Longest command line with its CRLF; an initial response that does not fit waits for the first challenge. */
  readonly maxLineBytes: number;
  /** Whether the server takes an initial response with the command (RFC 4959 §3). Default `true`. */
  readonly takesInitial?: boolean;
}

/** A line of the client, with its CRLF. */
export interface ExchangeLine {
  readonly bytes: Uint8Array;
  /** What a transcript shows in its place, where it holds a secret or what is near one. */
  readonly shown: string | undefined;
}

/** Where an exchange stands. */
export type ExchangeProgress =
  /** The initial response could not go with the command; the first challenge asks for it. */
  | {
      readonly type: 'held';
      /** Gives the initial response; a function, so that nobody who inspects the exchange sees it. */
      readonly initial: () => Uint8Array;
    }
  /**
   * `running`: a challenge or the result is awaited. `working`: the caller does work, and the server has to wait.
   * `finished`: the mechanism has said and heard everything; only the result may come. `cancelled`: we sent `*`, and only a
   * refusal may come.
   */
  | { readonly type: 'running' | 'working' | 'finished' | 'cancelled' };

/** An exchange under way. */
export interface Exchange {
  readonly mechanism: ClientMechanism;
  readonly progress: ExchangeProgress;
  /** How many challenges have come. */
  readonly challenges: number;
  /** Why it will be refused, where that is better known than from the reply to come: we cancelled, or the server told. */
  readonly refusal: Reason | undefined;
}

/** What comes next. */
export type ExchangeStep =
  | { readonly type: 'line'; readonly exchange: Exchange; readonly line: ExchangeLine }
  /** Work is to be done; its result goes to {@link resumeExchange}. */
  | { readonly type: 'work'; readonly exchange: Exchange; readonly work: SaslWork }
  /** The server spoke out of turn: no later reply can be trusted, so the connection has to go. */
  | { readonly type: 'broken'; readonly reason: 'protocol-error' };

/** Octets of base64 in one line that a server must be able to take (RFC 4954 §4); nothing longer is sent. */
const maxResponseBytes = 12288;

/** Longest challenge that is decoded, in octets of base64: a third more than a server must take, so no honest one is longer. */
const maxChallengeBytes = 16384;

/** No mechanism needs more round trips than a handful; a server that asks for ever is sent away. */
const maxChallenges = 32;

/**
 * Begins an exchange: the command line, with the initial response where the mechanism has one, the server takes it and the
 * line is not too long. An empty one is written as `=`, because nothing at all would mean that there is none
 * (RFC 4954 §4, RFC 5034 §4, RFC 4959 §3). Never throws.
 *
 * @example
 * ```ts run
 * import { beginExchange, plainClient } from '@postern/sasl';
 * const mechanism = plainClient({ type: 'password', user: 'tim', password: 'tanstaaftanstaaf' });
 * const { line } = beginExchange(mechanism, { verb: 'AUTH', maxLineBytes: 512 });
 * console.log(line.shown?.trimEnd()); // AUTH PLAIN <redacted 28 octets>
 * ```
 */
export function beginExchange(
  mechanism: ClientMechanism,
  { verb, maxLineBytes, takesInitial = true }: ExchangeFrame,
): { readonly exchange: Exchange; readonly line: ExchangeLine } {
  const begun: Exchange = {
    mechanism,
    progress: { type: 'running' },
    challenges: 0,
    refusal: undefined,
  };
  const command = `${verb} ${mechanism.name}`;
  const bare: ExchangeLine = { bytes: utf8(`${command}\r\n`), shown: undefined };
  const initial = mechanism.start();
  if (!initial) return { exchange: begun, line: bare };
  const text = initial.length === 0 ? '=' : encodeBase64(initial);
  if (!takesInitial || command.length + 1 + text.length + 2 > maxLineBytes) {
    return { exchange: { ...begun, progress: { type: 'held', initial: () => initial } }, line: bare };
  }
  return {
    exchange: begun,
    line: { bytes: utf8(`${command} ${text}\r\n`), shown: `${command} ${redacted(text.length)}\r\n` },
  };
}

/**
 * Answers a challenge: `text` is its base64 without the protocol's frame (`334 `, `+ `), possibly empty. What is no base64,
 * or does not belong to the mechanism, is answered with a cancellation, whose reason is in `exchange.refusal`.
 */
export function answerChallenge(before: Exchange, text: string): ExchangeStep {
  const { progress } = before;
  // Not a word was due: we cancelled, or the last challenge is still without an answer.
  if (progress.type === 'cancelled' || progress.type === 'working') {
    return { type: 'broken', reason: 'protocol-error' };
  }
  const exchange = { ...before, challenges: before.challenges + 1 };
  if (text.length > maxChallengeBytes) return cancel(exchange, 'line-too-long');
  // RFC 4954 §4, RFC 5034 §4: a challenge that cannot be decoded is answered with a cancellation.
  const challenge = decodeBase64(text);
  if (!challenge || progress.type === 'finished' || exchange.challenges > maxChallenges) {
    return cancel(exchange, 'protocol-error');
  }
  if (progress.type === 'held') {
    return respond({ ...exchange, progress: { type: 'running' } }, progress.initial());
  }
  return follow(exchange, exchange.mechanism.next(challenge));
}

/**
 * Goes on with the result of the work that the mechanism waited for. `undefined` says that the work failed: the exchange is
 * cancelled, and what the server answers to that is the reason.
 */
export function resumeExchange(exchange: Exchange, result: Uint8Array | undefined): ExchangeStep {
  return result ? follow(exchange, exchange.mechanism.resume(result)) : cancel(exchange, undefined);
}

/**
 * The server reports success: why that is not to be believed, or `undefined` where it is. It is believed only when the
 * mechanism has spoken to its end and the server has proved what it had to prove (RFC 4422 §3.6, RFC 5802 §5). One that
 * is not believed ends the connection.
 */
export function distrustSuccess({ mechanism, progress, refusal }: Exchange): Reason | undefined {
  if (refusal !== undefined || progress.type === 'cancelled') return 'protocol-error';
  if (progress.type === 'held' || progress.type === 'working') return 'server-not-verified';
  const last = mechanism.succeed();
  if (last.type === 'done') return undefined;
  return last.type === 'failed' ? last.reason : 'server-not-verified';
}

function follow(exchange: Exchange, step: ClientStep): ExchangeStep {
  switch (step.type) {
    case 'respond':
      return respond(
        { ...exchange, progress: { type: 'running' }, refusal: step.refusal ?? exchange.refusal },
        step.response,
      );
    case 'done':
      // The server's last word came as a challenge (RFC 4422 §3.6): an empty line lets it report the success.
      return respond({ ...exchange, progress: { type: 'finished' } }, new Uint8Array(0));
    case 'failed':
      return cancel(exchange, step.reason);
    case 'wait':
      return { type: 'work', exchange: { ...exchange, progress: { type: 'working' } }, work: step.work };
  }
}

function respond(exchange: Exchange, response: Uint8Array): ExchangeStep {
  // RFC 4954 §4: an empty response is an empty line here; `=` stands for one in the command line only.
  const text = encodeBase64(response);
  if (text.length > maxResponseBytes) return cancel(exchange, 'auth-exchange-too-long');
  return {
    type: 'line',
    exchange,
    line: { bytes: utf8(`${text}\r\n`), shown: `${redacted(text.length)}\r\n` },
  };
}

/** A lone `*` (RFC 4954 §4, RFC 5034 §4, RFC 9051 §6.2.2); the server owes a refusal to that. */
function cancel(exchange: Exchange, refusal: Reason | undefined): ExchangeStep {
  return {
    type: 'line',
    exchange: { ...exchange, progress: { type: 'cancelled' }, refusal },
    line: { bytes: utf8('*\r\n'), shown: undefined },
  };
}
