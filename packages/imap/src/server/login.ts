import { decodeBase64, encodeBase64, serverMechanism } from '@postern/sasl';
import type { ServerStep as MechanismStep } from '@postern/sasl';
import type { Instant } from '@postern/wire';
import { decoded } from '../parse/tokens.ts';
import { capabilities } from './capabilities.ts';
import { strings } from './commands.ts';
import type { ReceivedCommand } from './commands.ts';
import type { ServerSession } from './states.ts';
import { answer, bad, enter, farewell, over, write } from './step.ts';
import type { Outputs, ServerStep } from './step.ts';

export function logIn(session: ServerSession, { tag, argument }: ReceivedCommand, now: Instant): ServerStep {
  const [user, password, more] = strings(argument) ?? [];
  if (user === undefined || password === undefined || more !== undefined) return bad(session, tag);
  const credentials = { type: 'password', user: decoded(user), password: decoded(password) } as const;
  const right = user !== '' && password !== '' && session.rules.auth?.authenticate(credentials) === true;
  return right
    ? accept(session, tag, credentials.user, 'LOGIN', now)
    : reject(session, tag, credentials.user, 'LOGIN');
}

export function beginAuth(
  session: ServerSession,
  { tag, argument }: ReceivedCommand,
  now: Instant,
): ServerStep {
  const [name = '', initial, more] = argument.split(' ');
  const mechanism = serverMechanism(name, session.rules.auth, session.tls);
  if (!mechanism) return answer(session, `${tag} NO no such mechanism`);
  // RFC 4959 §3: `=` is an empty initial response, which is not the same as none.
  const first = initial === undefined ? undefined : decodeBase64(initial === '=' ? '' : initial);
  if (more !== undefined || (initial !== undefined && !first)) return bad(session, tag);
  return continueExchange(
    { ...session, exchange: { tag, mechanism } },
    tag,
    mechanism.name,
    mechanism.start(first),
    now,
  );
}

export function continueAuth(
  session: ServerSession,
  { tag, mechanism }: NonNullable<ServerSession['exchange']>,
  text: string,
  now: Instant,
): ServerStep {
  const response = decodeBase64(text);
  // RFC 9051 §6.2.2: `*` cancels, and gets BAD; so does anything else that is no base64.
  if (!response) return bad({ ...enter(session, 'not-authenticated', now), exchange: undefined }, tag);
  return continueExchange(session, tag, mechanism.name, mechanism.next(response), now);
}

function continueExchange(
  session: ServerSession,
  tag: string,
  name: string,
  next: MechanismStep,
  now: Instant,
): ServerStep {
  const done: ServerSession = { ...enter(session, 'not-authenticated', now), exchange: undefined };
  switch (next.type) {
    case 'challenge':
      return answer(enter(session, 'auth', now), `+ ${encodeBase64(next.challenge)}`);
    case 'done':
      return accept(done, tag, next.authorizationId ?? next.user, name, now);
    case 'failed':
      return next.reason === 'auth-failed' ? reject(done, tag, undefined, name) : bad(done, tag);
  }
}

function accept(
  session: ServerSession,
  tag: string,
  user: string,
  mechanism: string,
  now: Instant,
): ServerStep {
  const next: ServerSession = { ...enter(session, 'authenticated', now), store: session.rules.store(user) };
  const outputs: Outputs = [
    { type: 'event', event: { type: 'login', mechanism, user, accepted: true } },
    // RFC 9051 §6.2.3: what is offered now differs, so it is told at once.
    write(`${tag} OK [CAPABILITY ${capabilities(next)}] welcome`),
  ];
  const { afterLogin } = session.rules;
  return afterLogin ? over(next, [...outputs, farewell(afterLogin)]) : { session: next, outputs };
}

function reject(
  session: ServerSession,
  tag: string,
  user: string | undefined,
  mechanism: string,
): ServerStep {
  return {
    session,
    outputs: [
      { type: 'event', event: { type: 'login', mechanism, user, accepted: false } },
      write(`${tag} NO [AUTHENTICATIONFAILED] user name or password is wrong`),
    ],
  };
}
