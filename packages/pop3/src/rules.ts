import { UsageError } from '@postern/wire';
import { encodeCommand } from './commands.ts';
import type { WireCommand } from './commands.ts';
import type { State } from './states.ts';

/** RFC 1939 §4-6, RFC 2595 §4: what may be sent where. */
export function checkCommand(
  state: State,
  command: WireCommand,
  planned: readonly WireCommand[],
  userAccepted: boolean,
): void {
  const { verb } = command;
  const refuse = (why: string, rule: string): never => {
    throw new UsageError(`${verb} is not allowed: ${why}`, rule);
  };
  if (state.name === 'start' || state.name === 'greeting')
    refuse('the server has not greeted yet', 'RFC 1939 §4');
  if (state.name === 'tls') refuse('a TLS handshake is under way', 'RFC 2595 §4');
  if (state.name === 'ended') refuse('the dialogue is over', 'RFC 1939 §6');
  const barrier = planned.find(isBarrier);
  if (barrier) refuse(`the result of ${barrier.verb} is not known yet`, 'RFC 2449 §6.6');
  switch (verb) {
    case 'STLS':
      if (state.tls) refuse('TLS is active', 'RFC 2595 §4');
      if (state.stage !== 'authorization') refuse('only before the login', 'RFC 2595 §4');
      if (state.capabilities?.startTls !== 'offered' && command.tryAnyway !== true) {
        const code = state.capabilities?.startTls === 'masked' ? 'starttls-masked' : 'starttls-not-offered';
        throw new UsageError('STLS is not offered', 'RFC 2595 §4', code);
      }
      break;
    case 'USER':
    case 'PASS':
    case 'AUTH':
      if (state.stage !== 'authorization') refuse('already logged in', 'RFC 1939 §4');
      // RFC 2595 §2.4, RFC 8314 §4.1: a password in the clear only to a peer that was verified.
      if (
        (verb !== 'AUTH' || command.mechanism.plaintext) &&
        state.tls?.verification?.status !== 'verified'
      ) {
        throw new UsageError(`${verb} without verified TLS`, 'RFC 2595 §2.4', 'plaintext-login-refused');
      }
      // RFC 5034 §3: a mechanism that is not listed must not be tried.
      if (verb === 'AUTH' && !state.capabilities?.auth.includes(command.mechanism.name)) {
        throw new UsageError(`${command.mechanism.name} is not offered`, 'RFC 5034 §3', 'auth-not-offered');
      }
      if (verb === 'PASS' && !userAccepted) refuse('it must follow an accepted USER', 'RFC 1939 §7');
      break;
    case 'STAT':
    case 'LIST':
    case 'UIDL':
    case 'RETR':
    case 'DELE':
    case 'NOOP':
    case 'RSET':
    case 'TOP':
      if (state.stage !== 'transaction') refuse('only after the login', 'RFC 1939 §5');
      break;
    case 'CAPA':
    case 'QUIT':
      break;
  }
  if (command.verb === 'USER' || command.verb === 'PASS') {
    const text = command.verb === 'USER' ? command.name : command.password;
    if (
      /[^\x00-\x7f]/.test(text) &&
      !state.capabilities?.tags['UTF8']?.some((word) => word.toUpperCase() === 'USER')
    ) {
      throw new UsageError(`${verb} takes ASCII only here`, 'RFC 6856 §2.2', 'argument-refused');
    }
  }
  if (command.verb !== 'AUTH') encodeCommand(command);
}

/** Whether nothing may be sent between the command and its result, because what follows depends on it. */
export function isBarrier({ verb }: WireCommand): boolean {
  return verb === 'STLS' || verb === 'AUTH' || verb === 'PASS' || verb === 'QUIT';
}
