import { serveImap } from '@postern/imap/server';
import type { GreetingHabit, StartTlsHabit } from '@postern/imap/server';
import type { Connection } from '@postern/wire';
import { hostileText } from './hostile.ts';
import type { LabServer } from './server.ts';
import { sharedStartTls } from './shared-habits.ts';
import { greetingDelay } from './traits.ts';
import type { GreetingTrait, StartTlsTrait } from './traits.ts';

const startTls: Readonly<Record<StartTlsTrait, StartTlsHabit>> = {
  ...sharedStartTls,
  refused: { type: 'refused' },
  // RFC 5530 §3
  'refused-temporarily': { type: 'refused', code: 'UNAVAILABLE' },
};

const greetings: Readonly<Record<GreetingTrait, GreetingHabit>> = {
  ready: { type: 'ready' },
  delayed: { type: 'ready', delay: greetingDelay },
  rejected: { type: 'refused' },
  'rejected-temporarily': { type: 'refused', code: 'UNAVAILABLE', text: 'too busy, try again later' },
  preauth: { type: 'preauth' },
  hostile: { type: 'ready', text: hostileText },
};

const capabilities: readonly string[] = ['IMAP4rev1', 'SASL-IR', 'ID'];

/** IMAP, with the mailboxes of the lab. */
export function serveLabImap(connection: Connection, server: LabServer): Promise<void> {
  const { traits, auth } = server;
  return serveImap(connection, {
    clock: server.clock,
    greeting: greetings[traits.greeting ?? 'ready'],
    startTls: startTls[traits.startTls ?? 'offered'],
    tls: server.tls,
    // RFC 9051 §6.2.3: the command LOGIN takes passwords whatever the mechanisms, so a server without passwords says so.
    ...(traits.mechanisms && { capabilities: [...capabilities, 'LOGINDISABLED'] }),
    auth,
    store: server.mailboxes,
  });
}
