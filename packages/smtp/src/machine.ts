import { isTlsRecord } from '@postern/wire';
import type { EndOfStream, Instant, Machine, Output, TlsInfo } from '@postern/wire';
import type { SmtpCommand, WireCommand } from './commands.ts';
import type { SmtpEvent } from './events.ts';
import type { Extensions } from './extensions.ts';
import { replyLimits, ReplyReader } from './reply.ts';
import type { ReplyLimits } from './reply.ts';
import { patienceProfiles } from './states.ts';
import type { Patience, StateName } from './states.ts';
import { newSession, offersStartTls } from './session.ts';
import type { Input, Rules, Session } from './session.ts';
import { step } from './transition.ts';

/** Options of {@link smtpClient} and {@link lmtpClient}. */
export interface SmtpClientOptions {
  /** How long to wait for what. Default `mta`; single limits are laid over those of `mta`. */
  readonly patience?: 'mta' | 'probe' | Partial<Patience>;
  /** Limits of what is read. Default: see {@link ReplyLimits}. */
  readonly limits?: Partial<ReplyLimits>;
  /** Whether a bare LF ends the dialogue (`bare-lf`) in place of a diagnostic. Default `false`. */
  readonly strict?: boolean;
  /** The TLS layer the dialogue begins in: implicit TLS (RFC 8314 §3.3). Default: none. */
  readonly tls?: TlsInfo;
  /** Whether this server was seen to offer STARTTLS before. Default `false`. */
  readonly offeredStartTlsBefore?: boolean;
  /**
   * Lets BDAT follow MAIL and RCPT, and commands follow BDAT, before the replies are in: one wait less for each message.
   * Every verb still gets its reply. Default `false`: RFC 3030 §2 collects the replies to MAIL and RCPT first.
   */
  readonly window?: boolean;
  /** Takes addresses over the sizes of RFC 5321 §4.5.3.1. Default `false`. */
  readonly longAddresses?: boolean;
}

/** The client machine, with what it knows about the server. */
export interface SmtpClientMachine extends Machine<SmtpCommand, SmtpEvent> {
  readonly state: { readonly name: StateName };
  /** What the server offers; see {@link Extensions}. */
  readonly extensions: Extensions;
  /** Whether STARTTLS can be used: offered, and not inside TLS yet. */
  readonly offersStartTls: boolean;
}

/**
 * The client's side of SMTP as a machine: bytes and time in, outputs out. It speaks only when told to, and matches
 * replies to commands by count. For a dialogue with promises see `openSmtp`, for LMTP `lmtpClient`.
 *
 * @example
 * ```ts run
 * import { latin1, utf8 } from '@postern/wire';
 * import { smtpClient } from '@postern/smtp';
 * const machine = smtpClient();
 * machine.start(0);
 * machine.receive(utf8('220 mx.example.org ready\r\n'), 5);
 * const [output] = machine.send({ verb: 'EHLO', domain: 'probe.example' }, 6);
 * if (output?.type === 'write') console.log(latin1(output.bytes)); // EHLO probe.example
 * ```
 */
export function smtpClient(options?: SmtpClientOptions): SmtpClientMachine {
  return new SmtpClient('smtp', options);
}

/**
 * The client's side of LMTP (RFC 2033) as a machine. It says LHLO in place of EHLO and HELO, which it refuses; and after the
 * final dot, or the last chunk, it awaits one reply for each recipient that was accepted, in order. LMTP is for the last hop,
 * inside one machine or one house, and must not be spoken on port 25 (RFC 2033 §5): who opens the connection sees to that, as
 * `openLmtp` does.
 *
 * @example
 * ```ts run
 * import { latin1, utf8 } from '@postern/wire';
 * import { lmtpClient } from '@postern/smtp';
 * const machine = lmtpClient();
 * machine.start(0);
 * machine.receive(utf8('220 mailstore.example.org LMTP\r\n'), 5);
 * const [output] = machine.send({ verb: 'LHLO', domain: 'mx.example.org' }, 6);
 * if (output?.type === 'write') console.log(latin1(output.bytes)); // LHLO mx.example.org
 * ```
 */
export function lmtpClient(options?: SmtpClientOptions): SmtpClientMachine {
  return new SmtpClient('lmtp', options);
}

type Outputs = readonly Output<SmtpEvent>[];

/** The mutable shell: it cuts bytes into replies and counts commands; every decision is in `transition.ts`. */
class SmtpClient implements SmtpClientMachine {
  readonly #rules: Rules;
  readonly #reader: ReplyReader;
  /** Commands without a reply, oldest at `#head`. */
  #inFlight: WireCommand[] = [];
  #head = 0;
  #session: Session;

  constructor(protocol: Rules['protocol'], options: SmtpClientOptions = {}) {
    const { patience, limits, strict = false, tls, offeredStartTlsBefore = false } = options;
    const { window = false, longAddresses = false } = options;
    this.#rules = {
      protocol,
      patience: resolvePatience(patience),
      offeredStartTlsBefore,
      window,
      longAddresses,
    };
    this.#reader = new ReplyReader({ ...replyLimits, ...limits }, { strict });
    this.#session = newSession(tls);
  }

  get state(): { readonly name: StateName } {
    return { name: this.#session.name };
  }

  get deadline(): Instant | undefined {
    return this.#session.deadline;
  }

  get extensions(): Extensions {
    return this.#session.extensions;
  }

  get offersStartTls(): boolean {
    return offersStartTls(this.#session);
  }

  start(now: Instant): Outputs {
    return this.#step({ type: 'start' }, now);
  }

  send(command: SmtpCommand, now: Instant): Outputs {
    return this.sendAll([command], now);
  }

  sendAll(commands: readonly SmtpCommand[], now: Instant): Outputs {
    const after = this.#inFlight.at(-1);
    return this.#step({ type: 'send', commands, after }, now);
  }

  receive(bytes: Uint8Array, now: Instant): Outputs {
    if (bytes.length === 0 || this.#ended) return [];
    if (this.#session.name === 'tls') return this.#step({ type: 'early-bytes', bytes }, now);
    this.#reader.push(bytes);
    const outputs: Output<SmtpEvent>[] = [];
    if (this.#session.name === 'greeting') {
      // A TLS record has no line end to wait for; its first two octets tell.
      const head = this.#reader.rest;
      if (head.length > 1 && isTlsRecord(head)) {
        return this.#step({ type: 'unreadable', reason: 'protocol-error', bytes: head }, now);
      }
    }
    while (!this.#ended) {
      const item = this.#reader.next();
      if (!item) break;
      switch (item.type) {
        case 'reply':
          for (const output of this.#reply(item.code, item.lines, now)) outputs.push(output);
          break;
        case 'diagnostic':
          outputs.push(...this.#step(item, now));
          break;
        case 'fault':
          outputs.push(...this.#step({ ...item, type: 'unreadable' }, now));
          break;
      }
    }
    return outputs;
  }

  receiveEnd(now: Instant, how: EndOfStream = 'closed'): Outputs {
    return this.#ended ? [] : this.#step({ type: 'end', how, partial: this.#reader.unfinished }, now);
  }

  tlsReady(tls: TlsInfo, now: Instant): Outputs {
    if (this.#ended) return [];
    const outputs = this.#step({ type: 'tls-ready', tls }, now);
    this.#reader.clear();
    return outputs;
  }

  tick(now: Instant): Outputs {
    const due = this.#session.deadline;
    if (due === undefined || now < due) return [];
    return this.#step({ type: 'tick', partial: this.#reader.unfinished }, now);
  }

  get #ended(): boolean {
    return this.#session.name === 'ended';
  }

  #reply(code: number, lines: readonly string[], now: Instant): Outputs {
    const greeting = this.#session.name === 'greeting';
    const command = greeting ? undefined : this.#inFlight[this.#head];
    // A 334 continues AUTH: the command is not answered yet.
    if (command && !(command.verb === 'AUTH' && code === 334)) this.#answered();
    const following = this.#inFlight[this.#head];
    const behind = command?.verb === 'STARTTLS' && this.#reader.hasRest ? this.#reader.rest : undefined;
    return this.#step({ type: 'reply', code, lines, command, following, behind }, now);
  }

  #answered(): void {
    this.#head += 1;
    // A pipeline that never runs dry must not keep what was answered.
    if (this.#head < this.#inFlight.length && this.#head < 1024) return;
    this.#inFlight = this.#inFlight.slice(this.#head);
    this.#head = 0;
  }

  #step(input: Input, now: Instant): Outputs {
    const { session, outputs, awaits } = step(this.#session, input, now, this.#rules);
    this.#session = session;
    if (awaits) for (const command of awaits) this.#inFlight.push(command);
    return outputs;
  }
}

/** A profile, or single limits over those of `mta`. */
export function resolvePatience(patience: SmtpClientOptions['patience'] = 'mta'): Patience {
  return typeof patience === 'string' ? patienceProfiles[patience] : { ...patienceProfiles.mta, ...patience };
}
