import { mailPorts } from '../ports.ts';
import type { MailPort } from '../ports.ts';
import type { Traits } from '../servers/traits.ts';
import { goodServer } from './connection.ts';
import type { DialogueHabit } from './habit-name.ts';
import type { Behaviour, Habit } from './habit.ts';
import { asPromised, works } from './outcomes.ts';

const ports: readonly MailPort[] = [465, 587, 993, 143, 995, 110];

function withTraits(traits: Traits): (port: MailPort) => Behaviour {
  return (port) => ({ type: 'serve', method: mailPorts[port].method, traits });
}

/** What the server does once everything before it went well. */
export const dialogueHabits: Readonly<Record<DialogueHabit, Habit>> = {
  'byte-by-byte': {
    ports,
    behaviour: (port) => ({ type: 'serve', method: mailPorts[port].method, delivery: 'byte-by-byte' }),
    outcomes: asPromised(works),
    lesson: {
      en: 'Every reply arrives byte by byte; everything works all the same.',
      de: 'Jede Antwort kommt Byte für Byte an; trotzdem funktioniert alles.',
    },
  },
  'oauth-only': {
    // POP3 has no way to say that USER and PASS are in vain.
    ports: [465, 587, 993, 143],
    behaviour: withTraits({ mechanisms: ['XOAUTH2', 'OAUTHBEARER'], refusesPasswords: true }),
    outcomes: asPromised(works),
    login: 'oauth-required',
    lesson: {
      en: 'The server takes no passwords at all; the program has to sign in by OAuth2.',
      de: 'Der Server nimmt gar keine Passwörter; das Programm muss sich mit OAuth2 anmelden.',
    },
  },
  'login-inside-tls-only': {
    ports: [587, 143, 110],
    behaviour: goodServer,
    outcomes: asPromised(works),
    lesson: {
      en: 'The server lets nobody log in before TLS: a program set to “no encryption” fails here.',
      de: 'Der Server lässt vor TLS niemanden herein: Ein Programm „ohne Verschlüsselung“ scheitert hier.',
    },
  },
  'password-refused': {
    ports,
    behaviour: withTraits({ refusesPasswords: true }),
    outcomes: asPromised(works),
    login: 'auth-failed',
    lesson: {
      en: 'Connection and TLS are fine; the password is refused.',
      de: 'Verbindung und TLS sind in Ordnung; das Passwort wird abgelehnt.',
    },
  },
};
