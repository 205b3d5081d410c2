import { isTlsRecord, sample, UsageError } from '@postern/wire';
import type { EndOfStream, Instant, Machine, Output, StartCompressionOutput, TlsInfo } from '@postern/wire';
import type { Capabilities } from './parse/capabilities.ts';
import type { ImapCommand, MailboxCommand } from './commands.ts';
import type { ImapEvent } from './events.ts';
import type { ParseOptions } from './parse/untagged.ts';
import { readResponse, replyLimits, ResponseReader } from './parse/reply.ts';
import type { ReplyLimits } from './parse/reply.ts';
import { argumentContext } from './transition/rules.ts';
import type { SelectedMailbox } from './transition/selected.ts';
import { initialState, patienceFor } from './transition/states.ts';
import type { Input, Patience, State, StateName } from './transition/states.ts';
import { step } from './transition/transition.ts';

/** Options of {@link imapClient}. */
export interface ImapClientOptions {
  /** How long to wait for what: `standard` (default), `probe`, or single limits over those of `standard`. */
  readonly patience?: 'standard' | 'probe' | Partial<Patience>;
  /** Limits of what is read. Default: {@link replyLimits}. */
  readonly limits?: Partial<ReplyLimits>;
  /**
   * Whether this server was seen to offer STARTTLS before; a list of capabilities without it then brings the diagnostic
   * `downgrade-suspected`. Default `false`.
   */
  readonly offeredStartTlsBefore?: boolean;
  /** The TLS layer that the dialogue begins in (implicit TLS). Default: it begins in plaintext. */
  readonly tls?: TlsInfo;
  /**
   * Ends the dialogue with `protocol-error` at every mistake of the server that is otherwise borne and told as a diagnostic. Default
   * `false`: many real servers make some.
   */
  readonly strict?: boolean;
  /**
   * When the values of FETCH are made. `no` (default) = at once. `checked` = the syntax is looked through at once and a value is made
   * where it is read, which pays where few are. `unchecked` = nothing is looked at before, and nothing is told of what is borne.
   */
  readonly lazy?: ParseOptions['lazy'];
  /** Most commands sent and not completed; more wait. Default 25: a large service loses count at 50. */
  readonly maxInFlight?: number;
}

/** The client machine, with what it knows about the server. */
export interface ImapClientMachine extends Machine<ImapCommand, ImapEvent> {
  readonly state: { readonly name: StateName };
  /** What the server offers; see {@link Capabilities}. `undefined` = not known, ask. */
  readonly capabilities: Capabilities | undefined;
  /** What ENABLE has switched on, upper case (RFC 5161). */
  readonly enabled: readonly string[];
  /** Whether strings and names are UTF-8 now: IMAP4rev2 or UTF8=ACCEPT is on. */
  readonly speaksUtf8: boolean;
  /** The selected mailbox as it is now. */
  readonly mailbox: SelectedMailbox | undefined;
}

/**
 * The client's side of an IMAP dialogue (RFC 9051, RFC 3501) as a machine: no socket, no clock. {@link openImap} puts it to
 * work on a connection.
 *
 * @example
 * ```ts run
 * import { latin1, utf8 } from '@postern/wire';
 * import { imapClient } from '@postern/imap';
 * const machine = imapClient();
 * machine.start(0);
 * machine.receive(utf8('* OK ready\r\n'), 1);
 * const [output] = machine.send({ verb: 'CAPABILITY' }, 2);
 * if (output?.type === 'write') console.log(latin1(output.bytes)); // a1 CAPABILITY
 * ```
 */
export function imapClient(options: ImapClientOptions = {}): ImapClientMachine {
  return new ImapClient(options);
}

type Outputs = readonly Output<ImapEvent>[];

/** The thin mutable shell: puts bytes together to responses, and lets `step` decide. */
class ImapClient implements ImapClientMachine {
  #state: State;
  readonly #reader: ResponseReader;
  #parse: ParseOptions;
  readonly #behind = (): Uint8Array => this.#reader.behind();
  /** What `#parse` was made for. */
  #understood: Pick<State, 'capabilities' | 'enabled'> | undefined;

  constructor(options: ImapClientOptions) {
    const limits = { ...replyLimits, ...options.limits };
    this.#reader = new ResponseReader(limits);
    this.#parse = {
      maxDepth: limits.maxDepth,
      strict: options.strict ?? false,
      lazy: options.lazy ?? 'no',
    };
    this.#state = initialState(
      {
        patience: patienceFor(options.patience),
        maxInFlight: options.maxInFlight ?? 25,
        limits,
        offeredStartTlsBefore: options.offeredStartTlsBefore ?? false,
      },
      options.tls,
    );
  }

  get state(): { readonly name: StateName } {
    return { name: this.#state.name };
  }

  get deadline(): Instant | undefined {
    return this.#state.deadline;
  }

  get capabilities(): Capabilities | undefined {
    return this.#state.capabilities;
  }

  get enabled(): readonly string[] {
    return this.#state.enabled;
  }

  get speaksUtf8(): boolean {
    return argumentContext(this.#state).utf8;
  }

  get mailbox(): SelectedMailbox | undefined {
    return this.#state.mailbox;
  }

  start(now: Instant): Outputs {
    if (this.#state.name !== 'start') throw new UsageError('the machine was started before', 'start once');
    return this.#step({ type: 'start' }, now);
  }

  send(command: ImapCommand, now: Instant): Outputs {
    return this.sendAll([command], now);
  }

  sendAll(commands: readonly ImapCommand[], now: Instant): Outputs {
    if (commands.length === 0) return [];
    return this.#step({ type: 'send', commands, partial: this.#reader.rest() }, now);
  }

  receive(bytes: Uint8Array, now: Instant): Outputs {
    if (bytes.length === 0 || this.#over) return [];
    if (this.#state.name === 'tls') return this.#step({ type: 'plaintext', bytes: sample(bytes) }, now);
    this.#reader.push(bytes);
    const outputs: Output<ImapEvent>[] = [];
    for (;;) {
      const input = this.#over ? undefined : this.#read();
      if (!input) return outputs;
      for (const output of this.#step(input, now))
        outputs.push(output.type === 'start-compression' ? this.#handOver(output) : output);
    }
  }

  receiveEnd(now: Instant, how: EndOfStream = 'closed'): Outputs {
    return this.#over ? [] : this.#step({ type: 'end-of-stream', how, rest: this.#reader.rest() }, now);
  }

  tlsReady(tls: TlsInfo, now: Instant): Outputs {
    if (this.#state.name !== 'tls') throw new UsageError('no handshake was asked for', 'RFC 9051 §6.2.1');
    this.#reader.clear();
    return this.#step({ type: 'tls-ready', tls }, now);
  }

  tick(now: Instant): Outputs {
    return this.#step({ type: 'tick', rest: this.#reader.rest() }, now);
  }

  /** Gives what has come behind the agreement to the layer that it belongs to. */
  #handOver(output: StartCompressionOutput): StartCompressionOutput {
    const behind = this.#reader.rest(Infinity);
    this.#reader.clear();
    return { ...output, behind };
  }

  get #over(): boolean {
    return this.#state.name === 'ended' || this.#state.name === 'start';
  }

  #step(input: Input, now: Instant): Outputs {
    const { state, outputs } = step(this.#state, input, now);
    this.#state = state;
    return outputs;
  }

  /** The next thing the bytes at hand amount to, in the present state. */
  #read(): Input | undefined {
    if (this.#state.name === 'greeting' || this.#state.name === 'starttls') {
      // A record may hold an octet that looks like a line end, so it is looked for before lines are.
      const first = this.#reader.rest(2);
      if (first.length > 1 && isTlsRecord(first)) return { type: 'tls-record', bytes: this.#reader.rest() };
    }
    const { stage } = this.#state;
    const fetching = fetchIn(this.#state);
    const streamAbove = fetching?.streamAbove;
    const item = this.#reader.next(stage === 'not-authenticated', streamAbove);
    if (item?.type === 'literal-chunk' && fetching?.streamBorrowed !== true) {
      // The bytes are lent, and an event may be looked at later.
      return { type: 'literal-chunk', bytes: Uint8Array.prototype.slice.call(item.bytes) };
    }
    if (item?.type !== 'response') return item;
    const { capabilities, enabled } = this.#state;
    if (this.#understood?.capabilities !== capabilities || this.#understood?.enabled !== enabled) {
      this.#understood = { capabilities, enabled };
      this.#parse = { ...this.#parse, utf8Names: this.speaksUtf8 };
    }
    const parse = item.streamed ? { ...this.#parse, streamed: item.streamed } : this.#parse;
    return {
      type: 'response',
      text: item.text,
      response: readResponse(item.text, parse),
      behind: this.#behind,
    };
  }
}

/** The oldest FETCH in flight, which tells how content is wanted. */
function fetchIn({ inFlight }: State): MailboxCommand | undefined {
  // By number: this is asked for each response, and an iterator is an object.
  for (let index = 0; index < inFlight.length; index += 1) {
    const command = inFlight[index]?.command;
    if (command?.verb === 'FETCH') return command;
  }
  return undefined;
}
