import { unlessAborted } from './abort.ts';
import { concatBytes, sample, utf8 } from './bytes.ts';
import { isWireError, UsageError, WireError } from './faults.ts';
import type { Fault } from './faults.ts';
import type { Layer, OpenLayer } from './layer.ts';
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
  /** Puts the layer on that a machine asks for with `start-compression`. Without it that is a {@link UsageError}. */
  readonly compression?: OpenLayer;
  /** Sees every byte that goes in or out in plaintext or inside TLS, and every handshake; for transcripts and timelines. */
  readonly observe?: Observer;
  /**
   * When to read. `always` (default): whenever somebody waits in `next`, also while our own writes wait for room; a client
   * needs that, because its server may take nothing more until its replies are read. `when-drained`: only when everything
   * written has been accepted, and in small portions; a server needs that, because a client that sends commands and never
   * reads the replies would fill the memory with them.
   */
  readonly reads?: 'always' | 'when-drained';
}

/**
 * Looks over a dialogue's shoulder. Bytes are borrowed. Secrets arrive masked: the machine says what may be shown. What it
 * throws ends the dialogue, and `next` rejects with it.
 */
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
   * `signal.reason` when aborted: the event is then not lost, a later call gets it. What our own side threw meanwhile (an
   * observer, `verify`, the machine) ends the dialogue and comes out here untouched.
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
  /** Bytes that were read and that the machine has not seen, borrowed from the connection. */
  #rest: Uint8Array = nothing;
  /** What bytes go through once compression has begun. */
  #layer: Layer | undefined;
  #upgrading: { readonly controller: AbortController; readonly over: Promise<void> } | undefined;
  #alarm: { readonly at: Instant; readonly cancel: () => void } | undefined;
  #writing: Promise<void> = Promise.resolve();
  /** Writes that the connection has not accepted. */
  #unaccepted = 0;
  readonly #settled = (): void => {
    this.#unaccepted -= 1;
    if (this.#unaccepted === 0 && this.#options.reads === 'when-drained') this.#wake();
  };

  constructor(machine: Machine<C, E>, connection: Connection, options: ConverseOptions) {
    this.machine = machine;
    this.connection = connection;
    this.#clock = options.clock;
    this.#options = options;
    this.#guard(() => {
      this.#perform(machine.start(this.#clock.now()));
    });
  }

  send(...commands: readonly C[]): void {
    const first = commands[0];
    if (first === undefined) return;
    if (this.ended) throw new UsageError('the dialogue is over', 'no command after the end');
    const now = this.#clock.now();
    const outputs =
      commands.length === 1 ? this.machine.send(first, now) : this.machine.sendAll(commands, now);
    this.#guard(() => {
      this.#perform(outputs);
    });
    // Somebody may be waiting in `next` since before the command: what it made happen is for them, and its deadline has to ring
    // for them too.
    if (this.#head < this.#events.length) this.#wake();
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
      const progress = this.#pump();
      await (options?.signal ? unlessAborted(progress, options.signal) : progress);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#finish(undefined);
    await this.#layer?.close();
    await this.connection[Symbol.asyncDispose]();
  }

  /** One step of progress: starts a read if none is under way; resolves on bytes, an alarm or the end. */
  #pump(): Promise<void> {
    this.#arm();
    this.#progress ??= Promise.withResolvers<void>();
    const { promise } = this.#progress;
    if (!this.#reading && !this.#upgrading && this.#mayRead) {
      if (this.#rest.length > 0) this.#input(() => undefined);
      else this.#read();
    }
    return promise;
  }

  get #mayRead(): boolean {
    return this.#options.reads !== 'when-drained' || this.#unaccepted === 0;
  }

  #wake(): void {
    this.#progress?.resolve();
    this.#progress = undefined;
  }

  #read(): void {
    this.#reading = true;
    (this.#layer ?? this.connection).read().then(
      (bytes) => {
        const act = (): void => {
          this.#reading = false;
          this.#received(bytes);
        };
        // In the middle of an upgrade: what TLS brought waits until the machine knows of TLS, and an end waits for what the
        // handshake says about it. Plaintext does not wait: the machine has to refuse it.
        if (this.#upgrading && (!bytes || this.connection.tls)) this.#afterUpgrade(act);
        else this.#input(act);
      },
      (error: unknown) => {
        const act = (): void => {
          this.#reading = false;
          // What a layer itself says, such as a demand for a client certificate after the handshake, is the truer reason.
          if (isWireError(error) && isOfLayer(error.fault)) this.#finish(error.fault, error.cause);
          else this.#perform(this.machine.receiveEnd(this.#clock.now(), streamEnd(error)), error);
        };
        if (this.#upgrading) this.#afterUpgrade(act);
        else this.#input(act);
      },
    );
  }

  #afterUpgrade(act: () => void): void {
    void this.#upgrading?.over.then(() => {
      this.#input(act);
    });
  }

  #received(bytes: Uint8Array | undefined): void {
    const now = this.#clock.now();
    if (!bytes) {
      this.#perform(this.machine.receiveEnd(now, 'closed'));
      return;
    }
    this.#options.observe?.received?.(bytes, now);
    this.#rest = bytes;
  }

  /** Takes something in, shows the machine what bytes there are, and lets those who wait look again. */
  #input(act: () => void): void {
    if (this.ended) return;
    this.#guard(() => {
      act();
      // Bytes behind a go-ahead of STARTTLS do not wait for room: the machine has to see them before the handshake.
      while (this.#rest.length > 0 && !this.ended && (this.#mayRead || this.#upgrading)) {
        const portion = this.#options.reads === 'when-drained' ? PORTION : this.#rest.length;
        const bytes = this.#rest.subarray(0, portion);
        this.#rest = this.#rest.subarray(portion);
        this.#perform(this.machine.receive(bytes, this.#clock.now()));
      }
    });
    this.#wake();
  }

  /** Runs our own side's code; what it throws ends the dialogue, and whoever waits is told. */
  #guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#close({ fault: undefined, crash: { error } });
      this.connection.reset();
    }
  }

  #perform(outputs: readonly Output<E>[], cause?: unknown): void {
    // By number: an iterator makes an object for each of thousands of outputs.
    for (let at = 0; at < outputs.length; at += 1) {
      const output = outputs[at] as Output<E>;
      switch (output.type) {
        case 'write':
          this.#options.observe?.wrote?.(
            output.shown === undefined ? output.bytes : utf8(output.shown),
            this.#clock.now(),
          );
          this.#write(output.bytes);
          break;
        case 'event':
          this.#events.push(output.event);
          break;
        case 'start-tls':
          this.#startTls();
          break;
        case 'start-compression':
          this.#startCompression(output.behind);
          break;
        case 'end':
          this.#finish(output.fault, cause);
          break;
      }
    }
  }

  #write(bytes: Uint8Array): void {
    this.#unaccepted += 1;
    this.#writing = (this.#layer ?? this.connection).write(bytes).then(this.#settled, this.#settled);
  }

  #startCompression(behind: Uint8Array): void {
    const open = this.#options.compression;
    if (!open)
      throw new UsageError('the machine asks for compression, but no layer was given', 'options.compression');
    // What the machine has not seen of the bytes that were read belongs to the layer, too; they are lent.
    const rest = sample(this.#rest, Infinity);
    this.#rest = nothing;
    this.#layer = open(this.connection, concatBytes([behind, rest]));
  }

  #startTls(): void {
    const upgrade = this.#options.upgrade;
    if (!upgrade)
      throw new UsageError('the machine asks for TLS, but no upgrade was given', 'options.upgrade');
    const controller = new AbortController();
    const over = this.#writing
      .then(() => {
        controller.signal.throwIfAborted();
        return upgrade(this.connection, { signal: controller.signal });
      })
      .then(
        (tls) => {
          this.#upgrading = undefined;
          this.#input(() => {
            const now = this.#clock.now();
            this.#options.observe?.secured?.(tls, now);
            this.#perform(this.machine.tlsReady(tls, now));
          });
        },
        (error: unknown) => {
          this.#upgrading = undefined;
          // What is no fault is not the peer's doing (a `verify` that throws): the caller of `next` gets it untouched.
          if (isWireError(error)) this.#finish(error.fault, error.cause);
          else
            this.#guard(() => {
              throw error;
            });
        },
      );
    this.#upgrading = { controller, over };
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
          this.#guard(() => {
            this.#perform(this.machine.tick(now));
          });
          this.#wake();
        }
        if (!this.ended && this.#progress) this.#arm();
      }),
    };
  }

  #finish(fault: Fault | undefined, cause?: unknown): void {
    if (this.ended) return;
    this.#close({ fault: fault && { endpoint: this.connection.endpoint, ...fault }, cause });
    // A broken dialogue has no farewell; a good one leaves closing to its owner's disposal.
    if (fault) this.connection.reset();
  }

  #close(how: NonNullable<Conversation<C, E>['ended']>): void {
    if (this.ended) return;
    this.ended = how;
    this.#rest = nothing;
    void this.#layer?.close();
    this.#alarm?.cancel();
    this.#alarm = undefined;
    this.#upgrading?.controller.abort(new UsageError('the dialogue ended during the handshake', 'handshake'));
    this.#wake();
  }
}

const nothing = new Uint8Array(0);

/**
 * How much a server takes in before it looks whether its replies were accepted, in octets. A portion of the shortest
 * commands has at most some hundred replies; a hello of TLS or an injected command behind STARTTLS comes in one portion.
 */
const PORTION = 1024;

/** Whether a fault while reading is what TLS or compression found wrong, and not that the connection is gone. */
function isOfLayer({ kind, reason }: Fault): boolean {
  return kind === 'tls' || reason === 'protocol-error';
}

function streamEnd(error: unknown): EndOfStream {
  return isWireError(error) && error.fault.reason === 'closed' ? 'closed' : 'reset';
}
