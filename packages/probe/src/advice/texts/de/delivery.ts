import type { GroupTexts } from '../../text.ts';

/** Messages and mailboxes. */
export const delivery: GroupTexts<'delivery'> = {
  'sender-refused': {
    summary: 'Der Server nimmt die Absenderadresse nicht an[: {reply}].',
    cause: 'Sie gehört nicht zum Konto, oder das sendende Netz gilt für sie nicht als vertrauenswürdig.',
    action: 'Verwenden Sie die Adresse des Kontos als Absender.',
    scenes: {
      'mail-exchanger': {
        summary: '{Host} nimmt die Absenderadresse nicht an[: {reply}].',
        cause:
          'Ihre Domain gibt es nicht, oder sie nimmt keine Post an, oder dieses Netz darf nicht für sie senden.',
        action: 'Prüfen Sie die Adresse des Absenders und den SPF-Eintrag ihrer Domain.',
      },
    },
  },
  'recipient-refused': {
    summary: 'Der Server nimmt den Empfänger nicht an[: {reply}].',
    cause: 'Die Adresse gibt es nicht, oder der Server leitet ohne Anmeldung nichts weiter.',
    action:
      'Prüfen Sie die Adresse; bei einem Postausgangsserver auch, ob die Authentifizierung eingeschaltet ist.',
    scenes: {
      'mail-exchanger': {
        summary: '{Host} nimmt den Empfänger nicht an[: {reply}].',
        cause: 'Die Adresse gibt es nicht, oder der Server nimmt von hier keine Post für sie an.',
        action: 'Prüfen Sie die Adresse, und lesen Sie, was der Server selbst sagt.',
      },
    },
  },
  'message-refused': {
    summary: 'Der Server hat die Nachricht selbst abgelehnt[: {reply}].',
    cause: 'Er hielt sie für Spam, oder sie verstieß gegen eine Regel des Empfängers.',
    action: 'Lesen Sie, was der Server selbst sagt; meist nennt er die Regel.',
  },
  'size-exceeded': {
    summary: 'Die Nachricht ist dem Server zu groß.',
    cause:
      'Seine Obergrenze liegt unter der Größe der Nachricht samt Anhängen (die unterwegs um ein Drittel wachsen).',
    action: 'Senden Sie kleinere Anhänge oder einen Link.',
  },
  'needs-smtputf8': {
    summary: 'Die Adresse enthält Buchstaben, mit denen dieser Server nicht umgehen kann.',
    cause:
      'Adressen jenseits von ASCII brauchen die Erweiterung SMTPUTF8 (RFC 6531), und die bietet er nicht an.',
    action: 'Verwenden Sie eine Adresse ohne Umlaute und fremde Buchstaben.',
  },
  'needs-8bitmime': {
    summary: 'Die Nachricht enthält 8-Bit-Text, mit dem dieser Server nicht umgehen kann.',
    cause: 'Die Erweiterung 8BITMIME (RFC 6152) bietet er nicht an.',
    action: 'Kodieren Sie die Nachricht für 7 Bit; Mailprogramme tun das von selbst.',
  },
  'mailbox-in-use': {
    summary: 'Das Postfach ist gerade in einem anderen Programm geöffnet.',
    cause: 'POP3 lässt immer nur ein Programm herein (RFC 1939 §4).',
    action:
      'Schließen Sie das andere Programm, oder warten Sie einige Minuten. Mit IMAP gibt es diese Grenze nicht.',
  },
  'over-quota': {
    summary: 'Das Postfach ist voll.',
    cause: 'Der Speicherplatz des Kontos ist aufgebraucht.',
    action: 'Löschen Sie Mail (und leeren Sie den Papierkorb), oder besorgen Sie mehr Speicherplatz.',
  },
  'rate-limited': {
    summary: 'Der Server bittet um Geduld[: {reply}].',
    cause: 'Zu viele Verbindungen, Anmeldungen oder Nachrichten in kurzer Zeit.',
    action: 'Warten Sie einige Minuten, und rufen Sie seltener neue Mail ab.',
  },
};
