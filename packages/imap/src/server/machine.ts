import { UsageError } from '@postern/wire';
import type { Instant, Machine, Output, TlsInfo } from '@postern/wire';
import { CommandReader } from './commands.ts';
import type { ImapServerCommand, ImapServerEvent } from './events.ts';
import { serverRules } from './options.ts';
import type { ImapServerOptions } from './options.ts';
import { newServerSession, serverStates } from './states.ts';
import type { ServerSession, ServerStateName } from './states.ts';
import { serverStep } from './transition.ts';
import type { ServerInput } from './transition.ts';

/** The server machine. */
export interface ImapServerMachine extends Machine<ImapServerCommand, ImapServerEvent> {
  readonly state: { readonly name: ServerStateName };
}

type Outputs = readonly Output<ImapServerEvent>[];

/**
 * The server's side of IMAP (RFC 9051, RFC 3501) as a machine. How well or badly it behaves is said by the options, so that a
 * laboratory can build any server out of data.
 *
 * @example
 * ```ts run
 * import { latin1 } from '@postern/wire';
 * import { imapServer } from '@postern/imap/server';
 * const server = imapServer({ greeting: { type: 'ready', text: 'lab', bare: true } });
 * const [output] = server.start(0);
 * if (output?.type === 'write') console.log(latin1(output.bytes)); // * OK lab
 * ```
 */
export function imapServer(options: ImapServerOptions = {}): ImapServerMachine {
  return new ImapServer(options);
}

/** The mutable shell: it puts bytes together to commands; every decision is in `transition.ts`. */
class ImapServer implements ImapServerMachine {
  #session: ServerSession;
  readonly #reader: CommandReader;

  constructor(options: ImapServerOptions) {
    const rules = serverRules(options);
    this.#session = newServerSession(rules);
    this.#reader = new CommandReader(rules.limits);
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

  send({ verb }: ImapServerCommand, now: Instant): Outputs {
    if (this.#session.name === 'ended') return [];
    return this.#step({ type: verb === 'CLOSE' ? 'close' : 'changed' }, now);
  }

  sendAll(commands: readonly ImapServerCommand[], now: Instant): Outputs {
    return commands.flatMap((command) => this.send(command, now));
  }

  receive(bytes: Uint8Array, now: Instant): Outputs {
    const outputs: Output<ImapServerEvent>[] = [];
    if (!this.#listens) return outputs;
    this.#reader.push(bytes);
    while (this.#listens) {
      const { name, store } = this.#session;
      const item = this.#reader.next(
        name === 'auth' || name === 'idle' ? 'line' : store ? 'mail' : 'command',
      );
      if (!item) break;
      for (const output of this.#step({ type: 'item', item, behind: () => this.#reader.rest() }, now)) {
        if (output.type !== 'start-compression') {
          outputs.push(output);
          continue;
        }
        // What came behind the command belongs to the layer.
        outputs.push({ ...output, behind: this.#reader.rest(Infinity) });
        this.#reader.clear();
      }
      if (item.type === 'message' && item.asked && !this.#session.append) this.#reader.drop();
    }
    // Plaintext behind STARTTLS, too, is gone with this.
    if (!this.#listens) this.#reader.clear();
    return outputs;
  }

  receiveEnd(now: Instant): Outputs {
    return this.#session.name === 'ended' ? [] : this.#step({ type: 'end-of-stream' }, now);
  }

  tlsReady(tls: TlsInfo, now: Instant): Outputs {
    if (this.#session.name !== 'tls') throw new UsageError('no handshake was asked for', 'RFC 9051 §6.2.1');
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
