import { createLineSplitter, isTlsRecord, sample, UsageError } from '@postern/wire';
import type { EndOfStream, Instant, Machine, Output, TlsInfo } from '@postern/wire';
import { noCapabilities } from './parse/capabilities.ts';
import type { Capabilities } from './parse/capabilities.ts';
import type { Pop3Command } from './commands.ts';
import type { Pop3Event } from './events.ts';
import { createUnstuffing, plainLines, replyLimits } from './parse/reply.ts';
import type { ReplyLimits } from './parse/reply.ts';
import { initialState, patienceFor } from './transition/states.ts';
import type { Input, Patience, State, StateName } from './transition/states.ts';
import { step } from './transition/transition.ts';

const DOT = 0x2e;

/** Options of {@link pop3Client}. */
export interface Pop3ClientOptions {
  /** How long to wait for what: `standard` (default), `probe` with seconds in place of minutes, or single limits over those of `standard`. */
  readonly patience?: 'standard' | 'probe' | Partial<Patience>;
  /** Whether this server was seen to offer STLS before; a CAPA reply without it then brings the diagnostic `downgrade-suspected`. Default `false`. */
  readonly offeredStartTlsBefore?: boolean;
  /** Whether a line of the server that ends with a bare LF breaks the dialogue (`bare-lf`). Default: tolerated, with a diagnostic. */
  readonly strict?: boolean;
  /** The TLS layer that the dialogue begins in (implicit TLS). Default: it begins in plaintext. */
  readonly tls?: TlsInfo;
  /** What the server listed in an earlier session over the same layer; until CAPA or STLS. Default: nothing is known. */
  readonly remembered?: Capabilities;
  /** Limits of what is read. Default: {@link replyLimits}. */
  readonly limits?: Partial<ReplyLimits>;
  /**
   * Most octets of commands sent and unanswered where PIPELINING is listed; one command always goes. Default 16,384, some
   * 1,400 RETRs: sockets buffer as much, so a server that waits for us to read never keeps us from writing (RFC 2449 §6.6).
   */
  readonly windowBytes?: number;
}

/** The client machine, with what it knows about the server. */
export interface Pop3ClientMachine extends Machine<Pop3Command, Pop3Event> {
  readonly state: { readonly name: StateName };
  /** What the server offers; see {@link Capabilities}. */
  readonly capabilities: Capabilities;
  /** The APOP timestamp of the greeting (RFC 1939 §7); `undefined` where there was none, and after STLS. */
  readonly timestamp: string | undefined;
  /** How many commands were accepted and wait for room in the window. */
  readonly queued: number;
  /**
   * Stops the time: what the server has sent is not being read, because somebody here is busy with a message. Data may come
   * all the same.
   */
  hold(now: Instant): void;
  /** Lets the time go on; how long it stood still does not count as the server's. */
  resume(now: Instant): void;
}

/**
 * The client's side of a POP3 dialogue (RFC 1939) as a machine: no socket, no clock. {@link openPop3} puts it to work on a
 * connection.
 *
 * @example
 * ```ts
 * import { pop3Client } from '@postern/pop3';
 * const machine = pop3Client();
 * machine.start(0);
 * machine.receive(new TextEncoder().encode('+OK ready\r\n'), 1); // [{ type: 'event', event: { type: 'greeting', … } }]
 * machine.send({ verb: 'CAPA' }, 2); // [{ type: 'write', bytes: … 'CAPA\r\n' }]
 * ```
 */
export function pop3Client(options: Pop3ClientOptions = {}): Pop3ClientMachine {
  return new Pop3Client(options);
}

/** The thin mutable shell: cuts bytes into what the state expects, and lets `step` decide. */
class Pop3Client implements Pop3ClientMachine {
  #state: State;
  readonly #limits: ReplyLimits;
  readonly #splitter;
  readonly #unstuffing = createUnstuffing();
  /** How the lines of a listing are read: the first of a chunk by itself where its beginning came before, odd ones too. */
  #lines: 'many' | 'first-alone' | 'alone' = 'many';
  /** Bytes of a message since its deadline was last renewed. */
  #quietBytes = 0;
  #heldSince: Instant | undefined;

  constructor(options: Pop3ClientOptions) {
    this.#limits = { ...replyLimits, ...options.limits };
    const { maxLineBytes, maxChallengeBytes } = this.#limits;
    this.#splitter = createLineSplitter({ maxLineBytes: Math.max(maxLineBytes, maxChallengeBytes) });
    this.#state = initialState(
      {
        patience: patienceFor(options.patience),
        offeredStartTlsBefore: options.offeredStartTlsBefore ?? false,
        strict: options.strict ?? false,
        limits: this.#limits,
        windowBytes: options.windowBytes ?? 16_384,
      },
      options.tls,
      options.remembered,
    );
  }

  get state(): { readonly name: StateName } {
    return { name: this.#state.name };
  }

  get capabilities(): Capabilities {
    return this.#state.capabilities ?? noCapabilities;
  }

  get timestamp(): string | undefined {
    return this.#state.timestamp;
  }

  get queued(): number {
    return this.#state.commands.length - this.#state.sent;
  }

  get deadline(): Instant | undefined {
    return this.#heldSince === undefined ? this.#state.deadline : undefined;
  }

  hold(now: Instant): void {
    this.#heldSince ??= now;
  }

  resume(now: Instant): void {
    if (this.#heldSince === undefined) return;
    const { deadline, since } = this.#state;
    // A wait that began meanwhile stood still from its own beginning.
    const still = now - Math.max(this.#heldSince, since);
    if (deadline !== undefined) this.#state = { ...this.#state, deadline: deadline + still };
    this.#heldSince = undefined;
  }

  start(now: Instant): readonly Output<Pop3Event>[] {
    if (this.#state.name !== 'start') throw new UsageError('the machine was started before', 'start once');
    return this.#step({ type: 'start' }, now);
  }

  send(command: Pop3Command, now: Instant): readonly Output<Pop3Event>[] {
    return this.sendAll([command], now);
  }

  sendAll(commands: readonly Pop3Command[], now: Instant): readonly Output<Pop3Event>[] {
    if (commands.length === 0) return [];
    return this.#step({ type: 'send', commands, behind: this.#splitter.rest() }, now);
  }

  receive(bytes: Uint8Array, now: Instant): readonly Output<Pop3Event>[] {
    if (bytes.length === 0 || this.#over) return [];
    if (this.#state.name === 'tls') return this.#step({ type: 'plaintext', bytes: sample(bytes) }, now);
    this.#lines = this.#splitter.restBytes === 0 ? 'many' : 'first-alone';
    this.#splitter.push(bytes);
    const outputs: Output<Pop3Event>[] = [];
    for (;;) {
      const input = this.#over ? undefined : this.#read();
      if (!input) return outputs;
      outputs.push(...this.#step(input, now));
    }
  }

  receiveEnd(now: Instant, how: EndOfStream = 'closed'): readonly Output<Pop3Event>[] {
    if (this.#over) return [];
    return this.#step({ type: 'end-of-stream', how, rest: this.#splitter.rest() }, now);
  }

  tlsReady(tls: TlsInfo, now: Instant): readonly Output<Pop3Event>[] {
    if (this.#state.name !== 'tls') throw new UsageError('no handshake was asked for', 'RFC 2595 §4');
    this.#splitter.clear();
    return this.#step({ type: 'tls-ready', tls }, now);
  }

  tick(now: Instant): readonly Output<Pop3Event>[] {
    if (this.#heldSince !== undefined) return [];
    return this.#step({ type: 'tick', rest: this.#splitter.rest() }, now);
  }

  get #over(): boolean {
    return this.#state.name === 'ended' || this.#state.name === 'start';
  }

  #step(input: Input, now: Instant): readonly Output<Pop3Event>[] {
    const { state, outputs } = step(this.#state, input, now);
    this.#state = state;
    return outputs;
  }

  /** The next thing the bytes at hand amount to, in the present state. */
  #read(): Input | undefined {
    if (this.#state.name === 'content') return this.#readContent();
    if (this.#state.name === 'greeting' || this.#state.name === 'starttls') {
      // A record may hold an octet that looks like a line end, so it is looked for before lines are.
      const first = this.#splitter.rest(8);
      if (first.length > 1 && isTlsRecord(first)) return { type: 'tls-record', bytes: this.#splitter.rest() };
    }
    if (this.#state.name === 'listing') {
      const listed = this.#readListed();
      if (listed) return listed;
    }
    const limit = this.#state.name === 'auth' ? this.#limits.maxChallengeBytes : this.#limits.maxLineBytes;
    const found = this.#splitter.next();
    if (!found) {
      return this.#splitter.restBytes > limit
        ? { type: 'too-long', bytes: this.#splitter.rest() }
        : undefined;
    }
    const { bytes } = found;
    if (found.type === 'too-long' || bytes.length + 2 > limit)
      return { type: 'too-long', bytes: sample(bytes) };
    return { type: 'line', line: bytes, ending: found.ending, behind: () => this.#splitter.rest() };
  }

  /** Many lines of a listing at once; `undefined` where they have to be looked at one by one. */
  #readListed(): Input | undefined {
    if (this.#lines !== 'many' || this.#splitter.restBytes === 0) {
      if (this.#lines === 'first-alone') this.#lines = 'many';
      return undefined;
    }
    const raw = this.#splitter.take(this.#splitter.restBytes);
    const { lines, bytes } = plainLines(raw, this.#limits.maxLineBytes);
    // The line that ends a listing is read by itself, and another listing may follow. An odd line is looked at with all its chunk.
    if (bytes === 0 && raw[0] !== DOT) this.#lines = 'alone';
    if (bytes < raw.length) this.#splitter.push(raw.subarray(bytes));
    return bytes > 0 ? { type: 'listed', lines, bytes } : undefined;
  }

  #readContent(): Input | undefined {
    if (this.#splitter.restBytes === 0) return undefined;
    const raw = this.#splitter.take(this.#splitter.restBytes);
    const { used, content, done } = this.#unstuffing.push(raw);
    if (used < raw.length) this.#splitter.push(raw.subarray(used));
    this.#quietBytes += used;
    // Single octets do not renew the wait: a whole line does, or 64 KiB of one.
    const progress = content.includes(10) || this.#quietBytes >= 65_536;
    if (progress || done) this.#quietBytes = 0;
    return { type: 'content', bytes: content, progress, done };
  }
}
