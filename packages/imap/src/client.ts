import { authenticate, checkCredentials, loginContext } from '@postern/sasl';
import type {
  AttemptVerdict,
  ChoiceContext,
  CredentialsSource,
  PasswordCredentials,
  SaslWork,
} from '@postern/sasl';
import { converse, deadline, handshakeWithin, isWireError, UsageError, WireError } from '@postern/wire';
import type { Clock, Connection, Dialogue, PolicyFault, Reason, TlsInfo, TlsRequest } from '@postern/wire';
import { noCapabilities } from './capabilities.ts';
import type { Capabilities } from './capabilities.ts';
import type { ImapCommand } from './commands.ts';
import type { ImapEvent } from './events.ts';
import type {
  Answer,
  CallOptions,
  Imap,
  Login,
  LoginCallOptions,
  OpenImapOptions,
  StartTlsOptions,
} from './imap.ts';
import { imapClient } from './machine.ts';
import type { ImapClientMachine } from './machine.ts';
import type { Untagged } from './parse/untagged.ts';
import { patienceFor } from './states.ts';
import type { StatusResponse } from './status.ts';
import { Turns } from './turns.ts';

type Completed = Extract<ImapEvent, { readonly type: 'completed' }>;

/**
 * Waits for the greeting on an open connection, asks for the capabilities unless the greeting lists them, and hands out the
 * dialogue. Takes ownership of the connection, on failure too. Rejects with a {@link WireError}: `greeting-rejected`,
 * `greeting-rejected-temporarily`, `wrong-protocol`, `tls-on-plaintext-port`, `timeout-greeting` and others. Abort destroys
 * the connection.
 *
 * @example
 * ```ts
 * import { openImap } from '@postern/imap';
 * import { nodeNetwork, systemClock } from '@postern/wire/node';
 * const connection = await nodeNetwork().connect({ address: '192.0.2.7', port: 143 });
 * const imap = await openImap(connection, { clock: systemClock(), patience: 'probe' });
 * console.log(imap.capabilities.startTls); // offered
 * await imap.logout();
 * ```
 */
export async function openImap(connection: Connection, options: OpenImapOptions): Promise<Imap> {
  const { clock, signal, tls } = options;
  // RFC 8314 §3: the handshake comes first, and the greeting inside it.
  if (tls)
    await handshakeWithin(connection, tls, { clock, limit: patienceFor(options.patience).tls, signal });
  const dialogue = new ImapDialogue(connection, options);
  await dialogue.open(signal);
  return dialogue;
}

/** Somebody who waits for an event. */
interface Waiter {
  /** Takes an event; `true` = it was the one, and the waiter is done. */
  readonly take: (event: ImapEvent) => boolean;
  readonly reject: (error: unknown) => void;
}

class ImapDialogue implements Imap {
  greeting: StatusResponse | undefined;
  preauth = false;
  readonly connection: Connection;
  readonly #machine: ImapClientMachine;
  readonly #dialogue: Dialogue<ImapCommand, ImapEvent>;
  readonly #clock: Clock;
  readonly #random: OpenImapOptions['random'];
  readonly #options: OpenImapOptions;
  readonly #turns = new Turns();
  readonly #waiters = new Set<Waiter>();
  #request: TlsRequest | undefined;
  #destroyed = false;
  /** Why the work of the present exchange could not be done; nothing else is under way beside an exchange. */
  #workFailure: { readonly error: unknown } | undefined;
  /** Why nothing is handed out any more; who comes to wait later gets it too. */
  #failure: { readonly error: unknown } | undefined;

  constructor(connection: Connection, options: OpenImapOptions) {
    this.connection = connection;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#options = options;
    const { tls } = connection;
    this.#machine = imapClient({
      ...(options.patience === undefined ? {} : { patience: options.patience }),
      ...(options.limits === undefined ? {} : { limits: options.limits }),
      ...(options.offeredStartTlsBefore === undefined
        ? {}
        : { offeredStartTlsBefore: options.offeredStartTlsBefore }),
      ...(tls ? { tls } : {}),
    });
    this.#dialogue = converse(this.#machine, connection, {
      clock: options.clock,
      upgrade: (upgraded, { signal }) => {
        if (!this.#request) throw new UsageError('no TLS was asked for', 'startTls');
        return upgraded.handshake(this.#request, { signal });
      },
      ...(options.observe ? { observe: options.observe } : {}),
    });
  }

  get capabilities(): Capabilities {
    return this.#machine.capabilities ?? noCapabilities;
  }

  async open(signal: AbortSignal | undefined): Promise<void> {
    // Waited for before anything is read: a greeting that is here already must find somebody.
    const greeted = this.#wait(signal, (event) => event.type === 'greeting');
    greeted.catch(() => undefined);
    void this.#pump();
    await this.#turns
      .beAlone(signal, async () => {
        await greeted;
        await this.#knowCapabilities(signal);
      })
      .catch((error: unknown) => {
        this.connection.reset();
        throw error;
      });
  }

  async capability(options?: CallOptions): Promise<Answer<Capabilities>> {
    const answer = await this.command({ verb: 'CAPABILITY' }, options);
    return answer.ok
      ? { ok: true, value: this.capabilities, reply: answer.reply }
      : { ok: false, reply: answer.reply };
  }

  async startTls(request: TlsRequest, options?: StartTlsOptions): Promise<Answer<TlsInfo>> {
    const signal = options?.signal;
    return this.#turns.beAlone(signal, async () => {
      if (this.connection.tls) throw new UsageError('TLS is active', 'RFC 9051 §6.2.1');
      // RFC 9051 §7.1.4: logged in before TLS, and nothing can be done about it on this connection.
      if (this.preauth) throw this.#refusal('preauth-before-tls', 'starttls');
      const missing = this.#missingOffer();
      if (missing && options?.tryAnyway !== true) throw this.#refusal(missing, 'starttls');
      this.#request = request;
      const { response, reason } = await this.#ask(
        { verb: 'STARTTLS', ...(missing ? { tryAnyway: true } : {}) },
        signal,
      );
      if (response.status !== 'OK') {
        return { ok: false, reply: response, reason: missing ?? reason ?? 'starttls-refused' };
      }
      const secured = await this.#wait(signal, (event) => event.type === 'secured');
      await this.#knowCapabilities(signal);
      return { ok: true, value: secured.tls, reply: response };
    });
  }

  async login(source: CredentialsSource, options?: LoginCallOptions): Promise<Answer<Login>> {
    const signal = options?.signal;
    return this.#turns.beAlone(signal, async () => {
      const context = (): ChoiceContext => loginContext(this.connection, this.#random, options);
      const { verified, unverified } = context();
      if (!verified && unverified !== 'hashed') throw this.#unverified();
      await this.#knowCapabilities(signal);
      const result = await authenticate<Completed>(source, {
        offered: () => this.capabilities.auth,
        context,
        exchange: (mechanism) => this.#ask({ verb: 'AUTHENTICATE', mechanism }, signal),
        verdict: loginVerdict,
      });
      const { credentials } = result;
      const nothing = result.type === 'none' ? result.reason : undefined;
      const open = !this.capabilities.loginDisabled && verified && !options?.mechanisms;
      // Two ways are tried, and no third.
      const misunderstood =
        result.type === 'answered' &&
        result.attempts === 1 &&
        loginVerdict(result.answer) === 'other-mechanism';
      if (open && credentials?.type === 'password' && (nothing !== undefined || misunderstood)) {
        return this.#loggedIn(await this.#sayPassword(credentials, signal), 'LOGIN', signal);
      }
      if (result.type === 'none') throw this.#refusal(result.reason, 'auth');
      return this.#loggedIn(result.answer, result.mechanism, signal);
    });
  }

  /** LOGIN (RFC 9051 §6.2.3): it shows the password, so verified TLS is around it. */
  async #sayPassword(credentials: PasswordCredentials, signal: AbortSignal | undefined): Promise<Completed> {
    checkCredentials(credentials);
    const { user, password, authorizationId = user } = credentials;
    if (authorizationId !== user) {
      throw new UsageError('LOGIN cannot carry an authorizationId', 'RFC 9051 §6.2.3', 'argument-refused');
    }
    return this.#ask({ verb: 'LOGIN', user, password }, signal);
  }

  async #loggedIn(
    { response, reason }: Completed,
    mechanism: string,
    signal: AbortSignal | undefined,
  ): Promise<Answer<Login>> {
    if (response.status !== 'OK') return { ok: false, reply: response, ...(reason ? { reason } : {}) };
    await this.#knowCapabilities(signal);
    return { ok: true, value: { mechanism }, reply: response };
  }

  async id(
    fields?: Readonly<Record<string, string>>,
    options?: CallOptions,
  ): Promise<Answer<Readonly<Record<string, string | null>>>> {
    const answer = await this.command({ verb: 'ID', ...(fields ? { fields } : {}) }, options);
    if (!answer.ok) return { ok: false, reply: answer.reply };
    const data = answer.value.findLast((entry) => entry.type === 'id');
    return { ok: true, value: data?.fields ?? {}, reply: answer.reply };
  }

  async noop(options?: CallOptions): Promise<Answer<undefined>> {
    const answer = await this.command({ verb: 'NOOP' }, options);
    return answer.ok
      ? { ok: true, value: undefined, reply: answer.reply }
      : { ok: false, reply: answer.reply };
  }

  async command(command: ImapCommand, options?: CallOptions): Promise<Answer<readonly Untagged[]>> {
    const { verb } = command;
    if (verb !== 'CAPABILITY' && verb !== 'NOOP' && verb !== 'ID') {
      throw new UsageError(`${verb} has a method of its own`, 'startTls, login, logout');
    }
    return this.#turns.share(options?.signal, async () => {
      const data: Untagged[] = [];
      const { response } = await this.#ask(command, options?.signal, data);
      return response.status === 'OK'
        ? { ok: true, value: data, reply: response }
        : { ok: false, reply: response, partial: data };
    });
  }

  async logout(options?: CallOptions): Promise<StatusResponse | undefined> {
    return this.#turns.beAlone(options?.signal, async () => {
      const before = this.#dialogue.ended;
      try {
        const { response } = await this.#ask({ verb: 'LOGOUT' }, options?.signal);
        return response;
      } catch (error) {
        const { ended } = this.#dialogue;
        // A BYE and the close, without a completion, is a good end too (RFC 9051 §6.1.3).
        if (!before && ended && !ended.fault && !isWireError(error)) return undefined;
        const gone: readonly Reason[] = ['closed', 'reset', 'server-closing', 'truncated'];
        if (ended && isWireError(error) && gone.includes(error.code)) return undefined;
        throw error;
      } finally {
        await this.#dialogue[Symbol.asyncDispose]();
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const idle = this.#turns.calls === 0 && this.#machine.state.name === 'ready';
    if (this.#dialogue.ended || !idle) {
      if (!this.#dialogue.ended) this.#destroy();
      await this.#dialogue[Symbol.asyncDispose]();
      return;
    }
    const limit = deadline(this.#clock, 1000);
    try {
      await this.logout({ signal: limit.signal });
    } catch {
      // The farewell is a courtesy; the connection is closed either way.
    } finally {
      limit[Symbol.dispose]();
    }
  }

  /** TLS-016: why STARTTLS cannot be used, or `undefined` where it can. */
  #missingOffer():
    Extract<Reason, 'starttls-not-offered' | 'starttls-masked' | 'downgrade-suspected'> | undefined {
    switch (this.capabilities.startTls) {
      case 'offered':
        return undefined;
      case 'masked':
        return 'starttls-masked';
      case 'absent':
        return this.#options.offeredStartTlsBefore === true ? 'downgrade-suspected' : 'starttls-not-offered';
    }
  }

  /** RFC 8314 §5, RFC 9051 §11.1: no password leaves unless TLS is active and the peer is who it should be. */
  #unverified(): WireError {
    const { tls } = this.connection;
    const closed = !tls && this.capabilities.loginDisabled && this.capabilities.auth.length === 0;
    const fault: PolicyFault = {
      kind: 'policy',
      reason: closed ? 'auth-only-after-tls' : 'plaintext-login-refused',
      phase: 'auth',
      after: 0,
      by: 'default',
      endpoint: this.connection.endpoint,
      evidence: { rule: 'RFC 9051 §11.1' },
    };
    return new WireError(fault);
  }

  #refusal(reason: Reason, phase: 'starttls' | 'auth'): WireError {
    return new WireError({ kind: 'peer', reason, phase, after: 0, endpoint: this.connection.endpoint });
  }

  async #knowCapabilities(signal: AbortSignal | undefined): Promise<void> {
    if (!this.#machine.capabilities) await this.#ask({ verb: 'CAPABILITY' }, signal);
  }

  /** Sends a command and waits for its completion; `data` collects what comes until then. */
  async #ask(command: ImapCommand, signal: AbortSignal | undefined, data?: Untagged[]): Promise<Completed> {
    signal?.throwIfAborted();
    if (this.#dialogue.ended || this.#destroyed) await this.#over();
    this.#dialogue.send(command);
    const completed = await this.#wait(signal, (event): event is Completed => {
      if (event.type === 'untagged') data?.push(event.data);
      // A command that holds a password comes back masked; it is the only one in flight then.
      return (
        event.type === 'completed' &&
        (event.command === command || (command.verb === 'LOGIN' && event.command.verb === 'LOGIN'))
      );
    });
    const failure = this.#workFailure;
    this.#workFailure = undefined;
    if (failure) throw failure.error;
    return completed;
  }

  /** Waits for an event. An abort now destroys the connection: what was sent cannot be taken back. */
  #wait<T extends ImapEvent>(
    signal: AbortSignal | undefined,
    wanted: (event: ImapEvent) => event is T,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const done = (): void => {
        this.#waiters.delete(waiter);
        signal?.removeEventListener('abort', abort);
      };
      const waiter: Waiter = {
        take: (event) => {
          if (!wanted(event)) return false;
          done();
          resolve(event);
          return true;
        },
        reject: (error) => {
          done();
          reject(error);
        },
      };
      const abort = (): void => {
        waiter.reject(signal?.reason);
        this.#destroy();
      };
      this.#waiters.add(waiter);
      signal?.addEventListener('abort', abort, { once: true });
      if (signal?.aborted) abort();
      else if (this.#failure) waiter.reject(this.#failure.error);
    });
  }

  /**
   * Hands events out as they come, also while no call is under way: a server may tell things at any time, and a BYE must be
   * known before the next command. Runs to the end of the dialogue.
   */
  async #pump(): Promise<void> {
    try {
      for (;;) {
        const event = await this.#dialogue.next();
        if (!event) break;
        this.#note(event);
        if (event.type === 'work') void this.#work(event.work);
      }
      // A good end: who disposes of the dialogue closes the connection, in good order too.
      this.#refuse(new UsageError('the dialogue is over', 'no call after logout'));
    } catch (error) {
      this.#break(error);
    }
  }

  /**
   * Does the work of an exchange, while events go on: meanwhile the server may have had enough. Where it fails the exchange is
   * cancelled, its caller gets the error, and the connection stays usable.
   */
  async #work(work: SaslWork): Promise<void> {
    try {
      let result: Uint8Array | undefined;
      try {
        result = await work.run();
      } catch (error) {
        this.#workFailure = { error };
      }
      if (this.#machine.state.name === 'auth-work') this.#dialogue.send({ verb: 'RESUME', result });
    } catch (error) {
      this.#break(error);
    }
  }

  /** There is no way on; whoever waits is told why, and whoever comes later too. */
  #break(error: unknown): void {
    if (!this.#dialogue.ended) this.#destroyed = true;
    this.connection.reset();
    this.#refuse(error);
  }

  #refuse(error: unknown): void {
    this.#failure = { error };
    for (const waiter of this.#waiters) waiter.reject(error);
  }

  #note(event: ImapEvent): void {
    if (event.type === 'greeting') {
      this.greeting = event.response;
      this.preauth = event.response.status === 'PREAUTH';
    } else if (event.type === 'secured') {
      // RFC 9051 §6.2.1: nothing of what was said in plaintext survives.
      this.greeting = undefined;
    }
    this.#options.onEvent?.(event);
    for (const waiter of this.#waiters) if (waiter.take(event)) break;
  }

  #destroy(): void {
    this.#destroyed = true;
    this.connection.reset();
    const error = this.#gone();
    for (const waiter of this.#waiters) waiter.reject(error);
  }

  #gone(): WireError {
    const { endpoint } = this.connection;
    return new WireError({ kind: 'caller', reason: 'closed', phase: 'command', after: 0, endpoint });
  }

  async #over(): Promise<never> {
    if (this.#destroyed) throw this.#gone();
    if (this.#dialogue.ended?.fault) await this.#dialogue.next();
    throw new UsageError('the dialogue is over', 'no call after logout');
  }
}

/** Another mechanism may be tried where the server did not understand the first (BAD). */
function loginVerdict({ response, reason }: Completed): AttemptVerdict {
  if (response.status === 'BAD' && !response.code) return 'other-mechanism';
  return reason === 'auth-failed' || reason === 'auth-expired' ? 'wrong-secret' : 'final';
}
