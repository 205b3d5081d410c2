import { utf8 } from '@postern/wire';
import type { Instant, Output } from '@postern/wire';
import { octets } from '../parse/tokens.ts';
import type { ImapServerEvent } from './events.ts';
import { serverStates } from './states.ts';
import type { ServerSession, ServerStateName } from './states.ts';
import type { Piece } from './verbs/answer.ts';

/** What has to be done. */
export type Outputs = readonly Output<ImapServerEvent>[];

/** A new state and what has to be done. */
export interface ServerStep {
  readonly session: ServerSession;
  readonly outputs: Outputs;
}

export function bad(session: ServerSession, tag: string): ServerStep {
  return answer(session, `${tag} BAD not known, or not now`);
}

export function over(session: ServerSession, outputs: Outputs): ServerStep {
  session.append?.abandon();
  return {
    session: { ...session, name: 'ended', deadline: undefined, append: undefined },
    outputs: [...outputs, { type: 'end' }],
  };
}

export function answer(session: ServerSession, ...lines: readonly string[]): ServerStep {
  return { session, outputs: [write(...lines)] };
}

export function write(...lines: readonly string[]): Output<ImapServerEvent> {
  return { type: 'write', bytes: utf8(lines.map((line) => `${line}\r\n`).join('')) };
}

/** Takes a state from now on; its patience begins to run. */
export function enter(session: ServerSession, name: ServerStateName, now: Instant): ServerSession {
  const { patience } = serverStates[name];
  return { ...session, name, deadline: patience && now + session.rules.patience[patience] };
}

/** BYE with a response code where one is given (RFC 9051 §7.1.5). */
export function farewell({
  code,
  text = 'closing',
}: {
  readonly code?: string;
  readonly text?: string;
}): Output<ImapServerEvent> {
  return write(`* BYE ${code === undefined ? '' : `[${code}] `}${text}`);
}

/** How much text is written at once; more would only be copied for nothing. */
const maxText = 65_536;

/** Writes latin1 text together, and octets as they are. */
export function writePieces(pieces: readonly Piece[]): Outputs {
  const outputs: Output<ImapServerEvent>[] = [];
  let text: string[] = [];
  let length = 0;
  const flush = (): void => {
    if (text.length > 0) outputs.push({ type: 'write', bytes: octets(text.join('')) });
    text = [];
    length = 0;
  };
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      text.push(piece);
      length += piece.length;
      if (length > maxText) flush();
    } else {
      flush();
      outputs.push({ type: 'write', bytes: piece });
    }
  }
  flush();
  return outputs;
}
