import { isWireError, UsageError } from '@postern/wire';
import type { Endpoint, Fault } from '@postern/wire';
import { openContent, primed } from '../content/source.ts';
import type { Content, OpenContent } from '../content/source.ts';
import type { SmtpEvent } from '../events.ts';
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
  /** Whether other calls wait for their turn. */
  readonly contended: boolean;
  inTurn(call: () => Promise<void>): Promise<void>;
  /** The next event; `undefined` when the dialogue was closed; rejects when it broke. */
  next(): Promise<SmtpEvent | undefined>;
  /** An event that is here already. */
  take(): SmtpEvent | undefined;
}

/** Submissions of one dialogue: those that come while others run join them, unless somebody else waits for a turn. */
export class Submissions {
  readonly #host: SubmissionHost;
  readonly #deliveries: Deliveries;
  readonly #queued: Job[] = [];
  #scheduled = false;
  #running = false;

  constructor(host: SubmissionHost, options: DeliveryOptions) {
    this.#host = host;
    this.#deliveries = new Deliveries(host, options);
  }

  /** See `Smtp.submit`. */
  async submit(envelope: Envelope, content: Content, options: SubmitOptions = {}): Promise<Submission> {
    const { signal, strict = false } = options;
    signal?.throwIfAborted();
    if (envelope.to.length === 0) {
      throw new UsageError('an envelope without recipients', 'RFC 5321 §3.3', 'argument-refused');
    }
    let opened: OpenContent = openContent(typeof content === 'function' ? content() : content);
    if (opened.type === 'stream') {
      const { reader } = opened;
      opened = { type: 'stream', reader: await primed(reader) };
      if (signal?.aborted) reader.close();
      signal?.throwIfAborted();
    }
    const job = new Job(envelope, content, opened, strict);
    if (signal) this.#follow(job, signal);
    this.#enqueue(job);
    return job.submission;
  }

  #follow(job: Job, signal: AbortSignal): void {
    const abort = (): void => {
      const untouched = this.#deliveries.withdraw(job);
      job.reject(signal.reason);
      if (!untouched) this.#host.destroy();
    };
    signal.addEventListener('abort', abort, { once: true });
    job.onSettled = () => {
      signal.removeEventListener('abort', abort);
    };
  }

  #enqueue(job: Job): void {
    if (this.#running && !this.#host.contended) {
      this.#deliveries.add(job);
      return;
    }
    this.#queued.push(job);
    if (this.#scheduled) return;
    this.#scheduled = true;
    void this.#host.inTurn(() => this.#run());
  }

  /** Delivers until nothing is left to send and no reply awaited. */
  async #run(): Promise<void> {
    const deliveries = this.#deliveries;
    this.#scheduled = false;
    this.#running = true;
    try {
      for (const job of this.#queued.splice(0)) deliveries.add(job);
      while (!deliveries.idle) {
        let event = await this.#host.next();
        if (!event) {
          deliveries.end(this.#closed());
          break;
        }
        while (event) {
          if (event.type === 'reply') deliveries.answered(event.command, event.reply);
          event = deliveries.idle ? undefined : this.#host.take();
        }
      }
    } catch (error) {
      deliveries.end(isWireError(error) ? error.fault : this.#closed());
    } finally {
      this.#running = false;
    }
  }

  /** The connection was closed from this side: by disposal, an abort, or content that could not be read. */
  #closed(): Fault {
    return { kind: 'caller', reason: 'closed', phase: 'command', after: 0, endpoint: this.#host.endpoint };
  }
}
