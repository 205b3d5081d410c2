import type { Credentials } from '@postern/sasl';
import type { Upgradable } from '@postern/starttls';
import type { Clock, Connection, Observer, Reason, TlsRequest } from '@postern/wire';
import type { Protocol } from '../report/endpoint.ts';
import { speakImap } from './imap.ts';
import { speakPop3 } from './pop3.ts';
import { speakSmtp } from './smtp.ts';

/** What a probe does with a dialogue, the same for the three protocols. */
export interface MailDialogue extends Upgradable, AsyncDisposable {
  /** What the server said first, one line. */
  readonly greeting: string | undefined;
  /** Asks what the server offers, one keyword with its parameters per entry. */
  capabilities(options: SpeakCall): Promise<readonly string[]>;
  login(credentials: Credentials, options: SpeakCall): Promise<LoginOutcome>;
  /** The protocol's farewell. */
  quit(options: SpeakCall): Promise<void>;
}

/** What a login came to. */
export type LoginOutcome = { readonly ok: true } | { readonly ok: false; readonly reason: Reason };

/** Options of each call. */
interface SpeakCall {
  readonly signal: AbortSignal;
}

/** Options of {@link speak}. */
export interface SpeakOptions extends SpeakCall {
  readonly clock: Clock;
  readonly observe: Observer;
  /** Implicit TLS: the handshake comes first. */
  readonly tls?: TlsRequest;
  /** The name said in EHLO. */
  readonly ehloName?: string;
  /** Octets that nobody can guess, for SCRAM. */
  readonly random?: (octets: number) => Uint8Array;
}

/** Opens a dialogue on a connection, which it owns from then on; resolves after the greeting. */
export function speak(
  protocol: Protocol,
  connection: Connection,
  options: SpeakOptions,
): Promise<MailDialogue> {
  switch (protocol) {
    case 'smtp':
    case 'submission':
      return speakSmtp(connection, options);
    case 'imap':
      return speakImap(connection, options);
    case 'pop3':
      return speakPop3(connection, options);
  }
}
