import type { RecipientResult } from './submission.ts';

/** What is to be done for a recipient whose domain has further hosts. */
export type NextStep =
  /** Nothing: it was delivered. */
  | 'done'
  /** Nothing but to tell the sender: no other host would say anything else. */
  | 'give-up'
  /** The next host, and so on as long as there is one: this one is not of use now. */
  | 'next-host'
  /** One further host, and later if that says the same: it is the message or the mailbox that has to wait. */
  | 'one-further-host'
  /** The same host again, in another session: this one had no room for it, or the content could be read only once. */
  | 'same-host'
  /** A decision: it may have been delivered, and a second attempt may make a copy. */
  | 'decide';

/**
 * What a result means where the recipient's domain has several hosts (RFC 5321 §5.1: one after the other until one takes it).
 * A host that could not be talked to at all, or that was refused by a TLS policy, is `next-host` as well; those are errors of
 * connecting and not results.
 *
 * - 5yz is final, whatever it answered: the hosts of a domain speak for the same mailboxes. It is never kept for a later
 *   message (RFC 5321 §4.5.4.1).
 * - 4yz moves on once and no further: greylisting and full disks are mostly those of the domain, and a walk over all hosts
 *   would be taken for abuse.
 * - A goodbye (421) and a connection lost before anything was said about recipients are the host's own trouble.
 * - What a host cannot transport (REQUIRETLS), another may (RFC 8689 §4.2.1); what no message of that form can pass
 *   (8BITMIME, SMTPUTF8, its size) is final.
 *
 * @example
 * ```ts run
 * import { nextStep } from '@postern/smtp';
 * const reply = { code: 451, enhanced: '4.7.1', lines: ['greylisted'] };
 * console.log(nextStep({ status: 'retry-later', recipient: 'a@b', reason: 'recipient-refused', reply })); // one-further-host
 * ```
 */
export function nextStep(result: RecipientResult): NextStep {
  switch (result.status) {
    case 'accepted':
      return 'done';
    case 'uncertain':
      return 'decide';
    case 'refused':
      return result.reason === 'requiretls-not-offered' ? 'next-host' : 'give-up';
    case 'retry-later':
      if (result.reason === 'server-closing') return 'next-host';
      if (result.reply) return 'one-further-host';
      if (!result.fault) return 'same-host';
      // RFC 5321 §3.8: a connection lost later is as good as a 451.
      return result.lost === 'later' ? 'one-further-host' : 'next-host';
  }
}
