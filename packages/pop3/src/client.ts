import { authenticate, checkCredentials, loginContext } from '@postern/sasl';
import type { ChoiceFailure, CredentialsSource, PasswordCredentials, SaslWork } from '@postern/sasl';
import {
  converse,
  deadline,
  handshakeWithin,
  isWireError,
  unlessAborted,
  UsageError,
  WireError,
} from '@postern/wire';
import type { Clock, Connection, Dialogue, PolicyFault, Reason, TlsInfo, TlsRequest } from '@postern/wire';
import type { Capabilities } from './capabilities.ts';
import type { Pop3Command, WireCommand } from './commands.ts';
import type { Pop3Event } from './events.ts';
import type { Maildrop } from './maildrop.ts';
import { pop3Client } from './machine.ts';
import type { Pop3ClientMachine } from './machine.ts';
import type {
  Answer,
  CallOptions,
  Login,
  LoginCallOptions,
  OpenPop3Options,
  Pop3,
  StartTlsOptions,
} from './pop3.ts';
import type { Pop3Reply } from './reply.ts';
import { patienceFor } from './states.ts';
import { Transaction } from './transaction.ts';
import type { ContentEvent, ReplyEvent, TransactionDialogue } from './transaction.ts';

/** Why the work of an exchange could not be done. */
interface WorkFailure {
  readonly error: unknown;
}

/**
 * Waits for the greeting on an open connection, asks for the capabilities, and hands out the dialogue. Takes ownership of
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
  await dialogue.open(signal);
  return dialogue;
}

class Pop3Dialogue implements Pop3 {
  greeting: Pop3Reply | undefined;
  readonly maildrop: Maildrop;
  readonly connection: Connection;
  readonly #machine: Pop3ClientMachine;
  readonly #dialogue: Dialogue<Pop3Command, Pop3Event>;
  readonly #clock: Clock;
  readonly #random: OpenPop3Options['random'];
  readonly #options: OpenPop3Options;
  #request: TlsRequest | undefined;
  /** Resolves when the call before is done. */
  #turn: Promise<void> = Promise.resolve();
  #calls = 0;
  /** Commands sent and not answered. */
  #unanswered = 0;
  /** Numbers of messages marked with DELE. */
  #marked: number[] = [];
  /** A message is being read. */
  #reading = false;
  #destroyed = false;
  /**
   * The event that is waited for. One wait is always open, also between calls: so a farewell, a FIN or a stray reply that
   * comes while nothing is asked is noticed before the next command, and never taken for its reply.
   */
  #pending: Promise<Pop3Event | undefined> | undefined;

  constructor(connection: Connection, options: OpenPop3Options) {
    this.connection = connection;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#options = options;
    const { tls } = connection;
    this.#machine = pop3Client({
      ...(options.patience === undefined ? {} : { patience: options.patience }),
      ...(options.limits === undefined ? {} : { limits: options.limits }),
      ...(options.offeredStartTlsBefore === undefined
        ? {}
        : { offeredStartTlsBefore: options.offeredStartTlsBefore }),
      ...(options.strict === undefined ? {} : { strict: options.strict }),
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
    this.maildrop = new Transaction(this.#transaction());
  }

  get capabilities(): Capabilities {
    return this.#machine.capabilities;
  }

  get timestamp(): string | undefined {
    return this.#machine.timestamp;
  }

  async open(signal: AbortSignal | undefined): Promise<void> {
    await this.#inTurn(signal, async () => {
      await this.#until(signal, (event) => event.type === 'greeting');
      await this.#ask({ verb: 'CAPA' }, signal);
    }).catch((error: unknown) => {
      this.connection.reset();
      throw error;
    });
  }

  async capa(options?: CallOptions): Promise<Answer<Capabilities>> {
    return this.#inTurn(options?.signal, async () => {
      const { reply } = await this.#ask({ verb: 'CAPA' }, options?.signal);
      return reply.status === '+OK' ? { ok: true, value: this.capabilities, reply } : { ok: false, reply };
    });
  }

  async startTls(request: TlsRequest, options?: StartTlsOptions): Promise<Answer<TlsInfo>> {
    const signal = options?.signal;
    return this.#inTurn(signal, async () => {
      if (this.connection.tls) throw new UsageError('TLS is active', 'RFC 2595 §4');
      const missing = this.#missingOffer();
      if (missing && options?.tryAnyway !== true) throw this.#refusal(missing, 'starttls');
      this.#request = request;
      const { reply, reason } = await this.#ask(
        { verb: 'STLS', ...(missing ? { tryAnyway: true } : {}) },
        signal,
      );
      if (reply.status === '-ERR')
        return { ok: false, reply, reason: missing ?? reason ?? 'starttls-refused' };
      const secured = await this.#until(signal, (event) => event.type === 'secured');
      await this.#ask({ verb: 'CAPA' }, signal);
      return { ok: true, value: secured.tls, reply };
    });
  }

  async login(source: CredentialsSource, options?: LoginCallOptions): Promise<Answer<Login>> {
    const signal = options?.signal;
    return this.#inTurn(signal, async () => {
      const result = await authenticate<ReplyEvent>(source, {
        offered: () => this.capabilities.auth,
        context: () => loginContext(this.connection, this.#random, options),
        exchange: (mechanism) => this.#ask({ verb: 'AUTH', mechanism }, signal),
        // Which mechanism it did not take, a POP3 server cannot say: nothing else is tried, because accounts get locked.
        verdict: ({ reason }) => (reason === 'auth-failed' ? 'wrong-secret' : 'final'),
      });
      if (result.type === 'answered') return loginAnswer(result.answer, result.mechanism);
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
    if (this.connection.tls?.verification?.status !== 'verified')
      throw this.#noLogin('plaintext-login-refused');
    checkCredentials(credentials);
    const { user: name, password, authorizationId = name } = credentials;
    if (authorizationId !== name) {
      throw new UsageError(
        'USER and PASS cannot carry an authorizationId',
        'RFC 1939 §7',
        'argument-refused',
      );
    }
    const user = await this.#ask({ verb: 'USER', name }, signal);
    if (user.reply.status === '-ERR') return loginAnswer(user, 'USER');
    return loginAnswer(await this.#ask({ verb: 'PASS', password }, signal), 'USER');
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
      verb === 'QUIT' ||
      verb === 'RESUME'
    ) {
      throw new UsageError(`${verb} has a method of its own`, 'startTls, login, quit');
    }
    return this.#inTurn(options?.signal, async () => {
      const { reply } = await this.#ask(command, options?.signal);
      return reply.status === '+OK' ? { ok: true, value: undefined, reply } : { ok: false, reply };
    });
  }

  async quit(options?: CallOptions): Promise<Pop3Reply | undefined> {
    return this.#inTurn(options?.signal, async () => {
      try {
        const { reply } = await this.#ask({ verb: 'QUIT' }, options?.signal);
        return reply;
      } catch (error) {
        if (isWireError(error) && (error.code === 'closed' || error.code === 'reset')) return undefined;
        throw error;
      } finally {
        await this.#dialogue[Symbol.asyncDispose]();
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const idle = this.#calls === 0 && this.#machine.state.name === 'ready';
    if (this.#dialogue.ended || !idle || this.#marked.length > 0) {
      if (!this.#dialogue.ended && this.#calls > 0) this.#destroy();
      await this.#dialogue[Symbol.asyncDispose]();
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
        return this.#options.offeredStartTlsBefore === true ? 'downgrade-suspected' : 'starttls-not-offered';
    }
  }

  #refusal(reason: Reason, phase: 'starttls' | 'auth'): WireError {
    return new WireError({ kind: 'peer', reason, phase, after: 0, endpoint: this.connection.endpoint });
  }

  /** One call at a time: the replies of POP3 carry nothing that tells which command they answer. */
  async #inTurn<T>(signal: AbortSignal | undefined, run: () => Promise<T>): Promise<T> {
    // To wait for the end of the message could be to wait for ever: the caller may be the one who reads it.
    if (this.#reading) throw new UsageError('a message is being read', 'read it to its end, or discard it');
    return this.#takeTurn(signal, run);
  }

  async #takeTurn<T>(signal: AbortSignal | undefined, run: () => Promise<T>): Promise<T> {
    const before = this.#turn;
    const done = Promise.withResolvers<void>();
    this.#turn = before.then(() => done.promise);
    this.#calls += 1;
    try {
      await unlessAborted(before, signal);
      return await run();
    } finally {
      if (!this.#destroyed) void this.#listen();
      this.#calls -= 1;
      done.resolve();
    }
  }

  async #ask(command: Pop3Command, signal: AbortSignal | undefined): Promise<ReplyEvent> {
    signal?.throwIfAborted();
    if (this.#dialogue.ended) await this.#over();
    this.#dialogue.send(command);
    this.#unanswered += 1;
    return this.#until(signal, (event) => event.type === 'reply');
  }

  /** What the TRANSACTION state works with. */
  #transaction(): TransactionDialogue {
    const machine = this.#machine;
    const marked = (): readonly number[] => this.#marked;
    return {
      get capabilities() {
        return machine.capabilities;
      },
      get queued() {
        return machine.queued;
      },
      get marked() {
        return marked();
      },
      inTurn: (signal, run) => this.#inTurn(signal, run),
      beginReading: (signal) => this.#beginReading(signal),
      post: (...commands) => {
        if (this.#dialogue.ended) return;
        this.#dialogue.send(...commands);
        this.#unanswered += commands.length;
      },
      answerTo: async (command, signal) => {
        this.#machine.resume(this.#clock.now());
        const event = await this.#until(
          signal,
          (found): found is ReplyEvent | ContentEvent =>
            (found.type === 'reply' || found.type === 'content') && found.command === command,
        );
        // Who is busy with a message reads nothing, and that is not the server's silence.
        if (this.#reading) this.#machine.hold(this.#clock.now());
        return event;
      },
      settle: async (signal) => {
        this.#machine.resume(this.#clock.now());
        if (this.#dialogue.ended || this.#destroyed || this.#unanswered === 0) return;
        await this.#until(signal, (event): event is ReplyEvent => this.#unanswered === 0);
      },
      abandon: (fault) => {
        this.#destroy();
        const { endpoint } = this.connection;
        return new WireError({ phase: 'command', after: 0, endpoint, ...fault });
      },
    };
  }

  /** Takes the turn until the result is called. Calls made meanwhile are refused. */
  async #beginReading(signal: AbortSignal | undefined): Promise<() => void> {
    const begun = Promise.withResolvers<void>();
    const over = Promise.withResolvers<void>();
    const turn = this.#inTurn(signal, async () => {
      begun.resolve();
      await over.promise;
    });
    turn.catch(begun.reject);
    const own = !this.#reading;
    this.#reading = true;
    const release = (): void => {
      this.#machine.resume(this.#clock.now());
      this.#reading = false;
      over.resolve();
    };
    try {
      await begun.promise;
    } catch (error) {
      if (own) release();
      throw error;
    }
    return release;
  }

  /** The next event of a kind. An abort now destroys the connection: the reply could be taken for the next one's. */
  async #until<T extends Pop3Event>(
    signal: AbortSignal | undefined,
    wanted: (event: Pop3Event) => event is T,
  ): Promise<T> {
    let failure: WorkFailure | undefined;
    try {
      for (;;) {
        const event = await unlessAborted(this.#listen(), signal);
        this.#pending = undefined;
        if (!event) return await this.#over();
        this.#note(event);
        if (event.type === 'work') failure = await this.#work(event.work, signal);
        if (!wanted(event)) continue;
        if (!failure) return event;
        break;
      }
    } catch (error) {
      if (!this.#dialogue.ended) this.#destroy();
      throw error;
    }
    throw failure.error;
  }

  /** Does the work of an exchange. Where it fails the exchange is cancelled, and the connection stays usable. */
  async #work(work: SaslWork, signal: AbortSignal | undefined): Promise<WorkFailure | undefined> {
    // Meanwhile the server may have had enough.
    void this.#listen();
    let result: Uint8Array | undefined;
    let failure: WorkFailure | undefined;
    try {
      result = await unlessAborted(work.run(), signal);
    } catch (error) {
      signal?.throwIfAborted();
      failure = { error };
    }
    if (this.#dialogue.machine.state.name === 'auth-work') this.#dialogue.send({ verb: 'RESUME', result });
    return failure;
  }

  #listen(): Promise<Pop3Event | undefined> {
    if (!this.#pending) {
      this.#pending = this.#dialogue.next();
      // Whoever asks next gets the rejection.
      this.#pending.catch(() => undefined);
    }
    return this.#pending;
  }

  #note(event: Pop3Event): void {
    if (event.type === 'greeting') {
      this.greeting = event.reply;
    } else if (event.type === 'secured') {
      // RFC 2595 §4: nothing of what was said in plaintext survives.
      this.greeting = undefined;
    } else if (event.type === 'reply') {
      this.#unanswered -= 1;
      if (event.reply.status === '+OK') this.#noteMarks(event.command);
    }
    this.#options.onEvent?.(event);
  }

  #noteMarks(command: WireCommand): void {
    if (command.verb === 'DELE') this.#marked.push(command.message);
    if (command.verb === 'RSET') this.#marked = [];
  }

  #destroy(): void {
    this.#destroyed = true;
    this.connection.reset();
  }

  async #over(): Promise<never> {
    if (this.#destroyed) {
      const { endpoint } = this.connection;
      throw new WireError({ kind: 'caller', reason: 'closed', phase: 'command', after: 0, endpoint });
    }
    // What came before the end is still told; then the reason of the end rejects this.
    for (let event = await this.#dialogue.next(); event; event = await this.#dialogue.next())
      this.#note(event);
    throw new UsageError('the dialogue is over', 'no call after quit');
  }
}

function loginAnswer({ reply, reason }: ReplyEvent, mechanism: string): Answer<Login> {
  if (reply.status === '+OK') return { ok: true, value: { mechanism }, reply };
  return { ok: false, reply, ...(reason ? { reason } : {}) };
}
