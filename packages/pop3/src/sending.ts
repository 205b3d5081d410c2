import { beginExchange } from '@postern/sasl';
import { concatBytes, peerText } from '@postern/wire';
import type { Instant, Output } from '@postern/wire';
import { encodeCommand, maxCommandBytes, verbs } from './commands.ts';
import type { EncodedCommand, WireCommand } from './commands.ts';
import { enter } from './endings.ts';
import type { Pop3Event } from './events.ts';
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
  const written: EncodedCommand[] = [];
  let state = before;
  const windowBytes = state.capabilities?.pipelining ? state.settings.windowBytes : 0;
  for (;;) {
    const next = state.commands[state.sent];
    const last = state.answered < state.sent ? state.commands[state.sent - 1] : undefined;
    if (!next || (last && verbs[last.verb].barrier)) break;
    // RFC 2449 §6.6: PASS may share a write with its USER, and QUIT be the last of a group; every other barrier waits until all
    // is answered.
    const joins = next.verb === 'QUIT' || (next.verb === 'PASS' && last?.verb === 'USER');
    const alone = verbs[next.verb].barrier && !joins;
    const size = commandBytes(next);
    // A window of octets that every socket buffers: whoever is slow to read, nobody is kept from writing.
    if (last && (alone || state.inFlightBytes + size > windowBytes)) break;
    state = {
      ...state,
      sent: state.sent + 1,
      inFlightBytes: state.inFlightBytes + size,
      userAccepted: false,
    };
    if (next.verb === 'AUTH') {
      const begun = beginExchange(next.mechanism, { verb: 'AUTH', maxLineBytes: maxCommandBytes });
      state = { ...state, exchange: begun.exchange };
      written.push(begun.line);
    } else {
      written.push(encodeCommand(next));
    }
  }
  if (state.answered === state.commands.length) state = { ...state, ...noCommands };
  const front = inFront(state);
  const next = front === undefined ? 'ready' : verbs[front.verb].state;
  return {
    state: answered || inFront(before) === undefined ? enter(state, next, now) : state,
    outputs: [...outputs, ...writes(written)],
  };
}

/** The octets of a command; none for AUTH, which is alone on the wire anyway. */
export function commandBytes(command: WireCommand): number {
  if (command.verb === 'AUTH') return 0;
  // There are thousands of these: encoding them once more, for their length alone, would show.
  if (command.verb === 'RETR' || command.verb === 'DELE')
    return `${command.verb} ${command.message}\r\n`.length;
  return encodeCommand(command).bytes.length;
}

/** One group, one write. */
export function writes(commands: readonly EncodedCommand[]): readonly Output<Pop3Event>[] {
  if (commands.length === 0) return [];
  const bytes = concatBytes(commands.map((command) => command.bytes));
  if (commands.every(({ shown }) => shown === undefined)) return [{ type: 'write', bytes }];
  return [
    {
      type: 'write',
      bytes,
      shown: commands.map(({ shown, bytes: plain }) => shown ?? peerText(plain)).join(''),
    },
  ];
}
