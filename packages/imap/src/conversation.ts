import type { SaslWork } from '@postern/sasl';
import { converse, sleep, UsageError, WireError } from '@postern/wire';
import type { Clock, Connection, Dialogue, Milliseconds, Reason, TlsRequest } from '@postern/wire';
import { noCapabilities } from './parse/capabilities.ts';
import type { Capabilities } from './parse/capabilities.ts';
import type { ImapCommand, MailboxCommand, WireCommand } from './commands.ts';
import type { ImapEvent } from './events.ts';
import { fetchParts } from './mailbox/fetch-parts.ts';
import type { OpenFetch } from './mailbox/fetch-parts.ts';
import { FetchStream, pickMessages } from './mailbox/fetch-stream.ts';
import type { FetchSource } from './mailbox/fetch-stream.ts';
import type { OpenImapOptions } from './imap.ts';
import type { LoginGroup } from './login-group.ts';
import { imapClient } from './machine.ts';
import type { ImapClientMachine } from './machine.ts';
import type { Untagged } from './parse/untagged.ts';
import { mayJoin } from './transition/pipelining.ts';
import { replyLimits } from './parse/reply.ts';
import type { StatusResponse } from './parse/status.ts';
import { Turns } from './turns.ts';
import type { TurnOptions } from './turns.ts';

/** The event that a command ends with. */
export type Completed = Extract<ImapEvent, { readonly type: 'completed' }>;

/** How a dialogue ends that the server has had enough of. */
export const farewells: readonly Reason[] = ['closed', 'reset', 'server-closing', 'truncated'];

/** Somebody who waits for an event. */
interface Waiter {
  /** Takes an event; `true` = it was the one, and the waiter is done. */
  readonly take: (event: ImapEvent) => boolean;
  readonly reject: (error: unknown) => void;
}

/**
 * What all calls of a dialogue stand on: it sends commands, hands events to those who wait for them, and reads only as fast as
 * messages are taken. It decides nothing about the protocol; the machine does.
 */
export abstract class Conversation {
  greeting: StatusResponse | undefined;
  preauth = false;
  readonly connection: Connection;
  protected readonly machine: ImapClientMachine;
  protected readonly dialogue: Dialogue<ImapCommand, ImapEvent>;
  protected readonly clock: Clock;
  protected readonly random: OpenImapOptions['random'];
  protected readonly options: OpenImapOptions;
  protected readonly turns: Turns = new Turns();
  readonly #waiters = new Set<Waiter>();
  readonly #listeners = new Set<(event: ImapEvent) => void>();
  /** FETCH commands that are not completed, oldest first. */
  readonly #fetches: OpenFetch[] = [];
  /** Resolves when there is a reason to read again. */
  #gate: PromiseWithResolvers<void> | undefined;
  /** Breaks off what only waits, such as IDLE, for the sake of who comes now. */
  protected interrupt: (() => void) | undefined;
  /** The login that the very next call may go with. */
  protected loginGroup: LoginGroup | undefined;
  protected request: TlsRequest | undefined;
  protected destroyed = false;
  /** Why the work of the present exchange could not be done; nothing else is under way beside an exchange. */
  #workFailure: { readonly error: unknown } | undefined;
  /** Why nothing is handed out any more; who comes to wait later gets it too. */
  #failure: { readonly error: unknown } | undefined;

  constructor(connection: Connection, options: OpenImapOptions) {
    this.connection = connection;
    this.clock = options.clock;
    this.random = options.random;
    this.options = options;
    const { tls } = connection;
    this.machine = imapClient({
      ...(options.patience === undefined ? {} : { patience: options.patience }),
      ...(options.lazy === undefined ? {} : { lazy: options.lazy }),
      ...(options.strict === undefined ? {} : { strict: options.strict }),
      ...(options.limits === undefined ? {} : { limits: options.limits }),
      ...(options.offeredStartTlsBefore === undefined
        ? {}
        : { offeredStartTlsBefore: options.offeredStartTlsBefore }),
      ...(tls ? { tls } : {}),
    });
    this.dialogue = converse(this.machine, connection, {
      clock: options.clock,
      upgrade: (upgraded, { signal }) => {
        if (!this.request) throw new UsageError('no TLS was asked for', 'startTls');
        return upgraded.handshake(this.request, { signal });
      },
      ...(options.compression ? { compression: options.compression } : {}),
      ...(options.observe ? { observe: options.observe } : {}),
    });
  }

  get capabilities(): Capabilities {
    return this.machine.capabilities ?? noCapabilities;
  }

  listen(hear: (event: ImapEvent) => void): () => void {
    this.#listeners.add(hear);
    return () => this.#listeners.delete(hear);
  }

  say(command: ImapCommand): void {
    this.dialogue.send(command);
  }

  drained(): Promise<void> {
    return this.dialogue.drained();
  }

  get over(): boolean {
    return this.destroyed || this.dialogue.ended !== undefined;
  }

  get maxDataBytes(): number {
    return this.options.limits?.maxDataBytes ?? replyLimits.maxDataBytes;
  }

  /** One IDLE, alone; whoever comes meanwhile ends it and goes next. */
  async idle(
    signal: AbortSignal,
    renewAfter: Milliseconds,
    { atTurn }: TurnOptions = {},
  ): Promise<StatusResponse | undefined> {
    this.refuseInLoop({ verb: 'IDLE' });
    return this.beAlone(undefined, async () => {
      if (signal.aborted || this.turns.calls > 1) return undefined;
      atTurn?.();
      const enough = new AbortController();
      let over = false;
      const done = (): void => {
        if (!over && !this.dialogue.ended) this.dialogue.send({ verb: 'DONE' });
        over = true;
      };
      const completed = this.ask({ verb: 'IDLE' }, undefined);
      this.interrupt = done;
      signal.addEventListener('abort', done, { once: true });
      sleep(this.clock, renewAfter, { signal: enough.signal }).then(done, () => undefined);
      try {
        return (await completed).response;
      } finally {
        over = true;
        this.interrupt = undefined;
        signal.removeEventListener('abort', done);
        enough.abort();
      }
    });
  }

  /** Runs beside other calls; see {@link Turns.share}. */
  protected share<T>(signal: AbortSignal | undefined, run: () => Promise<T>): Promise<T> {
    this.loginGroup = undefined;
    const turn = this.turns.share(signal, run);
    this.interrupt?.();
    return turn;
  }

  /** Runs beside no other call; see {@link Turns.beAlone}. */
  protected beAlone<T>(signal: AbortSignal | undefined, run: () => Promise<T>): Promise<T> {
    this.loginGroup = undefined;
    const turn = this.turns.beAlone(signal, run);
    this.interrupt?.();
    return turn;
  }

  /**
   * Throws for a command that would have to wait for a FETCH whose loop is open: the loop would wait for the command, and nothing would
   * ever go on.
   */
  protected refuseInLoop(command: WireCommand): void {
    const loops = this.#fetches.filter((stream) => stream.looped);
    const [first] = loops;
    if (!first || mayJoin(command, loops)) return;
    throw new UsageError(
      `${command.verb} has to wait for the end of ${first.shown}, whose loop is open: leave the loop first`,
      'RFC 9051 §5.5',
    );
  }

  /**
   * Sends a FETCH when its turn comes, in several commands where its set is too long for one. An abort before that rejects, one after it
   * destroys the connection.
   */
  openFetch<T>(
    commands: readonly [MailboxCommand, ...MailboxCommand[]],
    pick: FetchSource<T>['pick'],
    { signal, atTurn }: TurnOptions = {},
  ): FetchStream<T> {
    this.refuseInLoop(commands[0]);
    const stream = this.#newStream(commands[0], pick);
    const parts = fetchParts(stream, commands);
    this.#fetches.push(...parts);
    this.#follow(stream, parts, signal, async () => {
      if (this.over) await this.refuseCall();
      atTurn?.();
      this.dialogue.send(...commands);
    });
    return stream;
  }

  #newStream<T>(command: MailboxCommand, pick: FetchSource<T>['pick']): FetchStream<T> {
    return new FetchStream<T>(command, {
      pick,
      wake: () => {
        this.#wake();
      },
      maxDataBytes: this.maxDataBytes,
      overflow: () => {
        const { endpoint } = this.connection;
        this.breakOff(
          new WireError({ kind: 'peer', reason: 'reply-too-long', phase: 'command', after: 0, endpoint }),
        );
      },
    });
  }

  /** Keeps a turn for a stream until its FETCH is over, and lets it fail with what goes wrong. */
  #follow<T>(
    stream: FetchStream<T>,
    parts: readonly OpenFetch[],
    signal: AbortSignal | undefined,
    send: () => Promise<void>,
  ): void {
    const abort = (): void => {
      stream.fail(signal?.reason);
      this.destroy();
    };
    this.share(signal, async () => {
      await send();
      // A signal that is aborted by now tells nobody any more.
      if (signal?.aborted) abort();
      signal?.addEventListener('abort', abort, { once: true });
      this.#wake();
      await stream.settled;
    })
      .catch((error: unknown) => {
        for (const part of parts) this.#forget(part);
        stream.fail(error);
      })
      .finally(() => signal?.removeEventListener('abort', abort));
  }

  /** The messages of a FETCH that was sent with a SELECT, which completes first. */
  protected followSelect(
    fetch: MailboxCommand,
    selected: Promise<Completed>,
    signal: AbortSignal | undefined,
  ): FetchStream {
    const stream = this.#newStream(fetch, pickMessages);
    const parts = fetchParts(stream, [fetch]);
    this.#fetches.push(...parts);
    this.#follow(stream, parts, signal, async () => {
      await selected;
    });
    return stream;
  }

  #forget(stream: OpenFetch): void {
    const index = this.#fetches.indexOf(stream);
    if (index >= 0) this.#fetches.splice(index, 1);
  }

  #wake(): void {
    this.#gate?.resolve();
    this.#gate = undefined;
  }

  /** Waits while nobody waits for anything and messages that came are not taken; our own deadlines stand still meanwhile. */
  async #room(): Promise<void> {
    const full = (): boolean =>
      this.#fetches.length > 0 &&
      this.#waiters.size === 0 &&
      !this.dialogue.ended &&
      !this.#fetches.some((stream) => stream.hasRoom);
    if (!full()) return;
    this.dialogue.send({ verb: 'PACE', reading: false });
    while (full()) {
      this.#gate ??= Promise.withResolvers();
      await this.#gate.promise;
    }
    if (!this.dialogue.ended) this.dialogue.send({ verb: 'PACE', reading: true });
  }

  protected async knowCapabilities(signal: AbortSignal | undefined): Promise<void> {
    if (!this.machine.capabilities) await this.ask({ verb: 'CAPABILITY' }, signal);
  }

  /** Sends a command and waits for its completion; `data` collects what comes until then. */
  protected async ask(
    command: ImapCommand,
    signal: AbortSignal | undefined,
    data?: Untagged[],
  ): Promise<Completed> {
    signal?.throwIfAborted();
    if (this.over) await this.refuseCall();
    this.dialogue.send(command);
    const completed = await this.completion(command, signal, data);
    const failure = this.#workFailure;
    this.#workFailure = undefined;
    if (failure) throw failure.error;
    return completed;
  }

  /** Waits for the completion of a command that was sent right now; `data` collects what comes until then. */
  protected completion(
    command: ImapCommand,
    signal: AbortSignal | undefined,
    data?: Untagged[],
  ): Promise<Completed> {
    return this.wait(signal, (event): event is Completed => {
      // The messages of a FETCH go to those who loop over them.
      if (event.type === 'untagged' && (event.data.type !== 'fetch' || this.#fetches.length === 0))
        data?.push(event.data);
      // A command that holds a password comes back masked; no other LOGIN is in flight then.
      return (
        event.type === 'completed' &&
        (event.command === command || (command.verb === 'LOGIN' && event.command.verb === 'LOGIN'))
      );
    });
  }

  /** Waits for an event. An abort now destroys the connection: what was sent cannot be taken back. */
  protected wait<T extends ImapEvent>(
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
          // Several may wait with one signal, and the first to hear of the abort breaks off for all.
          reject(signal?.aborted === true ? signal.reason : error);
        },
      };
      const abort = (): void => {
        waiter.reject(signal?.reason);
        this.destroy();
      };
      this.#waiters.add(waiter);
      this.#wake();
      signal?.addEventListener('abort', abort, { once: true });
      if (signal?.aborted) abort();
      else if (this.#failure) waiter.reject(this.#failure.error);
    });
  }

  /**
   * Hands events out as they come, also while no call is under way: a server may tell things at any time, and a BYE must be
   * known before the next command. Runs to the end of the dialogue.
   */
  protected async pump(): Promise<void> {
    try {
      for (;;) {
        await this.#room();
        let event = await this.dialogue.next();
        if (!event) break;
        for (; event; event = this.dialogue.take()) {
          this.#note(event);
          if (event.type === 'work') void this.#work(event.work);
        }
      }
      // A good end: who disposes of the dialogue closes the connection, in good order too.
      this.#refuse(new UsageError('the dialogue is over', 'no call after logout'));
    } catch (error) {
      this.breakOff(error);
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
      if (this.machine.state.name === 'auth-work') this.dialogue.send({ verb: 'RESUME', result });
    } catch (error) {
      this.breakOff(error);
    }
  }

  /** There is no way on; whoever waits is told why, and whoever comes later too. */
  breakOff(error: unknown): void {
    if (!this.dialogue.ended) this.destroyed = true;
    this.connection.reset();
    this.#refuse(error);
  }

  #refuse(error: unknown): void {
    this.#failure ??= { error };
    this.#rejectAll(error);
  }

  #rejectAll(error: unknown): void {
    for (const waiter of this.#waiters) waiter.reject(error);
    for (const stream of this.#fetches.splice(0)) stream.fail(error);
    this.#wake();
  }

  #note(event: ImapEvent): void {
    if (event.type === 'greeting') {
      this.greeting = event.response;
      this.preauth = event.response.status === 'PREAUTH';
    } else if (event.type === 'secured') {
      // RFC 9051 §6.2.1: nothing of what was said in plaintext survives.
      this.greeting = undefined;
    }
    this.options.onEvent?.(event);
    if (this.#listeners.size > 0) for (const hear of this.#listeners) hear(event);
    const stream = this.#fetches[0];
    stream?.hear(event);
    if (stream && event.type === 'completed' && event.command.verb === 'FETCH') {
      // RFC 9051 §5.5: with several in flight the server tells by the tag which is over.
      const over = this.#fetches.find(({ command }) => command === event.command);
      if (over) {
        this.#forget(over);
        over.complete(event.response);
      }
    }
    if (this.#waiters.size > 0) for (const waiter of this.#waiters) if (waiter.take(event)) break;
  }

  protected destroy(): void {
    this.destroyed = true;
    this.connection.reset();
    this.#refuse(this.#gone());
  }

  #gone(): WireError {
    const { endpoint } = this.connection;
    return new WireError({ kind: 'caller', reason: 'closed', phase: 'command', after: 0, endpoint });
  }

  protected async refuseCall(): Promise<never> {
    if (this.#failure) throw this.#failure.error;
    if (this.dialogue.ended?.fault) await this.dialogue.next();
    throw new UsageError('the dialogue is over', 'no call after logout');
  }
}
