import { serveSmtp } from '@postern/smtp/server';
import type { ServeSmtpOptions, StartTlsHabit } from '@postern/smtp/server';
import type { Connection } from '@postern/wire';
import { hostileText } from './hostile.ts';
import type { LabServer } from './server.ts';
import type { GreetingTrait, StartTlsTrait } from './traits.ts';

const startTls: Readonly<Record<StartTlsTrait, StartTlsHabit>> = {
  offered: { type: 'offered' },
  absent: { type: 'absent' },
  stripped: { type: 'absent', accepts: true },
  masked: { type: 'masked' },
  refused: { type: 'refused', code: 502 },
  'refused-temporarily': { type: 'refused', code: 454, text: 'TLS not available due to temporary reason' },
  injected: { type: 'injected' },
  'then-silent': { type: 'silent' },
  'then-closed': { type: 'closes', after: 'go-ahead' },
};

function greeting(trait: GreetingTrait): NonNullable<ServeSmtpOptions['greeting']> {
  switch (trait) {
    case 'rejected':
      return { type: 'refused', code: 554 };
    case 'rejected-temporarily':
      return { type: 'refused', code: 421, text: 'too busy, try again later' };
    case 'hostile':
      return { type: 'ready', text: hostileText };
    case 'ready':
    case 'preauth':
      return { type: 'ready' };
  }
}

/** SMTP on port 25, where nobody logs in, or submission, where everybody must (RFC 6409 §4.3). */
export function serveLabSmtp(
  protocol: 'smtp' | 'submission',
  connection: Connection,
  server: LabServer,
): Promise<void> {
  const { traits, authenticate } = server;
  const auth = { authenticate, ...(traits.mechanisms && { mechanisms: traits.mechanisms }) };
  return serveSmtp(connection, {
    domain: server.hostName,
    clock: server.clock,
    greeting: greeting(traits.greeting ?? 'ready'),
    startTls: startTls[traits.startTls ?? 'offered'],
    tls: server.tls,
    ...(protocol === 'submission' && { auth, requireAuth: true }),
  });
}
