import { UsageError, utf8 } from '@postern/wire';
import { commandLine, verbs } from '../commands.ts';
import type { WireCommand } from '../commands.ts';
import type { State } from './states.ts';

/**
 * RFC 1939 §4-6, RFC 2595 §4: what may be sent where. `before` is the last command that is not answered. Throws a
 * {@link UsageError} for what may not.
 */
export function checkCommand(
  state: State,
  command: WireCommand,
  before: WireCommand | undefined,
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
  // Nothing follows a barrier, so only the last one can be it.
  if (before && verbs[before.verb].barrier)
    refuse(`the result of ${before.verb} is not known yet`, 'RFC 2449 §6.6');
  const { stage } = verbs[verb];
  if (stage !== 'both' && stage !== state.stage) {
    if (stage === 'authorization') refuse('already logged in', 'RFC 1939 §4');
    refuse('only after the login', 'RFC 1939 §5');
  }
  if (command.verb === 'STLS') {
    if (state.tls) refuse('TLS is active', 'RFC 2595 §4');
    if (state.utf8) refuse('UTF8 was said', 'RFC 6856 §2.1');
    if (state.capabilities?.startTls !== 'offered' && command.tryAnyway !== true) {
      const code = state.capabilities?.startTls === 'masked' ? 'starttls-masked' : 'starttls-not-offered';
      throw new UsageError('STLS is not offered', 'RFC 2595 §4', code);
    }
  }
  if (verb === 'UTF8' && state.capabilities?.utf8 !== 'offered' && state.capabilities?.utf8 !== 'with-user')
    refuse('it is not offered', 'RFC 6856 §2.1');
  if (
    command.verb === 'USER' ||
    command.verb === 'PASS' ||
    command.verb === 'APOP' ||
    command.verb === 'AUTH'
  )
    checkLogin(state, command);
  if (verb === 'PASS' && !userAccepted) refuse('it must follow an accepted USER', 'RFC 1939 §7');
  if (command.verb !== 'AUTH') commandLine(command);
}

type LoginCommand = Extract<WireCommand, { readonly verb: 'USER' | 'PASS' | 'APOP' | 'AUTH' }>;

function checkLogin(state: State, command: LoginCommand): void {
  const { verb } = command;
  // RFC 2595 §2.4, RFC 8314 §4.1: a password in the clear only to a peer that was verified.
  const secret = verb === 'AUTH' ? command.mechanism.plaintext : verb !== 'APOP' || command.inClear !== true;
  if (secret && state.tls?.verification?.status !== 'verified') {
    throw new UsageError(`${verb} without verified TLS`, 'RFC 2595 §2.4', 'plaintext-login-refused');
  }
  if (verb === 'AUTH') {
    // RFC 5034 §3: a mechanism that is not listed must not be tried.
    if (!state.capabilities?.auth.includes(command.mechanism.name)) {
      throw new UsageError(`${command.mechanism.name} is not offered`, 'RFC 5034 §3', 'auth-not-offered');
    }
    return;
  }
  // RFC 1939 §7: the digest is made of the timestamp; one that came in plaintext was forgotten with STLS.
  if (verb === 'APOP' && state.timestamp === undefined)
    throw new UsageError('the greeting has no timestamp', 'RFC 1939 §7', 'auth-not-offered');
  const argument = utf8(verb === 'PASS' ? command.password : command.name);
  if (state.capabilities?.utf8 !== 'with-user' && argument.some((byte) => byte > 127)) {
    throw new UsageError(`${verb} takes ASCII only here`, 'RFC 6856 §2.2', 'argument-refused');
  }
  // RFC 1939 §3: without CAPA nobody says that more is taken.
  if (state.capabilities?.listed === false && argument.length > 40) {
    throw new UsageError(`${verb} takes 40 characters here`, 'RFC 1939 §3', 'argument-refused');
  }
}
