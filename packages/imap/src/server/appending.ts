import type { Instant } from '@postern/wire';
import { parseCommand } from './commands.ts';
import type { ClientItem } from './commands.ts';
import { complete, contextOf } from './mail.ts';
import type { MailSession } from './mail.ts';
import type { ServerSession } from './states.ts';
import { answer, enter } from './step.ts';
import type { ServerStep } from './step.ts';
import { Append } from './verbs/append.ts';

/** So many octets of a message count like a command: a client that takes its time to send it is not idle. */
const progress = 65_536;

/** A message of APPEND begins: it is asked for, or refused before it is sent (RFC 9051 §4.3). */
export function beginMessage(
  session: MailSession,
  {
    text,
    octets,
    asked,
    kept,
  }: Extract<ClientItem, { readonly type: 'message' }> & { readonly kept: boolean },
  now: Instant,
): ServerStep {
  const command = session.append ? undefined : parseCommand(text);
  const append = session.append ?? new Append(contextOf(session, command?.tag ?? '*'));
  if (command && command.verb === undefined) append.refuse('a tag and a command are needed');
  const said = command && 'argument' in command ? ` ${command.argument}` : text;
  const refusal = kept ? append.begin(said, octets) : undefined;
  if (!asked) return { session: { ...session, append }, outputs: [] };
  if (!refusal) return answer({ ...session, append }, '+ go ahead');
  return endMessages({ ...session, append }, '', now);
}

/** Octets of a message. */
export function takePiece(session: ServerSession, bytes: Uint8Array, now: Instant): ServerStep {
  const { append } = session;
  const before = append?.taken ?? 0;
  append?.take(bytes);
  const steps = Math.floor((append?.taken ?? 0) / progress) - Math.floor(before / progress);
  return { session: steps > 0 ? enter(session, session.name, now) : session, outputs: [] };
}

/** The last message of APPEND is whole, or none comes. */
export function endMessages(session: ServerSession, text: string, now: Instant): ServerStep {
  const { append } = session;
  if (!append) return { session, outputs: [] };
  return complete(
    { ...session, append: undefined },
    append.end(text),
    { tag: append.tag, by: 'number', name: 'APPEND' },
    now,
  );
}
