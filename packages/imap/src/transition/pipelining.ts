import { verbs } from '../commands.ts';
import type { WireCommand } from '../commands.ts';

/** Whether a command names messages by their numbers. */
function usesNumbers(command: WireCommand): boolean {
  return verbs[command.verb].numbers !== 'none' && !('uid' in command && command.uid && !command.numbers);
}

/** Whether numbers stay what they are while it runs: RFC 9051 §7.5.1, no EXPUNGE during FETCH, STORE and SEARCH by number. */
function keepsNumbers(command: WireCommand): boolean {
  return verbs[command.verb].numbers === 'kept' && !('uid' in command && command.uid);
}

/**
 * Whether a command may follow a SELECT or EXAMINE at once. The server does one after the other (RFC 9051 §5.5): UIDs mean the same
 * before and after, and where the SELECT fails the FETCH is refused, because then no mailbox is selected (§6.3.2).
 */
export function followsSelect(command: WireCommand, before: WireCommand | undefined): boolean {
  if (before?.verb !== 'SELECT' && before?.verb !== 'EXAMINE') return false;
  return command.verb === 'FETCH' && command.uid === true && command.behindSelect === true;
}

/** What a group that begins with LOGIN may hold before its SELECT: what is allowed and understood in any stage (RFC 9051 §6.1). */
const anyStage: ReadonlySet<WireCommand['verb']> = new Set(['CAPABILITY', 'ID']);

/**
 * Whether a command may follow a LOGIN that asks for it, before the answer: one SELECT or EXAMINE, with the UID FETCH behind it. Where
 * the LOGIN is refused the others are too, because all but status and capabilities needs a login (RFC 9051 §3.2).
 */
export function followsLogin(
  command: WireCommand,
  before: readonly { readonly command: WireCommand }[],
): boolean {
  const [login, ...others] = before.map((sent) => sent.command);
  if (login?.verb !== 'LOGIN' || login.pipelining !== 'select') return false;
  if (followsSelect(command, others.at(-1))) return true;
  const early = command.verb === 'SELECT' || command.verb === 'EXAMINE' || anyStage.has(command.verb);
  return early && others.every(({ verb }) => anyStage.has(verb));
}

/**
 * RFC 9051 §5.5: whether a command may be sent while others are not completed. What names messages by number must wait for
 * everything that lets the server renumber them; a barrier waits for all, and all wait for it.
 */
export function mayJoin(
  command: WireCommand,
  inFlight: readonly { readonly command: WireCommand }[],
): boolean {
  if (inFlight.length === 0) return true;
  if (inFlight.length === 1 && followsSelect(command, inFlight[0]?.command)) return true;
  if (followsLogin(command, inFlight)) return true;
  if (verbs[command.verb].barrier || inFlight.some((sent) => verbs[sent.command.verb].barrier)) return false;
  return !usesNumbers(command) || inFlight.every((sent) => keepsNumbers(sent.command));
}
