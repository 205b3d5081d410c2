import { decodeBase64 } from '@postern/sasl';
import type { ClientMechanism, ClientStep, SaslWork } from '@postern/sasl';
import { utf8 } from '@postern/wire';
import type { Reason } from '@postern/wire';
import { encodeAuth, encodeResponse } from './commands.ts';
import type { EncodedCommand } from './commands.ts';

/** An AUTHENTICATE exchange under way (RFC 9051 §6.2.2). */
export interface Exchange {
  readonly mechanism: ClientMechanism;
  /** An initial response that could not go with the command: the answer to the first challenge. */
  readonly held: Uint8Array | undefined;
  /** Why we broke it off with `*`; the server still owes its BAD. */
  readonly cancelled: Reason | undefined;
}

/** What comes next in an exchange: a line to write, or work to be done outside. */
export type ExchangeStep =
  | { readonly type: 'write'; readonly exchange: Exchange; readonly command: EncodedCommand }
  | { readonly type: 'work'; readonly work: SaslWork };

/** Begins an exchange, with the initial response in the same line where it fits and the server takes it. */
export function beginExchange(
  tag: string,
  mechanism: ClientMechanism,
  takesInitial: boolean,
): {
  readonly exchange: Exchange;
  readonly command: EncodedCommand;
} {
  const initial = mechanism.start();
  const command = encodeAuth(tag, mechanism.name, initial, takesInitial);
  return { exchange: { mechanism, held: command.held ? initial : undefined, cancelled: undefined }, command };
}

/**
 * Answers a challenge: the text behind `+`. `undefined` where the server goes on after we
 * broke the exchange off.
 */
export function answerChallenge(exchange: Exchange, text: string): ExchangeStep | undefined {
  if (exchange.cancelled) return undefined;
  // RFC 9051 §6.2.2: base64 must be strict; a server that sends anything else is not answered but sent away.
  const challenge = decodeBase64(text);
  if (!challenge) return cancel(exchange, 'protocol-error');
  const { held } = exchange;
  if (held)
    return { type: 'write', exchange: { ...exchange, held: undefined }, command: encodeResponse(held) };
  return follow(exchange, exchange.mechanism.next(challenge));
}

/** Goes on with the result of the work that the mechanism waited for. */
export function resumeExchange(exchange: Exchange, result: Uint8Array): ExchangeStep {
  return follow(exchange, exchange.mechanism.resume(result));
}

/**
 * The server reports success: why that is not to be believed, or `undefined` where it is. It is believed only when the
 * mechanism has spoken to its end (RFC 4422 §3.6).
 */
export function distrust(exchange: Exchange): Reason | undefined {
  if (exchange.cancelled) return 'protocol-error';
  if (exchange.held) return 'server-not-verified';
  const last = exchange.mechanism.succeed();
  if (last.type === 'done') return undefined;
  return last.type === 'failed' ? last.reason : 'server-not-verified';
}

function follow(exchange: Exchange, step: ClientStep): ExchangeStep {
  switch (step.type) {
    case 'respond':
      return { type: 'write', exchange, command: encodeResponse(step.response) };
    case 'done':
      // The server's last word came as a challenge (RFC 4422 §3.6): an empty line lets it say OK.
      return { type: 'write', exchange, command: encodeResponse(new Uint8Array(0)) };
    case 'failed':
      return cancel(exchange, step.reason);
    case 'wait':
      return { type: 'work', work: step.work };
  }
}

/** RFC 9051 §6.2.2: a lone `*` ends the exchange; the server answers BAD. */
function cancel(exchange: Exchange, reason: Reason): ExchangeStep {
  return {
    type: 'write',
    exchange: { ...exchange, held: undefined, cancelled: reason },
    command: { bytes: utf8('*\r\n'), shown: undefined },
  };
}
