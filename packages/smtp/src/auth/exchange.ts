import { decodeBase64, encodeBase64, redacted } from '@postern/sasl';
import type { ClientMechanism, ClientStep, SaslWork } from '@postern/sasl';
import { UsageError, utf8 } from '@postern/wire';
import type { Reason, WriteOutput } from '@postern/wire';
import { maxCommandBytes } from '../mail/encode.ts';

/** RFC 4954 §4: octets of base64 that both sides must be able to take in one line. */
const maxResponseOctets = 12288;

/** An AUTH exchange under way. */
export interface Exchange {
  readonly mechanism: ClientMechanism;
  /** The initial response that did not fit into the AUTH line; it goes out after the first challenge. */
  readonly held: Uint8Array | undefined;
  /** Why we cancelled with `*`; the reply to that is then awaited. */
  readonly cancelled: Reason | undefined;
}

/** What comes next in an exchange. */
export type ExchangeStep =
  | { readonly type: 'write'; readonly write: WriteOutput; readonly exchange: Exchange }
  | { readonly type: 'work'; readonly work: SaslWork }
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly reason: Reason };

/**
 * The AUTH line: with the initial response where the mechanism has one and the line then keeps to 512 octets with its CRLF
 * (RFC 4954 §4). An empty one is written as `=`, because nothing at all would mean that there is none.
 */
export function beginExchange(mechanism: ClientMechanism): {
  readonly exchange: Exchange;
  readonly write: WriteOutput;
} {
  const initial = mechanism.start();
  const verb = `AUTH ${mechanism.name}`;
  const bare = { type: 'write', bytes: utf8(`${verb}\r\n`) } as const;
  if (!initial) return { exchange: { mechanism, held: undefined, cancelled: undefined }, write: bare };
  const argument = initial.length === 0 ? '=' : encodeBase64(initial);
  if (argument.length > maxResponseOctets) {
    throw new UsageError('the credentials are too long for AUTH', 'RFC 4954 §4', 'argument-refused');
  }
  if (verb.length + 1 + argument.length + 2 > maxCommandBytes) {
    return { exchange: { mechanism, held: initial, cancelled: undefined }, write: bare };
  }
  return {
    exchange: { mechanism, held: undefined, cancelled: undefined },
    write: {
      type: 'write',
      bytes: utf8(`${verb} ${argument}\r\n`),
      shown: `${verb} ${redacted(argument.length)}\r\n`,
    },
  };
}

/** Answers a 334 reply, whose lines hold one challenge in base64, possibly empty. */
export function answerChallenge(exchange: Exchange, lines: readonly string[]): ExchangeStep {
  // RFC 4954 §4: what is no base64 is answered with a cancellation.
  const challenge = lines.length === 1 ? decodeBase64(lines[0] ?? '') : undefined;
  if (!challenge) return cancel(exchange, 'protocol-error');
  const { held } = exchange;
  if (held) return respond({ ...exchange, held: undefined }, held);
  return follow(exchange, exchange.mechanism.next(challenge));
}

/** Goes on with the result of the work that the mechanism waited for. */
export function resumeExchange(exchange: Exchange, result: Uint8Array): ExchangeStep {
  return follow(exchange, exchange.mechanism.resume(result));
}

/**
 * The server says that all went well. It is believed only when the mechanism has spoken to its end (RFC 4422 §3.6): a
 * server that agrees before that has not done what the mechanism is there for.
 */
export function concludeExchange(exchange: Exchange): ExchangeStep {
  if (exchange.cancelled !== undefined) return { type: 'failed', reason: 'protocol-error' };
  if (exchange.held) return { type: 'failed', reason: 'server-not-verified' };
  const step = exchange.mechanism.succeed();
  if (step.type === 'done' || step.type === 'failed') return step;
  return { type: 'failed', reason: 'server-not-verified' };
}

function follow(exchange: Exchange, step: ClientStep): ExchangeStep {
  switch (step.type) {
    case 'respond':
      return respond(exchange, step.response);
    case 'failed':
      return cancel(exchange, step.reason);
    case 'wait':
      return { type: 'work', work: step.work };
    case 'done':
      // It has nothing more to say to a challenge: the server asks for more than the mechanism has.
      return cancel(exchange, 'protocol-error');
  }
}

function respond(exchange: Exchange, response: Uint8Array): ExchangeStep {
  // RFC 4954 §4: an empty response here is an empty line; `=` stands for one in the AUTH line only.
  const text = encodeBase64(response);
  if (text.length > maxResponseOctets) return cancel(exchange, 'auth-exchange-too-long');
  return {
    type: 'write',
    write: { type: 'write', bytes: utf8(`${text}\r\n`), shown: `${redacted(text.length)}\r\n` },
    exchange,
  };
}

function cancel(exchange: Exchange, reason: Reason): ExchangeStep {
  return {
    type: 'write',
    write: { type: 'write', bytes: utf8('*\r\n') },
    exchange: { ...exchange, held: undefined, cancelled: reason },
  };
}
