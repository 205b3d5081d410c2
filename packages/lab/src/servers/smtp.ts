import { serveSmtp } from '@postern/smtp/server';
import type { GreetingHabit, StartTlsHabit } from '@postern/smtp/server';
import type { Connection } from '@postern/wire';
import { hostileText } from './hostile.ts';
import type { LabServer } from './server.ts';
import { sharedStartTls } from './shared-habits.ts';
import { greetingDelay } from './traits.ts';
import type { GreetingTrait, StartTlsTrait } from './traits.ts';

const startTls: Readonly<Record<StartTlsTrait, StartTlsHabit>> = {
  ...sharedStartTls,
  refused: { type: 'refused', code: 502 },
  // RFC 3207 §4
  'refused-temporarily': { type: 'refused', code: 454, text: 'TLS not available due to temporary reason' },
};

const greetings: Readonly<Record<GreetingTrait, GreetingHabit>> = {
  ready: { type: 'ready' },
  delayed: { type: 'ready', delay: greetingDelay },
  // RFC 5321 §3.1, §3.8
  rejected: { type: 'refused', code: 554 },
  'rejected-temporarily': { type: 'refused', code: 421, text: 'too busy, try again later' },
  // SMTP knows no such thing.
  preauth: { type: 'ready' },
  hostile: { type: 'ready', text: hostileText },
};

/** SMTP on port 25, where nobody logs in, or submission, where everybody must (RFC 6409 §4.3). */
export function serveLabSmtp(
  protocol: 'smtp' | 'submission',
  connection: Connection,
  server: LabServer,
): Promise<void> {
  const { traits, auth } = server;
  return serveSmtp(connection, {
    domain: server.hostName,
    clock: server.clock,
    greeting: greetings[traits.greeting ?? 'ready'],
    startTls: startTls[traits.startTls ?? 'offered'],
    tls: server.tls,
    ...(protocol === 'submission' && { auth, requireAuth: true }),
  });
}
