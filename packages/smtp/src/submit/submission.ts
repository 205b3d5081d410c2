import type { Fault, Reason } from '@postern/wire';
import type { MailParameters, RcptParameters } from '../mail/parameters.ts';
import type { Reply } from '../reply.ts';

/** Who a message is for, with what the server is to be told about it. */
export interface Recipient extends RcptParameters {
  /** The forward-path without angle brackets. */
  readonly address: string;
}

/**
 * Sender and recipients of a message, with ESMTP parameters. `size`, `body` and `smtpUtf8` are found out where they are left
 * out: `size` and `body` from content that is there as a whole, `smtpUtf8` from the addresses.
 *
 * Of a stream nothing is known before it is read: give `size` where it is known; `body` is then `8BITMIME` where that is
 * offered, else `7BIT`. Set `smtpUtf8` where header fields hold UTF-8.
 */
export interface Envelope extends MailParameters {
  /** The reverse-path without angle brackets; empty for notifications (RFC 5321 §4.5.5). */
  readonly from: string;
  /** At least one recipient. */
  readonly to: readonly (string | Recipient)[];
}

/** What became of the message for one recipient. */
export type RecipientResult =
  | {
      /** The server took responsibility for it (RFC 5321 §4.2.5). */
      readonly status: 'accepted';
      readonly recipient: string;
      /** The reply that said so: to the final dot or the last chunk. */
      readonly reply: Reply;
    }
  | {
      /** It will not be taken: do not try again. */
      readonly status: 'refused';
      readonly recipient: string;
      readonly reason: Reason;
      /** The reply that said so; none where the message was not offered at all, because it could not be taken. */
      readonly reply?: Reply;
    }
  | {
      /** It was not taken, and may be later or elsewhere. */
      readonly status: 'retry-later';
      readonly recipient: string;
      readonly reason: Reason;
      readonly reply?: Reply;
      /** How the dialogue ended, where that is why. */
      readonly fault?: Fault;
      /** With `fault`: whether the server had answered any RCPT of the transaction by then. See `nextStep`. */
      readonly lost?: 'before-recipients' | 'later';
    }
  | {
      /**
       * The dialogue broke between the end of the content and the verdict: a second attempt may make a duplicate
       * (RFC 5321 §4.5.4.1). The price of trying again is a second copy where the server had delivered the first, that of not
       * trying a lost message where it had not.
       */
      readonly status: 'uncertain';
      readonly recipient: string;
      readonly reason: Reason;
      /** How the dialogue ended. */
      readonly fault: Fault;
    };

/** What became of a message. */
export interface Submission {
  /** One result for each recipient, in the order of the envelope. */
  readonly recipients: readonly RecipientResult[];
  /** How the dialogue ended, if that is what decided a result. After a 421 the reply is in the result. */
  readonly fault: Fault | undefined;
}
