import { authenticate, loginContext } from '@postern/sasl';
import type { AttemptVerdict, CredentialsSource } from '@postern/sasl';
import { handshakeWithin, UsageError } from '@postern/wire';
import type { Clock, Connection, PolicyFault, Reason, TlsInfo, TlsRequest, WireError } from '@postern/wire';
import { authOutcome } from './auth/outcome.ts';
import { addressLiteral } from './commands.ts';
import type { WireCommand } from './commands.ts';
import type { Content } from './content/source.ts';
import { Conversation } from './conversation.ts';
import type { ReplyEvent } from './conversation.ts';
import { noExtensions } from './extensions.ts';
import type { Extensions } from './extensions.ts';
import { resolvePatience } from './machine.ts';
import { release } from './release.ts';
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
import type { Envelope, Submission } from './submit/submission.ts';
import { Submissions } from './submit/submissions.ts';
import type { SubmitOptions } from './submit/submissions.ts';
import { refusalEvidence, refusalReason } from './transition/greeting.ts';

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

class SmtpDialogue implements Smtp, Lmtp {
  readonly connection: Connection;
  greeting: Reply | undefined;
  readonly #conversation: Conversation;
  readonly #submissions: Submissions;
  readonly #clock: Clock;
  readonly #random: OpenSmtpOptions['random'];
  readonly #offeredBefore: boolean;

  constructor(protocol: 'smtp' | 'lmtp', connection: Connection, options: OpenSmtpOptions) {
    const { chunking = 'auto', window = false, longAddresses = false } = options;
    this.connection = connection;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#offeredBefore = options.offeredStartTlsBefore ?? false;
    this.#conversation = new Conversation(protocol, connection, options);
    this.#submissions = new Submissions(this.#conversation, { chunking, window, longAddresses });
  }

  get extensions(): Extensions {
    return this.#conversation.machine.extensions;
  }

  get offersStartTls(): boolean {
    return this.#conversation.machine.offersStartTls;
  }

  /** Waits for the greeting; a refusal is answered with QUIT. */
  async greet(signal: AbortSignal | undefined): Promise<void> {
    const begun = this.#clock.now();
    try {
      let event = await this.#conversation.next(signal);
      while (event && event.type !== 'greeting') event = await this.#conversation.next(signal);
      if (!event) throw this.#conversation.closedByOwner();
      this.greeting = event.reply;
      if (replyClass(event.reply) !== 'positive') {
        throw this.#conversation.fault({
          kind: 'peer',
          reason: refusalReason(event.reply),
          phase: 'greeting',
          after: this.#clock.now() - begun,
          evidence: refusalEvidence(event.reply),
        });
      }
      void this.#conversation.arrived();
    } catch (error) {
      if (signal?.aborted) await this.#conversation.destroyed();
      else await this[Symbol.asyncDispose]();
      throw error;
    }
  }

  ehlo(domain?: string, options?: CallOptions): Promise<Answer<Extensions>> {
    const name = domain ?? addressLiteral(this.connection.localEndpoint.address);
    return this.#conversation.inTurn(options, async () => {
      const first = await this.#conversation.ask({ verb: 'EHLO', domain: name }, options);
      const { reply, extensions } = heloInstead.has(first.reply.code)
        ? await this.#conversation.ask({ verb: 'HELO', domain: name }, options)
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
    return this.#conversation.inTurn(options, async () => {
      const { reply, extensions } = await this.#conversation.ask({ verb, domain: name }, options);
      return extensions ? { ok: true, value: extensions, reply } : { ok: false, reply };
    });
  }

  submit(envelope: Envelope, content: Content, options?: SubmitOptions): Promise<Submission> {
    return this.#submissions.submit(envelope, content, options);
  }

  startTls(request: TlsRequest, options?: StartTlsOptions): Promise<Answer<TlsInfo>> {
    return this.#conversation.inTurn(options, async () => {
      if (this.connection.tls) throw new UsageError('startTls inside TLS', 'RFC 3207 §4.2');
      const tryAnyway = options?.tryAnyway ?? false;
      const missing = this.#missingOffer();
      if (missing && !tryAnyway) throw this.#notOffered(missing);
      this.#conversation.request = request;
      const { reply, reason } = await this.#conversation.ask({ verb: 'STARTTLS', tryAnyway }, options);
      // Not offered and not obeyed either: it is the missing offer that explains the refusal.
      if (reply.code !== 220) return { ok: false, reply, reason: missing ?? reason ?? 'starttls-refused' };
      for (;;) {
        const event = await this.#conversation.nextInside(options);
        if (!event) throw this.#conversation.closedByOwner();
        if (event.type !== 'secured') continue;
        // RFC 3207 §4.2: the greeting too was said by nobody in particular.
        this.greeting = undefined;
        return { ok: true, value: event.tls, reply };
      }
    });
  }

  login(source: CredentialsSource, options?: LoginCallOptions): Promise<Answer<Login>> {
    return this.#conversation.inTurn(options, async () => {
      const result = await authenticate<ReplyEvent>(source, {
        offered: () => this.extensions.auth,
        context: () => loginContext(this.connection, this.#random, options),
        exchange: (mechanism) => this.#conversation.ask({ verb: 'AUTH', mechanism }, options),
        verdict: (answer) => this.#loginVerdict(answer),
        signal: options?.signal,
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
      offersStartTls: this.#conversation.machine.offersStartTls,
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
    return this.#conversation.inTurn(options, async () => {
      const { reply, reason } = await this.#conversation.ask(command, options);
      if (replyClass(reply) === 'positive') return { ok: true, value: undefined, reply };
      return { ok: false, reply, ...(reason && { reason }) };
    });
  }

  quit(options?: CallOptions): Promise<Reply | undefined> {
    return this.#conversation.quit(options);
  }

  [Symbol.asyncDispose](): Promise<void> {
    // The RSET after a refused message is nobody's call any more: it is waited for, in the time a farewell has.
    return this.#conversation.dispose(this.#submissions.tidying ? 1 : 0);
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
    return this.#conversation.fault({ kind: 'peer', reason, phase: 'starttls', after: 0, evidence });
  }

  #noLogin(reason: Reason): WireError {
    if (reason !== 'plaintext-login-refused') {
      return this.#conversation.fault({
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
    return this.#conversation.fault(fault);
  }
}
