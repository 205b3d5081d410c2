/**
 * Which command of which message is sent when, and whose reply is whose. Nothing here waits: it is told what happened and
 * sends what may be sent.
 *
 * The theory. Messages stand in a queue; those of which a word has been written are in flight, in order, and so are their
 * replies, so the oldest in flight owns every reply. When the next may begin depends on the one before it:
 *
 * - without PIPELINING: when it is done, and each of its commands waits for the reply to the one before;
 * - with PIPELINING: MAIL, all RCPT and DATA are one group, and the group of the next message goes out right behind the final
 *   dot, so each further message costs one wait (RFC 2920 §3.1);
 * - in a window of chunks: the content goes out with the envelope and the next message right behind the last chunk. Should
 *   a message fail, its transaction stays open at the server; RSET before each further MAIL keeps the recipients of one
 *   message out of the transaction of another.
 */
import type { Fault } from '@postern/wire';
import type { SmtpCommand, WireCommand } from '../commands.ts';
import type { Extensions } from '../extensions.ts';
import { encodeLine } from '../mail/encode.ts';
import { replyClass } from '../reply.ts';
import type { Reply } from '../reply.ts';
import type { Session } from '../session.ts';
import { EightBitContent, endOfContent, feed } from './feed.ts';
import type { Line } from './feed.ts';
import { Transaction } from './job.ts';
import type { Job } from './job.ts';
import { planMessage } from './plan.ts';
import type { Plan } from './plan.ts';
import { Quota } from './quota.ts';
import { give, later, mayHaveArrived } from './results.ts';
import { broken, negative, tooManyRecipients } from './verdict.ts';
import { lastChunk, rcpt } from './words.ts';

/** The dialogue, with what has to be known to plan a message. */
export interface DeliveryLine extends Line {
  readonly extensions: Extensions;
  readonly tls: Session['tls'];
  readonly lmtp: boolean;
  /** Breaks the connection: a message that was begun with DATA cannot be taken back otherwise. */
  destroy(): void;
}

/** Options of {@link Deliveries}. */
export interface DeliveryOptions {
  readonly chunking: 'auto' | 'never' | 'always';
  readonly window: boolean;
  readonly longAddresses: boolean;
}

/** Content up to this size is written in one piece. */
const onePieceBytes = 65_536;

/** Messages in flight at most; and commands in one group. */
const maxInFlight = 64;
const maxGroup = 10_000;

/** All messages of one dialogue. */
export class Deliveries {
  readonly #line: DeliveryLine;
  readonly #options: DeliveryOptions;
  readonly #waiting: Job[] = [];
  readonly #flight: Transaction[] = [];
  /** RSET commands without a reply. */
  #resets = 0;
  /** A transaction may be open at the server that has to be closed before the next MAIL (RFC 5321 §4.1.4). */
  #resetNeeded = false;
  /** Whether the connection has yet to take what a window wrote. */
  #clogged = false;
  /** Octets written in a window since the connection was last asked for room. */
  #unheeded = 0;
  readonly #quota: Quota = new Quota();

  constructor(line: DeliveryLine, options: DeliveryOptions) {
    this.#line = line;
    this.#options = options;
  }

  /** Whether nothing is to be sent and no reply awaited. */
  get idle(): boolean {
    return (
      this.#waiting.length === 0 && this.#flight.length === 0 && this.#resets === 0 && !this.#resetNeeded
    );
  }

  /** Whether all that is waited for is the content of the next message. */
  get awaitsContent(): boolean {
    return this.#flight.length === 0 && this.#resets === 0 && this.#waiting[0]?.ready === false;
  }

  /** Whether every message has its results; a reply may be awaited all the same. */
  get settled(): boolean {
    return this.#waiting.every((job) => job.settled) && this.#flight.every(({ job }) => job.settled);
  }

  /** Takes a message in. */
  add(job: Job): void {
    this.#waiting.push(job);
    this.#advance();
  }

  /** Takes a message out again; `false` where a word of it was written. */
  withdraw(job: Job): boolean {
    const at = this.#waiting.indexOf(job);
    if (job.begun) return false;
    if (at >= 0) this.#waiting.splice(at, 1);
    this.#advance();
    return true;
  }

  /** Content has come that was not there when its message was taken in. */
  contentCame(): void {
    this.#advance();
  }

  /** The reply to a command of ours. */
  answered(command: WireCommand, reply: Reply): void {
    if (command.verb === 'RSET') {
      this.#resets -= 1;
      this.#advance();
      return;
    }
    const [transaction] = this.#flight;
    if (!transaction) return;
    switch (command.verb) {
      case 'MAIL':
        this.#mailAnswered(transaction, reply);
        break;
      case 'RCPT':
        this.#rcptAnswered(transaction, reply);
        break;
      case 'DATA':
        this.#dataAnswered(transaction, reply);
        break;
      case 'BDAT':
        this.#chunkAnswered(transaction, reply, command.last === true);
        break;
      case 'CONTENT':
        this.#verdict(transaction, reply, false);
        break;
      case 'EHLO':
      case 'HELO':
      case 'LHLO':
      case 'STARTTLS':
      case 'AUTH':
      case 'VRFY':
      case 'OTHER':
      case 'NOOP':
      case 'QUIT':
        break;
    }
    transaction.wake();
  }

  /** Nothing goes on: everybody hears the error. */
  abandon(error: unknown): void {
    const flight = this.#flight.splice(0);
    for (const job of [...flight.map((transaction) => transaction.job), ...this.#waiting.splice(0)])
      job.reject(error);
    for (const transaction of flight) transaction.giveUp();
    this.#resets = 0;
    this.#resetNeeded = false;
  }

  /** The dialogue is over: what has no result yet gets one. */
  end(fault: Fault): void {
    const flight = this.#flight.splice(0);
    const jobs = new Set([...flight.map(({ job }) => job), ...this.#waiting.splice(0)]);
    for (const job of jobs) job.fault = fault;
    for (const transaction of flight) {
      const { job, recipients } = transaction;
      recipients.forEach((index, order) => {
        const mayHave = mayHaveArrived(transaction, index, order, fault, this.#line.lmtp);
        const before = transaction.answered === 0 ? 'before-recipients' : 'later';
        job.result(index, (address) => broken(fault, address, mayHave ? 'after-content' : before));
      });
      transaction.giveUp();
    }
    for (const job of jobs) {
      job.recipients.forEach((_recipient, index) => {
        job.result(index, (address) => broken(fault, address, 'before-recipients'));
      });
    }
    this.#resets = 0;
    this.#resetNeeded = false;
  }

  get #pipelining(): boolean {
    return this.#line.extensions.keywords['PIPELINING'] !== undefined;
  }

  /** Sends what may be sent now. */
  #advance(): void {
    while (!this.#line.over) {
      if (this.#resetNeeded) {
        this.#resetNeeded = false;
        this.#resets += 1;
        this.#line.send({ verb: 'RSET' });
      }
      const [job] = this.#waiting;
      if (!job || !this.#mayBegin()) return;
      if (job.settled) this.#waiting.shift();
      else if (job.ready) this.#begin(job);
      else return;
    }
  }

  #mayBegin(): boolean {
    const last = this.#flight.at(-1);
    if (!last) return this.#pipelining || this.#resets === 0;
    if (!this.#pipelining || !last.written) return false;
    // RFC 2920 §3.1: content is the first element of the next group; behind a chunk only in a window.
    if (last.plan.chunks && !last.plan.window) return false;
    return this.#flight.length < maxInFlight && !this.#clogged;
  }

  /** Begins a transaction for as many recipients as the server takes in one. */
  #begin(job: Job): void {
    try {
      job.plan ??= this.#plan(job);
      const transaction = job.plan && this.#transaction(job, job.plan);
      if (job.pending.length === 0) this.#waiting.shift();
      if (transaction) this.#open(transaction);
    } catch (error) {
      if (this.#waiting[0] === job) this.#waiting.shift();
      job.reject(error);
    }
  }

  /** The plan of a message; `undefined` where its results are known without a word. */
  #plan(job: Job): Plan | undefined {
    const { tls, lmtp, extensions } = this.#line;
    const { envelope, recipients, strict } = job;
    const verifiedTls = tls?.verification?.status === 'verified';
    const content = { measure: job.measured(), wholeBytes: job.whole?.length };
    const context = { ...this.#options, extensions, lmtp, verifiedTls, strict };
    const plan = planMessage(envelope, recipients, content, context);
    if (typeof plan === 'string') {
      give(job, job.pending.splice(0), (recipient) => ({ status: 'refused', recipient, reason: plan }));
      return undefined;
    }
    const together = Math.min(maxGroup, extensions.limits.rcptMax ?? maxGroup);
    if (!this.#pipelining || recipients.length > together) {
      // Not all of it is encoded by the first write, and nothing may be written unless everything may be.
      const { longAddresses } = this.#options;
      const known = { extensions, tls, longAddresses, utf8: plan.mail.smtpUtf8 === true };
      for (const command of job.rcpts) encodeLine(command, known);
    }
    return plan;
  }

  /** Takes recipients for a transaction, by the limits of RFC 9422; `undefined` where none is left. */
  #transaction(job: Job, plan: Plan): Transaction | undefined {
    const { limits } = this.#line.extensions;
    if (!job.readable || !this.#quota.hasRoom(limits)) later(job, job.pending.splice(0));
    const tooMany = this.#quota.tooMany(job, limits);
    job.pending = job.pending.filter((index) => !tooMany.includes(index));
    later(job, tooMany);
    const { rcptMax } = limits;
    const recipients = job.pending.splice(0, rcptMax ?? job.pending.length);
    return recipients.length === 0 ? undefined : new Transaction(job, plan, recipients);
  }

  /** Writes the first group of a transaction. Throws, with nothing written, where an argument cannot be sent. */
  #open(transaction: Transaction): void {
    const { plan, job } = transaction;
    const last = this.#flight.at(-1);
    const commands: SmtpCommand[] = [];
    const reset = last?.plan.chunks === true;
    if (reset) commands.push({ verb: 'RSET' });
    commands.push({ verb: 'MAIL', from: job.envelope.from, parameters: plan.mail });
    const content = job.open();
    if (content.type === 'whole') transaction.whole = content.bytes;
    else transaction.reader = content.reader;
    const inOnePiece =
      plan.window && transaction.whole !== undefined && transaction.whole.length <= onePieceBytes;
    if (this.#pipelining) {
      for (let order = 0; order < transaction.recipients.length; order += 1)
        commands.push(rcpt(transaction, order));
      if (!plan.chunks) commands.push({ verb: 'DATA' });
      if (inOnePiece) commands.push(lastChunk(transaction));
    }
    try {
      for (let at = 0; at < commands.length; at += maxGroup) {
        this.#line.send(...commands.slice(at, at + maxGroup));
      }
    } catch (error) {
      transaction.reader?.close();
      throw error;
    }
    job.begun = true;
    this.#quota.mails += 1;
    if (reset) this.#resets += 1;
    this.#flight.push(transaction);
    if (inOnePiece) this.#wrote(transaction);
    else if (plan.window) this.#feed(transaction);
  }

  /** Speaks, unless the dialogue ended by what was just heard: a 421 is told as a reply first. */
  #say(command: SmtpCommand): boolean {
    if (this.#line.over) return false;
    this.#line.send(command);
    return true;
  }

  #mailAnswered(transaction: Transaction, reply: Reply): void {
    if (replyClass(reply) === 'positive') {
      transaction.opened = true;
      if (!this.#pipelining) this.#say(rcpt(transaction, 0));
      return;
    }
    transaction.refused = true;
    transaction.stopped = true;
    give(transaction.job, transaction.recipients, (address) => negative('mail', reply, address));
    if (!this.#pipelining) this.#finish(transaction, false);
  }

  #rcptAnswered(transaction: Transaction, reply: Reply): void {
    const { job, accepted, surplus } = transaction;
    const index = transaction.recipients[transaction.answered];
    if (index === undefined) return;
    transaction.answered += 1;
    if (!transaction.refused) {
      if (replyClass(reply) === 'positive') accepted.push(index);
      else if (tooManyRecipients(reply, accepted.length > 0)) {
        surplus.push(index);
        transaction.surplusReply = reply;
      } else job.result(index, (address) => negative('rcpt', reply, address));
    }
    if (transaction.envelopeAnswered) this.#envelopeAnswered(transaction);
    else if (!this.#pipelining) this.#say(rcpt(transaction, transaction.answered));
  }

  #envelopeAnswered(transaction: Transaction): void {
    const { plan, accepted } = transaction;
    if (plan.window) {
      // Whatever is out already will be answered too (RFC 3030 §2).
      if (accepted.length === 0) transaction.stopped = true;
      this.#settleStopped(transaction);
      return;
    }
    // The reply to DATA is yet to come, and must be looked at in any case (RFC 2920 §3.1).
    if (!plan.chunks && this.#pipelining) return;
    // RFC 5321 §3.3: no DATA where all recipients were refused.
    if (accepted.length === 0) this.#finish(transaction, !transaction.refused);
    else if (plan.chunks) this.#content(transaction);
    else this.#say({ verb: 'DATA' });
  }

  #dataAnswered(transaction: Transaction, reply: Reply): void {
    const { job, accepted } = transaction;
    if (reply.code !== 354) {
      give(job, accepted, (address) => negative('data', reply, address));
      this.#finish(transaction, transaction.opened);
      return;
    }
    if (accepted.length > 0) {
      this.#content(transaction);
      return;
    }
    // RFC 2920 §3.1: the server must not deliver it, but it wants its dot.
    transaction.written = this.#say(endOfContent);
    // RFC 2033 §4.2: nobody will answer it there.
    if (this.#line.lmtp) this.#finish(transaction, false);
    else this.#advance();
  }

  /** Sends the content of a transaction whose envelope is answered. */
  #content(transaction: Transaction): void {
    const { whole, plan } = transaction;
    if (!whole || whole.length > onePieceBytes) {
      this.#feed(transaction);
      return;
    }
    this.#say(plan.chunks ? lastChunk(transaction) : { verb: 'CONTENT', bytes: whole, last: true });
    this.#wrote(transaction);
    this.#advance();
  }

  #feed(transaction: Transaction): void {
    feed(transaction, this.#line, this.#pipelining).then(
      (end) => {
        if (end === 'written') this.#advance();
        else this.#settleStopped(transaction);
      },
      (error: unknown) => {
        this.#unreadable(transaction, error);
      },
    );
  }

  /** The content could not be read to its end, or must not be sent. */
  #unreadable(transaction: Transaction, error: unknown): void {
    const { job } = transaction;
    transaction.stopped = true;
    transaction.reader?.close();
    if (error instanceof EightBitContent) {
      // In a window the replies to RCPT may be out yet: no recipient can get it, whatever is said about them.
      give(job, transaction.recipients, (recipient) => ({
        status: 'refused',
        recipient,
        reason: 'needs-8bitmime',
      }));
    } else {
      job.reject(error);
    }
    if (this.#line.over) return;
    // After DATA the server takes whatever comes for content; only the end of the connection keeps it from being complete.
    if (!transaction.plan.chunks) this.#line.destroy();
    else this.#settleStopped(transaction);
  }

  #chunkAnswered(transaction: Transaction, reply: Reply, last: boolean): void {
    if (last) {
      this.#verdict(transaction, reply, replyClass(reply) !== 'positive');
      return;
    }
    transaction.chunksOut -= 1;
    if (replyClass(reply) !== 'positive') {
      transaction.stopped = true;
      give(transaction.job, transaction.accepted, (address) => negative('data', reply, address));
    }
    this.#settleStopped(transaction);
  }

  /** Content that was given up in chunks: RSET as soon as every chunk is answered (RFC 3030 §2). */
  #settleStopped(transaction: Transaction): void {
    const { plan, stopped, written, chunksOut, envelopeAnswered } = transaction;
    if (plan.chunks && stopped && !written && chunksOut === 0 && envelopeAnswered) {
      this.#finish(transaction, true);
    }
  }

  /** RFC 5321 §4.2.5: the verdict is for all recipients; in LMTP there is one for each (RFC 2033 §4.2). */
  #verdict(transaction: Transaction, reply: Reply, resetNeeded: boolean): void {
    const { job, accepted } = transaction;
    const judged = this.#line.lmtp
      ? accepted.slice(transaction.verdicts, transaction.verdicts + 1)
      : accepted;
    transaction.verdicts += 1;
    transaction.failed ||= resetNeeded;
    give(job, judged, (recipient) =>
      replyClass(reply) === 'positive'
        ? { status: 'accepted', recipient, reply }
        : negative('data', reply, recipient),
    );
    if (this.#line.lmtp && transaction.verdicts < accepted.length) return;
    this.#finish(transaction, transaction.failed);
  }

  #finish(transaction: Transaction, resetNeeded: boolean): void {
    if (this.#flight[0] !== transaction) return;
    this.#flight.shift();
    transaction.reader?.close();
    const { job, surplus, surplusReply } = transaction;
    if (surplusReply) {
      // A server that accepts nobody would be asked for ever.
      if (transaction.accepted.length > 0 && job.readable) {
        job.pending.push(...surplus);
        if (!this.#waiting.includes(job)) this.#waiting.unshift(job);
      } else {
        give(job, surplus, (address) => negative('rcpt', surplusReply, address));
      }
    }
    // What is in flight already began with a RSET of its own.
    if (resetNeeded && this.#flight.length === 0) this.#resetNeeded = true;
    this.#advance();
  }

  /** Everything of a message has been handed to the connection. */
  #wrote(transaction: Transaction): void {
    // A dialogue that ended by this very command wrote nothing.
    if (this.#line.over) return;
    transaction.written = true;
    this.#unheeded += transaction.whole?.length ?? 0;
    if (this.#unheeded < onePieceBytes) return;
    this.#unheeded = 0;
    this.#clogged = true;
    void this.#line.drained().then(() => {
      this.#clogged = false;
      this.#advance();
    });
  }
}
