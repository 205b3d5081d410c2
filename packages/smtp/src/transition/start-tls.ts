import { sample, UsageError } from '@postern/wire';
import type { Instant, Output, TlsInfo } from '@postern/wire';
import type { WireCommand } from '../commands.ts';
import type { SmtpEvent } from '../events.ts';
import { replyClass, replyText } from '../reply.ts';
import type { Reply } from '../reply.ts';
import { newSession } from '../session.ts';
import type { Rules, Session, Step } from '../session.ts';
import { enter } from './enter.ts';
import { end, event } from './outputs.ts';

/** RFC 3207 §4: 220 is the go-ahead; 454, 501 and every other refusal leaves the dialogue as it was. */
export function startTls(
  session: Session,
  command: WireCommand,
  content: Reply,
  behind: Uint8Array | undefined,
  now: Instant,
  rules: Rules,
): Step {
  const kind = replyClass(content);
  if (kind === 'transient' || kind === 'permanent') {
    const reason = kind === 'transient' ? 'starttls-refused-temporarily' : 'starttls-refused';
    return {
      session: enter(session, 'ready', now, rules),
      outputs: [event({ type: 'reply', command, reply: content, reason })],
    };
  }
  if (content.code !== 220) {
    // Whether such a server now waits for a handshake or for a command, nobody can tell.
    return end(session, now, 'starttls-protocol-error', { reply: replyText(content), rule: 'RFC 3207 §4' });
  }
  const outputs: Output<SmtpEvent>[] = [event({ type: 'reply', command, reply: content })];
  // Octets behind the go-ahead came in plaintext and would be taken for words inside TLS (CVE-2011-0411). They are shown
  // and refused, because a silent discard would hide the attack.
  if (behind) {
    const evidence = { bytes: sample(behind), rule: 'RFC 3207 §4.2' };
    return end(enter(session, 'tls', now, rules), now, 'plaintext-after-starttls', evidence, outputs);
  }
  return { session: enter(session, 'tls', now, rules), outputs: [...outputs, { type: 'start-tls' }] };
}

/** The handshake is done: everything known from before is worthless (RFC 3207 §4.2). */
export function tlsReady(session: Session, tls: TlsInfo, now: Instant, rules: Rules): Step {
  if (session.name !== 'tls') throw new UsageError('tlsReady without start-tls', 'RFC 3207 §4');
  return {
    session: enter(newSession(tls), 'ready', now, rules),
    outputs: [event({ type: 'secured', tls })],
  };
}
