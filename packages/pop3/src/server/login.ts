import { decodeBase64, encodeBase64, serverMechanism } from '@postern/sasl';
import type { ServerStep as MechanismStep } from '@postern/sasl';
import { latin1, peerText, utf8 } from '@postern/wire';
import { octets } from './commands.ts';
import type { ReceivedCommand } from './commands.ts';
import { octetsIn } from './maildrop.ts';
import { negative, positive } from './reply.ts';
import type { ServerSession } from './states.ts';
import { answer, write } from './step.ts';
import type { ServerStep } from './step.ts';

/** USER, PASS, AUTH and APOP, where a login may be. */
export function logIn(session: ServerSession, { verb, argument, words }: ReceivedCommand): ServerStep {
  const rest: ServerSession = { ...session, user: undefined };
  if (verb === 'USER') {
    if (argument === undefined || argument === '') return answer(rest, negative('a name is missing'));
    return answer({ ...session, user: argument }, positive());
  }
  if (verb === 'PASS') {
    if (session.user === undefined) return answer(rest, negative('say USER first'));
    const user = text(session.user);
    const password = text(argument ?? '');
    const right =
      password !== '' && session.rules.auth?.authenticate({ type: 'password', user, password }) === true;
    return right ? accept(rest, user, 'USER') : reject(rest, user, 'USER');
  }
  if (verb === 'APOP') return logInByDigest(rest, words);
  const [name, initial, more] = words;
  const mechanism = serverMechanism(name ?? '', session.rules.auth, session.tls);
  if (!mechanism || more !== undefined) return answer(rest, negative('no such mechanism'));
  // RFC 5034 §4: `=` is an empty initial response, which is not the same as none.
  const first = initial === undefined ? undefined : decodeBase64(initial === '=' ? '' : initial);
  if (initial !== undefined && !first) return answer(rest, negative('that is no base64'));
  return continueExchange({ ...rest, mechanism }, mechanism.start(first));
}

/** RFC 1939 §7: the name and a digest over the timestamp of the greeting, which STLS makes worthless. */
function logInByDigest(session: ServerSession, words: readonly string[]): ServerStep {
  const { rules, upgraded } = session;
  const timestamp = rules.greeting.type === 'ready' && !upgraded ? rules.greeting.timestamp : undefined;
  const [name, digest, more] = words;
  if (!rules.apop || timestamp === undefined) return answer(session, negative('not available'));
  if (name === undefined || digest === undefined || more !== undefined)
    return answer(session, negative('a name and a digest are needed'));
  const user = text(name);
  return rules.apop({ user, timestamp, digest })
    ? accept(session, user, 'APOP')
    : reject(session, user, 'APOP');
}

/** A line of the client inside of an exchange. */
export function continueAuth(session: ServerSession, line: Uint8Array): ServerStep {
  const { mechanism } = session;
  const response = decodeBase64(latin1(line));
  // RFC 5034 §4: `*` cancels; anything else that is no base64 ends the exchange too.
  if (!mechanism || !response) {
    return answer({ ...session, name: 'authorization', mechanism: undefined }, negative('cancelled'));
  }
  return continueExchange(session, mechanism.next(response));
}

function continueExchange(session: ServerSession, next: MechanismStep): ServerStep {
  const name = session.mechanism?.name ?? '';
  const done: ServerSession = { ...session, name: 'authorization', mechanism: undefined };
  switch (next.type) {
    case 'challenge':
      return answer({ ...session, name: 'auth' }, utf8(`+ ${encodeBase64(next.challenge)}\r\n`));
    case 'done':
      return accept(done, next.authorizationId ?? next.user, name);
    case 'failed':
      return next.reason === 'auth-failed'
        ? reject(done, undefined, name)
        : answer(done, negative('that is not the mechanism'));
  }
}

function accept(session: ServerSession, user: string, mechanism: string): ServerStep {
  const maildrop = session.rules.maildrop(user).open();
  // RFC 2449 §8.1.2: the maildrop is in use; the password was right.
  if (!maildrop) return answer(session, negative('another session holds the maildrop', 'IN-USE'));
  return {
    session: { ...session, name: 'transaction', maildrop, octets: octetsIn(maildrop), deleted: new Set() },
    outputs: [
      { type: 'event', event: { type: 'login', mechanism, user, accepted: true } },
      write(positive()),
    ],
  };
}

function reject(session: ServerSession, user: string | undefined, mechanism: string): ServerStep {
  return {
    session,
    outputs: [
      { type: 'event', event: { type: 'login', mechanism, user, accepted: false } },
      write(negative('user name or password is wrong', 'AUTH')),
    ],
  };
}

/** A name or a password as text. */
function text(latin: string): string {
  return peerText(octets(latin));
}
