import { chooseMechanism } from '@postern/sasl';
import type { Machine, Output } from '@postern/wire';
import type { ImapCommand, ImapEvent } from '../src/index.ts';

/** A login as a transcript writes it; the machine takes a mechanism that is ready to run. */
interface JsonAuth {
  readonly verb: 'AUTHENTICATE';
  readonly mechanism: string;
  readonly user?: string;
  readonly password?: string;
}

function built(command: ImapCommand | JsonAuth): ImapCommand {
  if (command.verb !== 'AUTHENTICATE' || typeof command.mechanism !== 'string') return command as ImapCommand;
  const { mechanism, user = 'tim', password = 'tanstaaftanstaaf' } = command as JsonAuth;
  const choice = chooseMechanism([mechanism], { type: 'password', user, password }, { verified: true });
  if (!choice.ok) throw new Error(`no mechanism ${mechanism}`);
  return { verb: 'AUTHENTICATE', mechanism: choice.mechanism };
}

/**
 * A machine that takes commands as transcripts write them. `injected` leaves `start-tls` out: whether the machine asks for
 * the handshake before it sees the octets that end it is the one thing that has to depend on how bytes are cut.
 */
export function withJsonCommands(
  machine: Machine<ImapCommand, ImapEvent>,
  { injected = false }: { readonly injected?: boolean } = {},
): Machine<ImapCommand | JsonAuth, ImapEvent> {
  const seen = (outputs: readonly Output<ImapEvent>[]): readonly Output<ImapEvent>[] =>
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
