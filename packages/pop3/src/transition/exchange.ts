import { answerChallenge } from '@postern/sasl';
import type { Exchange, ExchangeStep } from '@postern/sasl';
import { peerText, sample } from '@postern/wire';
import type { Evidence, Instant, Output } from '@postern/wire';
import type { Pop3Event } from '../events.ts';
import { enter, fail } from './endings.ts';
import { write } from './sending.ts';
import type { State, Step } from './states.ts';

/** The text behind `+`, with or without its space, is a challenge. */
export function receiveChallenge(
  state: State,
  exchange: Exchange,
  line: Uint8Array,
  now: Instant,
  outputs: Output<Pop3Event>[],
): Step {
  const next = answerChallenge(exchange, peerText(line).replace(/^\+ ?/, ''));
  return proceed(state, next, now, outputs, { bytes: sample(line), rule: 'RFC 5034 §4' });
}

/** An exchange goes on: something is written, or worked at. */
export function proceed(
  state: State,
  next: ExchangeStep,
  now: Instant,
  outputs: Output<Pop3Event>[],
  evidence: Evidence,
): Step {
  switch (next.type) {
    case 'line':
      return {
        state: { ...enter(state, 'auth', now), exchange: next.exchange },
        outputs: [...outputs, write(next.line)],
      };
    case 'work':
      return {
        state: { ...enter(state, 'auth-work', now), exchange: next.exchange },
        outputs: [...outputs, { type: 'event', event: { type: 'work', work: next.work } }],
      };
    case 'broken':
      return fail(state, now, 'peer', next.reason, evidence, undefined, outputs);
  }
}
