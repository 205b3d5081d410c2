import type { Instant } from '@postern/wire';
import { replyClass, replyText } from '../reply.ts';
import type { Reply } from '../reply.ts';
import type { Rules, Session, Step } from '../session.ts';
import { enter } from './enter.ts';
import { refusalEvidence, refusalReason } from './greeting.ts';
import { end, event } from './outputs.ts';

/** It was told once: a peer that floods with replies must not flood the caller. */
export function deaf(session: Session): boolean {
  return session.name === 'desynchronised';
}

/** A reply that nobody asked for: 421 has a meaning of its own, and any other means that nothing fits any more. */
export function unsolicited(session: Session, content: Reply, now: Instant, rules: Rules): Step {
  const outputs = [event({ type: 'unsolicited', reply: content })];
  const { refusal } = session;
  if (content.code === 421) {
    if (refusal) return end(session, now, refusalReason(refusal), refusalEvidence(refusal), outputs);
    return end(session, now, 'server-closing', { reply: replyText(content), rule: 'RFC 5321 §3.8' }, outputs);
  }
  if (deaf(session)) return { session, outputs: [] };
  if (session.name === 'content' || session.name === 'data-block') return early(session, content, now);
  if (refusal) return { session, outputs };
  return { session: enter(session, 'desynchronised', now, rules), outputs };
}

/**
 * A verdict before the content was complete. A refusal is believed; what the server makes of the rest of the content nobody
 * knows, so nothing more may be sent: it could be taken for commands.
 */
function early(session: Session, content: Reply, now: Instant): Step {
  const kind = replyClass(content);
  const outputs =
    kind === 'transient' || kind === 'permanent'
      ? [
          event({
            type: 'reply',
            command: { verb: 'CONTENT', bytes: new Uint8Array(), last: true },
            reply: content,
          }),
        ]
      : [event({ type: 'unsolicited', reply: content })];
  const evidence = { reply: replyText(content), rule: 'RFC 5321 §4.1.1.4' };
  return end(session, now, 'desynchronised', evidence, outputs);
}
