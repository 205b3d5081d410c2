import { createLineSplitter, UsageError } from '@postern/wire';
import type { Instant, LineSplitter, Machine, Output, TlsInfo } from '@postern/wire';
import type { Pop3ServerCommand, Pop3ServerEvent } from './events.ts';
import { serverRules } from './options.ts';
import type { Pop3ServerOptions } from './options.ts';
import { newServerSession, serverStates } from './states.ts';
import type { ServerSession, ServerStateName } from './states.ts';
import { serverStep } from './transition.ts';
import type { ServerInput } from './transition.ts';

/** The server machine. */
export interface Pop3ServerMachine extends Machine<Pop3ServerCommand, Pop3ServerEvent> {
  readonly state: { readonly name: ServerStateName };
}

type Outputs = readonly Output<Pop3ServerEvent>[];

/**
 * The server's side of POP3 (RFC 1939) as a machine. How well or badly it behaves is said by the options, so that a
 * laboratory can build any server out of data.
 *
 * @example
 * ```ts run
 * import { latin1 } from '@postern/wire';
 * import { pop3Server } from '@postern/pop3/server';
 * const server = pop3Server({ greeting: { type: 'ready', text: 'lab' } });
 * const [output] = server.start(0);
 * if (output?.type === 'write') console.log(latin1(output.bytes)); // +OK lab
 * ```
 */
export function pop3Server(options: Pop3ServerOptions = {}): Pop3ServerMachine {
  return new Pop3Server(options);
}

/** The mutable shell: it cuts bytes into lines; every decision is in `transition.ts`. */
class Pop3Server implements Pop3ServerMachine {
  #session: ServerSession;
  readonly #splitter: LineSplitter;

  constructor(options: Pop3ServerOptions) {
    const rules = serverRules(options);
    this.#session = newServerSession(rules);
    this.#splitter = createLineSplitter(rules.limits);
  }

  get state(): { readonly name: ServerStateName } {
    return { name: this.#session.name };
  }

  get deadline(): Instant | undefined {
    return this.#session.deadline;
  }

  start(now: Instant): Outputs {
    return this.#step({ type: 'start' }, now);
  }

  send(_command: Pop3ServerCommand, now: Instant): Outputs {
    return this.#session.name === 'ended' ? [] : this.#step({ type: 'close' }, now);
  }

  sendAll(commands: readonly Pop3ServerCommand[], now: Instant): Outputs {
    const [first] = commands;
    return first ? this.send(first, now) : [];
  }

  receive(bytes: Uint8Array, now: Instant): Outputs {
    const outputs: Output<Pop3ServerEvent>[] = [];
    if (!this.#listens) return outputs;
    this.#splitter.push(bytes);
    while (this.#listens) {
      const line = this.#splitter.next();
      if (!line) break;
      const input: ServerInput =
        line.type === 'line'
          ? { type: 'line', line: line.bytes, ending: line.ending, behind: () => this.#splitter.rest() }
          : { type: 'too-long' };
      outputs.push(...this.#step(input, now));
    }
    if (!this.#listens) this.#splitter.clear();
    return outputs;
  }

  receiveEnd(now: Instant): Outputs {
    return this.#session.name === 'ended' ? [] : this.#step({ type: 'end-of-stream' }, now);
  }

  tlsReady(tls: TlsInfo, now: Instant): Outputs {
    if (this.#session.name !== 'tls') throw new UsageError('no handshake was asked for', 'RFC 2595 §4');
    return this.#step({ type: 'tls-ready', tls }, now);
  }

  tick(now: Instant): Outputs {
    return this.#step({ type: 'tick' }, now);
  }

  get #listens(): boolean {
    return serverStates[this.#session.name].listens;
  }

  #step(input: ServerInput, now: Instant): Outputs {
    const { session, outputs } = serverStep(this.#session, input, now);
    this.#session = session;
    return outputs;
  }
}
