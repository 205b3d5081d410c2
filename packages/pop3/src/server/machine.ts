import { concatBytes, createLineSplitter, sample, UsageError } from '@postern/wire';
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
  /** Commands that came while a message was being sent. */
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;

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

  send(command: Pop3ServerCommand, now: Instant): Outputs {
    if (this.#session.name === 'ended') return [];
    switch (command.verb) {
      case 'CLOSE':
        return this.#step({ type: 'close' }, now);
      case 'CONTENT':
        return this.#step({ type: 'content', bytes: command.bytes }, now);
      case 'CONTENT-END': {
        const ended = this.#step({ type: 'content-end' }, now);
        return [...ended, ...this.receive(this.#release(), now)];
      }
    }
  }

  sendAll(commands: readonly Pop3ServerCommand[], now: Instant): Outputs {
    return commands.flatMap((command) => this.send(command, now));
  }

  receive(bytes: Uint8Array, now: Instant): Outputs {
    if (this.#session.name === 'content') return this.#wait(bytes, now);
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
    if (this.state.name === 'content') outputs.push(...this.#wait(this.#splitter.take(Infinity), now));
    if (!this.#listens) this.#splitter.clear();
    return outputs;
  }

  /** Keeps what the client says while a message is being sent. */
  #wait(bytes: Uint8Array, now: Instant): Outputs {
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes > this.#session.rules.limits.maxWaitingBytes)
      return this.#step({ type: 'too-long' }, now);
    if (bytes.length > 0) this.#waiting.push(sample(bytes, bytes.length));
    return [];
  }

  #release(): Uint8Array {
    const bytes = concatBytes(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    return bytes;
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
