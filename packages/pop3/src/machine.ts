import { createLineSplitter, isTlsRecord, sample, UsageError } from '@postern/wire';
import type { EndOfStream, Instant, Machine, Output, TlsInfo } from '@postern/wire';
import type { Pop3Command } from './commands.ts';
import { createUnstuffing } from './reply.ts';
import type { Unstuffing } from './reply.ts';
import type { Pop3Event } from './events.ts';
import { initialState, patienceFor } from './states.ts';
import type { Input, Patience, State } from './states.ts';
import { step } from './transition.ts';

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
  /** Longest status or listing line. Default 8192: RFC 2449 §4 allows 512 octets, real servers write more. */
  readonly maxLineBytes?: number;
  /** Longest line of an AUTH challenge. Default 65,536: RFC 5034 §4 sets no limit, and a memory needs one. */
  readonly maxChallengeBytes?: number;
  /** Largest listing (CAPA, LIST, UIDL). Default 16 MiB: some 200,000 messages. */
  readonly maxListingBytes?: number;
  /** Most commands sent and unanswered where PIPELINING is listed. Default 100: no socket buffer fills (RFC 2449 §6.6). */
  readonly maxInFlight?: number;
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
export function pop3Client(options: Pop3ClientOptions = {}): Machine<Pop3Command, Pop3Event> {
  return new Pop3Client(options);
}

/** The thin mutable shell: cuts bytes into what the state expects, and lets `step` decide. */
class Pop3Client implements Machine<Pop3Command, Pop3Event> {
  #state: State;
  readonly #maxLine: number;
  readonly #maxChallenge: number;
  readonly #splitter;
  #unstuffing: Unstuffing | undefined;
  /** Bytes of a message since its deadline was last renewed. */
  #quietBytes = 0;

  constructor(options: Pop3ClientOptions) {
    this.#maxLine = options.maxLineBytes ?? 8192;
    this.#maxChallenge = Math.max(options.maxChallengeBytes ?? 65_536, this.#maxLine);
    this.#splitter = createLineSplitter({ maxLineBytes: this.#maxChallenge });
    this.#state = initialState(
      {
        patience: patienceFor(options.patience),
        offeredStartTlsBefore: options.offeredStartTlsBefore ?? false,
        strict: options.strict ?? false,
        maxListingBytes: options.maxListingBytes ?? 16 * 1024 * 1024,
        maxInFlight: options.maxInFlight ?? 100,
      },
      options.tls,
    );
  }

  get state(): { readonly name: string } {
    return this.#state;
  }

  get deadline(): Instant | undefined {
    return this.#state.deadline;
  }

  start(now: Instant): readonly Output<Pop3Event>[] {
    if (this.#state.name !== 'new') throw new UsageError('the machine was started before', 'start once');
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
    return this.#step({ type: 'tick', rest: this.#splitter.rest() }, now);
  }

  get #over(): boolean {
    return this.#state.name === 'ended' || this.#state.name === 'new';
  }

  #step(input: Input, now: Instant): readonly Output<Pop3Event>[] {
    const { state, outputs } = step(this.#state, input, now);
    this.#state = state;
    return outputs;
  }

  /** The next thing the bytes at hand amount to, in the present state. */
  #read(): Input | undefined {
    if (this.#state.name === 'content') return this.#readContent();
    this.#unstuffing = undefined;
    if (this.#state.name === 'greeting' || this.#state.name === 'starttls') {
      // A record may hold an octet that looks like a line end, so it is looked for before lines are.
      const first = this.#splitter.rest(8);
      if (isTlsRecord(first))
        return first.length < 2 ? undefined : { type: 'tls-record', bytes: this.#splitter.rest() };
    }
    const limit = this.#state.name === 'auth' ? this.#maxChallenge : this.#maxLine;
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

  #readContent(): Input | undefined {
    if (this.#splitter.restBytes === 0) return undefined;
    this.#unstuffing ??= createUnstuffing();
    const raw = this.#splitter.take(this.#splitter.restBytes);
    const { used, content, done } = this.#unstuffing.push(raw);
    if (used < raw.length) this.#splitter.push(raw.subarray(used));
    this.#quietBytes += used;
    // Single octets do not renew the wait: a whole line does, or 64 KiB of one.
    const progress = content.includes(10) || this.#quietBytes >= 65_536;
    if (progress || done) this.#quietBytes = 0;
    if (done) this.#unstuffing = undefined;
    return { type: 'content', bytes: content, progress, done };
  }
}
