import type { Evidence, Instant, Reason } from '@postern/wire';
import { replyClass, replyText } from '../reply.ts';
import type { Reply } from '../reply.ts';
import type { Rules, Session, Step } from '../session.ts';
import { enter } from './enter.ts';
import { end, event } from './outputs.ts';

/** The first reply of all: a welcome or a refusal (RFC 5321 §3.1). */
export function greeting(session: Session, content: Reply, now: Instant, rules: Rules): Step {
  const outputs = [event({ type: 'greeting', reply: content })];
  switch (replyClass(content)) {
    case 'positive':
      return { session: enter(session, 'ready', now, rules), outputs };
    case 'continue':
      return end(session, now, 'protocol-error', { reply: replyText(content), rule: 'RFC 5321 §4.3.2' });
    case 'transient':
    case 'permanent':
      break;
  }
  const rejected = { ...session, refusal: content };
  // RFC 5321 §3.8: after 421 the server closes by itself.
  if (content.code === 421) {
    return end(rejected, now, refusalReason(content), refusalEvidence(content), outputs);
  }
  return { session: enter(rejected, 'rejected', now, rules), outputs };
}

/** RFC 5321 §3.1: 554 in place of 220, RFC 7504 §3: 521; other codes by their first digit. */
export function refusalReason(refusal: Reply): Reason {
  return replyClass(refusal) === 'transient' ? 'greeting-rejected-temporarily' : 'greeting-rejected';
}

/** What a fault says about a refusing greeting. */
export function refusalEvidence(refusal: Reply): Evidence {
  return { reply: replyText(refusal), rule: 'RFC 5321 §3.1' };
}
