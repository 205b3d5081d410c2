import { authenticate, checkCredentials, loginContext } from '@postern/sasl';
import type {
  AttemptVerdict,
  ChoiceContext,
  Credentials,
  CredentialsSource,
  PasswordCredentials,
} from '@postern/sasl';
import { deadline, handshakeWithin, isWireError, unlessAborted, UsageError, WireError } from '@postern/wire';
import type { Connection, PolicyFault, Reason, TlsInfo, TlsRequest } from '@postern/wire';
import type { Capabilities } from './parse/capabilities.ts';
import { encodeCommand } from './commands.ts';
import type { ImapCommand } from './commands.ts';
import { farewells } from './conversation.ts';
import type { Completed } from './conversation.ts';
import type {
  Answer,
  CallOptions,
  Imap,
  Login,
  LoginCallOptions,
  OpenImapOptions,
  StartTlsOptions,
} from './imap.ts';
import { LoginGroup } from './login-group.ts';
import { MailboxCalls } from './mailbox/mailbox-calls.ts';
import type { Untagged } from './parse/untagged.ts';
import { patienceFor } from './transition/states.ts';
import type { StatusResponse } from './parse/status.ts';

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

class ImapDialogue extends MailboxCalls implements Imap {
  async open(signal: AbortSignal | undefined): Promise<void> {
    // Waited for before anything is read: a greeting that is here already must find somebody.
    const greeted = this.wait(signal, (event) => event.type === 'greeting');
    greeted.catch(() => undefined);
    void this.pump();
    await this.turns
      .beAlone(signal, async () => {
        const { identify } = this.options;
        // What ID could not carry is told before anything is said.
        if (identify) encodeCommand('a0', { verb: 'ID', fields: identify });
        await greeted;
        await this.knowCapabilities(signal);
        if (this.preauth) await this.#settleIn(signal);
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
    this.refuseInLoop({ verb: 'STARTTLS' });
    return this.beAlone(signal, async () => {
      if (this.connection.tls) throw new UsageError('TLS is active', 'RFC 9051 §6.2.1');
      // RFC 9051 §7.1.4: logged in before TLS, and nothing can be done about it on this connection.
      if (this.preauth) throw this.#refusal('preauth-before-tls', 'starttls');
      const missing = this.#missingOffer();
      if (missing && options?.tryAnyway !== true) throw this.#refusal(missing, 'starttls');
      this.request = request;
      const { response, reason } = await this.ask(
        { verb: 'STARTTLS', ...(missing ? { tryAnyway: true } : {}) },
        signal,
      );
      if (response.status !== 'OK') {
        return { ok: false, reply: response, reason: missing ?? reason ?? 'starttls-refused' };
      }
      const secured = await this.wait(signal, (event) => event.type === 'secured');
      await this.knowCapabilities(signal);
      return { ok: true, value: secured.tls, reply: response };
    });
  }

  async login(source: CredentialsSource, options: LoginCallOptions = {}): Promise<Answer<Login>> {
    const { signal, pipelining } = options;
    this.refuseInLoop({ verb: 'LOGIN', user: '', password: '' });
    const group = pipelining === 'select' ? new LoginGroup() : undefined;
    const turn = this.beAlone(signal, async () => {
      const answer = await this.#login(source, options, group);
      if (group && !answer.ok) {
        const { reply, reason } = answer;
        group.refusal = { response: reply, ...(reason ? { reason } : {}) };
      }
      return answer;
    });
    // Until another call takes it, or takes its place.
    this.loginGroup = group;
    return turn;
  }

  async #login(
    given: CredentialsSource,
    options: LoginCallOptions,
    group: LoginGroup | undefined,
  ): Promise<Answer<Login>> {
    const { signal } = options;
    const context = (): ChoiceContext => loginContext(this.connection, this.random, options);
    const { verified, unverified } = context();
    if (!verified && unverified !== 'hashed') throw this.#unverified();
    await this.knowCapabilities(signal);
    const open = !this.capabilities.loginDisabled && verified && !options.mechanisms;
    let source = given;
    if (group && open && this.#settlesInGroup) {
      // A key ring that waits for a person may never answer.
      const fetched =
        typeof given === 'function'
          ? await unlessAborted(Promise.resolve(given({ again: false })), signal)
          : given;
      const login = groupedLogin(fetched);
      if (login) return this.#loginInGroup(login, group, signal);
      if (typeof given === 'function') source = (request) => (request.again ? given(request) : fetched);
    }
    const result = await authenticate<Completed>(source, {
      offered: () => this.capabilities.auth,
      context,
      exchange: (mechanism) => this.ask({ verb: 'AUTHENTICATE', mechanism }, signal),
      verdict: loginVerdict,
      signal,
    });
    const { credentials } = result;
    const nothing = result.type === 'none' ? result.reason : undefined;
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
  }

  /** Whether all that has to be said between a login and a SELECT is known before the login. */
  get #settlesInGroup(): boolean {
    const { atoms } = this.capabilities;
    return !atoms.includes('UTF8=ONLY') && (!this.options.identify || atoms.includes('ID'));
  }

  /** Sends LOGIN, what is said after every login, and the call that comes next (RFC 9051 §5.5), and waits for none but its own answers. */
  async #loginInGroup(
    login: LoginCommand,
    group: LoginGroup,
    signal: AbortSignal | undefined,
  ): Promise<Answer<Login>> {
    signal?.throwIfAborted();
    if (this.over) await this.refuseCall();
    const { identify } = this.options;
    // A login makes what was listed stale (RFC 9051 §6.2.2). Whether its answer lists it anew is known too late, so it is asked for anyway.
    const own: ImapCommand[] = [{ verb: 'CAPABILITY' }];
    if (identify) own.push({ verb: 'ID', fields: identify });
    group.begin([login, ...own], (...commands) => {
      this.dialogue.send(...commands);
    });
    const settled = Promise.all(own.map((command) => this.completion(command, signal)));
    settled.catch(() => undefined);
    const { response, reason } = await this.completion(login, signal);
    if (response.status !== 'OK') return { ok: false, reply: response, ...(reason ? { reason } : {}) };
    await settled;
    if (this.#hasToSpeakUtf8) {
      // It was not listed before. Nothing else may be said before it is known whether a mailbox is open.
      await group.followed?.catch(() => undefined);
      if (!this.mailbox) await this.#speakUtf8(signal);
    }
    return { ok: true, value: { mechanism: 'LOGIN' }, reply: response };
  }

  /** LOGIN (RFC 9051 §6.2.3): it shows the password, so verified TLS is around it. */
  async #sayPassword(credentials: PasswordCredentials, signal: AbortSignal | undefined): Promise<Completed> {
    checkCredentials(credentials);
    const { user, password, authorizationId = user } = credentials;
    if (authorizationId !== user) {
      throw new UsageError('LOGIN cannot carry an authorizationId', 'RFC 9051 §6.2.3', 'argument-refused');
    }
    return this.ask({ verb: 'LOGIN', user, password }, signal);
  }

  async #loggedIn(
    { response, reason }: Completed,
    mechanism: string,
    signal: AbortSignal | undefined,
  ): Promise<Answer<Login>> {
    if (response.status !== 'OK') return { ok: false, reply: response, ...(reason ? { reason } : {}) };
    await this.#settleIn(signal);
    return { ok: true, value: { mechanism }, reply: response };
  }

  /** What has to be said right after a login, before anything else. */
  async #settleIn(signal: AbortSignal | undefined): Promise<void> {
    await this.knowCapabilities(signal);
    const { identify } = this.options;
    // NetEase opens no mailbox for a client that did not say what it is; the answer changes nothing (RFC 2971 §3).
    if (identify && this.capabilities.atoms.includes('ID'))
      await this.ask({ verb: 'ID', fields: identify }, signal);
    if (this.#hasToSpeakUtf8) await this.#speakUtf8(signal);
  }

  get #hasToSpeakUtf8(): boolean {
    return this.capabilities.atoms.includes('UTF8=ONLY') && !this.machine.enabled.includes('UTF8=ACCEPT');
  }

  async #speakUtf8(signal: AbortSignal | undefined): Promise<void> {
    // RFC 6855 §6: such a server does not speak otherwise.
    await this.ask({ verb: 'ENABLE', arguments: [{ type: 'atom', text: 'UTF8=ACCEPT' }] }, signal);
    if (this.machine.enabled.includes('UTF8=ACCEPT')) return;
    const refusal = this.#refusal('protocol-error', 'auth');
    this.destroy();
    throw refusal;
  }

  async compress(options?: CallOptions): Promise<Answer<undefined>> {
    if (!this.options.compression)
      throw new UsageError('no compression was given', 'options.compression', 'argument-refused');
    this.refuseInLoop({ verb: 'COMPRESS' });
    return this.beAlone(options?.signal, async () => {
      const { response } = await this.ask({ verb: 'COMPRESS' }, options?.signal);
      return response.status === 'OK'
        ? { ok: true, value: undefined, reply: response }
        : { ok: false, reply: response };
    });
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
    if (verb !== 'CAPABILITY' && verb !== 'NOOP' && verb !== 'ID' && verb !== 'OTHER') {
      throw new UsageError(
        `${verb} has a method of its own`,
        'startTls, login, logout, select, list and others',
      );
    }
    this.refuseInLoop(command);
    return this.share(options?.signal, async () => {
      const data: Untagged[] = [];
      const { response } = await this.ask(command, options?.signal, data);
      return response.status === 'OK'
        ? { ok: true, value: data, reply: response }
        : { ok: false, reply: response, partial: data };
    });
  }

  async logout(options?: CallOptions): Promise<StatusResponse | undefined> {
    this.refuseInLoop({ verb: 'LOGOUT' });
    return this.beAlone(options?.signal, async () => {
      const before = this.dialogue.ended;
      try {
        const { response } = await this.ask({ verb: 'LOGOUT' }, options?.signal);
        return response;
      } catch (error) {
        const { ended } = this.dialogue;
        // A BYE and the close, without a completion, is a good end too (RFC 9051 §6.1.3).
        if (!before && ended && !ended.fault && !isWireError(error)) return undefined;
        if (ended && isWireError(error) && farewells.includes(error.code)) return undefined;
        throw error;
      } finally {
        await this.dialogue[Symbol.asyncDispose]();
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const idle = this.turns.calls === 0 && this.machine.state.name === 'ready';
    if (this.dialogue.ended || !idle) {
      if (!this.dialogue.ended) this.destroy();
      await this.dialogue[Symbol.asyncDispose]();
      return;
    }
    const limit = deadline(this.clock, 1000);
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
        return this.options.offeredStartTlsBefore === true ? 'downgrade-suspected' : 'starttls-not-offered';
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
}

/** Another mechanism may be tried where the server did not understand the first (BAD). */
function loginVerdict({ response, reason }: Completed): AttemptVerdict {
  if (response.status === 'BAD' && !response.code) return 'other-mechanism';
  return reason === 'auth-failed' || reason === 'auth-expired' ? 'wrong-secret' : 'final';
}

type LoginCommand = Extract<ImapCommand, { readonly verb: 'LOGIN' }>;

/** LOGIN for credentials that it can carry, a password in ASCII for oneself (RFC 9051 §6.2.3, RFC 6855 §5); other logins take turns. */
function groupedLogin(credentials: Credentials): LoginCommand | undefined {
  if (credentials.type !== 'password') return undefined;
  const { user, password, authorizationId = user } = credentials;
  if (authorizationId !== user || !/^[ -~]+$/.test(user) || !/^[ -~]+$/.test(password)) return undefined;
  return { verb: 'LOGIN', user, password, pipelining: 'select' };
}
