import { mailPorts } from '../ports.ts';
import type { MailPort } from '../ports.ts';
import type { ConnectionHabit } from './habit-name.ts';
import type { Behaviour, Habit } from './habit.ts';
import { asPromised, both, refused, silent, speaking, works, unknown } from './outcomes.ts';
import { close, resetSoon, sayNothing } from './script.ts';

const allPorts: readonly MailPort[] = [465, 587, 993, 143, 995, 110];

/** A good server that begins TLS as its port promises. */
export function goodServer(port: MailPort): Behaviour {
  return { type: 'serve', method: mailPorts[port].method };
}

/** What becomes of a connection, before any protocol. */
export const connectionHabits: Readonly<Record<ConnectionHabit, Habit>> = {
  works: {
    ports: [25, ...allPorts],
    behaviour: goodServer,
    outcomes: asPromised(works),
    lesson: {
      en: 'Everything works, each port by the method that belongs to it.',
      de: 'Alles funktioniert, jeder Port mit der Methode, die zu ihm gehört.',
    },
  },
  refused: {
    ports: allPorts,
    behaviour: () => ({ type: 'refused' }),
    outcomes: () => both(refused('connection-refused')),
    lesson: {
      en: 'Nobody listens on these ports, and the host says so at once.',
      de: 'Auf diesen Ports lauscht niemand, und der Rechner sagt das sofort.',
    },
  },
  swallowed: {
    ports: allPorts,
    behaviour: () => ({ type: 'swallowed' }),
    outcomes: () => both(silent('timeout-connect')),
    lesson: {
      en: 'A firewall swallows every connection request: nothing ever comes back.',
      de: 'Eine Firewall verschluckt jeden Verbindungswunsch: Es kommt nie etwas zurück.',
    },
  },
  unreachable: {
    ports: allPorts,
    behaviour: () => ({ type: 'unreachable' }),
    outcomes: () => both(unknown('unreachable')),
    lesson: {
      en: 'A router answers that there is no way to this host.',
      de: 'Ein Router antwortet, dass kein Weg zu diesem Rechner führt.',
    },
  },
  'silent-after-accept': {
    ports: [587, 143, 110],
    behaviour: () => ({ type: 'script', script: sayNothing }),
    outcomes: () => ({
      'implicit-tls': silent('timeout-tls-handshake'),
      starttls: silent('timeout-greeting'),
    }),
    lesson: {
      en: 'The server accepts the connection and never says a word, with TLS or without.',
      de: 'Der Server nimmt die Verbindung an und sagt nie ein Wort, weder mit TLS noch ohne.',
    },
  },
  'closed-after-accept': {
    ports: allPorts,
    behaviour: () => ({ type: 'script', script: close }),
    outcomes: () => ({
      'implicit-tls': refused('closed-during-tls'),
      starttls: refused('closed-before-greeting'),
    }),
    lesson: {
      en: 'The server accepts the connection and closes it again without a word.',
      de: 'Der Server nimmt die Verbindung an und schließt sie wortlos wieder.',
    },
  },
  'reset-after-accept': {
    ports: allPorts,
    behaviour: () => ({ type: 'script', script: resetSoon }),
    outcomes: () => ({
      'implicit-tls': refused('reset-during-tls'),
      starttls: refused('reset-before-greeting'),
    }),
    lesson: {
      en: 'The connection is broken off right after it was accepted, as some firewalls do.',
      de: 'Die Verbindung wird gleich nach der Annahme abgebrochen, wie es manche Firewalls tun.',
    },
  },
  'plaintext-on-tls-port': {
    ports: [465, 993, 995],
    behaviour: () => ({ type: 'serve', method: 'starttls' }),
    outcomes: () => speaking('starttls', works),
    lesson: {
      en: 'The ports for TLS from the first octet greet in plaintext: here STARTTLS is the right choice.',
      de: 'Die Ports für TLS ab dem ersten Byte grüßen im Klartext: Hier ist STARTTLS die richtige Wahl.',
    },
  },
  'tls-on-plaintext-port': {
    ports: [587, 143, 110],
    behaviour: () => ({ type: 'serve', method: 'implicit-tls' }),
    outcomes: () => speaking('implicit-tls', works),
    lesson: {
      en: 'The ports for STARTTLS wait for TLS from the first octet: here SSL/TLS is the right choice.',
      de: 'Die Ports für STARTTLS erwarten TLS ab dem ersten Byte: Hier ist SSL/TLS die richtige Wahl.',
    },
  },
};
