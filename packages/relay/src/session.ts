import { openSmtp, replyText } from '@postern/smtp';
import type { Smtp } from '@postern/smtp';
import { requireTlsProblem, secure, tlsRequest } from '@postern/starttls';
import { WireError } from '@postern/wire';
import type { Connection, Fault, PolicyFault } from '@postern/wire';
import type { Destination, Entry } from './destination.ts';
import type { RelayEnvironment } from './environment.ts';
import type { Protection } from './result.ts';

/** A dialogue that fulfils what its way demands, greeted, and ready for a message. */
export interface Session extends AsyncDisposable {
  readonly smtp: Smtp;
  readonly entry: Entry;
  readonly protection: Protection;
}

/**
 * Makes a session of a connection: TLS, greeting, EHLO, and whatever the way demands. Owns the connection, also on failure.
 * Rejects with the `WireError` that says what was missing.
 */
export async function openSession(
  connection: Connection,
  entry: Entry,
  { requireTls, because }: Destination,
  environment: RelayEnvironment,
  signal: AbortSignal,
): Promise<Session> {
  const { clock, wallClock, roots, domain, patience, offers } = environment;
  const { host } = entry.host;
  const { decision, method } = entry.way;
  const trust = { wallClock, ...(roots && { roots }) };
  const observe = environment.observe?.({ host, endpoint: connection.endpoint, method: entry.way.method });
  const opening = { clock, signal, ...(patience && { patience }), ...(observe && { observe }) };
  const tls =
    method === 'implicit-tls' && decision.status === 'try'
      ? tlsRequest({ serverName: decision.serverName, requirement: decision.requirement, ...trust })
      : undefined;
  const smtp = await openSmtp(connection, { ...opening, ...(tls && { tls }) });
  try {
    await greet(smtp, domain, signal);
    let protection = implicit(connection);
    if (protection === undefined && decision.status === 'try') {
      const { requirement, serverName } = decision;
      const peer = { host, port: entry.way.port };
      const offeredBefore = (await offers?.offeredBefore(peer)) ?? false;
      const secured = await secure(smtp, requirement, { serverName, signal, offeredBefore, ...trust });
      protection = secured;
      if (secured.method === 'starttls') await offers?.noteOffer(peer);
      // RFC 3207 §4.2: what was said in the clear is forgotten.
      if (secured.method === 'starttls') await greet(smtp, domain, signal);
    }
    protection ??= { method: 'plaintext', reason: because };
    if (requireTls === 'yes') demandRequireTls(smtp, entry, protection);
    return { smtp, entry, protection, [Symbol.asyncDispose]: () => smtp[Symbol.asyncDispose]() };
  } catch (error) {
    await smtp[Symbol.asyncDispose]();
    throw error;
  }
}

function implicit({ tls }: Connection): Protection | undefined {
  return tls && { method: 'implicit-tls', tls };
}

async function greet(smtp: Smtp, domain: string | undefined, signal: AbortSignal): Promise<void> {
  const answer = await smtp.ehlo(domain, { signal });
  if (answer.ok) return;
  const { code } = answer.reply;
  const fault: Fault = {
    kind: 'peer',
    reason: code >= 500 ? 'greeting-rejected' : 'greeting-rejected-temporarily',
    phase: 'ehlo',
    after: 0,
    endpoint: smtp.connection.endpoint,
    evidence: { reply: replyText(answer.reply) },
  };
  throw new WireError(fault);
}

/** RFC 8689 §4.2.1: over proved TLS, to a host that was meant, and with its promise; else the next host. */
function demandRequireTls(smtp: Smtp, { way: { decision } }: Entry, protection: Protection): void {
  const problem = requireTlsProblem({
    verification: protection.method === 'plaintext' ? undefined : protection.tls.verification,
    hostIsKnown: decision.status === 'try' && decision.hostIsKnown,
    offered: 'REQUIRETLS' in smtp.extensions.keywords,
  });
  if (problem === undefined) return;
  const { endpoint } = smtp.connection;
  const fault: PolicyFault = {
    kind: 'policy',
    reason: problem,
    phase: 'policy',
    after: 0,
    endpoint,
    by: 'requiretls',
  };
  throw new WireError(fault);
}
