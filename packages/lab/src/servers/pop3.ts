import { memoryMaildrop, servePop3 } from '@postern/pop3/server';
import type { GreetingHabit, StartTlsHabit } from '@postern/pop3/server';
import type { Connection } from '@postern/wire';
import { hostileText } from './hostile.ts';
import type { LabServer } from './server.ts';
import type { GreetingTrait, StartTlsTrait } from './traits.ts';
import { welcomeMessage } from './welcome.ts';

const startTls: Readonly<Record<StartTlsTrait, StartTlsHabit>> = {
  offered: 'offered',
  absent: 'absent',
  stripped: 'stripped',
  masked: 'masked',
  refused: 'refused',
  // POP3 has no word for it that clients read here: a refusal is a refusal.
  'refused-temporarily': 'refused',
  injected: 'injected',
  'then-silent': 'silent-after-go-ahead',
  'then-closed': 'close-after-go-ahead',
};

const greetings: Readonly<Record<GreetingTrait, GreetingHabit>> = {
  ready: 'normal',
  rejected: 'refused',
  'rejected-temporarily': 'refused-temporarily',
  preauth: 'normal',
  hostile: 'normal',
};

/** POP3, with one message for everybody. */
export function serveLabPop3(connection: Connection, server: LabServer): Promise<void> {
  const { traits, hostName } = server;
  return servePop3(connection, {
    clock: server.clock,
    name: traits.greeting === 'hostile' ? hostileText : `${hostName} ready`,
    greeting: greetings[traits.greeting ?? 'ready'],
    startTls: startTls[traits.startTls ?? 'offered'],
    tls: server.tls,
    authenticate: server.authenticate,
    ...(traits.mechanisms && { mechanisms: traits.mechanisms }),
    maildrop: () => memoryMaildrop([welcomeMessage(hostName)]),
  });
}
