import type { MailStore } from '@postern/imap/server';
import type { AuthRules } from '@postern/sasl';
import type { Clock, Connection, TlsOffer } from '@postern/wire';
import type { LabProtocol } from '../endpoint.ts';
import { serveLabImap } from './imap.ts';
import { serveLabPop3 } from './pop3.ts';
import { serveLabSmtp } from './smtp.ts';
import type { Traits } from './traits.ts';

/** A server of the lab, in words that fit all three protocols. */
export interface LabServer {
  readonly hostName: string;
  readonly clock: Clock;
  readonly traits: Traits;
  /** For STARTTLS. Inside implicit TLS the connection is secured already. */
  readonly tls: TlsOffer;
  /** Who may log in, and how. */
  readonly auth: AuthRules;
  /** The IMAP mailboxes of who has logged in. */
  readonly mailboxes: (user: string) => MailStore;
}

/** Serves one client to the end. Takes ownership of the connection. */
export function serveProtocol(
  protocol: LabProtocol,
  connection: Connection,
  server: LabServer,
): Promise<void> {
  switch (protocol) {
    case 'smtp':
    case 'submission':
      return serveLabSmtp(protocol, connection, server);
    case 'pop3':
      return serveLabPop3(connection, server);
    case 'imap':
      return serveLabImap(connection, server);
  }
}
