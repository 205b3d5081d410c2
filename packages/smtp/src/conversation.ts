import type { SaslWork } from '@postern/sasl';
import { converse, deadline, unlessAborted, UsageError, WireError } from '@postern/wire';
import type { Clock, Connection, Dialogue, Endpoint, Fault, TlsInfo, TlsRequest } from '@postern/wire';
import type { SmtpCommand, WireCommand } from './commands.ts';
import type { SmtpEvent } from './events.ts';
import { lmtpClient, smtpClient } from './machine.ts';
import type { SmtpClientMachine } from './machine.ts';
import { release } from './release.ts';
import type { Extensions } from './extensions.ts';
import type { Reply } from './reply.ts';
import type { CallOptions, OpenSmtpOptions } from './smtp.ts';
import type { SubmissionHost } from './submit/submissions.ts';

/** How long disposal waits for the reply to QUIT. */
const farewell = 1_000;

/** The event of a reply to one command. */
export type ReplyEvent = Extract<SmtpEvent, { readonly type: 'reply' }>;

/**
 * Who may speak when: calls take turns, each sends its commands and waits for what answers them, and between the calls
 * somebody listens. What the calls are is said in `client.ts`.
 */
export class Conversation implements SubmissionHost {
  readonly connection: Connection;
  readonly machine: SmtpClientMachine;
  readonly #dialogue: Dialogue<SmtpCommand, SmtpEvent>;
  readonly lmtp: boolean;
  readonly #clock: Clock;
  readonly #onEvent: OpenSmtpOptions['onEvent'];
  /** What the next handshake demands. */
  request: TlsRequest | undefined;
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

  constructor(protocol: 'smtp' | 'lmtp', connection: Connection, options: OpenSmtpOptions) {
    const { clock, patience, strict, offeredStartTlsBefore = false, observe, onEvent } = options;
    const { window = false, longAddresses = false } = options;
    this.connection = connection;
    this.lmtp = protocol === 'lmtp';
    this.#clock = clock;
    this.#onEvent = onEvent;
    const machine = this.lmtp ? lmtpClient : smtpClient;
    this.machine = machine({
      offeredStartTlsBefore,
      window,
      longAddresses,
      ...(patience !== undefined && { patience }),
      ...(strict !== undefined && { strict }),
      ...(connection.tls && { tls: connection.tls }),
    });
    this.#dialogue = converse(this.machine, connection, {
      clock,
      upgrade: async (upgraded, upgradeOptions) => {
        if (!this.request) throw new UsageError('STARTTLS without a TlsRequest', 'startTls(request)');
        return upgraded.handshake(this.request, upgradeOptions);
      },
      ...(observe && { observe }),
    });
  }

  get endpoint(): Endpoint {
    return this.connection.endpoint;
  }

  get extensions(): Extensions {
    return this.machine.extensions;
  }

  get tls(): TlsInfo | undefined {
    return this.connection.tls;
  }

  get over(): boolean {
    return this.#dialogue.ended !== undefined;
  }

  get calls(): number {
    return this.#calls;
  }

  send(...commands: readonly SmtpCommand[]): void {
    this.#dialogue.send(...commands);
  }

  drained(): Promise<void> {
    return this.#dialogue.drained();
  }

  arrived(): Promise<unknown> {
    return this.#listen();
  }

  take(): SmtpEvent | undefined {
    const event = this.#dialogue.take();
    if (event) this.#onEvent?.(event);
    return event;
  }

  /** Runs a call when those before it are done. An abort while it waits leaves the connection as it is. */
  async inTurn<T>(options: CallOptions | undefined, call: () => Promise<T>): Promise<T> {
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
  async ask(command: WireCommand, options: CallOptions | undefined): Promise<ReplyEvent> {
    options?.signal?.throwIfAborted();
    await this.#throwIfOver();
    this.#dialogue.send(command);
    for (;;) {
      const event = await this.nextInside(options);
      if (!event) throw this.closedByOwner();
      if (event.type === 'reply') return event;
      if (event.type === 'work') await this.#work(event.work, options);
    }
  }

  /** Does the work of an exchange. Where it fails the exchange is cancelled, and the connection stays usable. */
  async #work(work: SaslWork, options: CallOptions | undefined): Promise<void> {
    // Meanwhile the server may have had enough.
    void this.#listen();
    const asked = (): boolean => this.machine.state.name === 'auth-work';
    try {
      const result = await this.#inside(work.run(), options);
      if (asked()) this.#dialogue.send({ verb: 'RESUME', result });
    } catch (error) {
      if (options?.signal?.aborted === true || !asked()) throw error;
      this.#dialogue.send({ verb: 'RESUME', result: undefined });
      let event = await this.nextInside(options);
      while (event && event.type !== 'reply') event = await this.nextInside(options);
      throw error;
    }
  }

  /** Says QUIT and closes; `undefined` where the peer closed without a reply, or the dialogue was over. */
  quit(options: CallOptions | undefined): Promise<Reply | undefined> {
    return this.inTurn(options, async () => {
      if (this.#dialogue.ended && !this.#dialogue.ended.fault) return undefined;
      try {
        return await this.#sayQuit(options?.signal);
      } finally {
        await release(this.#dialogue);
      }
    });
  }

  /** Ends it: with QUIT where nothing else is under way, `undone` calls left out; else at once. */
  async dispose(undone: number): Promise<void> {
    const idle = this.#busy === undone && !this.over;
    this.#busy += 1;
    if (idle) {
      using limited = deadline(this.#clock, farewell);
      try {
        await this.inTurn(limited, () => this.#sayQuit(limited.signal));
        await release(this.#dialogue);
        return;
      } catch {
        // It was only a farewell; but nothing may be waited for any longer.
      }
    }
    await this.destroyed();
  }

  async #sayQuit(signal: AbortSignal | undefined): Promise<Reply | undefined> {
    await this.#throwIfOver();
    this.#dialogue.send({ verb: 'QUIT' });
    let event = await this.next(signal);
    while (event && event.type !== 'reply') event = await this.next(signal);
    return event?.reply;
  }

  /** The next event while a command is under way. */
  nextInside(options: CallOptions | undefined): Promise<SmtpEvent | undefined> {
    return this.#inside(this.next(options?.signal), options);
  }

  /** Waits while a command is under way: an abort now destroys the connection. */
  async #inside<T>(promise: Promise<T>, options: CallOptions | undefined): Promise<T> {
    try {
      return await unlessAborted(promise, options?.signal);
    } catch (error) {
      if (options?.signal?.aborted) await this.destroyed();
      throw error;
    }
  }

  /** The next event; `undefined` when the dialogue was closed; rejects when it broke. An abort only stops waiting. */
  async next(signal?: AbortSignal): Promise<SmtpEvent | undefined> {
    const listening = this.#listen();
    const event = await (signal ? unlessAborted(listening, signal) : listening);
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
    while (this.#dialogue.ended) if (!(await this.next())) return;
  }

  /** Breaks the connection: a reply that is still to come could be taken for another's. */
  destroy(): void {
    void this.destroyed();
  }

  /** The same; resolves when everything is let go. */
  async destroyed(): Promise<void> {
    this.connection.reset();
    await release(this.#dialogue);
  }

  fault(fault: Fault): WireError {
    return new WireError({ endpoint: this.connection.endpoint, ...fault });
  }

  closedByOwner(): UsageError {
    return new UsageError('the dialogue was closed while a reply was awaited', 'disposal');
  }
}
