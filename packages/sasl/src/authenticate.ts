import { unlessAborted } from '@postern/wire';
import { chooseMechanism } from './choose.ts';
import type { Choice, ChoiceContext, ChoiceFailure } from './choose.ts';
import type { Credentials, CredentialsSource } from './credentials.ts';
import type { ClientMechanism } from './mechanism.ts';
import { prepareCredentials } from './prepare.ts';

/** What a protocol's answer to one exchange means for the next. */
export type AttemptVerdict =
  /** Logged in, or refused for a reason that nothing we could say would change. */
  | 'final'
  /** The server does not take this mechanism: another may be tried. */
  | 'other-mechanism'
  /** The secret was wrong, or is so no longer. */
  | 'wrong-secret';

/** A dialogue that can run an exchange. */
export interface AuthenticateSession<R> {
  /** Mechanism names the server offers now. */
  readonly offered: () => readonly string[];
  /** What the connection may carry now. */
  readonly context: () => ChoiceContext;
  /** Runs one exchange to the server's answer. */
  readonly exchange: (mechanism: ClientMechanism) => Promise<R>;
  /** Reads that answer. */
  readonly verdict: (answer: R) => AttemptVerdict;
  /** Gives up waiting for the credentials and rejects with `signal.reason`; an exchange has to follow it by itself. */
  readonly signal?: AbortSignal | undefined;
}

/** How it ended: an answer of the server, or nothing could be tried with these credentials. */
export type AuthenticateResult<R> =
  | {
      readonly type: 'answered';
      readonly mechanism: string;
      readonly answer: R;
      readonly credentials: Credentials;
      /** How many exchanges there were. */
      readonly attempts: number;
    }
  | {
      readonly type: 'none';
      readonly reason: ChoiceFailure;
      /** What could not be used; `undefined` where the connection may carry nothing, and nothing was fetched. */
      readonly credentials: Credentials | undefined;
    };

/**
 * Logs in over any protocol: fetches the credentials, chooses a mechanism, runs it, and says what may be tried next.
 *
 * At most two mechanisms are tried, the second only where the first was refused as such: a wrong password is never said
 * twice, because accounts are locked for that. A refused token is fetched once more where the caller gave a function. A
 * type of channel binding that the server does not know is replaced by the next one. After a mechanism tied to the
 * connection nothing less follows (RFC 5802 §6).
 */
export async function authenticate<R>(
  source: CredentialsSource,
  session: AuthenticateSession<R>,
): Promise<AuthenticateResult<R>> {
  const { verified, unverified = 'nothing' } = session.context();
  if (!verified && unverified === 'nothing') {
    return { type: 'none', reason: 'plaintext-login-refused', credentials: undefined };
  }
  let credentials = await fetchCredentials(source, false, session.signal);
  const tried: string[] = [];
  let bindings = session.context().bindings ?? [];
  let renewable = typeof source === 'function';
  let choice = choose(credentials);
  if (!choice.ok) return { type: 'none', reason: choice.reason, credentials };
  for (let attempts = 1; ; attempts += 1) {
    const { mechanism } = choice;
    const answer = await session.exchange(mechanism);
    const answered = { type: 'answered', mechanism: mechanism.name, answer, credentials, attempts } as const;
    const verdict = session.verdict(answer);
    if (verdict === 'wrong-secret' && credentials.type === 'token' && renewable) {
      renewable = false;
      credentials = await fetchCredentials(source, true, session.signal);
    } else if (mechanism.bindingRefused === true && bindings.length > 1) {
      bindings = bindings.slice(1);
    } else if (verdict === 'other-mechanism' && tried.length === 0) {
      tried.push(mechanism.name);
    } else {
      return answered;
    }
    choice = choose(credentials);
    if (!choice.ok) return answered;
  }

  function choose(given: Credentials): Choice {
    return chooseMechanism(session.offered(), given, { ...session.context(), bindings, except: tried });
  }
}

async function fetchCredentials(
  source: CredentialsSource,
  again: boolean,
  signal: AbortSignal | undefined,
): Promise<Credentials> {
  if (typeof source !== 'function') return prepareCredentials(source);
  // A key ring that waits for a person may never answer.
  const fetched = Promise.resolve(source({ again }));
  return prepareCredentials(await unlessAborted(fetched, signal));
}
