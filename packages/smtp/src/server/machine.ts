import { latin1, peerText } from '@postern/wire';
import type { EndOfStream, Instant, Machine, Output, TlsInfo } from '@postern/wire';
import type { SmtpServerCommand, SmtpServerEvent } from './events.ts';
import { Intake } from './message/intake.ts';
import { traceLines } from './message/trace.ts';
import { serverRules } from './options.ts';
import type { ServerRules, SmtpServerOptions } from './options.ts';
import { newServerSession } from './session.ts';
import type { ServerInput, ServerSession } from './session.ts';
import type { ServerStateName } from './states.ts';
import { event } from './steps/basic.ts';
import { ClientLines } from './syntax/lines.ts';
import { serverStep } from './transition.ts';
import { clientInfo, envelopeOf } from './verbs/mail.ts';

/** The server machine. */
export interface SmtpServerMachine extends Machine<SmtpServerCommand, SmtpServerEvent> {
  readonly state: { readonly name: ServerStateName };
}

/** Octets before the greeting that are kept for after it. */
const maxEarlyBytes = 8192;

/**
 * The server's side of SMTP as a machine. It accepts every message that keeps to the rules and hands it out as an event, or asks
 * about whatever `asks` names. How well or badly it behaves is said by the options, so that a laboratory can build any server out
 * of data.
 *
 * A question is an event (`ask-sender` and so on) and is answered by the command ANSWER. Do not feed bytes while one is open: they
 * are kept, without a limit, until the answer. `serveSmtp` does all that.
 *
 * @example
 * ```ts run
 * import { latin1 } from '@postern/wire';
 * import { smtpServer } from '@postern/smtp/server';
 * const server = smtpServer({ domain: 'mx.example.org', startTls: { type: 'offered' } });
 * const [output] = server.start(0);
 * if (output?.type === 'write') console.log(latin1(output.bytes)); // 220 mx.example.org ESMTP ready
 * ```
 */
export function smtpServer(options: SmtpServerOptions): SmtpServerMachine {
  return new SmtpServer(options);
}

type Outputs = readonly Output<SmtpServerEvent>[];

/** The mutable shell: it cuts bytes into lines and contents; every decision is in `transition.ts`. */
class SmtpServer implements SmtpServerMachine {
  readonly #rules: ServerRules;
  readonly #lines = new ClientLines();
  /** The message that is coming in. */
  #intake: Intake | undefined;
  /** Octets of it since the state was entered. */
  #progress = 0;
  #session: ServerSession;

  constructor(options: SmtpServerOptions) {
    this.#rules = serverRules(options);
    this.#session = newServerSession(options.tls);
  }

  get state(): { readonly name: ServerStateName } {
    return { name: this.#session.name };
  }

  get deadline(): Instant | undefined {
    const { deadline } = this.#session;
    // A millisecond for each octet: a client that sends is given time, one that drips is not.
    return deadline === undefined ? undefined : deadline + this.#progress;
  }

  start(now: Instant): Outputs {
    return this.#step({ type: 'start' }, now);
  }

  send(command: SmtpServerCommand, now: Instant): Outputs {
    if (this.#session.name === 'ended') return [];
    switch (command.verb) {
      case 'CLOSE':
        return this.#step({ type: 'close' }, now);
      case 'EXTEND':
        return this.#step({ type: 'extend', by: command.by }, now);
      case 'ANSWER':
        return [...this.#step({ type: 'answer', verdict: command.verdict }, now), ...this.#work(now)];
    }
  }

  sendAll(commands: readonly SmtpServerCommand[], now: Instant): Outputs {
    return commands.flatMap((command) => this.send(command, now));
  }

  receive(bytes: Uint8Array, now: Instant): Outputs {
    const { name } = this.#session;
    if (bytes.length === 0 || name === 'ended' || name === 'deaf') return [];
    if (name === 'tls') return this.#step({ type: 'untimely', bytes }, now);
    const outputs: Output<SmtpServerEvent>[] = [];
    if (name === 'delay') {
      if (this.#lines.size === 0) outputs.push(...this.#step({ type: 'untimely', bytes }, now));
      this.#lines.push(bytes.subarray(0, maxEarlyBytes - this.#lines.size));
      return outputs;
    }
    // Content goes straight through: only what is behind it is copied.
    const rest = this.#lines.size === 0 ? this.#content(bytes, now, outputs) : bytes;
    if (rest.length > 0) this.#lines.push(rest);
    outputs.push(...this.#work(now));
    return outputs;
  }

  receiveEnd(now: Instant, how: EndOfStream = 'closed'): Outputs {
    return this.#session.name === 'ended' ? [] : this.#step({ type: 'end', how }, now);
  }

  tlsReady(tls: TlsInfo, now: Instant): Outputs {
    return this.#session.name === 'ended' ? [] : this.#step({ type: 'tls-ready', tls }, now);
  }

  tick(now: Instant): Outputs {
    const due = this.deadline;
    if (due === undefined || now < due) return [];
    const outputs = [...this.#step({ type: 'tick' }, now)];
    // What an early talker said is answered after the greeting.
    outputs.push(...this.#work(now));
    return outputs;
  }

  /** Takes lines and content out of what has come, until more is needed. */
  #work(now: Instant): Outputs {
    const outputs: Output<SmtpServerEvent>[] = [];
    for (;;) {
      const { name } = this.#session;
      if (name === 'ended') this.#lines.takeAll();
      if (name === 'data' || name === 'chunk') {
        const bytes = this.#lines.takeAll();
        const rest = this.#content(bytes, now, outputs);
        this.#lines.restore(rest);
        if (this.#session.name === name && rest.length === 0) return outputs;
        continue;
      }
      const input = this.#line();
      if (!input) return outputs;
      outputs.push(...this.#step(input, now));
      if (this.#session.name === 'tls') {
        // RFC 3207 §4.2: what came in plaintext behind STARTTLS must never be taken for a command inside TLS.
        const behind = this.#lines.takeAll();
        if (behind.length > 0) outputs.push(...this.#step({ type: 'untimely', bytes: behind }, now));
      }
    }
  }

  #line(): ServerInput | undefined {
    const { limits } = this.#rules;
    switch (this.#session.name) {
      case 'command':
      case 'refusing':
      case 'auth': {
        const limit = this.#session.name === 'auth' ? limits.maxAuthLineBytes : this.#lineLimit();
        const line = this.#lines.next(limit);
        return line?.type === 'line' ? { type: 'line', text: clientText(line.bytes) } : line;
      }
      case 'start':
      case 'delay':
      case 'asking':
      case 'data':
      case 'chunk':
      case 'tls':
      case 'deaf':
      case 'ended':
        return undefined;
    }
  }

  /** An AUTH line may hold a long initial response; other commands are short. */
  #lineLimit(): number {
    const { maxLineBytes, maxAuthLineBytes } = this.#rules.limits;
    return this.#rules.auth ? Math.max(maxLineBytes, maxAuthLineBytes) : maxLineBytes;
  }

  /** Takes in content, as far as it goes; returns what is behind it. */
  #content(bytes: Uint8Array, now: Instant, outputs: Output<SmtpServerEvent>[]): Uint8Array {
    const { name, chunk } = this.#session;
    if (name === 'data') {
      const { used, ended, piece } = this.#begin(outputs).data(bytes);
      this.#hand(piece, used, outputs);
      if (ended) outputs.push(...this.#end(now));
      else if (this.#intake?.flood === true) outputs.push(...this.#step({ type: 'flood' }, now));
      return bytes.subarray(used);
    }
    if (name !== 'chunk' || !chunk) return bytes;
    const taken = bytes.subarray(0, chunk.size - this.#progress);
    // What is refused is swallowed (RFC 3030 §2).
    const piece = chunk.refusal ? taken.subarray(0, 0) : this.#begin(outputs).chunk(taken);
    this.#hand(piece, taken.length, outputs);
    if (this.#progress >= chunk.size) outputs.push(...this.#end(now));
    return bytes.subarray(taken.length);
  }

  /** The intake of this message; made at its first octet, with the trace lines on top. */
  #begin(outputs: Output<SmtpServerEvent>[]): Intake {
    if (this.#intake) return this.#intake;
    const { limits, asks } = this.#rules;
    const keep = !asks.includes('message');
    const head = this.#head();
    if (head && !keep) outputs.push(event({ type: 'content', bytes: head }));
    this.#intake = new Intake({
      maxBytes: limits.maxMessageBytes,
      maxLineBytes: limits.maxTextLineBytes,
      keep,
      head,
    });
    return this.#intake;
  }

  #head(): Uint8Array | undefined {
    const { trace, protocol, domain } = this.#rules;
    const id = this.#session.transaction?.id;
    if (!trace || id === undefined) return undefined;
    const client = clientInfo(this.#session, this.#rules);
    return traceLines(trace, { protocol, domain, client, envelope: envelopeOf(this.#session), id });
  }

  #hand(piece: Uint8Array, used: number, outputs: Output<SmtpServerEvent>[]): void {
    this.#progress += used;
    if (piece.length > 0) outputs.push(event({ type: 'content', bytes: piece }));
  }

  #end(now: Instant): Outputs {
    const content = (this.#intake ?? this.#begin([])).summary();
    return this.#step({ type: 'content', content }, now);
  }

  #step(input: ServerInput, now: Instant): Outputs {
    const { session, outputs } = serverStep(this.#session, input, now, this.#rules);
    // A new state begins to wait anew.
    if (session.since !== this.#session.since || session.name !== this.#session.name) this.#progress = 0;
    this.#session = session;
    const content = session.transaction?.content;
    if (content !== 'data' && content !== 'chunks') this.#intake = undefined;
    return outputs;
  }
}

/** A line as text. Octets that are no UTF-8 become a character that no command and no address may hold. */
function clientText(bytes: Uint8Array): string {
  const text = peerText(bytes);
  return /[\u0080-\u00ff]/.test(text) && text === latin1(bytes)
    ? text.replace(/[\u0080-\u00ff]/g, '\u007f')
    : text;
}
