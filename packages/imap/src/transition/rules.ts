import { UsageError } from '@postern/wire';
import type { ArgumentContext } from '../arguments.ts';
import { encodeCommand, verbs } from '../commands.ts';
import type { WireCommand } from '../commands.ts';
import { followsLogin, followsSelect } from './pipelining.ts';
import type { State, Tagged } from './states.ts';

/**
 * RFC 9051 §3, §5.5, §6: what may be sent where. `open` are the commands that are not completed, oldest first. Throws a
 * {@link UsageError} for what may not.
 */
export function checkCommand(state: State, command: WireCommand, open: readonly Tagged[]): void {
  const { verb } = command;
  const before = open.at(-1)?.command;
  const refuse = (why: string, rule: string): never => {
    throw new UsageError(`${verb} is not allowed: ${why}`, rule);
  };
  if (state.name === 'start' || state.name === 'greeting')
    refuse('the server has not greeted yet', 'RFC 9051 §3');
  if (state.name === 'tls') refuse('a TLS handshake is under way', 'RFC 9051 §6.2.1');
  if (state.name === 'ended') refuse('the dialogue is over', 'RFC 9051 §3.4');
  // Nothing follows a barrier, so only the last one can be it.
  // What an earlier mailbox tells meanwhile could not be told apart, so there must be none.
  const behindSelect = state.stage === 'authenticated' && followsSelect(command, before);
  const behindLogin = state.stage === 'not-authenticated' && followsLogin(command, sinceLogin(open));
  const early = behindSelect || behindLogin;
  if (before && verbs[before.verb].barrier && !early)
    refuse(`the result of ${before.verb} is not known yet`, 'RFC 9051 §5.5');
  if (verb === 'STARTTLS' && state.preauth) {
    throw new UsageError('STARTTLS is not allowed after PREAUTH', 'RFC 9051 §7.1.4', 'preauth-before-tls');
  }
  if (verbs[verb].stage === 'not-authenticated' && state.stage === 'authenticated') {
    refuse('already authenticated', 'RFC 9051 §6.2');
  }
  const needed = verbs[verb].stage;
  if ((needed === 'authenticated' || needed === 'selected') && state.stage === 'not-authenticated' && !early)
    refuse('not authenticated', 'RFC 9051 §6.3');
  if (needed === 'selected' && state.stage !== 'selected' && !early)
    refuse('no mailbox is selected', 'RFC 9051 §6.4');
  // RFC 9051 §6.3.1: it may change what a selected mailbox means.
  if (verb === 'ENABLE' && state.stage === 'selected') refuse('a mailbox is selected', 'RFC 9051 §6.3.1');
  if (command.verb === 'STARTTLS') {
    if (state.tls) refuse('TLS is active', 'RFC 9051 §6.2.1');
    if (state.capabilities?.startTls !== 'offered' && command.tryAnyway !== true) {
      const code = state.capabilities?.startTls === 'masked' ? 'starttls-masked' : 'starttls-not-offered';
      throw new UsageError('STARTTLS is not offered', 'RFC 9051 §6.2.1', code);
    }
  }
  if (verb === 'COMPRESS') {
    // RFC 4978 §3: once; what was compressed is not compressed again.
    if (state.compressed) refuse('compression is active', 'RFC 4978 §3');
    if (state.capabilities?.atoms.includes('COMPRESS=DEFLATE') !== true)
      throw new UsageError('COMPRESS=DEFLATE is not offered', 'RFC 4978 §3', 'argument-refused');
  }
  if (command.verb === 'LOGIN' || command.verb === 'AUTHENTICATE') checkLogin(state, command);
  if (command.verb !== 'AUTHENTICATE') encodeCommand('a0000000', command, argumentContext(state));
}

/** The commands from the last LOGIN on; nothing but its own group follows one that is not completed. */
function sinceLogin(open: readonly Tagged[]): readonly Tagged[] {
  const login = open.findLastIndex(({ command }) => command.verb === 'LOGIN');
  return login < 0 ? [] : open.slice(login);
}

type LoginCommand = Extract<WireCommand, { readonly verb: 'LOGIN' | 'AUTHENTICATE' }>;

function checkLogin(state: State, command: LoginCommand): void {
  const { capabilities, tls } = state;
  // RFC 9051 §11.1, RFC 8314 §4.1: a password in the clear only to a peer that was verified.
  const secret = command.verb === 'LOGIN' || command.mechanism.plaintext;
  if (secret && tls?.verification?.status !== 'verified') {
    // The server says itself that it lets nobody in before TLS (RFC 9051 §6.2.3).
    const closed = !tls && capabilities?.loginDisabled === true && capabilities.auth.length === 0;
    throw new UsageError(
      `${command.verb} without verified TLS`,
      'RFC 9051 §11.1',
      closed ? 'auth-only-after-tls' : 'plaintext-login-refused',
    );
  }
  if (command.verb === 'LOGIN') {
    if (capabilities?.loginDisabled) {
      throw new UsageError('LOGIN is disabled', 'RFC 9051 §6.2.3', 'auth-not-offered');
    }
  } else if (!capabilities?.auth.includes(command.mechanism.name)) {
    throw new UsageError(`${command.mechanism.name} is not offered`, 'RFC 9051 §6.2.2', 'auth-not-offered');
  }
}

/** What the server understands now, for the arguments of a command. */
export function argumentContext({ capabilities, enabled }: State): ArgumentContext {
  const atoms = capabilities?.atoms ?? [];
  const rev2 = enabled.includes('IMAP4REV2') || (atoms.includes('IMAP4REV2') && !atoms.includes('IMAP4REV1'));
  // RFC 7888 §5: LITERAL- forbids what LITERAL+ allows, so where both are listed it counts. IMAP4rev2 includes it.
  const small = atoms.includes('LITERAL-') || rev2;
  return {
    literals: small ? 'small' : atoms.includes('LITERAL+') ? 'any' : 'none',
    utf8: rev2 || enabled.includes('UTF8=ACCEPT'),
  };
}
