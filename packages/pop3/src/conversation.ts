import type { SaslWork } from '@postern/sasl';
import { converse, unlessAborted, UsageError, WireError } from '@postern/wire';
import type { Clock, Connection, Dialogue, Fault, TlsRequest } from '@postern/wire';
import type { Capabilities } from './parse/capabilities.ts';
import { verbs } from './commands.ts';
import type { Pop3Command, WireCommand } from './commands.ts';
import type { Pop3Event } from './events.ts';
import { pop3Client } from './machine.ts';
import type { Pop3ClientMachine } from './machine.ts';
import type { OpenPop3Options } from './pop3.ts';
import type { Pop3Reply } from './parse/reply.ts';
import type { ContentEvent, ReplyEvent, TransactionDialogue } from './maildrop/transaction.ts';

/** Why the work of an exchange could not be done. */
interface WorkFailure {
  readonly error: unknown;
}

/**
 * Who may speak when: calls take turns, each sends its commands and waits for what answers them, and between the calls
 * somebody listens. What the calls are is said in `client.ts` and `transaction.ts`.
 */
export class Conversation implements TransactionDialogue {
  /** The greeting, until STLS (RFC 2595 §4). */
  greeting: Pop3Reply | undefined;
  /** What the next handshake demands. */
  request: TlsRequest | undefined;
  readonly machine: Pop3ClientMachine;
  readonly connection: Connection;
  readonly #dialogue: Dialogue<Pop3Command, Pop3Event>;
  readonly #clock: Clock;
  readonly #onEvent: ((event: Pop3Event) => void) | undefined;
  /** Resolves when the call before is done. */
  #turn: Promise<void> = Promise.resolve();
  #calls = 0;
  /** Commands sent and not answered. */
  readonly #unanswered = new Set<WireCommand>();
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
    this.#onEvent = options.onEvent;
    const { tls } = connection;
    this.machine = pop3Client({
      ...(options.patience === undefined ? {} : { patience: options.patience }),
      ...(options.limits === undefined ? {} : { limits: options.limits }),
      ...(options.offeredStartTlsBefore === undefined
        ? {}
        : { offeredStartTlsBefore: options.offeredStartTlsBefore }),
      ...(options.remembered === undefined ? {} : { remembered: options.remembered }),
      ...(options.strict === undefined ? {} : { strict: options.strict }),
      ...(tls ? { tls } : {}),
    });
    this.#dialogue = converse(this.machine, connection, {
      clock: options.clock,
      upgrade: (upgraded, { signal }) => {
        if (!this.request) throw new UsageError('no TLS was asked for', 'startTls');
        return upgraded.handshake(this.request, { signal });
      },
      ...(options.observe ? { observe: options.observe } : {}),
    });
  }

  get capabilities(): Capabilities {
    return this.machine.capabilities;
  }

  get queued(): number {
    return this.machine.queued;
  }

  get marked(): readonly number[] {
    return this.#marked;
  }

  /** Those, and the ones whose DELE is not answered yet. */
  get perhapsMarked(): readonly number[] {
    const asked = [...this.#unanswered].flatMap((command) =>
      command.verb === 'DELE' ? [command.message] : [],
    );
    return [...this.#marked, ...asked];
  }

  /** Whether the dialogue is over, well or not. */
  get ended(): boolean {
    return this.#dialogue.ended !== undefined;
  }

  /** Whether no call is under way or waits. */
  get unused(): boolean {
    return this.#calls === 0;
  }

  /** One call at a time: the replies of POP3 carry nothing that tells which command they answer. */
  async inTurn<T>(signal: AbortSignal | undefined, run: () => Promise<T>): Promise<T> {
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

  /** Sends a command and waits for its reply. */
  async ask(command: Pop3Command, signal: AbortSignal | undefined): Promise<ReplyEvent> {
    signal?.throwIfAborted();
    if (this.ended || this.#destroyed) await this.#over();
    this.#dialogue.send(command);
    if (command.verb !== 'RESUME') this.#unanswered.add(command);
    const masked = command.verb === 'PASS' || command.verb === 'APOP';
    return this.until(
      signal,
      (event): event is ReplyEvent => event.type === 'reply' && (masked || event.command === command),
    );
  }

  post(...commands: readonly WireCommand[]): void {
    if (this.ended || this.#destroyed) return;
    this.#dialogue.send(...commands);
    for (const command of commands) this.#unanswered.add(command);
  }

  async answerTo(command: WireCommand, signal: AbortSignal | undefined): Promise<ReplyEvent | ContentEvent> {
    const event = await this.until(
      signal,
      (found): found is ReplyEvent | ContentEvent =>
        (found.type === 'reply' || found.type === 'content') && found.command === command,
    );
    // Who is busy with a message reads nothing, and that is not the server's silence.
    if (this.#reading) this.machine.hold(this.#clock.now());
    return event;
  }

  answerHere(command: WireCommand, signal: AbortSignal | undefined): ReplyEvent | ContentEvent | undefined {
    // An abort destroys the connection, and who waits for an event is the first to get it: both are the business of `until`.
    if (this.#pending || this.#destroyed || signal?.aborted === true) return undefined;
    for (let event = this.#dialogue.take(); event; event = this.#dialogue.take()) {
      this.#note(event);
      if ((event.type === 'reply' || event.type === 'content') && event.command === command) return event;
    }
    return undefined;
  }

  async settle(signal: AbortSignal | undefined): Promise<void> {
    const coming = (): boolean =>
      !this.ended &&
      !this.#destroyed &&
      [...this.#unanswered].some(({ verb }) => verbs[verb].form === 'content');
    if (coming())
      await this.until(signal, (event): event is ReplyEvent => event.type === 'reply' && !coming());
  }

  abandon(fault: Pick<Fault, 'kind' | 'reason' | 'evidence'>): WireError {
    this.destroy();
    const { endpoint } = this.connection;
    return new WireError({ phase: 'command', after: 0, endpoint, ...fault });
  }

  /** Takes the turn until the result is called. Calls made meanwhile are refused. */
  async beginReading(signal: AbortSignal | undefined): Promise<() => void> {
    const begun = Promise.withResolvers<void>();
    const over = Promise.withResolvers<void>();
    const turn = this.inTurn(signal, async () => {
      begun.resolve();
      await over.promise;
    });
    turn.catch(begun.reject);
    const own = !this.#reading;
    this.#reading = true;
    const release = (): void => {
      // Replies to DELE are read when somebody wants something next; until then their time stands still.
      if (this.#unanswered.size === 0) this.machine.resume(this.#clock.now());
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
  async until<T extends Pop3Event>(
    signal: AbortSignal | undefined,
    wanted: (event: Pop3Event) => event is T,
  ): Promise<T> {
    let failure: WorkFailure | undefined;
    this.machine.resume(this.#clock.now());
    if (this.#destroyed) await this.#over();
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
      if (!this.ended) this.destroy();
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
    if (this.machine.state.name === 'auth-work') this.#dialogue.send({ verb: 'RESUME', result });
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
      this.#forget(event.command);
      if (event.reply.status === '+OK') this.#noteMarks(event.command);
    }
    this.#onEvent?.(event);
  }

  /** A command that held a password comes back masked; nothing else is under way then. */
  #forget(command: WireCommand): void {
    if (!this.#unanswered.delete(command)) this.#unanswered.clear();
  }

  #noteMarks(command: WireCommand): void {
    if (command.verb === 'DELE') this.#marked.push(command.message);
    if (command.verb === 'RSET') this.#marked = [];
  }

  /** Breaks the connection: a reply that is still to come could be taken for another's. */
  destroy(): void {
    this.#destroyed = true;
    this.connection.reset();
  }

  /** Closes the connection in good order, with no word. */
  async close(): Promise<void> {
    await this.#dialogue[Symbol.asyncDispose]();
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
