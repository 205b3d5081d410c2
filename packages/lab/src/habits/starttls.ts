import type { Reason } from '@postern/wire';
import type { LabText, Outcome } from '../endpoint.ts';
import type { MailPort } from '../ports.ts';
import type { StartTlsTrait } from '../servers/traits.ts';
import type { StartTlsHabit } from './habit-name.ts';
import type { Habit } from './habit.ts';
import { asPromised, refused, silent } from './outcomes.ts';

function habit(trait: StartTlsTrait, own: Outcome, ports: readonly MailPort[], lesson: LabText): Habit {
  return {
    ports,
    behaviour: () => ({ type: 'serve', method: 'starttls', traits: { startTls: trait } }),
    outcomes: asPromised(own),
    lesson,
  };
}

const ports: readonly MailPort[] = [25, 587, 143, 110];
const notOffered: Reason = 'starttls-not-offered';

/** What becomes of STARTTLS (RFC 3207, RFC 9051 §6.2.1, RFC 2595 §4). */
export const startTlsHabits: Readonly<Record<StartTlsHabit, Habit>> = {
  'starttls-not-offered': habit('absent', refused(notOffered), ports, {
    en: 'The server does not know STARTTLS.',
    de: 'Der Server kennt kein STARTTLS.',
  }),
  'starttls-stripped': habit('stripped', refused(notOffered), ports, {
    en: 'A device on the way took STARTTLS out of the list, to keep the connection readable.',
    de: 'Ein Gerät auf dem Weg hat STARTTLS aus der Liste entfernt, um mitlesen zu können.',
  }),
  'starttls-masked': habit('masked', refused('starttls-masked'), ports, {
    en: 'A device on the way overwrote STARTTLS with X; it is visible that something was there.',
    de: 'Ein Gerät auf dem Weg hat STARTTLS mit X überschrieben; man sieht noch, dass dort etwas stand.',
  }),
  'starttls-refused': habit('refused', refused('starttls-refused'), ports, {
    en: 'The server offers STARTTLS and then refuses it.',
    de: 'Der Server bietet STARTTLS an und lehnt es dann ab.',
  }),
  'starttls-refused-temporarily': habit(
    'refused-temporarily',
    refused('starttls-refused-temporarily'),
    ports,
    {
      en: 'The server offers STARTTLS, but has no TLS at the moment.',
      de: 'Der Server bietet STARTTLS an, hat aber im Moment kein TLS.',
    },
  ),
  'starttls-injected': habit('injected', refused('plaintext-after-starttls'), ports, {
    en: 'Somebody put plaintext behind the go-ahead of STARTTLS, to have it taken for protected.',
    de: 'Jemand hat hinter die Zusage für STARTTLS Klartext gesetzt, damit er als geschützt gilt.',
  }),
  'starttls-then-silent': habit('then-silent', silent('timeout-tls-handshake'), ports, {
    en: 'The server agrees to STARTTLS and then falls silent.',
    de: 'Der Server stimmt STARTTLS zu und verstummt dann.',
  }),
  'starttls-then-closed': habit('then-closed', refused('closed-during-tls'), ports, {
    en: 'The server agrees to STARTTLS and then closes the connection.',
    de: 'Der Server stimmt STARTTLS zu und schließt dann die Verbindung.',
  }),
};
