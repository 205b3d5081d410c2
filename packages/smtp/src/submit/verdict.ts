import type { Fault, Reason } from '@postern/wire';
import { replyClass } from '../reply.ts';
import type { Reply } from '../reply.ts';
import type { RecipientResult } from './submission.ts';

/** The step that a reply answered. */
export type Step = 'mail' | 'rcpt' | 'data';

const plain: Readonly<Record<Step, Reason>> = {
  mail: 'sender-refused',
  rcpt: 'recipient-refused',
  data: 'message-refused',
};

/** What a negative reply is about: by codes alone, never by its text. */
function deliveryReason(step: Step, { code, enhanced }: Reply): Reason {
  if (code === 421) return 'server-closing'; // RFC 5321 §3.8
  if (code === 530) return 'auth-required'; // RFC 4954 §6
  const detail = enhanced?.slice(2);
  if (detail === '6.7' || detail === '6.9') return 'needs-smtputf8'; // RFC 6531 §3.5
  if (detail === '3.4') return 'size-exceeded'; // RFC 1870 §6.1
  if (detail === '2.2') return 'over-quota'; // RFC 3463 §3.3
  if (detail === '5.3') return 'rate-limited'; // RFC 3463 §3.6: too many recipients
  // RFC 1870 §6.3: the size is what 552 is about where it does not say anything else.
  if (code === 552 && enhanced === undefined && step !== 'rcpt') return 'size-exceeded';
  return plain[step];
}

/** The result for a recipient whose message got a negative reply. */
export function negative(step: Step, reply: Reply, recipient: string): RecipientResult {
  const reason = deliveryReason(step, reply);
  switch (replyClass(reply)) {
    case 'permanent':
      return { status: 'refused', recipient, reason, reply };
    case 'transient':
      return { status: 'retry-later', recipient, reason, reply };
    case 'positive':
    case 'continue':
      // RFC 5321 §3.3: no content without 354, so nothing was delivered, whatever the server means.
      return { status: 'retry-later', recipient, reason: 'protocol-error', reply };
  }
}

/** The result for a recipient when the dialogue broke. */
export function broken(
  fault: Fault,
  recipient: string,
  when: 'before-recipients' | 'later' | 'after-content',
): RecipientResult {
  const { reason } = fault;
  return when === 'after-content'
    ? { status: 'uncertain', recipient, reason, fault }
    : { status: 'retry-later', recipient, reason, fault, lost: when };
}

/**
 * Whether a refused RCPT means that the rest goes into a transaction of its own. RFC 5321 §4.5.3.1.10 has 452, and 552 from
 * old servers, for that and for other things; the enhanced code tells, and without one the recipients accepted before do.
 */
export function tooManyRecipients({ code, enhanced }: Reply, acceptedBefore: boolean): boolean {
  if (code !== 452 && code !== 552) return false;
  return enhanced === undefined ? acceptedBefore : enhanced.slice(2) === '5.3';
}
