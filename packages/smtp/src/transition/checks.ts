import { UsageError } from '@postern/wire';
import { verbs } from '../commands.ts';
import type { WireCommand } from '../commands.ts';
import type { Rules, Session } from '../session.ts';
import type { StateName } from '../states.ts';

/** RFC 2920 §3.1: groups only where PIPELINING is offered, and some verbs only at their end. */
export function checkFollows(
  session: Session,
  previous: WireCommand | undefined,
  command: WireCommand,
  window: boolean,
): void {
  if (!previous) return;
  if (!session.extensions.keywords['PIPELINING']) {
    throw new UsageError(
      `${command.verb} before the reply to ${previous.verb}: the server does not offer PIPELINING`,
      'RFC 2920 §3.1',
    );
  }
  if (!verbs[previous.verb].mayBeFollowed) {
    throw new UsageError(
      `${command.verb} before the reply to ${previous.verb}, which must be last in a group`,
      'RFC 2920 §3.1',
    );
  }
  // RFC 3030 §2 has the replies to MAIL and RCPT read before the first BDAT, and chunks follow chunks.
  if (!window && (previous.verb === 'BDAT') !== (command.verb === 'BDAT')) {
    throw new UsageError(
      `${command.verb} before the reply to ${previous.verb} needs the option window`,
      'RFC 3030 §2',
    );
  }
}

/** States in which nothing may be said: the rest of the sentence, and the rule. */
const silentStates: Readonly<Partial<Record<StateName, readonly [when: string, rule: string]>>> = {
  start: ['before the greeting', 'RFC 5321 §4.3.1'],
  greeting: ['before the greeting', 'RFC 5321 §4.3.1'],
  // Nothing is written between the verb and the end of the handshake.
  tls: ['during the TLS handshake', 'RFC 3207 §4'],
  'auth-work': ['within AUTH', 'RFC 4954 §4'],
  ended: ['after the end of the dialogue', 'RFC 5321 §3.8'],
};

/** States in which content is awaited and nothing else. */
const uploading: ReadonlySet<StateName> = new Set(['content', 'data-block']);

/** RFC 5321 §4.1.4: the order of a transaction, by what has been sent. */
function checkTransaction(session: Session, command: WireCommand, previous: WireCommand | undefined): void {
  const { stage, binary } = session.sending;
  const order = (good: boolean, rule = 'RFC 5321 §4.1.4'): void => {
    if (!good) throw new UsageError(`${command.verb} out of order`, rule);
  };
  switch (command.verb) {
    case 'MAIL':
      if (session.opened === 'no') throw new UsageError('MAIL before EHLO, HELO or LHLO', 'RFC 5321 §4.1.4');
      order(stage === 'none');
      break;
    case 'RCPT':
      order(stage === 'mail' || stage === 'rcpt');
      break;
    case 'DATA':
      // RFC 3030 §3: content that is no text cannot go by DATA. RFC 3030 §2: nor after BDAT.
      order(stage === 'rcpt' && !binary, binary ? 'RFC 3030 §3' : undefined);
      break;
    case 'BDAT':
      if (!session.extensions.keywords['CHUNKING']) {
        throw new UsageError('BDAT is not offered', 'RFC 3030 §2');
      }
      order(stage === 'rcpt' || stage === 'bdat', 'RFC 3030 §2');
      if (session.opened === 'lmtp' && command.last === true) {
        // RFC 2033 §4.2: how many replies will come depends on the replies to RCPT.
        const known = previous === undefined || previous.verb === 'BDAT';
        order(known && (session.transaction?.accepted ?? 0) > 0, 'RFC 2033 §4.2');
      }
      break;
    case 'AUTH':
      order(stage === 'none', 'RFC 4954 §4');
      break;
    case 'CONTENT':
    case 'RSET':
    case 'VRFY':
    case 'OTHER':
    case 'NOOP':
    case 'QUIT':
    case 'STARTTLS':
    case 'EHLO':
    case 'HELO':
    case 'LHLO':
      break;
  }
}

/** Whether the state allows a command; throws if not. `previous` is what is sent before it and not answered yet. */
export function checkAllowed(
  session: Session,
  command: WireCommand,
  previous: WireCommand | undefined,
  protocol: Rules['protocol'],
): void {
  const { name, extensions } = session;
  const silent = silentStates[name];
  if (silent) throw new UsageError(`${command.verb} ${silent[0]}`, silent[1]);
  if (name === 'rejected' && command.verb !== 'QUIT') {
    throw new UsageError(`${command.verb} after a greeting that was a refusal`, 'RFC 5321 §3.1');
  }
  if (command.verb === 'CONTENT' ? !uploading.has(name) : uploading.has(name)) {
    throw new UsageError(
      `${command.verb} ${command.verb === 'CONTENT' ? 'without' : 'after'} a 354`,
      'RFC 5321 §4.1.1.4',
    );
  }
  // RFC 2033 §4.1: LHLO is the only greeting of LMTP, and no word of SMTP.
  if ('domain' in command && (command.verb === 'LHLO') !== (protocol === 'lmtp')) {
    throw new UsageError(`${command.verb} in ${protocol.toUpperCase()}`, 'RFC 2033 §4.1');
  }
  checkTransaction(session, command, previous);
  if (command.verb === 'STARTTLS') {
    if (session.tls) throw new UsageError('STARTTLS inside TLS', 'RFC 3207 §4.2');
    if (extensions.startTls !== 'offered' && command.tryAnyway !== true) {
      const code = extensions.startTls === 'masked' ? 'starttls-masked' : 'starttls-not-offered';
      throw new UsageError('STARTTLS is not offered', 'RFC 3207 §2', code);
    }
  }
  if (command.verb === 'AUTH') {
    const { mechanism } = command;
    if (session.authenticated) throw new UsageError('a second AUTH', 'RFC 4954 §4');
    // RFC 4954 §14, RFC 8314 §4.1: a password in the clear only to a peer that was verified.
    if (mechanism.plaintext && session.tls?.verification?.status !== 'verified') {
      throw new UsageError(
        `${mechanism.name} without verified TLS`,
        'RFC 4954 §14',
        'plaintext-login-refused',
      );
    }
    if (!extensions.auth.includes(mechanism.name)) {
      throw new UsageError(`${mechanism.name} is not offered`, 'RFC 4954 §4', 'auth-not-offered');
    }
  }
}
