import { isUsageError } from '@postern/wire';
import type { ImapCommand, MailboxCommand } from './commands.ts';
import type { Completed } from './conversation.ts';

/** A SELECT or EXAMINE, with its FETCH, that need not wait for the answer to a LOGIN. */
export interface Follower {
  readonly commands: readonly MailboxCommand[];
  /** Whether nobody wants it any more. */
  readonly aborted: () => boolean;
  /**
   * Called when they have been sent; resolves with the answer. Never called where they could not be sent, and then they wait for their
   * turn.
   */
  readonly sent: () => Promise<Completed>;
}

/** What a completion means. */
export type Outcome = Pick<Completed, 'response' | 'reason'>;

type Send = (...commands: readonly ImapCommand[]) => void;

/** A login whose answer the next `select` or `examine` does not wait for (RFC 9051 §5.5). */
export class LoginGroup {
  /** The answer of the server to the login, where it was refused. */
  refusal: Outcome | undefined = undefined;
  /** The answer to the call that left with the login, once one has. */
  followed: Promise<Completed> | undefined = undefined;
  #follower: Follower | undefined;
  /** What sends, once the LOGIN is sent. */
  #send: Send | undefined;

  /** Takes the next call. It leaves with the LOGIN, or right behind it where that was sent. */
  join(follower: Follower): void {
    if (this.#send) this.#sendWith([], follower, this.#send);
    else this.#follower = follower;
  }

  /** Sends the LOGIN and what belongs to it, and the next call where there is one. Throws where the LOGIN may not be sent. */
  begin(commands: readonly ImapCommand[], send: Send): void {
    const follower = this.#follower;
    this.#follower = undefined;
    if (!follower || !this.#sendWith(commands, follower, send)) send(...commands);
    this.#send = send;
  }

  #sendWith(commands: readonly ImapCommand[], follower: Follower, send: Send): boolean {
    if (follower.aborted()) return false;
    try {
      send(...commands, ...follower.commands);
    } catch (error) {
      // Whose mistake it is turns out when each is sent by itself.
      if (isUsageError(error)) return false;
      throw error;
    }
    this.followed = follower.sent();
    return true;
  }
}
