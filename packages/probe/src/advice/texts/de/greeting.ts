import type { GroupTexts } from '../../text.ts';

/** What the server says first, or does not. */
export const greeting: GroupTexts<'greeting'> = {
  'timeout-greeting': {
    summary: '{Host} hat die Verbindung auf {portD} angenommen und dann geschwiegen[ ({waited} lang)].',
    cause:
      'Der Server ist überlastet, oder ein Gerät auf dem Weg nimmt Verbindungen an seiner Stelle an. Einen Server, der nur auf den Beginn der Verschlüsselung wartet, hätte die Prüfung erkannt.',
    action: '[Verwenden Sie {other}, das funktioniert.|Versuchen Sie es später oder aus einem anderen Netz.]',
  },
  'closed-before-greeting': {
    summary: '{Host} hat die Verbindung auf {portD} wortlos beendet.',
    cause:
      'Das tun Server, die Ihre Adresse sperren oder denen es zu viele Verbindungen werden, und Firewalls, die vor ihnen stehen.',
    action:
      '[Verwenden Sie {other}, das funktioniert.|Warten Sie einige Minuten, oder versuchen Sie ein anderes Netz.]',
  },
  'reset-before-greeting': {
    summary: 'Die Verbindung zu {portD} wurde gekappt, bevor der Server etwas sagte.',
    cause:
      'Eine Firewall oder der Server selbst hat sie zurückgesetzt: eine Sperrliste, eine Obergrenze für Verbindungen oder ein Filter für Mailports.',
    action:
      '[Verwenden Sie {other}, das funktioniert.|Warten Sie einige Minuten, oder versuchen Sie ein anderes Netz.]',
  },
  'greeting-rejected': {
    summary: '{Host} hat die Verbindung schon bei der Begrüßung abgewiesen[: {reply}].',
    cause:
      'Meist steht die Adresse Ihres Internetanschlusses auf einer Sperrliste, oder dieser Server nimmt gar keine Mail an.',
    action:
      'Lesen Sie, was der Server selbst sagt. Versuchen Sie ein anderes Netz; bleibt es dabei, fragen Sie den Anbieter.',
  },
  'greeting-rejected-temporarily': {
    summary: '{Host} kann Sie im Augenblick nicht bedienen[: {reply}].',
    cause: 'Er ist überlastet, wird gewartet, oder begrenzt, wie oft Sie sich verbinden dürfen.',
    action: 'Versuchen Sie es in einigen Minuten noch einmal.',
  },
  'wrong-protocol': {
    summary:
      '[Auf {portD} antwortet {seen}, nicht der erwartete Maildienst.|Auf {portD} antwortet etwas anderes als der erwartete Maildienst.]',
    cause: 'Port oder Servername gehören zu einem anderen Dienst.',
    action:
      'Prüfen Sie Servernamen und Port; vielleicht sind Posteingangs- und Postausgangsserver vertauscht.',
  },
};

/** The port works, but with the other method. */
export const mismatch: GroupTexts<'mismatch'> = {
  'plaintext-on-tls-port': {
    summary: 'Der Server hat auf {portD} im Klartext geantwortet.',
    cause:
      'Dieser Port beginnt unverschlüsselt und schaltet danach um; angesprochen wurde er aber mit Verschlüsselung von Anfang an.',
    action: 'Wählen Sie {starttls}[ oder Port {implicitPort} mit {implicit}].',
    scenes: {
      'elsewhere-works': {
        action: 'Wählen Sie für diesen Port {starttls}[, oder verwenden Sie {elsewhere}; das funktioniert].',
      },
      'mail-exchanger': {
        action:
          'Bei Port 25 ist nichts zu tun: Er verwendet STARTTLS. Ein Klartextdienst auf Port 465 ist ein Fehler des Betreibers.',
      },
    },
  },
  'tls-on-plaintext-port': {
    summary: 'Der Server schweigt auf {portD}, weil er auf den Beginn der Verschlüsselung wartet.',
    cause:
      'Dieser Port spricht vom ersten Byte an verschlüsselt; die Verbindung begann aber, wie bei STARTTLS üblich, im Klartext.',
    action: 'Wählen Sie für diesen Port {implicit}[, oder verwenden Sie {elsewhere}].',
    scenes: {
      'mail-exchanger': {
        action:
          'Port 25 muss im Klartext beginnen (RFC 3207); der Betreiber hat ihn mit einem verschlüsselten Dienst belegt.',
      },
    },
  },
};
