import { createLineSplitter, UsageError } from '@postern/wire';
import type { Instant, Machine, Output, TlsInfo } from '@postern/wire';
import { memoryMaildrop } from './maildrop.ts';
import type { Pop3ServerEvent, Pop3ServerOptions } from './pop3-server.ts';
import type { ServerState } from './states.ts';
import { step } from './transition.ts';
import type { ServerInput } from './transition.ts';

/** Longest line: SASL responses have no limit in RFC 5034 §4, and a memory needs one. */
const maxLineBytes = 65_536;

/**
 * The server's side of a POP3 dialogue (RFC 1939) as a machine. Right by default, wrong on request: the options name habits
 * that clients must be able to bear. It takes no commands; everything comes from the client.
 *
 * @example
 * ```ts
 * import { pop3Server } from '@postern/pop3/server';
 * const machine = pop3Server({ authenticate: ({ user, password }) => user === 'tim' && password === 'secret' });
 * machine.start(0); // [{ type: 'write', bytes: … '+OK ready\r\n' }]
 * ```
 */
export function pop3Server(options: Pop3ServerOptions): Machine<never, Pop3ServerEvent> {
  return new Pop3Server(options);
}

class Pop3Server implements Machine<never, Pop3ServerEvent> {
  #state: ServerState;
  readonly #splitter = createLineSplitter({ maxLineBytes });

  constructor(options: Pop3ServerOptions) {
    this.#state = {
      name: 'start',
      settings: {
        name: options.name ?? 'ready',
        timestamp: options.timestamp,
        greeting: options.greeting ?? 'normal',
        startTls: options.startTls ?? 'offered',
        plaintextLogin: options.plaintextLogin ?? false,
        mechanisms: options.mechanisms ?? ['PLAIN', 'LOGIN'],
        authenticate: options.authenticate,
        maildrop: options.maildrop ?? (() => memoryMaildrop()),
        idle: options.idle ?? 600_000,
      },
      deadline: undefined,
      tls: options.tls,
      user: undefined,
      mechanism: undefined,
      maildrop: undefined,
      deleted: new Set(),
    };
  }

  get state(): { readonly name: string } {
    return this.#state;
  }

  get deadline(): Instant | undefined {
    return this.#state.deadline;
  }

  start(now: Instant): readonly Output<Pop3ServerEvent>[] {
    return this.#step({ type: 'start' }, now);
  }

  send(): never {
    throw new UsageError('a POP3 server never speaks unasked', 'RFC 1939 §3');
  }

  sendAll(): never {
    return this.send();
  }

  receive(bytes: Uint8Array, now: Instant): readonly Output<Pop3ServerEvent>[] {
    const outputs: Output<Pop3ServerEvent>[] = [];
    if (!this.#listens) return outputs;
    this.#splitter.push(bytes);
    while (this.#listens) {
      const line = this.#splitter.next();
      if (!line) break;
      const input: ServerInput =
        line.type === 'line' ? { type: 'line', line: line.bytes, ending: line.ending } : { type: 'too-long' };
      outputs.push(...this.#step(input, now));
    }
    // Plaintext behind STLS is thrown away: it must never be executed as if it had come inside TLS.
    if (!this.#listens) this.#splitter.clear();
    return outputs;
  }

  receiveEnd(now: Instant): readonly Output<Pop3ServerEvent>[] {
    return this.#state.name === 'ended' ? [] : this.#step({ type: 'end-of-stream' }, now);
  }

  tlsReady(tls: TlsInfo, now: Instant): readonly Output<Pop3ServerEvent>[] {
    if (this.#state.name !== 'tls') throw new UsageError('no handshake was asked for', 'RFC 2595 §4');
    return this.#step({ type: 'tls-ready', tls }, now);
  }

  tick(now: Instant): readonly Output<Pop3ServerEvent>[] {
    return this.#state.name === 'ended' ? [] : this.#step({ type: 'tick' }, now);
  }

  get #listens(): boolean {
    const { name } = this.#state;
    return name === 'authorization' || name === 'auth' || name === 'transaction';
  }

  #step(input: ServerInput, now: Instant): readonly Output<Pop3ServerEvent>[] {
    const { state, outputs } = step(this.#state, input, now);
    this.#state = state;
    return outputs;
  }
}
