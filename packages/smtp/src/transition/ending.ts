import { isTlsRecord, recogniseProtocol } from '@postern/wire';
import type { EndOfStream, Evidence, Instant, Reason } from '@postern/wire';
import type { Input, Session, Step } from '../session.ts';
import { states } from '../states.ts';
import { refusalEvidence, refusalReason } from './greeting.ts';
import { end, over } from './outputs.ts';

/** Octets that are no reply, in the greeting perhaps those of another protocol. */
export function unreadable(
  session: Session,
  input: Extract<Input, { readonly type: 'unreadable' }>,
  now: Instant,
): Step {
  const { bytes } = input;
  const evidence: Evidence = { bytes, ...(input.reply !== undefined && { reply: input.reply }) };
  if (session.name === 'greeting') {
    const other = foreign(bytes);
    if (other) return end(session, now, other.reason, { ...evidence, ...other.evidence });
  }
  return end(session, now, input.reason, { ...evidence, rule: 'RFC 5321 §4.2' });
}

/** Another protocol, told from the first octets of the session. */
function foreign(
  bytes: Uint8Array | undefined,
): { readonly reason: Reason; readonly evidence: Evidence } | undefined {
  if (!bytes || bytes.length === 0) return undefined;
  const protocol = recogniseProtocol(bytes);
  if (protocol === undefined || protocol === 'smtp') return undefined;
  const reason = isTlsRecord(bytes) ? 'tls-on-plaintext-port' : 'wrong-protocol';
  return { reason, evidence: { protocol, bytes } };
}

/** The peer stopped. */
export function peerEnd(
  session: Session,
  how: EndOfStream,
  partial: Uint8Array | undefined,
  now: Instant,
): Step {
  const { name, refusal } = session;
  // RFC 5321 §4.1.1.10: after QUIT the server may close; the 221 was wanted, but nothing depends on it.
  if (name === 'quit') return { session: over(session), outputs: [{ type: 'end' }] };
  if (refusal) return end(session, now, refusalReason(refusal), refusalEvidence(refusal));
  const evidence: Evidence = partial ? { bytes: partial } : {};
  if (name === 'greeting') {
    const other = foreign(partial);
    if (other) return end(session, now, other.reason, other.evidence);
  }
  // Half a line is more than nothing: it was cut off.
  const reason = partial && how === 'closed' ? 'truncated' : states[name][how];
  return end(session, now, reason, evidence);
}

/** A limit ran out. */
export function tick(session: Session, partial: Uint8Array | undefined, now: Instant): Step {
  const { name, deadline, since } = session;
  if (deadline === undefined) return { session, outputs: [] };
  const evidence: Evidence = partial ? { bytes: partial } : {};
  const other = name === 'greeting' ? foreign(partial) : undefined;
  if (other) return end(session, now, other.reason, other.evidence);
  return end(session, now, states[name].timeout, evidence, [], deadline - since);
}
