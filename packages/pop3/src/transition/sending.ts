import { beginExchange } from '@postern/sasl';
import { utf8 } from '@postern/wire';
import type { Instant, Output } from '@postern/wire';
import { commandLine, maxCommandBytes, verbs } from '../commands.ts';
import type { CommandLine, EncodedCommand, WireCommand } from '../commands.ts';
import { enter } from './endings.ts';
import type { Pop3Event } from '../events.ts';
import { inFront, noCommands } from './states.ts';
import type { State, Step } from './states.ts';

/**
 * Sends what may be sent now. `answered` = the command in front has just been answered: then, and where nothing was in flight, the
 * wait for the next one begins. A command that joins others changes nothing about what is being read, and renews no wait.
 */
export function advance(
  before: State,
  now: Instant,
  outputs: readonly Output<Pop3Event>[],
  answered = false,
): Step {
  const written: CommandLine[] = [];
  let auth: EncodedCommand | undefined;
  let state = before;
  const { commands, answered: done } = before;
  let { sent, inFlightBytes } = before;
  const windowBytes = state.capabilities?.pipelining ? state.settings.windowBytes : 0;
  for (;;) {
    const next = commands[sent];
    const last = done < sent ? commands[sent - 1] : undefined;
    if (!next || (last && verbs[last.verb].barrier)) break;
    // RFC 2449 §6.6: PASS may share a write with its USER, and QUIT be the last of a group; every other barrier waits until all
    // is answered.
    const joins = next.verb === 'QUIT' || (next.verb === 'PASS' && last?.verb === 'USER');
    const alone = verbs[next.verb].barrier && !joins;
    // AUTH is alone on the wire, so nobody counts its octets.
    const line = next.verb === 'AUTH' ? undefined : commandLine(next);
    const size = line?.length ?? 0;
    // A window of octets that every socket buffers: whoever is slow to read, nobody is kept from writing.
    if (last && (alone || inFlightBytes + size > windowBytes)) break;
    sent += 1;
    inFlightBytes += size;
    if (next.verb === 'AUTH') {
      const begun = beginExchange(next.mechanism, { verb: 'AUTH', maxLineBytes: maxCommandBytes });
      state = { ...state, exchange: begun.exchange };
      auth = begun.line;
    } else if (line) {
      written.push(line);
    }
  }
  if (sent > before.sent) state = { ...state, sent, inFlightBytes, userAccepted: false };
  if (state.answered === state.commands.length) state = { ...state, ...noCommands };
  const front = inFront(state);
  const next = front === undefined ? 'ready' : verbs[front.verb].state;
  return {
    state: answered || inFront(before) === undefined ? enter(state, next, now) : state,
    outputs: auth
      ? [...outputs, write(auth)]
      : written.length > 0
        ? [...outputs, together(written)]
        : outputs,
  };
}

/** The octets of a command; none for AUTH, which is alone on the wire anyway. */
export function commandBytes(command: WireCommand): number {
  return command.verb === 'AUTH' ? 0 : commandLine(command).length;
}

/** One group, one write. */
function together(lines: readonly CommandLine[]): Output<Pop3Event> {
  const bytes = utf8(lines.map(({ text }) => text).join(''));
  const secret = lines.some(({ shown }) => shown !== undefined);
  return write({ bytes, shown: secret ? lines.map(({ text, shown }) => shown ?? text).join('') : undefined });
}

/** One write. */
export function write({ bytes, shown }: EncodedCommand): Output<Pop3Event> {
  return { type: 'write', bytes, ...(shown === undefined ? {} : { shown }) };
}
