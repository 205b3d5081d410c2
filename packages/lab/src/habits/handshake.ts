import { mailPorts } from '../ports.ts';
import type { MailPort } from '../ports.ts';
import type { HandshakeHabit } from './habit-name.ts';
import type { Habit } from './habit.ts';
import { asPromised, refused, silent, speaking } from './outcomes.ts';
import { alert, sayNothing } from './script.ts';

const tlsPorts: readonly MailPort[] = [465, 993, 995];
const mixedPorts: readonly MailPort[] = [...tlsPorts, 587, 143];

/** RFC 8446 §6: `handshake_failure`, what OpenSSL sends when no cipher suite is shared. */
const HANDSHAKE_FAILURE = 40;
/** RFC 6066 §3: the server knows no such name. */
const UNRECOGNIZED_NAME = 112;

/** What goes wrong in the handshake itself, whatever the certificate. */
export const handshakeHabits: Readonly<Record<HandshakeHabit, Habit>> = {
  'tls-silent': {
    ports: tlsPorts,
    behaviour: () => ({ type: 'script', script: sayNothing }),
    outcomes: () => ({
      'implicit-tls': silent('timeout-tls-handshake'),
      starttls: silent('timeout-greeting'),
    }),
    lesson: {
      en: 'The server accepts the connection and never answers the TLS handshake.',
      de: 'Der Server nimmt die Verbindung an und antwortet nie auf den TLS-Handshake.',
    },
  },
  'tls-alert': {
    ports: tlsPorts,
    behaviour: () => ({ type: 'script', script: alert(UNRECOGNIZED_NAME) }),
    outcomes: () => speaking('implicit-tls', refused('tls-alert-unrecognized-name')),
    lesson: {
      en: 'The server speaks TLS, but knows no host of this name.',
      de: 'Der Server spricht TLS, kennt aber keinen Rechner dieses Namens.',
    },
  },
  'tls-too-old': {
    ports: mixedPorts,
    behaviour: (port) => ({ type: 'serve', method: mailPorts[port].method, handshake: 'too-old' }),
    outcomes: asPromised(refused('tls-version-too-old')),
    needsRealTls: true,
    lesson: {
      en: 'The server knows nothing newer than TLS 1.1, which no client should accept any more.',
      de: 'Der Server kennt nichts Neueres als TLS 1.1, das kein Programm mehr annehmen soll.',
    },
  },
  'tls-no-shared-cipher': {
    ports: tlsPorts,
    behaviour: () => ({ type: 'script', script: alert(HANDSHAKE_FAILURE) }),
    outcomes: () => speaking('implicit-tls', refused('tls-alert-handshake-failure')),
    lesson: {
      en: 'Server and client share no cipher suite; the server ends the handshake with an alert.',
      de: 'Server und Programm haben kein gemeinsames Verfahren; der Server bricht den Handshake ab.',
    },
  },
  'tls-client-certificate': {
    ports: mixedPorts,
    behaviour: (port) => ({ type: 'serve', method: mailPorts[port].method, handshake: 'client-certificate' }),
    outcomes: asPromised(refused('tls-client-cert-required')),
    lesson: {
      en: 'The server lets in only clients with a certificate of their own.',
      de: 'Der Server lässt nur Programme mit einem eigenen Zertifikat herein.',
    },
  },
};
