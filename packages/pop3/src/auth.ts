import { decodeBase64 } from '@postern/sasl';
import type { ClientMechanism } from '@postern/sasl';
import { utf8 } from '@postern/wire';
import type { Reason } from '@postern/wire';
import { encodeAuth, encodeResponse } from './commands.ts';
import type { EncodedCommand } from './commands.ts';

/** An AUTH exchange under way (RFC 5034 §4). */
export interface Exchange {
  readonly mechanism: ClientMechanism;
  /** An initial response too long for the command line: the answer to the first challenge. */
  readonly held: Uint8Array | undefined;
  /** Why we broke it off with `*`; the server still owes its `-ERR`. */
  readonly cancelled: Reason | undefined;
}

/** An exchange after one of our turns, and what to write. */
export interface Turn {
  readonly exchange: Exchange;
  readonly command: EncodedCommand;
}

/** Begins an exchange, with the initial response in the same line where it fits. */
export function beginAuth(mechanism: ClientMechanism): Turn {
  const initial = mechanism.start();
  const command = encodeAuth(mechanism.name, initial);
  return { exchange: { mechanism, held: command.held ? initial : undefined, cancelled: undefined }, command };
}

/**
 * Answers a challenge: the text behind `+`, with or without its space. `undefined` where the server goes on after we
 * broke the exchange off.
 */
export function continueAuth(exchange: Exchange, line: string): Turn | undefined {
  if (exchange.cancelled) return undefined;
  // RFC 5034 §4: base64 must be strict; a server that sends anything else is not answered but sent away.
  const challenge = decodeBase64(line.replace(/^\+ ?/, ''));
  if (!challenge) return cancel(exchange, 'protocol-error');
  if (exchange.held) {
    return { exchange: { ...exchange, held: undefined }, command: encodeResponse(exchange.held) };
  }
  const next = exchange.mechanism.next(challenge);
  switch (next.type) {
    case 'respond':
      return { exchange, command: encodeResponse(next.response) };
    case 'done':
      // The server's last word came as a challenge: an empty line lets it say +OK.
      return { exchange, command: encodeResponse(new Uint8Array(0)) };
    case 'failed':
      return cancel(exchange, next.reason);
    case 'wait':
      // No mechanism offered here asks for work that takes time; breaking off is the safe answer to one that does.
      return cancel(exchange, 'auth-not-offered');
  }
}

/** The server reports success. Why that is not to be believed, or `undefined` where it is (RFC 4422 §3.6). */
export function distrust(exchange: Exchange): Reason | undefined {
  if (exchange.cancelled) return 'protocol-error';
  const last = exchange.held ? undefined : exchange.mechanism.succeed();
  if (last?.type === 'done') return undefined;
  return last?.type === 'failed' ? last.reason : 'protocol-error';
}

/** RFC 5034 §4: a lone `*` ends the exchange; the server answers `-ERR`. */
function cancel(exchange: Exchange, reason: Reason): Turn {
  return {
    exchange: { ...exchange, cancelled: reason },
    command: { bytes: utf8('*\r\n'), shown: undefined },
  };
}
