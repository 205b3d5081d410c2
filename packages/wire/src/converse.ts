import { unlessAborted } from './abort.ts';
import { utf8 } from './bytes.ts';
import { isWireError, UsageError, WireError } from './faults.ts';
import type { Fault } from './faults.ts';
import type { EndOfStream, Machine, Output } from './machine.ts';
import type { Connection } from './network.ts';
import type { Clock, Instant } from './time.ts';
import type { TlsInfo } from './tls.ts';

/** Options of {@link converse}. */
export interface ConverseOptions {
  readonly clock: Clock;
  /**
   * Runs the handshake when the machine asks for one: `(connection, options) => connection.handshake(request, options)`
   * for a client, `connection.acceptTls(offer, options)` for a server. Without it `start-tls` is a {@link UsageError}.
   */
  readonly upgrade?: (connection: Connection, options: { readonly signal: AbortSignal }) => Promise<TlsInfo>;
  /** Sees every byte that goes in or out in plaintext or inside TLS, and every handshake; for transcripts and timelines. */
  readonly observe?: Observer;
}

/** Looks over a dialogue's shoulder. Bytes are borrowed. Secrets arrive masked: the machine says what may be shown. */
export interface Observer {
  /** The peer sent this. */
  received?(bytes: Uint8Array, now: Instant): void;
  /** We sent this; a secret is replaced by what may be shown. */
  wrote?(bytes: Uint8Array, now: Instant): void;
  /** The handshake that a machine asked for succeeded. */
  secured?(tls: TlsInfo, now: Instant): void;
}

/** A machine and a connection at work together. */
export interface Dialogue<C, E> extends AsyncDisposable {
  /**
   * Sends commands as one group and one write. Several calls without reading in between are fine: replies are matched
   * by the machine. Throws {@link UsageError} for a command that is not allowed now, with nothing sent.
   */
  send(...commands: readonly C[]): void;
  /** Resolves when the connection has room for more; for senders of bulk data. Never rejects: `next` tells what happened. */
  drained(): Promise<void>;
  /**
   * The next event; `undefined` when the dialogue ended well. Rejects with a {@link WireError} when it broke, with
   * `signal.reason` when aborted: the event is then not lost, a later call gets it.
   */
  next(options?: { readonly signal?: AbortSignal }): Promise<E | undefined>;
  /** Events that are here already, without waiting; for the end of a dialogue. */
  take(): E | undefined;
  readonly machine: Machine<C, E>;
  readonly connection: Connection;
  /** How it ended, once it has. */
  readonly ended: { readonly fault: Fault | undefined } | undefined;
}

/**
 * The one driver: performs a machine's outputs on a connection and feeds it bytes and time. It reads only while somebody
 * waits in `next`, so not asking is backpressure. Takes ownership of the connection.
 *
 * A failed write does not end the dialogue at once: what the peer said before it hung up, such as an SMTP 421, is read first.
 */
export function converse<C, E>(
  machine: Machine<C, E>,
  connection: Connection,
  options: ConverseOptions,
): Dialogue<C, E> {
  return new Conversation(machine, connection, options);
}

class Conversation<C, E> implements Dialogue<C, E> {
  readonly machine: Machine<C, E>;
  readonly connection: Connection;
  ended:
    | {
        readonly fault: Fault | undefined;
        readonly cause?: unknown;
        readonly crash?: { readonly error: unknown };
      }
    | undefined;
  readonly #clock: Clock;
  readonly #options: ConverseOptions;
  readonly #events: E[] = [];
  #head = 0;
  /** Resolves on any progress: bytes, time, end. Shared by all who wait. */
  #progress: PromiseWithResolvers<void> | undefined;
  #reading = false;
  #upgrading: AbortController | undefined;
  #alarm: { readonly at: Instant; readonly cancel: () => void } | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(machine: Machine<C, E>, connection: Connection, options: ConverseOptions) {
    this.machine = machine;
    this.connection = connection;
    this.#clock = options.clock;
    this.#options = options;
    this.#perform(machine.start(this.#clock.now()));
  }

  send(...commands: readonly C[]): void {
    const first = commands[0];
    if (first === undefined) return;
    if (this.ended) throw new UsageError('the dialogue is over', 'no command after the end');
    const now = this.#clock.now();
    this.#perform(
      commands.length === 1 ? this.machine.send(first, now) : this.machine.sendAll(commands, now),
    );
    // Somebody may be waiting in `next` since before the command: its deadline has to ring for them too.
    if (!this.ended && this.#progress) this.#arm();
  }

  drained(): Promise<void> {
    return this.#writing;
  }

  take(): E | undefined {
    if (this.#head === this.#events.length) return undefined;
    const event = this.#events[this.#head];
    this.#head += 1;
    if (this.#head === this.#events.length) {
      this.#events.length = 0;
      this.#head = 0;
    }
    return event;
  }

  async next(options?: { readonly signal?: AbortSignal }): Promise<E | undefined> {
    for (;;) {
      options?.signal?.throwIfAborted();
      if (this.#head < this.#events.length) return this.take();
      if (this.ended) {
        const { fault, cause, crash } = this.ended;
        if (crash) throw crash.error;
        if (fault) throw new WireError(fault, { cause });
        return undefined;
      }
      await this.#pump(options?.signal);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#finish(undefined);
    await this.connection[Symbol.asyncDispose]();
  }

  /** One step of progress: starts a read if none is under way, and waits for bytes, an alarm or abort. */
  async #pump(signal: AbortSignal | undefined): Promise<void> {
    this.#arm();
    this.#progress ??= Promise.withResolvers<void>();
    const { promise } = this.#progress;
    if (!this.#reading && !this.#upgrading) this.#read();
    await unlessAborted(promise, signal);
  }

  #wake(): void {
    this.#progress?.resolve();
    this.#progress = undefined;
  }

  #read(): void {
    this.#reading = true;
    this.connection.read().then(
      (bytes) => {
        this.#reading = false;
        if (this.ended) return;
        const now = this.#clock.now();
        if (bytes) {
          this.#options.observe?.received?.(bytes, now);
          this.#perform(this.machine.receive(bytes, now));
        } else {
          this.#perform(this.machine.receiveEnd(now, 'closed'));
        }
        this.#wake();
      },
      (error: unknown) => {
        this.#reading = false;
        if (this.ended) return;
        // What TLS itself says, such as a demand for a client certificate after the handshake, is the truer reason.
        if (isWireError(error) && error.fault.kind === 'tls') this.#finish(error.fault, error.cause);
        else this.#perform(this.machine.receiveEnd(this.#clock.now(), streamEnd(error)), error);
        this.#wake();
      },
    );
  }

  #perform(outputs: readonly Output<E>[], cause?: unknown): void {
    for (const output of outputs) {
      switch (output.type) {
        case 'write':
          this.#options.observe?.wrote?.(
            output.shown === undefined ? output.bytes : utf8(output.shown),
            this.#clock.now(),
          );
          this.#writing = this.connection.write(output.bytes).catch(() => undefined);
          break;
        case 'event':
          this.#events.push(output.event);
          break;
        case 'start-tls':
          this.#startTls();
          break;
        case 'end':
          this.#finish(output.fault, cause);
          break;
      }
    }
  }

  #startTls(): void {
    const upgrade = this.#options.upgrade;
    if (!upgrade)
      throw new UsageError('the machine asks for TLS, but no upgrade was given', 'options.upgrade');
    const controller = new AbortController();
    this.#upgrading = controller;
    this.#writing
      .then(() => upgrade(this.connection, { signal: controller.signal }))
      .then(
        (tls) => {
          this.#upgrading = undefined;
          if (this.ended) return;
          const now = this.#clock.now();
          this.#options.observe?.secured?.(tls, now);
          this.#perform(this.machine.tlsReady(tls, now));
        },
        (error: unknown) => {
          this.#upgrading = undefined;
          if (this.ended) return;
          if (isWireError(error)) {
            this.#finish(error.fault, error.cause);
          } else {
            // Not the peer's doing (a `verify` that throws): the caller of `next` gets it untouched.
            this.connection.reset();
            this.ended = { fault: undefined, crash: { error } };
          }
        },
      )
      .finally(() => {
        this.#wake();
      });
  }

  /** Keeps one alarm per dialogue; a later deadline does not move it, it looks again when it rings. */
  #arm(): void {
    const at = this.machine.deadline;
    if (at === undefined || (this.#alarm && this.#alarm.at <= at)) return;
    this.#alarm?.cancel();
    this.#alarm = {
      at,
      cancel: this.#clock.alarm(at, () => {
        this.#alarm = undefined;
        if (this.ended) return;
        const now = this.#clock.now();
        const due = this.machine.deadline;
        if (due !== undefined && due <= now) {
          this.#perform(this.machine.tick(now));
          this.#wake();
        }
        if (!this.ended && this.#progress) this.#arm();
      }),
    };
  }

  #finish(fault: Fault | undefined, cause?: unknown): void {
    if (this.ended) return;
    this.ended = { fault: fault && { endpoint: this.connection.endpoint, ...fault }, cause };
    this.#alarm?.cancel();
    this.#alarm = undefined;
    this.#upgrading?.abort(new UsageError('the dialogue ended during the handshake', 'handshake'));
    // A broken dialogue has no farewell; a good one leaves closing to its owner's disposal.
    if (fault) this.connection.reset();
    this.#wake();
  }
}

function streamEnd(error: unknown): EndOfStream {
  return isWireError(error) && error.fault.reason === 'closed' ? 'closed' : 'reset';
}
