import type { Fault } from '@postern/wire';
import type { SmtpCommand } from '../commands.ts';
import { openContent } from '../content/source.ts';
import type { ChunkReader, Content, OpenContent } from '../content/source.ts';
import { measure } from '../content/transparency.ts';
import type { Measure } from '../content/transparency.ts';
import type { Reply } from '../reply.ts';
import type { Plan } from './plan.ts';
import type { Envelope, Recipient, RecipientResult, Submission } from './submission.ts';

/** A message that somebody wants delivered, and what is known of it so far. */
export class Job {
  readonly envelope: Envelope;
  readonly recipients: readonly Recipient[];
  /** The command for each of them. */
  readonly rcpts: readonly RcptCommand[];
  readonly strict: boolean;
  /** Recipients that no transaction has been begun for, by index. */
  pending: number[];
  /** Made when the first transaction begins, for all of them. */
  plan: Plan | undefined;
  /** Whether a word of it was written. */
  begun = false;
  fault: Fault | undefined;
  readonly #content: Content;
  readonly #results: (RecipientResult | undefined)[];
  readonly #settle: PromiseWithResolvers<Submission>;
  #open: number;
  /** Opened and not read yet. */
  #opened: OpenContent | undefined;
  #measure: Measure | undefined;
  /** Runs when it is settled. */
  onSettled: (() => void) | undefined;

  constructor(envelope: Envelope, content: Content, opened: OpenContent, strict: boolean) {
    this.envelope = envelope;
    this.recipients = envelope.to.map((to) => (typeof to === 'string' ? { address: to } : to));
    this.rcpts = envelope.to.map(rcptCommand);
    this.pending = this.recipients.map((_recipient, at) => at);
    this.strict = strict;
    this.#content = content;
    this.#opened = opened;
    this.#results = this.recipients.map(() => undefined);
    this.#open = this.recipients.length;
    this.#settle = Promise.withResolvers<Submission>();
  }

  get submission(): Promise<Submission> {
    return this.#settle.promise;
  }

  get settled(): boolean {
    return this.#open === 0;
  }

  /** The content, if it is there as a whole. */
  get whole(): Uint8Array | undefined {
    return this.#opened?.type === 'whole' ? this.#opened.bytes : undefined;
  }

  /** Measured once, and only what is there as a whole. */
  measured(): Measure | undefined {
    const { whole } = this;
    return whole && (this.#measure ??= measure(whole));
  }

  /** Whether one more transaction could send the content. */
  get readable(): boolean {
    return this.#opened !== undefined || typeof this.#content === 'function';
  }

  /** The content for one transaction. A stream can be had once, unless a function makes it. */
  open(): OpenContent {
    const opened = this.#opened ?? this.#reopened();
    if (opened.type === 'stream') this.#opened = undefined;
    return opened;
  }

  #reopened(): OpenContent {
    return typeof this.#content === 'function'
      ? openContent(this.#content())
      : { type: 'whole', bytes: new Uint8Array() };
  }

  /** The result for one recipient; the first one counts. The last of all settles the submission. */
  result(index: number, make: (address: string) => RecipientResult): void {
    const recipient = this.recipients[index];
    if (this.#open === 0 || !recipient || this.#results[index]) return;
    this.#results[index] = make(recipient.address);
    this.#open -= 1;
    if (this.#open > 0) return;
    this.#release();
    this.#settle.resolve({
      recipients: this.#results.filter((result) => result !== undefined),
      fault: this.fault,
    });
  }

  /** It ends with an error that is the caller's: of the content, of the envelope, or an abort. */
  reject(error: unknown): void {
    if (this.#open === 0) return;
    this.#open = 0;
    this.#release();
    this.#settle.reject(error);
  }

  #release(): void {
    this.pending = [];
    if (this.#opened?.type === 'stream') this.#opened.reader.close();
    this.#opened = undefined;
    this.onSettled?.();
  }
}

type RcptCommand = Extract<SmtpCommand, { readonly verb: 'RCPT' }>;

function rcptCommand(recipient: string | Recipient): RcptCommand {
  if (typeof recipient === 'string') return { verb: 'RCPT', to: recipient };
  const { address: to, ...parameters } = recipient;
  return { verb: 'RCPT', to, parameters };
}

/** One transaction of a job. */
export class Transaction {
  readonly job: Job;
  readonly plan: Plan;
  /** Its recipients, as indices into those of the job. */
  readonly recipients: readonly number[];
  /** Recipients that were accepted, in order. */
  readonly accepted: number[] = [];
  /** Recipients that the server wants in another transaction. */
  readonly surplus: number[] = [];
  /** What the server said to the last of those. */
  surplusReply: Reply | undefined;
  /** RCPT commands answered so far. */
  answered = 0;
  /** MAIL was accepted. */
  opened = false;
  /** MAIL was refused. */
  refused = false;
  /** The final dot or the last chunk has been handed to the connection. */
  written = false;
  /** No more content is to be sent. */
  stopped = false;
  /** Chunks without a reply. */
  chunksOut = 0;
  /** The last chunk was refused, for one recipient at least. */
  failed = false;
  /** Verdicts that came; LMTP has one for each accepted recipient. */
  verdicts = 0;
  whole: Uint8Array | undefined;
  reader: ChunkReader | undefined;
  #change: PromiseWithResolvers<void> | undefined;

  constructor(job: Job, plan: Plan, recipients: readonly number[]) {
    this.job = job;
    this.plan = plan;
    this.recipients = recipients;
  }

  /** All replies to RCPT are in. */
  get envelopeAnswered(): boolean {
    return this.answered === this.recipients.length;
  }

  /** Resolves at the next reply that matters to the one who feeds it. */
  changed(): Promise<void> {
    this.#change ??= Promise.withResolvers<void>();
    return this.#change.promise;
  }

  /** Nothing of it will be sent any more: its source is let go of. */
  giveUp(): void {
    this.stopped = true;
    this.reader?.close();
    this.wake();
  }

  /** Something changed. */
  wake(): void {
    this.#change?.resolve();
    this.#change = undefined;
  }
}
