import type { Lang } from '../report/explanation.ts';

/** The misunderstandings between the words of mail programs and the two methods. */
export type ConfusionName =
  | 'tls-means-starttls'
  | 'ssl-is-modern'
  | 'when-not-how-strong'
  | 'automatic-port'
  | 'password-is-not-connection'
  | 'wrong-pairs'
  | 'not-possible-here'
  | 'accept-all-certificates'
  | 'automatic-settings'
  | 'port-decides'
  | 'unusual-port'
  | 'browser-login';

/** Each misunderstanding, cleared up in one or two sentences. */
export const confusions: Readonly<Record<ConfusionName, Readonly<Record<Lang, string>>>> = {
  'tls-means-starttls': {
    en: 'In Outlook up to 2016 and in Thunderbird 2, “TLS” means STARTTLS: the connection begins unencrypted and then switches. For encryption from the first byte these programs say “SSL”.',
    de: 'In Outlook bis 2016 und in Thunderbird 2 bedeutet „TLS“ STARTTLS: Die Verbindung beginnt unverschlüsselt und schaltet dann um. Verschlüsselung von Anfang an heißt dort „SSL“.',
  },
  'ssl-is-modern': {
    en: '“SSL” is only the old word for encryption from the first byte. What is spoken is modern TLS all the same.',
    de: '„SSL“ ist nur das alte Wort für Verschlüsselung von Anfang an. Gesprochen wird trotzdem heutiges TLS.',
  },
  'when-not-how-strong': {
    en: '“SSL/TLS” and “STARTTLS” differ in when the encryption begins, not in how strong it is.',
    de: '„SSL/TLS“ und „STARTTLS“ unterscheiden sich darin, wann die Verschlüsselung beginnt, nicht darin, wie stark sie ist.',
  },
  'automatic-port': {
    en: 'Outlook changes the port of the incoming server by itself when you choose the encryption, but not that of the outgoing server. Check both port numbers at the end.',
    de: 'Outlook ändert den Port des Posteingangsservers von selbst, wenn Sie die Verschlüsselung wählen, den des Postausgangsservers aber nicht. Prüfen Sie zum Schluss beide Portnummern.',
  },
  'password-is-not-connection': {
    en: 'Leave “Secure Password Authentication (SPA)” or “Encrypted password” off. They concern only how the password is sent, not the connection, and most providers do not support them.',
    de: 'Lassen Sie „Gesicherte Kennwortauthentifizierung (SPA)“ oder „Verschlüsseltes Passwort“ ausgeschaltet. Das betrifft nur die Übertragung des Passworts, nicht die Verbindung, und die meisten Anbieter unterstützen es nicht.',
  },
  'wrong-pairs': {
    en: 'The two classical mistakes are “SSL” with port 587 and “STARTTLS” with port 465. Correct is: SSL/TLS with 465, 993 and 995; STARTTLS with 587, 143 and 110.',
    de: 'Die beiden klassischen Fehler sind „SSL“ mit Port 587 und „STARTTLS“ mit Port 465. Richtig ist: SSL/TLS mit 465, 993 und 995; STARTTLS mit 587, 143 und 110.',
  },
  'not-possible-here': {
    en: 'This method is not possible in this program: its dialog has no entry for it.',
    de: 'Dieses Verfahren ist in diesem Programm nicht möglich: Der Dialog kennt es nicht.',
  },
  'accept-all-certificates': {
    en: 'Never choose an entry with “Accept all certificates”, and never continue without SSL: then anyone on the way can read your password.',
    de: 'Wählen Sie nie einen Eintrag mit „Alle Zertifikate akzeptieren“, und fahren Sie nie ohne SSL fort: Dann kann jeder auf dem Weg Ihr Passwort lesen.',
  },
  'automatic-settings': {
    en: 'Switch off “Automatically manage connection settings”. It tries ports and methods by itself and may switch the encryption off.',
    de: 'Schalten Sie „Verbindungseinstellungen automatisch verwalten“ aus. Das Programm probiert sonst Ports und Verfahren durch und schaltet die Verschlüsselung womöglich ab.',
  },
  'port-decides': {
    en: 'There is only one switch for encryption; the port number decides which method is used. So type the port exactly.',
    de: 'Für die Verschlüsselung gibt es nur einen Schalter; welches Verfahren verwendet wird, entscheidet die Portnummer. Geben Sie den Port deshalb genau ein.',
  },
  'unusual-port': {
    en: 'This port is unusual for the method, but it was seen to work just like that. Type it exactly, and do not let the program replace it.',
    de: 'Dieser Port ist für das Verfahren ungewöhnlich, funktioniert aber nachweislich genau so. Geben Sie ihn genau ein, und lassen Sie ihn nicht vom Programm ersetzen.',
  },
  'browser-login': {
    en: 'This provider accepts no ordinary password: log in on its web page when the program opens it, or create an app password there.',
    de: 'Dieser Anbieter nimmt kein gewöhnliches Passwort an: Melden Sie sich auf seiner Webseite an, wenn das Programm sie öffnet, oder legen Sie dort ein App-Passwort an.',
  },
};
