import { isRefusal } from '../store/mail-store.ts';
import type { IncomingMessages, Mailbox, MessageHead } from '../store/mail-store.ts';
import { BadSyntax, Cursor } from '../syntax/cursor.ts';
import { readDateTime } from '../syntax/date-time.ts';
import { numberSetText } from '../syntax/number-set.ts';
import { no, ok, tryCreate } from './answer.ts';
import type { Answer, Context } from './answer.ts';
import { readFlags } from './store.ts';

const notLiteral = 'a message comes as a literal';

/** An APPEND that ends without a message. */
export function withoutMessage(): never {
  throw new BadSyntax(notLiteral);
}

/**
 * An APPEND under way, of several messages too (RFC 9051 §6.3.12, RFC 3502). Their octets go into the mailbox as they come; once there is a
 * refusal they go nowhere.
 */
export class Append {
  readonly #context: Context;
  #name = '';
  #target: { readonly mailbox: Mailbox; readonly incoming: IncomingMessages } | undefined;
  #refusal: Answer | undefined;
  /** Octets of messages so far. */
  taken = 0;
  /** Whether the message is in the parentheses of UTF8 (RFC 6855 §4). */
  #utf8 = false;

  constructor(context: Context) {
    this.#context = context;
  }

  get tag(): string {
    return this.#context.tag;
  }

  /** The next message, and what the command says in front of it. Why it is not wanted, if it is not. */
  begin(text: string, octets: number): Answer | undefined {
    this.#refusal ??= this.#attempt(() => this.#begin(new Cursor(text, this.#context.naming), octets));
    return this.#refusal;
  }

  /** The command cannot be understood. */
  refuse(why: string): void {
    this.#refusal ??= { data: [], status: 'BAD', text: why };
  }

  /** Octets of the message. */
  take(octets: Uint8Array): void {
    this.taken += octets.length;
    if (this.#refusal) return;
    // RFC 9051 §4.3.1, §7.1: it could not be sent again as it is.
    if (octets.includes(0)) this.#refusal = no({ code: 'UNKNOWN-CTE', text: 'a message holds NUL' });
    else this.#target?.incoming.write(octets);
  }

  /** The end of the command, behind its last message. */
  end(text: string): Answer {
    const { store } = this.#context;
    this.#refusal ??= this.#attempt(() => {
      const cursor = new Cursor(text);
      this.#close(cursor);
      cursor.end();
      // Another session may have removed the mailbox, or put another in its place.
      return store.find(this.#name) === this.#target?.mailbox ? undefined : tryCreate;
    });
    const target = this.#target;
    if (this.#refusal || !target) {
      this.abandon();
      return this.#refusal ?? tryCreate;
    }
    this.#target = undefined;
    const uids = target.incoming.commit();
    if (isRefusal(uids)) return no(uids);
    return ok([], `[APPENDUID ${target.mailbox.uidValidity} ${numberSetText(uids)}] kept`);
  }

  /** Forgets what has come. */
  abandon(): void {
    this.#target?.incoming.abandon();
    this.#target = undefined;
  }

  #begin(cursor: Cursor, octets: number): Answer | undefined {
    if (this.#name === '') {
      cursor.space();
      this.#name = cursor.mailbox();
    } else this.#close(cursor);
    const head = this.#readHead(cursor);
    if (!this.#target) {
      const mailbox = this.#context.store.find(this.#name);
      if (!mailbox) return tryCreate;
      this.#target = { mailbox, incoming: mailbox.receive() };
    }
    // RFC 3502 §6.3.11: a message of no octets is how a client takes it all back.
    if (octets === 0) return no({ code: 'CANNOT', text: 'a message is empty' });
    const refusal = this.#target.incoming.begin({ octets, ...head });
    return refusal && no(refusal);
  }

  #readHead(cursor: Cursor): Omit<MessageHead, 'octets'> {
    cursor.space();
    const flags = cursor.sees('(') ? readFlags(cursor) : undefined;
    if (flags) cursor.space();
    const internalDate = cursor.sees('"') ? readDateTime(cursor) : undefined;
    if (internalDate !== undefined) cursor.space();
    this.#utf8 = cursor.match(/utf8 \(/iy) !== undefined;
    if (this.#utf8 && !this.#context.enabled.has('UTF8=ACCEPT'))
      throw new BadSyntax('UTF8=ACCEPT is not enabled');
    if (!cursor.takes('~') && this.#utf8) throw new BadSyntax(notLiteral);
    if (!cursor.atEnd) throw new BadSyntax(notLiteral);
    return { ...(flags && { flags }), ...(internalDate !== undefined && { internalDate }) };
  }

  #close(cursor: Cursor): void {
    if (this.#utf8) cursor.expect(')');
    this.#utf8 = false;
  }

  #attempt(read: () => Answer | undefined): Answer | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof BadSyntax)) throw error;
      return { data: [], status: 'BAD', text: error.message };
    }
  }
}
