import { isWireError } from '@postern/wire';
import type { Clock, Connection, TlsIdentity, TlsOffer } from '@postern/wire';
import type { AuthRules } from '@postern/sasl';
import type { Authority } from '../certificates/authority.ts';
import type { MailPort } from '../ports.ts';
import { mailPorts } from '../ports.ts';
import { ByteByByte } from '../servers/byte-by-byte.ts';
import { withTraits } from '../servers/logins.ts';
import { once } from '../once.ts';
import { labMailboxes } from '../servers/mailboxes.ts';
import { serveProtocol } from '../servers/server.ts';
import type { LabServer } from '../servers/server.ts';
import type { Behaviour } from './habit.ts';
import { play } from './script.ts';

/** Where a behaviour takes place. */
export interface Stage {
  readonly hostName: string;
  readonly port: MailPort;
  readonly clock: Clock;
  readonly authority: Authority;
  /** Who may log in; made when first asked for, and then kept. */
  readonly logins: () => Promise<AuthRules>;
  /** Aborts when the lab closes: nothing sleeps on after it. */
  readonly signal: AbortSignal;
}

type Serve = Extract<Behaviour, { readonly type: 'serve' }>;

/** What a listener does. */
export interface Performance {
  /** Makes certificate and logins, which otherwise are made for the first connection. */
  readonly prepare: () => Promise<unknown>;
  /** With each connection. */
  readonly perform: (connection: Connection) => Promise<void>;
}

/** The performance of a behaviour; `undefined` where nobody listens. */
export function performer(behaviour: Behaviour, stage: Stage): Performance | undefined {
  switch (behaviour.type) {
    case 'serve': {
      const offer = once(() => makeOffer(behaviour, stage));
      const mailboxes = labMailboxes(stage.hostName);
      return {
        prepare: () => Promise.all([offer(), stage.logins()]),
        perform: (connection) => serve(behaviour, connection, { ...stage, mailboxes }, offer),
      };
    }
    case 'script': {
      const identity = (): Promise<TlsIdentity> => stage.authority.identity('good', [stage.hostName]);
      const scene = { clock: stage.clock, signal: stage.signal, identity };
      return { prepare: identity, perform: (connection) => play(behaviour.script, connection, scene) };
    }
    case 'refused':
    case 'swallowed':
    case 'unreachable':
      return undefined;
  }
}

async function serve(
  behaviour: Serve,
  connection: Connection,
  stage: Stage & Pick<LabServer, 'mailboxes'>,
  offer: () => Promise<TlsOffer>,
): Promise<void> {
  try {
    const [tls, logins] = await Promise.all([offer(), stage.logins()]);
    const { hostName, clock, signal, mailboxes } = stage;
    if (behaviour.method === 'implicit-tls') await connection.acceptTls(tls, { signal });
    const traits = behaviour.traits ?? {};
    const way =
      behaviour.delivery === 'byte-by-byte' ? new ByteByByte(connection, clock, { signal }) : connection;
    await serveProtocol(mailPorts[stage.port].protocol, way, {
      hostName,
      clock,
      traits,
      tls,
      mailboxes,
      auth: withTraits(logins, traits),
    });
  } catch (error) {
    // A client that gives up, or that a bad habit drove away, is what the lab is for.
    if (!isWireError(error) && !stage.signal.aborted) throw error;
  } finally {
    await connection[Symbol.asyncDispose]();
  }
}

async function makeOffer(behaviour: Serve, { authority, hostName }: Stage): Promise<TlsOffer> {
  const identity = await authority.identity(behaviour.certificate ?? 'good', [hostName]);
  if (behaviour.handshake === 'client-certificate') {
    return { identity: () => identity, clientCertificate: 'required' };
  }
  if (behaviour.handshake === 'too-old') {
    // An identity of its own: a network may keep what it derived from one, protocol versions included.
    const old = { ...identity };
    return { identity: () => old, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' };
  }
  // OpenSSL itself takes no key of 1024 bits to serve with, unless versions as old are allowed.
  const weak = behaviour.certificate === 'weak-key';
  return { identity: () => identity, ...(weak && { minVersion: 'TLSv1' }) };
}
