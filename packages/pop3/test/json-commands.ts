import { chooseMechanism } from '@postern/sasl';
import type { Machine, Output } from '@postern/wire';
import type { Pop3Command, Pop3Event } from '../src/index.ts';

/** A login as a transcript writes it; the machine takes a mechanism that is ready to run. */
interface JsonAuth {
  readonly verb: 'AUTH';
  readonly mechanism: string;
  readonly user: string;
  readonly password: string;
}

function built(command: Pop3Command | JsonAuth): Pop3Command {
  if (command.verb !== 'AUTH' || !('user' in command)) return command;
  const { mechanism, user, password } = command;
  const choice = chooseMechanism([mechanism], { type: 'password', user, password }, { verified: true });
  if (!choice.ok) throw new Error(`no mechanism ${mechanism}`);
  return { verb: 'AUTH', mechanism: choice.mechanism };
}

/**
 * A machine that takes commands as transcripts write them. `injected` leaves `start-tls` out: whether the machine asks for
 * the handshake before it sees the octets that end it is the one thing that has to depend on how bytes are cut.
 */
export function withJsonCommands(
  machine: Machine<Pop3Command, Pop3Event>,
  { injected = false }: { readonly injected?: boolean } = {},
): Machine<Pop3Command | JsonAuth, Pop3Event> {
  const seen = (outputs: readonly Output<Pop3Event>[]): readonly Output<Pop3Event>[] =>
    injected ? outputs.filter(({ type }) => type !== 'start-tls') : outputs;
  return {
    start: (now) => machine.start(now),
    send: (command, now) => machine.send(built(command), now),
    sendAll: (commands, now) => machine.sendAll(commands.map(built), now),
    receive: (bytes, now) => seen(machine.receive(bytes, now)),
    receiveEnd: (now, how) => machine.receiveEnd(now, how),
    tlsReady: (tls, now) => machine.tlsReady(tls, now),
    tick: (now) => machine.tick(now),
    get deadline() {
      return machine.deadline;
    },
    get state() {
      return machine.state;
    },
  };
}
