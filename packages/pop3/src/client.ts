import { authenticate, checkCredentials, loginContext } from '@postern/sasl';
import type { ChoiceFailure, CredentialsSource, PasswordCredentials } from '@postern/sasl';
import { deadline, handshakeWithin, isWireError, UsageError, WireError } from '@postern/wire';
import type { Clock, Connection, PolicyFault, Reason, TlsInfo, TlsRequest } from '@postern/wire';
import { dependsOnUser } from './parse/capabilities.ts';
import type { Capabilities } from './parse/capabilities.ts';
import type { Pop3Command } from './commands.ts';
import { Conversation } from './conversation.ts';
import type { Language } from './parse/listings.ts';
import type { Maildrop } from './maildrop/maildrop.ts';
import type {
  Answer,
  ApopLogin,
  ApopOptions,
  CallOptions,
  Farewell,
  Login,
  LoginCallOptions,
  OpenPop3Options,
  Pop3,
  StartTlsOptions,
} from './pop3.ts';
import type { Pop3Reply } from './parse/reply.ts';
import { patienceFor } from './transition/states.ts';
import { Transaction } from './maildrop/transaction.ts';
import type { ReplyEvent } from './maildrop/transaction.ts';

/**
 * Waits for the greeting on an open connection, asks for the capabilities unless they are remembered, and hands out the dialogue. Takes ownership of
 * the connection, on failure too. Rejects with a {@link WireError}: `greeting-rejected`, `greeting-rejected-temporarily`,
 * `wrong-protocol`, `tls-on-plaintext-port`, `timeout-greeting` and others. Abort destroys the connection.
 *
 * @example
 * ```ts
 * import { openPop3 } from '@postern/pop3';
 * import { nodeNetwork, systemClock } from '@postern/wire/node';
 * const connection = await nodeNetwork().connect({ address: '192.0.2.7', port: 110 });
 * const pop3 = await openPop3(connection, { clock: systemClock(), patience: 'probe' });
 * console.log(pop3.capabilities.startTls); // offered
 * await pop3.quit();
 * ```
 */
export async function openPop3(connection: Connection, options: OpenPop3Options): Promise<Pop3> {
  const { clock, signal, tls } = options;
  // RFC 8314 §3: the handshake comes first, and the greeting inside it.
  if (tls)
    await handshakeWithin(connection, tls, { clock, limit: patienceFor(options.patience).tls, signal });
  const dialogue = new Pop3Dialogue(connection, options);
  await dialogue.open(signal, options.remembered === undefined);
  return dialogue;
}

/** How it looks when the server has just gone away. */
const gone: readonly Reason[] = ['closed', 'reset', 'truncated', 'server-closing'];

class Pop3Dialogue implements Pop3 {
  readonly maildrop: Maildrop;
  readonly connection: Connection;
  readonly #conversation: Conversation;
  readonly #clock: Clock;
  readonly #random: OpenPop3Options['random'];
  readonly #offeredStartTlsBefore: boolean;

  constructor(connection: Connection, options: OpenPop3Options) {
    this.connection = connection;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#offeredStartTlsBefore = options.offeredStartTlsBefore ?? false;
    this.#conversation = new Conversation(connection, options);
    this.maildrop = new Transaction(this.#conversation);
  }

  get greeting(): Pop3Reply | undefined {
    return this.#conversation.greeting;
  }

  get timestamp(): string | undefined {
    return this.#conversation.machine.timestamp;
  }

  get capabilities(): Capabilities {
    return this.#conversation.capabilities;
  }

  async open(signal: AbortSignal | undefined, asksCapa: boolean): Promise<void> {
    await this.#conversation
      .inTurn(signal, async () => {
        await this.#conversation.until(signal, (event) => event.type === 'greeting');
        if (asksCapa) await this.#conversation.ask({ verb: 'CAPA' }, signal);
      })
      .catch((error: unknown) => {
        this.connection.reset();
        throw error;
      });
  }

  async capa(options?: CallOptions): Promise<Answer<Capabilities>> {
    return this.#conversation.inTurn(options?.signal, async () => {
      const { reply } = await this.#conversation.ask({ verb: 'CAPA' }, options?.signal);
      return reply.status === '+OK' ? { ok: true, value: this.capabilities, reply } : { ok: false, reply };
    });
  }

  async startTls(request: TlsRequest, options?: StartTlsOptions): Promise<Answer<TlsInfo>> {
    const signal = options?.signal;
    return this.#conversation.inTurn(signal, async () => {
      if (this.connection.tls) throw new UsageError('TLS is active', 'RFC 2595 §4');
      const missing = this.#missingOffer();
      if (missing && options?.tryAnyway !== true) throw this.#refusal(missing, 'starttls');
      this.#conversation.request = request;
      const { reply, reason } = await this.#conversation.ask(
        { verb: 'STLS', ...(missing ? { tryAnyway: true } : {}) },
        signal,
      );
      if (reply.status === '-ERR')
        return { ok: false, reply, reason: missing ?? reason ?? 'starttls-refused' };
      const secured = await this.#conversation.until(signal, (event) => event.type === 'secured');
      await this.#conversation.ask({ verb: 'CAPA' }, signal);
      return { ok: true, value: secured.tls, reply };
    });
  }

  async login(source: CredentialsSource, options?: LoginCallOptions): Promise<Answer<Login>> {
    const signal = options?.signal;
    return this.#conversation.inTurn(signal, async () => {
      const result = await authenticate<ReplyEvent>(source, {
        offered: () => this.capabilities.auth,
        context: () => loginContext(this.connection, this.#random, options),
        exchange: (mechanism) => this.#conversation.ask({ verb: 'AUTH', mechanism }, signal),
        // Which mechanism it did not take, a POP3 server cannot say: nothing else is tried, because accounts get locked.
        verdict: ({ reason }) => (reason === 'auth-failed' ? 'wrong-secret' : 'final'),
        signal,
      });
      if (result.type === 'answered') return this.#loggedIn(result.answer, result.mechanism, signal);
      const { credentials, reason } = result;
      const byName =
        !options?.mechanisms && reason !== 'plaintext-login-refused' && credentials?.type === 'password';
      // RFC 2449 §6.2: USER and PASS are there if USER is listed, or if nothing can be listed.
      const offered = !this.capabilities.listed || this.capabilities.tags['USER'] !== undefined;
      if (!byName || !offered) throw this.#noLogin(reason);
      return this.#sayPassword(credentials, signal);
    });
  }

  /** USER and PASS (RFC 1939 §7). They show the password, so verified TLS is around them. */
  async #sayPassword(
    credentials: PasswordCredentials,
    signal: AbortSignal | undefined,
  ): Promise<Answer<Login>> {
    if (!this.#verified) throw this.#noLogin('plaintext-login-refused');
    checkCredentials(credentials);
    const { user: name, password, authorizationId = name } = credentials;
    if (authorizationId !== name) {
      throw new UsageError(
        'USER and PASS cannot carry an authorizationId',
        'RFC 1939 §7',
        'argument-refused',
      );
    }
    const user = await this.#conversation.ask({ verb: 'USER', name }, signal);
    if (user.reply.status === '-ERR') return this.#loggedIn(user, 'USER', signal);
    const pass = await this.#conversation.ask({ verb: 'PASS', password }, signal);
    return this.#loggedIn(pass, 'USER', signal);
  }

  /** RFC 2449 §6.5, §6.7: what may differ for this user is asked for again. */
  async #loggedIn(
    { reply, reason }: ReplyEvent,
    mechanism: string,
    signal: AbortSignal | undefined,
  ): Promise<Answer<Login>> {
    if (reply.status === '-ERR') return { ok: false, reply, ...(reason ? { reason } : {}) };
    if (dependsOnUser(this.capabilities)) await this.#conversation.ask({ verb: 'CAPA' }, signal);
    return { ok: true, value: { mechanism }, reply };
  }

  get #verified(): boolean {
    return this.connection.tls?.verification?.status === 'verified';
  }

  #noLogin(reason: ChoiceFailure): WireError {
    if (reason !== 'plaintext-login-refused') return this.#refusal(reason, 'auth');
    const fault: PolicyFault = {
      kind: 'policy',
      reason,
      phase: 'auth',
      after: 0,
      by: 'default',
      endpoint: this.connection.endpoint,
      // RFC 8314 §5, RFC 2595 §2.4: no password leaves unless TLS is active and the peer is who it should be.
      evidence: { rule: 'RFC 2595 §2.4' },
    };
    return new WireError(fault);
  }

  async apop({ user, digest }: ApopLogin, options?: ApopOptions): Promise<Answer<Login>> {
    const signal = options?.signal;
    return this.#conversation.inTurn(signal, async () => {
      const { timestamp } = this;
      if (timestamp === undefined) throw this.#noLogin('auth-not-offered');
      const inClear = options?.where === 'anywhere';
      if (!inClear && !this.#verified) throw this.#noLogin('plaintext-login-refused');
      const command = { verb: 'APOP', name: user, digest: digest(timestamp), inClear } as const;
      return this.#loggedIn(await this.#conversation.ask(command, signal), 'APOP', signal);
    });
  }

  async noop(options?: CallOptions): Promise<Answer<undefined>> {
    return this.command({ verb: 'NOOP' }, options);
  }

  async command(command: Pop3Command, options?: CallOptions): Promise<Answer<undefined>> {
    const { verb } = command;
    if (
      verb === 'STLS' ||
      verb === 'AUTH' ||
      verb === 'USER' ||
      verb === 'PASS' ||
      verb === 'APOP' ||
      verb === 'RETR' ||
      verb === 'TOP' ||
      verb === 'QUIT' ||
      verb === 'RESUME'
    ) {
      throw new UsageError(`${verb} has a method of its own`, 'startTls, login, maildrop, quit');
    }
    return this.#conversation.inTurn(options?.signal, async () => {
      const { reply } = await this.#conversation.ask(command, options?.signal);
      return reply.status === '+OK' ? { ok: true, value: undefined, reply } : { ok: false, reply };
    });
  }

  async utf8(options?: CallOptions): Promise<Answer<undefined>> {
    return this.command({ verb: 'UTF8' }, options);
  }

  async languages(options?: CallOptions): Promise<Answer<readonly Language[]>> {
    const signal = options?.signal;
    return this.#conversation.inTurn(signal, async () => {
      const { reply, value } = await this.#conversation.ask({ verb: 'LANG' }, signal);
      if (value?.type !== 'languages') return { ok: false, reply };
      return { ok: true, value: value.languages, reply };
    });
  }

  async lang(language: string, options?: CallOptions): Promise<Answer<undefined>> {
    return this.command({ verb: 'LANG', language }, options);
  }

  async quit(options?: CallOptions): Promise<Farewell> {
    return this.#conversation.inTurn(options?.signal, async () => {
      let written = false;
      try {
        const asked = this.#conversation.ask({ verb: 'QUIT' }, options?.signal);
        written = !this.#conversation.ended && this.#conversation.queued === 0;
        const { reply } = await asked;
        const { marked } = this.#conversation;
        const done = reply.status === '+OK' ? 'done' : 'partial';
        return { update: marked.length === 0 ? 'none' : done, marked, reply };
      } catch (error) {
        if (!isWireError(error) || !gone.includes(error.code)) throw error;
        const marked = this.#conversation.perhapsMarked;
        // A server that went away before QUIT has deleted nothing; one that did so after it may have.
        if (marked.length > 0 && !written && error.fault.phase !== 'quit') throw error;
        return { update: marked.length === 0 ? 'none' : 'unknown', marked, reply: undefined };
      } finally {
        await this.#conversation.close();
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { ended, unused, machine, perhapsMarked } = this.#conversation;
    if (ended || !unused || machine.state.name !== 'ready' || perhapsMarked.length > 0) {
      if (!ended && !unused) this.#conversation.destroy();
      await this.#conversation.close();
      return;
    }
    const limit = deadline(this.#clock, 1000);
    try {
      await this.quit({ signal: limit.signal });
    } catch {
      // The farewell is a courtesy; the connection is closed either way.
    } finally {
      limit[Symbol.dispose]();
    }
  }

  /** TLS-016: why STLS cannot be used, or `undefined` where it can. */
  #missingOffer():
    Extract<Reason, 'starttls-not-offered' | 'starttls-masked' | 'downgrade-suspected'> | undefined {
    switch (this.capabilities.startTls) {
      case 'offered':
        return undefined;
      case 'masked':
        return 'starttls-masked';
      case 'absent':
        return this.#offeredStartTlsBefore ? 'downgrade-suspected' : 'starttls-not-offered';
    }
  }

  #refusal(reason: Reason, phase: 'starttls' | 'auth'): WireError {
    return new WireError({ kind: 'peer', reason, phase, after: 0, endpoint: this.connection.endpoint });
  }
}
