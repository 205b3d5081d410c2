import { authenticate, loginContext } from '@postern/sasl';
import type { AttemptVerdict, CredentialsSource, SaslWork } from '@postern/sasl';
import { converse, deadline, handshakeWithin, unlessAborted, UsageError, WireError } from '@postern/wire';
import type {
  Clock,
  Connection,
  Dialogue,
  Fault,
  PolicyFault,
  Reason,
  TlsInfo,
  TlsRequest,
} from '@postern/wire';
import { addressLiteral } from './commands.ts';
import type { SmtpCommand, WireCommand } from './commands.ts';
import type { SmtpEvent } from './events.ts';
import { authOutcome } from './auth/outcome.ts';
import { noExtensions } from './extensions.ts';
import type { Extensions } from './extensions.ts';
import { lmtpClient, resolvePatience, smtpClient } from './machine.ts';
import type { SmtpClientMachine } from './machine.ts';
import { replyClass } from './reply.ts';
import type { Reply } from './reply.ts';
import type {
  Answer,
  CallOptions,
  Lmtp,
  Login,
  LoginCallOptions,
  OpenSmtpOptions,
  Smtp,
  StartTlsOptions,
} from './smtp.ts';
import type { Content } from './content/source.ts';
import { Submissions } from './submit/submissions.ts';
import type { SubmissionHost, SubmitOptions } from './submit/submissions.ts';
import type { Envelope, Submission } from './submit/submission.ts';
import { release } from './release.ts';
import { refusalEvidence, refusalReason } from './transition/greeting.ts';

/** How long disposal waits for the reply to QUIT. */
const farewell = 1_000;

/** RFC 5321 §3.2 names 500 and 502; the others come from servers that dislike the argument or the verb alike. */
const heloInstead: ReadonlySet<number> = new Set([500, 501, 502, 504, 550]);

/**
 * Waits for the greeting on an open connection and hands out the dialogue. Takes ownership of the connection, on failure
 * too.
 *
 * Rejects with a `WireError`: `greeting-rejected` or `greeting-rejected-temporarily` for a greeting that is a refusal
 * (after a QUIT), `timeout-greeting`, `closed-before-greeting`, `wrong-protocol`, `tls-on-plaintext-port` and others. Abort
 * destroys the connection and rejects with `signal.reason`.
 *
 * @example
 * ```ts
 * import { openSmtp } from '@postern/smtp';
 * import { nodeNetwork, systemClock } from '@postern/wire/node';
 * const connection = await nodeNetwork().connect({ address: '192.0.2.25', port: 25 });
 * await using smtp = await openSmtp(connection, { clock: systemClock(), patience: 'probe' });
 * const answer = await smtp.ehlo('probe.example');
 * if (answer.ok) console.log(answer.value.startTls); // offered
 * ```
 */
export function openSmtp(connection: Connection, options: OpenSmtpOptions): Promise<Smtp> {
  return open('smtp', connection, options);
}

/**
 * Waits for the greeting of an LMTP server (RFC 2033) on an open connection and hands out the dialogue. Takes ownership of
 * the connection, on failure too. Rejects as {@link openSmtp} does, and with a `UsageError` (`argument-refused`) on port 25,
 * where LMTP must not be spoken (RFC 2033 §5). Abort destroys the connection and rejects with `signal.reason`.
 *
 * @example
 * ```ts
 * import { openLmtp } from '@postern/smtp';
 * import { nodeNetwork, systemClock } from '@postern/wire/node';
 * const connection = await nodeNetwork().connect({ address: '127.0.0.1', port: 24 });
 * await using lmtp = await openLmtp(connection, { clock: systemClock() });
 * await lmtp.lhlo('mx.example.org');
 * const { recipients } = await lmtp.submit({ from: '', to: ['ann@example.org', 'ben@example.org'] }, 'Subject: x\n\n');
 * for (const { recipient, status } of recipients) console.log(recipient, status); // each has its own
 * ```
 */
export async function openLmtp(connection: Connection, options: OpenSmtpOptions): Promise<Lmtp> {
  if (connection.endpoint.port === 25) {
    await release(connection);
    throw new UsageError('LMTP on port 25', 'RFC 2033 §5', 'argument-refused');
  }
  return open('lmtp', connection, options);
}

async function open(
  protocol: 'smtp' | 'lmtp',
  connection: Connection,
  options: OpenSmtpOptions,
): Promise<SmtpDialogue> {
  const { clock, signal, tls } = options;
  // RFC 8314 §3.3: the handshake comes first, and the greeting inside it.
  if (tls)
    await handshakeWithin(connection, tls, { clock, limit: resolvePatience(options.patience).tls, signal });
  const dialogue = new SmtpDialogue(protocol, connection, options);
  await dialogue.greet(options.signal);
  return dialogue;
}

type ReplyEvent = Extract<SmtpEvent, { readonly type: 'reply' }>;

class SmtpDialogue implements Smtp, Lmtp {
  readonly connection: Connection;
  greeting: Reply | undefined;
  readonly #machine: SmtpClientMachine;
  readonly #dialogue: Dialogue<SmtpCommand, SmtpEvent>;
  readonly #clock: Clock;
  readonly #random: OpenSmtpOptions['random'];
  readonly #onEvent: OpenSmtpOptions['onEvent'];
  readonly #offeredBefore: boolean;
  /** Settles when the call that has the turn is done; calls queue behind one another. */
  #turn: Promise<void> = Promise.resolve();
  #busy = 0;
  /** How many calls have ever taken a place in that queue. */
  #calls = 0;
  /**
   * The event that is waited for. One wait is always open, also between calls: so a 421 or a FIN that comes while nothing
   * is asked is noticed before the next command, and never taken for its reply.
   */
  #pending: Promise<SmtpEvent | undefined> | undefined;
  #tlsRequest: TlsRequest | undefined;
  readonly #protocol: 'smtp' | 'lmtp';
  readonly #submissions: Submissions;

  constructor(protocol: 'smtp' | 'lmtp', connection: Connection, options: OpenSmtpOptions) {
    const { clock, patience, strict, offeredStartTlsBefore = false, observe, onEvent } = options;
    const { chunking = 'auto', window = false, longAddresses = false } = options;
    this.connection = connection;
    this.#protocol = protocol;
    this.#clock = clock;
    this.#random = options.random;
    this.#onEvent = onEvent;
    this.#offeredBefore = offeredStartTlsBefore;
    const machine = protocol === 'lmtp' ? lmtpClient : smtpClient;
    this.#machine = machine({
      offeredStartTlsBefore,
      window,
      longAddresses,
      ...(patience !== undefined && { patience }),
      ...(strict !== undefined && { strict }),
      ...(connection.tls && { tls: connection.tls }),
    });
    this.#dialogue = converse(this.#machine, connection, {
      clock,
      upgrade: async (upgraded, upgradeOptions) => {
        if (!this.#tlsRequest) throw new UsageError('STARTTLS without a TlsRequest', 'startTls(request)');
        return upgraded.handshake(this.#tlsRequest, upgradeOptions);
      },
      ...(observe && { observe }),
    });
    this.#submissions = new Submissions(this.#host(), { chunking, window, longAddresses });
  }

  /** The dialogue as submissions see it. */
  #host(): SubmissionHost {
    const dialogue = this.#dialogue;
    const facts = {
      extensions: () => this.extensions,
      tls: () => this.connection.tls,
      calls: () => this.#calls,
    };
    return {
      endpoint: this.connection.endpoint,
      get extensions() {
        return facts.extensions();
      },
      get tls() {
        return facts.tls();
      },
      lmtp: this.#protocol === 'lmtp',
      get calls() {
        return facts.calls();
      },
      get over() {
        return dialogue.ended !== undefined;
      },
      send: (...commands) => {
        dialogue.send(...commands);
      },
      drained: () => dialogue.drained(),
      destroy: () => {
        void this.#destroy();
      },
      inTurn: (call) => this.#inTurn(undefined, call),
      next: () => this.#next(undefined),
      take: () => {
        const event = dialogue.take();
        if (event) this.#onEvent?.(event);
        return event;
      },
    };
  }

  get extensions(): Extensions {
    return this.#machine.extensions;
  }

  get offersStartTls(): boolean {
    return this.#machine.offersStartTls;
  }

  /** Waits for the greeting; a refusal is answered with QUIT. */
  async greet(signal: AbortSignal | undefined): Promise<void> {
    const begun = this.#clock.now();
    try {
      let event = await this.#next(signal);
      while (event && event.type !== 'greeting') event = await this.#next(signal);
      if (!event) throw this.#closedByOwner();
      this.greeting = event.reply;
      if (replyClass(event.reply) !== 'positive') {
        throw this.#fault({
          kind: 'peer',
          reason: refusalReason(event.reply),
          phase: 'greeting',
          after: this.#clock.now() - begun,
          evidence: refusalEvidence(event.reply),
        });
      }
      void this.#listen();
    } catch (error) {
      if (signal?.aborted) await this.#destroy();
      else await this[Symbol.asyncDispose]();
      throw error;
    }
  }

  ehlo(domain?: string, options?: CallOptions): Promise<Answer<Extensions>> {
    const name = domain ?? addressLiteral(this.connection.localEndpoint.address);
    return this.#inTurn(options, async () => {
      const first = await this.#ask({ verb: 'EHLO', domain: name }, options);
      const { reply, extensions } = heloInstead.has(first.reply.code)
        ? await this.#ask({ verb: 'HELO', domain: name }, options)
        : first;
      return extensions ? { ok: true, value: extensions, reply } : { ok: false, reply };
    });
  }

  helo(domain?: string, options?: CallOptions): Promise<Answer<Extensions>> {
    return this.#hello('HELO', domain, options);
  }

  lhlo(domain?: string, options?: CallOptions): Promise<Answer<Extensions>> {
    return this.#hello('LHLO', domain, options);
  }

  #hello(
    verb: 'HELO' | 'LHLO',
    domain: string | undefined,
    options: CallOptions | undefined,
  ): Promise<Answer<Extensions>> {
    const name = domain ?? addressLiteral(this.connection.localEndpoint.address);
    return this.#inTurn(options, async () => {
      const { reply, extensions } = await this.#ask({ verb, domain: name }, options);
      return extensions ? { ok: true, value: extensions, reply } : { ok: false, reply };
    });
  }

  submit(envelope: Envelope, content: Content, options?: SubmitOptions): Promise<Submission> {
    return this.#submissions.submit(envelope, content, options);
  }

  startTls(request: TlsRequest, options?: StartTlsOptions): Promise<Answer<TlsInfo>> {
    return this.#inTurn(options, async () => {
      if (this.connection.tls) throw new UsageError('startTls inside TLS', 'RFC 3207 §4.2');
      const tryAnyway = options?.tryAnyway ?? false;
      const missing = this.#missingOffer();
      if (missing && !tryAnyway) throw this.#notOffered(missing);
      this.#tlsRequest = request;
      const { reply, reason } = await this.#ask({ verb: 'STARTTLS', tryAnyway }, options);
      // Not offered and not obeyed either: it is the missing offer that explains the refusal.
      if (reply.code !== 220) return { ok: false, reply, reason: missing ?? reason ?? 'starttls-refused' };
      for (;;) {
        const event = await this.#nextInside(options);
        if (!event) throw this.#closedByOwner();
        if (event.type !== 'secured') continue;
        // RFC 3207 §4.2: the greeting too was said by nobody in particular.
        this.greeting = undefined;
        return { ok: true, value: event.tls, reply };
      }
    });
  }

  login(source: CredentialsSource, options?: LoginCallOptions): Promise<Answer<Login>> {
    return this.#inTurn(options, async () => {
      const result = await authenticate<ReplyEvent>(source, {
        offered: () => this.extensions.auth,
        context: () => loginContext(this.connection, this.#random, options),
        exchange: (mechanism) => this.#ask({ verb: 'AUTH', mechanism }, options),
        verdict: (answer) => this.#loginVerdict(answer),
      });
      if (result.type === 'none') throw this.#noLogin(result.reason);
      const { reply, reason } = result.answer;
      return replyClass(reply) === 'positive'
        ? { ok: true, value: { mechanism: result.mechanism }, reply }
        : { ok: false, reply, ...(reason && { reason }) };
    });
  }

  #loginVerdict({ reply, reason }: ReplyEvent): AttemptVerdict {
    const context = {
      insideTls: this.connection.tls !== undefined,
      offersStartTls: this.#machine.offersStartTls,
    };
    if (authOutcome(reply, context)?.otherMechanism === true) return 'other-mechanism';
    return reason === 'auth-failed' ? 'wrong-secret' : 'final';
  }

  noop(options?: CallOptions): Promise<Answer<undefined>> {
    return this.command({ verb: 'NOOP' }, options);
  }

  rset(options?: CallOptions): Promise<Answer<undefined>> {
    return this.command({ verb: 'RSET' }, options);
  }

  command(
    command: Exclude<WireCommand, { readonly verb: 'STARTTLS' | 'QUIT' | 'DATA' | 'CONTENT' }>,
    options?: CallOptions,
  ): Promise<Answer<undefined>> {
    return this.#inTurn(options, async () => {
      const { reply, reason } = await this.#ask(command, options);
      if (replyClass(reply) === 'positive') return { ok: true, value: undefined, reply };
      return { ok: false, reply, ...(reason && { reason }) };
    });
  }

  quit(options?: CallOptions): Promise<Reply | undefined> {
    return this.#inTurn(options, async () => {
      if (this.#dialogue.ended && !this.#dialogue.ended.fault) return undefined;
      try {
        return await this.#sayQuit(options?.signal);
      } finally {
        await release(this.#dialogue);
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const idle = this.#busy === 0 && !this.#dialogue.ended;
    this.#busy += 1;
    if (idle) {
      using limited = deadline(this.#clock, farewell);
      try {
        await this.#sayQuit(limited.signal);
        await release(this.#dialogue);
        return;
      } catch {
        // It was only a farewell; but nothing may be waited for any longer.
      }
    }
    await this.#destroy();
  }

  /** Runs a call when those before it are done. An abort while it waits leaves the connection as it is. */
  async #inTurn<T>(options: CallOptions | undefined, call: () => Promise<T>): Promise<T> {
    const signal = options?.signal;
    const before = this.#turn;
    const done = Promise.withResolvers<void>();
    this.#turn = done.promise;
    this.#busy += 1;
    this.#calls += 1;
    try {
      if (signal) await unlessAborted(before, signal);
      else await before;
      signal?.throwIfAborted();
      return await call();
    } finally {
      void this.#listen();
      this.#busy -= 1;
      // Whoever gives up while it waits leaves at once, but those behind it still wait for those before it.
      void before.then(done.resolve);
    }
  }

  /** Sends a command and waits for its reply. Once it is written an abort destroys the connection. */
  async #ask(command: WireCommand, options: CallOptions | undefined): Promise<ReplyEvent> {
    options?.signal?.throwIfAborted();
    await this.#throwIfOver();
    this.#dialogue.send(command);
    for (;;) {
      const event = await this.#nextInside(options);
      if (!event) throw this.#closedByOwner();
      if (event.type === 'reply') return event;
      if (event.type === 'work') await this.#work(event.work, options);
    }
  }

  /** Does the work of an exchange. Where it fails the exchange is cancelled, and the connection stays usable. */
  async #work(work: SaslWork, options: CallOptions | undefined): Promise<void> {
    // Meanwhile the server may have had enough.
    void this.#listen();
    const asked = (): boolean => this.#machine.state.name === 'auth-work';
    try {
      const result = await this.#inside(work.run(), options);
      if (asked()) this.#dialogue.send({ verb: 'RESUME', result });
    } catch (error) {
      if (options?.signal?.aborted === true || !asked()) throw error;
      this.#dialogue.send({ verb: 'RESUME', result: undefined });
      let event = await this.#nextInside(options);
      while (event && event.type !== 'reply') event = await this.#nextInside(options);
      throw error;
    }
  }

  /** The reply to QUIT; `undefined` where the peer closed without one. */
  async #sayQuit(signal: AbortSignal | undefined): Promise<Reply | undefined> {
    await this.#throwIfOver();
    this.#dialogue.send({ verb: 'QUIT' });
    let event = await this.#next(signal);
    while (event && event.type !== 'reply') event = await this.#next(signal);
    return event?.reply;
  }

  /** The next event while a command is under way. */
  #nextInside(options: CallOptions | undefined): Promise<SmtpEvent | undefined> {
    return this.#inside(this.#next(options?.signal), options);
  }

  /** Waits while a command is under way: an abort now destroys the connection. */
  async #inside<T>(promise: Promise<T>, options: CallOptions | undefined): Promise<T> {
    try {
      return await unlessAborted(promise, options?.signal);
    } catch (error) {
      if (options?.signal?.aborted) await this.#destroy();
      throw error;
    }
  }

  async #next(signal: AbortSignal | undefined): Promise<SmtpEvent | undefined> {
    const event = await unlessAborted(this.#listen(), signal);
    this.#pending = undefined;
    if (event) this.#onEvent?.(event);
    return event;
  }

  /** Keeps one wait open. */
  #listen(): Promise<SmtpEvent | undefined> {
    if (!this.#pending) {
      this.#pending = this.#dialogue.next();
      this.#pending.catch(() => undefined);
    }
    return this.#pending;
  }

  /** A dialogue that broke says why, to every call that comes after. */
  async #throwIfOver(): Promise<void> {
    while (this.#dialogue.ended) if (!(await this.#next(undefined))) return;
  }

  async #destroy(): Promise<void> {
    this.connection.reset();
    await release(this.#dialogue);
  }

  #fault(fault: Fault): WireError {
    return new WireError({ endpoint: this.connection.endpoint, ...fault });
  }

  /** Why STARTTLS cannot be used, if it was not offered. */
  #missingOffer(): Reason | undefined {
    const { startTls } = this.extensions;
    if (startTls === 'offered') return undefined;
    if (startTls === 'masked') return 'starttls-masked';
    return this.#offeredBefore ? 'downgrade-suspected' : 'starttls-not-offered';
  }

  #notOffered(reason: Reason): Error {
    if (this.extensions === noExtensions) return new UsageError('startTls before ehlo', 'RFC 3207 §2');
    const evidence = { rule: 'RFC 3207 §2' };
    return this.#fault({ kind: 'peer', reason, phase: 'starttls', after: 0, evidence });
  }

  #noLogin(reason: Reason): WireError {
    if (reason !== 'plaintext-login-refused') {
      return this.#fault({
        kind: 'peer',
        reason,
        phase: 'auth',
        after: 0,
        evidence: { rule: 'RFC 4954 §4' },
      });
    }
    const fault: PolicyFault = {
      kind: 'policy',
      reason,
      phase: 'auth',
      after: 0,
      by: 'default',
      evidence: { rule: 'RFC 4954 §14' },
    };
    return this.#fault(fault);
  }

  #closedByOwner(): UsageError {
    return new UsageError('the dialogue was closed while a reply was awaited', 'disposal');
  }
}
