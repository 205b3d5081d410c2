import { peerText } from '@postern/wire';
import type { EndOfStream, Instant, Machine, Output, TlsInfo } from '@postern/wire';
import { ContentReader } from './data.ts';
import type { SmtpServerCommand, SmtpServerEvent } from './events.ts';
import { ClientLines } from './lines.ts';
import { serverRules } from './options.ts';
import type { ServerRules, SmtpServerOptions } from './options.ts';
import { newServerSession } from './session.ts';
import type { ServerInput, ServerSession } from './session.ts';
import type { ServerStateName } from './states.ts';
import { serverStep } from './transition.ts';

/** The server machine. */
export interface SmtpServerMachine extends Machine<SmtpServerCommand, SmtpServerEvent> {
  readonly state: { readonly name: ServerStateName };
}

/** Octets before the greeting that are kept for after it. */
const maxEarlyBytes = 8192;

/**
 * The server's side of SMTP as a machine. It accepts every message that keeps to the rules and hands it out as an event.
 * How well or badly it behaves is said by the options, so that a laboratory can build any server out of data.
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
  #reader: ContentReader | undefined;
  #session: ServerSession;

  constructor(options: SmtpServerOptions) {
    this.#rules = serverRules(options);
    this.#session = newServerSession(options.tls);
  }

  get state(): { readonly name: ServerStateName } {
    return this.#session;
  }

  get deadline(): Instant | undefined {
    return this.#session.deadline;
  }

  start(now: Instant): Outputs {
    return this.#step({ type: 'start' }, now);
  }

  send(_command: SmtpServerCommand, now: Instant): Outputs {
    return this.#session.name === 'ended' ? [] : this.#step({ type: 'close' }, now);
  }

  sendAll(commands: readonly SmtpServerCommand[], now: Instant): Outputs {
    const [first] = commands;
    return first ? this.send(first, now) : [];
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
    this.#lines.push(bytes);
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
    const due = this.#session.deadline;
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
      const input = this.#next();
      if (!input) return outputs;
      outputs.push(...this.#step(input, now));
      if (this.#session.name === 'tls') {
        // RFC 3207 §4.2: what came in plaintext behind STARTTLS must never be taken for a command inside TLS.
        const behind = this.#lines.takeAll();
        if (behind.length > 0) outputs.push(...this.#step({ type: 'untimely', bytes: behind }, now));
      }
    }
  }

  #next(): ServerInput | undefined {
    const { limits } = this.#rules;
    switch (this.#session.name) {
      case 'data':
        return this.#content();
      case 'command':
      case 'refusing':
      case 'auth': {
        const limit = this.#session.name === 'auth' ? limits.maxAuthLineBytes : this.#lineLimit();
        const line = this.#lines.next(limit);
        return line?.type === 'line' ? { type: 'line', text: peerText(line.bytes) } : line;
      }
      case 'start':
      case 'delay':
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

  #content(): ServerInput | undefined {
    const { maxMessageBytes, maxTextLineBytes } = this.#rules.limits;
    this.#reader ??= new ContentReader({ maxBytes: maxMessageBytes, maxLineBytes: maxTextLineBytes });
    const bytes = this.#lines.takeAll();
    const end = this.#reader.push(bytes);
    if (end === undefined) return undefined;
    this.#lines.restore(bytes.subarray(end));
    const content = this.#reader.finish();
    this.#reader = undefined;
    return { type: 'content', content };
  }

  #step(input: ServerInput, now: Instant): Outputs {
    const { session, outputs } = serverStep(this.#session, input, now, this.#rules);
    this.#session = session;
    return outputs;
  }
}
