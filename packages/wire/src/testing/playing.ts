import { latin1 } from '../bytes.ts';
import { isUsageError } from '../faults.ts';
import type { Machine, Output } from '../machine.ts';
import { testTlsInfo } from './transcript.ts';

/** Something that can happen to a machine. `tls` is left out where no handshake was asked for; `tick` comes 30 s later. */
export type Happening<C> =
  | { readonly type: 'bytes'; readonly bytes: Uint8Array }
  | { readonly type: 'send'; readonly commands: readonly C[] }
  | { readonly type: 'tls' | 'end' | 'tick' };

/**
 * Plays whatever happens to a machine, 10 ms apart, and gives all its outputs. Throws where the machine breaks what every
 * machine must keep: nothing comes after the end, nothing is written during a handshake, and only a wrong command throws.
 */
export function playMachine<C, E>(
  machine: Machine<C, E>,
  happenings: readonly Happening<C>[],
): readonly Output<E>[] {
  const outputs: Output<E>[] = [];
  let now = 0;
  let upgrading = false;
  const take = (more: readonly Output<E>[]): void => {
    for (const output of more) {
      if (outputs.at(-1)?.type === 'end') throw new Error('something came after the end');
      if (upgrading && output.type === 'write') throw new Error('something was written during a handshake');
      if (output.type === 'start-tls') upgrading = true;
      outputs.push(output);
    }
  };
  take(machine.start(now));
  for (const happening of happenings) {
    now += 10;
    switch (happening.type) {
      case 'bytes':
        take(machine.receive(happening.bytes, now));
        break;
      case 'send':
        try {
          take(machine.sendAll(happening.commands, now));
        } catch (error) {
          if (!isUsageError(error)) throw error;
        }
        break;
      case 'tls':
        if (!upgrading || outputs.at(-1)?.type === 'end') break;
        upgrading = false;
        take(machine.tlsReady(testTlsInfo, now));
        break;
      case 'end':
        take(machine.receiveEnd(now, 'closed'));
        break;
      case 'tick':
        now += 30_000;
        take(machine.tick(now));
        break;
    }
  }
  return outputs;
}

/** The text of everything that is written. */
export function writtenText(outputs: readonly Output<unknown>[]): string {
  return outputs.map((output) => (output.type === 'write' ? latin1(output.bytes) : '')).join('');
}

/**
 * A machine that takes its commands in another form, such as transcripts write them. `injected` leaves `start-tls` out:
 * whether a machine asks for the handshake before it sees the octets that end the dialogue is the one thing that has to
 * depend on how bytes are cut.
 */
export function translatedMachine<Written, C, E>(
  machine: Machine<C, E>,
  translate: (written: Written) => C,
  { injected = false }: { readonly injected?: boolean } = {},
): Machine<Written, E> {
  const seen = (outputs: readonly Output<E>[]): readonly Output<E>[] =>
    injected ? outputs.filter(({ type }) => type !== 'start-tls') : outputs;
  return {
    start: (now) => machine.start(now),
    send: (written, now) => machine.send(translate(written), now),
    sendAll: (group, now) => machine.sendAll(group.map(translate), now),
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
