import { memoryMaildrop, servePop3 } from '@postern/pop3/server';
import type { GreetingHabit, StartTlsHabit } from '@postern/pop3/server';
import type { Connection } from '@postern/wire';
import { hostileText } from './hostile.ts';
import type { LabServer } from './server.ts';
import { sharedStartTls } from './shared-habits.ts';
import { greetingDelay } from './traits.ts';
import type { GreetingTrait, StartTlsTrait } from './traits.ts';
import { welcomeMessage } from './welcome.ts';

const startTls: Readonly<Record<StartTlsTrait, StartTlsHabit>> = {
  ...sharedStartTls,
  refused: { type: 'refused' },
  // RFC 3206 §4
  'refused-temporarily': { type: 'refused', code: 'SYS/TEMP' },
};

const greetings: Readonly<Record<GreetingTrait, GreetingHabit>> = {
  ready: { type: 'ready' },
  delayed: { type: 'ready', delay: greetingDelay },
  rejected: { type: 'refused' },
  'rejected-temporarily': { type: 'refused', code: 'SYS/TEMP', text: 'too busy, try again later' },
  // POP3 knows no such thing.
  preauth: { type: 'ready' },
  hostile: { type: 'ready', text: hostileText },
};

/** POP3, with one message for everybody. */
export function serveLabPop3(connection: Connection, server: LabServer): Promise<void> {
  const { traits, hostName, auth } = server;
  return servePop3(connection, {
    clock: server.clock,
    greeting: greetings[traits.greeting ?? 'ready'],
    startTls: startTls[traits.startTls ?? 'offered'],
    tls: server.tls,
    auth,
    maildrop: () => memoryMaildrop([welcomeMessage(hostName)]),
  });
}
