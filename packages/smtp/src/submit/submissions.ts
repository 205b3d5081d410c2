import { isWireError, UsageError } from '@postern/wire';
import type { Endpoint, Fault } from '@postern/wire';
import { discardContent, openContent, primed } from '../content/source.ts';
import type { ChunkReader, Content } from '../content/source.ts';
import type { SmtpEvent } from '../events.ts';
import { replyClass, replyText } from '../reply.ts';
import type { Reply } from '../reply.ts';
import { Deliveries } from './deliveries.ts';
import type { DeliveryLine, DeliveryOptions } from './deliveries.ts';
import { Job } from './job.ts';
import type { Envelope, Submission } from './submission.ts';

/** Options of a submission. */
export interface SubmitOptions {
  /**
   * Gives the message up and rejects with `signal.reason` untouched. Before a word of it is written the connection stays
   * usable; after that it is destroyed, so that the message cannot become complete. Once its end has been written, whether
   * it arrived is not known.
   */
  readonly signal?: AbortSignal;
  /**
   * Refuses content with a bare CR or LF, or with a line over 998 octets, in place of mending the former and sending the
   * latter. Default `false`.
   */
  readonly strict?: boolean;
}

/** What submissions need of the dialogue they are part of. */
export interface SubmissionHost extends DeliveryLine {
  readonly endpoint: Endpoint;
  /** How many calls have asked for their turn so far. */
  readonly calls: number;
  inTurn(options: undefined, call: () => Promise<void>): Promise<void>;
  /** Resolves when {@link next} has something to say, whatever it is. */
  arrived(): Promise<unknown>;
  /** The next event; `undefined` when the dialogue was closed; rejects when it broke. */
  next(): Promise<SmtpEvent | undefined>;
  /** An event that is here already. */
  take(): SmtpEvent | undefined;
}

/** Messages that share a turn. */
interface Batch {
  readonly jobs: Job[];
  /** Which call of the dialogue it is: as long as it is the last one, messages may join. */
  readonly call: number;
  running: boolean;
}

/** Submissions of one dialogue: those that come while others run join them, unless somebody else waits for a turn. */
export class Submissions {
  readonly #host: SubmissionHost;
  readonly #deliveries: Deliveries;
  /** The last batch that has a turn, or waits for one. */
  #batch: Batch | undefined;
  /** Resolves when a stream has begun, failed or been given up. */
  #stirred: PromiseWithResolvers<void> = Promise.withResolvers();

  constructor(host: SubmissionHost, options: DeliveryOptions) {
    this.#host = host;
    this.#deliveries = new Deliveries(host, options);
  }

  /** Whether a batch is at work, and only for the sake of the server: every message has its results. */
  get tidying(): boolean {
    const batch = this.#batch;
    return batch?.running === true && this.#deliveries.settled;
  }

  /** See `Smtp.submit`. */
  async submit(envelope: Envelope, content: Content, options: SubmitOptions = {}): Promise<Submission> {
    const { signal, strict = false } = options;
    try {
      signal?.throwIfAborted();
      checkRecipients(envelope.to);
    } catch (error) {
      discardContent(content);
      throw error;
    }
    const opened = openContent(typeof content === 'function' ? content() : content);
    const job = new Job(envelope, content, opened, strict);
    if (signal) this.#follow(job, signal);
    // Nothing is awaited before: messages keep the order of the calls.
    this.#enqueue(job);
    if (opened.type === 'stream') void this.#begin(job, opened.reader);
    return job.submission;
  }

  /** Waits for the first chunk of a stream: one that cannot be read is found out before a word is said. */
  async #begin(job: Job, reader: ChunkReader): Promise<void> {
    try {
      job.begins(await primed(reader));
      this.#deliveries.contentCame();
    } catch (error) {
      this.#giveUp(job, error);
    }
    this.#stir();
  }

  /** Settles a message with an error; `false` where a word of it was written. */
  #giveUp(job: Job, error: unknown): boolean {
    job.reject(error);
    // One that still waits for its turn is settled by now when the turn comes.
    const untouched = this.#deliveries.withdraw(job);
    this.#stir();
    return untouched;
  }

  #stir(): void {
    this.#stirred.resolve();
    this.#stirred = Promise.withResolvers();
  }

  #follow(job: Job, signal: AbortSignal): void {
    const abort = (): void => {
      if (!this.#giveUp(job, signal.reason)) this.#host.destroy();
    };
    signal.addEventListener('abort', abort, { once: true });
    job.onSettled = () => {
      signal.removeEventListener('abort', abort);
    };
  }

  #enqueue(job: Job): void {
    const batch = this.#batch;
    if (batch && batch.call === this.#host.calls) {
      if (batch.running) this.#deliveries.add(job);
      else batch.jobs.push(job);
      return;
    }
    const next: Batch = { jobs: [job], call: this.#host.calls + 1, running: false };
    this.#batch = next;
    void this.#host.inTurn(undefined, () => this.#run(next));
  }

  /** Delivers until nothing is left to send and no reply awaited. */
  async #run(batch: Batch): Promise<void> {
    const deliveries = this.#deliveries;
    batch.running = true;
    try {
      for (const job of batch.jobs.splice(0)) deliveries.add(job);
      while (!deliveries.idle) {
        if (deliveries.awaitsContent) {
          // Nothing may ever come from the server, and what comes may be the end of the dialogue.
          const stirred = this.#stirred.promise.then(() => true);
          if (await Promise.race([stirred, this.#host.arrived().then(() => false)])) continue;
        }
        const first = await this.#host.next();
        if (!first) {
          deliveries.end(this.#closed());
          break;
        }
        const events: SmtpEvent[] = [];
        for (let event: SmtpEvent | undefined = first; event; event = this.#host.take()) events.push(event);
        const stray = events.find(isStray);
        if (stray) {
          deliveries.end(this.#outOfStep(stray.reply));
          break;
        }
        for (const event of events) {
          if (event.type !== 'reply') continue;
          if (isRefusedReset(event)) {
            // The transaction before may still be open: what is sent now would go to the recipients of another message.
            deliveries.end(this.#notReset(event.reply));
            this.#host.destroy();
            break;
          }
          deliveries.answered(event.command, event.reply);
        }
      }
    } catch (error) {
      if (isWireError(error)) {
        deliveries.end(error.fault);
      } else {
        // Not the peer's doing: an observer that throws, or a mistake of ours. What is on the way must not become complete.
        this.#host.destroy();
        deliveries.abandon(error);
      }
    } finally {
      if (this.#batch === batch) this.#batch = undefined;
    }
  }

  /** One reply too many: which of those that came with it is whose, nobody can tell, so none of them counts. */
  #outOfStep(reply: Reply): Fault {
    const evidence = { reply: replyText(reply), rule: 'RFC 2920 §3.1' };
    const { endpoint } = this.#host;
    return { kind: 'peer', reason: 'desynchronised', phase: 'command', after: 0, endpoint, evidence };
  }

  /** RFC 5321 §4.1.1.5: RSET is answered with 250 and nothing else. */
  #notReset(reply: Reply): Fault {
    const evidence = { reply: replyText(reply), rule: 'RFC 5321 §4.1.1.5' };
    const { endpoint } = this.#host;
    return { kind: 'peer', reason: 'protocol-error', phase: 'rset', after: 0, endpoint, evidence };
  }

  /** The connection was closed from this side: by disposal, an abort, or content that could not be read. */
  #closed(): Fault {
    return { kind: 'caller', reason: 'closed', phase: 'command', after: 0, endpoint: this.#host.endpoint };
  }
}

/** The types say so already; but not everybody who calls is type-checked, and one address alone is an easy mistake. */
function checkRecipients(to: readonly unknown[]): void {
  const good =
    Array.isArray(to) && to.every((one) => typeof one === 'string' || (one && typeof one === 'object'));
  if (!good) {
    throw new UsageError('`to` must be a list of addresses', 'Envelope', 'argument-refused');
  }
  if (to.length === 0) {
    throw new UsageError('an envelope without recipients', 'RFC 5321 §3.3', 'argument-refused');
  }
}

/** A 421 says why by itself, and ends the dialogue. */
function isRefusedReset({ command, reply }: Extract<SmtpEvent, { readonly type: 'reply' }>): boolean {
  return command.verb === 'RSET' && reply.code !== 421 && replyClass(reply) !== 'positive';
}

type Unsolicited = Extract<SmtpEvent, { readonly type: 'unsolicited' }>;

/** A reply that nobody asked for; 421 may come at any time (RFC 5321 §3.8). */
function isStray(event: SmtpEvent): event is Unsolicited {
  return event.type === 'unsolicited' && event.reply.code !== 421;
}
