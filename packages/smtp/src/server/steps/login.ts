/** AUTH (RFC 4954). */
import { decodeBase64, encodeBase64, mayLogIn, serverMechanism } from '@postern/sasl';
import type { AuthRules, PasswordCredentials, ServerMechanism, ServerStep as SaslStep } from '@postern/sasl';
import { utf8 } from '@postern/wire';
import type { Instant, TlsInfo } from '@postern/wire';
import { LoginAttempt } from '../login-attempt.ts';
import type { ServerRules } from '../options.ts';
import { oneLine } from '../reply.ts';
import type { ServerReply } from '../reply.ts';
import type { Identity, ServerSession, ServerStep } from '../session.ts';
import { clientInfo } from '../verbs/mail.ts';
import { enter, event, farewell, refuse, told, withEvents, write } from './basic.ts';

/** The credentials that a mechanism has read, where somebody else is to judge them. */
const held: WeakMap<ServerMechanism, PasswordCredentials> = new WeakMap();

/** AUTH, its first line. */
export function auth(session: ServerSession, argument: string, now: Instant, rules: ServerRules): ServerStep {
  const [name = '', initial, ...more] = argument.split(' ');
  const say = told('AUTH', isMechanism(name) ? name : '');
  const no = (code: number, enhanced: string, text: string): ServerStep =>
    withEvents([say(code)], refuse(session, oneLine(code, enhanced, text), now, rules));
  if (!rules.auth) return no(502, '5.5.1', 'AUTH is not implemented');
  // RFC 4954 §4: once per session, and never within a mail transaction.
  if (session.user !== undefined || session.transaction) return no(503, '5.5.1', 'not now');
  // RFC 4954 §4, RFC 8314 §4.1: refused before anybody looks at the credentials, so the answer tells nothing about them.
  if (!mayLogIn(rules.auth, session.tls)) return no(504, '5.5.4', 'not without TLS');
  if (session.failedLogins >= rules.limits.maxFailedLogins) {
    const reply = oneLine(421, '4.7.0', 'too many failed logins');
    return withEvents([say(421)], farewell(session, reply, rules));
  }
  if (name === '' || more.length > 0) return no(501, '5.5.4', 'say AUTH mechanism [initial-response]');
  const mechanism = makeMechanism(name, rules.auth, session.tls, rules.asks.includes('login'));
  if (!mechanism) return no(504, '5.5.4', 'mechanism not recognised');
  // RFC 4954 §4: `=` is an initial response of length zero.
  const response =
    initial === '=' ? new Uint8Array(0) : initial === undefined ? undefined : decodeBase64(initial);
  if (initial !== undefined && !response) return no(501, '5.5.2', 'cannot decode the initial response');
  const begun = { ...session, exchange: mechanism };
  return authStep(begun, mechanism.start(response), now, rules);
}

/** Whether a word is the name of a mechanism that is in use somewhere: what else stands in its place may be a password. */
function isMechanism(word: string): boolean {
  return /^(?:PLAIN|LOGIN|EXTERNAL|ANONYMOUS|XOAUTH2?|OAUTHBEARER|NTLM|GSSAPI|GSS-SPNEGO|KERBEROS_V[45]|(?:CRAM|DIGEST)-MD5|SCRAM-SHA-?\d{1,3}(?:-\d{3})?(?:-PLUS)?)$/i.test(
    word,
  );
}

/** With `ask` the mechanism only reads what the client says; whether it is right is a question to the owner. */
function makeMechanism(
  name: string,
  rules: AuthRules,
  tls: TlsInfo | undefined,
  ask: boolean,
): ServerMechanism | undefined {
  if (!ask) return serverMechanism(name, rules, tls);
  const authenticate = (credentials: PasswordCredentials): boolean => {
    if (mechanism) held.set(mechanism, credentials);
    return true;
  };
  // Asked when the exchange is done, with or without a password.
  const mayActAs = (): boolean => true;
  const mechanism = serverMechanism(name, { ...rules, authenticate, mayActAs }, tls);
  return mechanism;
}

/** A line within AUTH. */
export function authResponse(
  session: ServerSession,
  line: string,
  now: Instant,
  rules: ServerRules,
): ServerStep {
  const { exchange } = session;
  const no = (code: number, enhanced: string, text: string): ServerStep =>
    withEvents(
      [told('AUTH', exchange?.name ?? '')(code)],
      refuse(session, oneLine(code, enhanced, text), now, rules),
    );
  // RFC 4954 §4: `*` cancels.
  if (line === '*' || !exchange) return no(501, '5.0.0', 'authentication cancelled');
  const response = decodeBase64(line);
  if (!response) return no(501, '5.5.2', 'cannot decode the response');
  return authStep(session, exchange.next(response), now, rules);
}

function authStep(session: ServerSession, step: SaslStep, now: Instant, rules: ServerRules): ServerStep {
  const mechanism = session.exchange?.name ?? '';
  switch (step.type) {
    case 'challenge':
      return {
        session: enter(session, 'auth', now, rules),
        outputs: [{ type: 'write', bytes: utf8(`334 ${encodeBase64(step.challenge)}\r\n`) }],
      };
    case 'done': {
      const { user, authorizationId } = step;
      const who = { user, authorizationId };
      const credentials = session.exchange && held.get(session.exchange);
      const asked = { ...session, exchange: undefined, question: { type: 'login', mechanism, who } } as const;
      if (!credentials) {
        if (authorizationId === undefined || !rules.asks.includes('login')) {
          return loggedIn(session, mechanism, who, welcome, now, rules);
        }
        // SCRAM has proved who it is (RFC 5802 §3), which says nothing about whom it may act as.
        const client = clientInfo(session, rules);
        return {
          session: enter(asked, 'asking', now, rules),
          outputs: [event({ type: 'ask-act-as', mechanism, user, authorizationId, client })],
        };
      }
      const attempt = new LoginAttempt(mechanism, {
        ...credentials,
        ...(authorizationId !== undefined && { authorizationId }),
      });
      return {
        session: enter(asked, 'asking', now, rules),
        outputs: [event({ type: 'ask-login', attempt, client: clientInfo(session, rules) })],
      };
    }
    case 'failed':
      // RFC 4954 §4: a malformed response is not a wrong password.
      return step.reason === 'protocol-error'
        ? notLoggedIn(session, mechanism, oneLine(501, '5.5.2', 'malformed response'), now, rules)
        : notLoggedIn(session, mechanism, wrongPassword, now, rules);
  }
}

/** 235 (RFC 4954 §6). */
export const welcome: ServerReply = oneLine(235, '2.7.0', 'authentication succeeded');
const wrongPassword: ServerReply = oneLine(535, '5.7.8', 'authentication credentials invalid');

/** The client is who it says. */
export function loggedIn(
  session: ServerSession,
  mechanism: string,
  who: Identity,
  reply: ServerReply,
  now: Instant,
  rules: ServerRules,
): ServerStep {
  const { user, authorizationId } = who;
  const next = { ...session, ...who, errors: 0, exchange: undefined };
  const actsAs = authorizationId === undefined ? {} : { authorizationId };
  return {
    session: enter(next, 'command', now, rules),
    outputs: [
      told('AUTH', mechanism)(reply.code),
      event({ type: 'login', mechanism, user, ...actsAs, accepted: true }),
      write(reply, session, rules),
    ],
  };
}

/** It is not. */
export function notLoggedIn(
  session: ServerSession,
  mechanism: string,
  reply: ServerReply,
  now: Instant,
  rules: ServerRules,
): ServerStep {
  // What is wrong with us (4yz) or with the form says nothing about the password.
  const failedLogins = session.failedLogins + (reply.code >= 500 && reply.code !== 501 ? 1 : 0);
  const events = [
    told('AUTH', mechanism)(reply.code),
    event({ type: 'login', mechanism, user: undefined, accepted: false }),
  ];
  return withEvents(events, refuse({ ...session, failedLogins }, reply, now, rules));
}
