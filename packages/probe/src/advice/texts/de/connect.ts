import type { GroupTexts } from '../../text.ts';

/** The way to the server. */
export const connect: GroupTexts<'connect'> = {
  'connection-refused': {
    summary: '{Host} lehnt {portA} ab: Dieses Verfahren bietet er nicht an.',
    cause:
      'Der Rechner hat sofort geantwortet, dass auf {portD} niemand zuhört; seltener antwortet eine Firewall an seiner Stelle.',
    action:
      '[Verwenden Sie {other}, das funktioniert. ]Vergleichen Sie Servernamen und Port mit der Anleitung Ihres Anbieters.',
    scenes: {
      'elsewhere-works': { action: 'Verwenden Sie {other}, das funktioniert.' },
      'mail-exchanger': {
        summary: '{Host} nimmt auf {portD} keine Verbindung an.',
        cause:
          'Dort läuft kein Dienst. Auf Port 465 ist das bei einem Server, der Mail für eine Domain annimmt, normal; auf Port 25 kommt dann keine Mail an.',
        action:
          'Port 25: Der Betreiber muss den Mailserver starten oder den Port öffnen. Port 465: Es ist nichts zu tun.',
      },
    },
  },
  'timeout-connect': {
    summary:
      '{Port} antwortet nicht (Zeitüberschreitung[ nach {waited}]): vermutlich durch eine Firewall gesperrt.',
    cause:
      'Verbindungsversuche verschwinden ohne jede Antwort. So sperren Firewalls, Internetanbieter und Virenscanner einen Port; ein ausgeschalteter Server sieht genauso aus.',
    action:
      'Versuchen Sie einen anderen Port oder ein anderes Netz, zum Beispiel den Hotspot Ihres Handys. Klappt es dort, liegt die Sperre in Ihrem Netz.',
    scenes: {
      'elsewhere-works': {
        summary:
          '{Port} ist unterwegs gesperrt: keine Antwort[ innerhalb von {waited}]. {Other} funktioniert.',
        cause:
          'Verbindungsversuche zu {portD} verschwinden, während ein anderer Port antwortet. Der Server läuft also; eine Firewall auf dem Weg verschluckt diesen Port.',
        action: 'Verwenden Sie {other}. Ihre Mail ist damit genauso gut geschützt.',
      },
      'everything-silent': {
        summary: 'Kein Port irgendeines Mailservers antwortet; {port} ist nur einer davon.',
        cause:
          'Wenn alle Ports aller Server schweigen, liegt die Sperre höchstwahrscheinlich bei Ihnen: eine Firewall oder ein Virenscanner auf diesem Rechner, oder ein Netz, das keine Mail durchlässt (Gäste-WLAN, Firma, VPN).',
        action:
          'Schalten Sie zum Test die Mailprüfung Ihres Virenscanners aus, prüfen Sie Firewall und VPN, oder versuchen Sie ein anderes Netz. An Ihren Zugangsdaten liegt es nicht.',
      },
      'only-port-25': {
        summary: 'Port 25 antwortet aus diesem Netz nicht.',
        cause:
          'Die meisten Internetanbieter sperren ausgehende Verbindungen zu Port 25, um Spam von befallenen Rechnern zu verhindern. Ihn nutzen Server untereinander; Mailprogramme brauchen Port 465 oder 587.',
        action:
          'Für ein Mailkonto ist nichts zu tun. Wenn Sie Port 25 selbst prüfen wollen, tun Sie das von einem Server im Internet aus.',
      },
      'mail-exchanger': {
        summary: '{Host} antwortet auf {portD} nicht (Zeitüberschreitung[ nach {waited}]).',
        cause:
          'Entweder verschluckt eine Firewall auf dem Weg {portA} (Heim- und Firmennetze sperren 25 oft), oder der Server ist ausgefallen oder filtert den Port.',
        action:
          'Prüfen Sie von einem Server im Internet aus, bevor Sie Schlüsse ziehen. Für den Empfang von Mail ist Port 465 nicht nötig.',
      },
    },
  },
  unreachable: {
    summary: 'Zu {hostD} führt kein Weg.',
    cause:
      'Ein Router hat gemeldet, dass Netz oder Rechner nicht erreichbar sind. Oft betrifft das nur eine Adressfamilie: Der Name hat eine IPv6-Adresse, Ihr Netz aber kein IPv6, oder ein VPN hat den Weg abgeschnitten.',
    action:
      'Das ist ein Netzproblem und liegt nicht an Ihren Zugangsdaten. Prüfen Sie Verbindung und VPN, oder versuchen Sie ein anderes Netz.',
  },
  prohibited: {
    summary: 'Dieser Rechner selbst verbietet die Verbindung zu {portD}.',
    cause:
      'Eine örtliche Regel (Firewall, Sicherheitsprogramm, Container) hat die Verbindung abgelehnt, bevor ein Paket hinausging.',
    action:
      'Erlauben Sie in der Firewall oder im Sicherheitsprogramm dieses Rechners Verbindungen zu {portD}.',
  },
  'local-block': {
    summary: 'Ihr eigenes Netz sperrt {portA}.',
    cause:
      'Auf {portD} schweigen auch Server in mehreren anderen Netzen, die nichts miteinander zu tun haben, während andere Ports derselben Server antworten. Die Sperre liegt also auf Ihrer Seite: in diesem Netz oder bei dessen Anbieter.',
    action:
      '[Verwenden Sie {other}, das funktioniert.|Fragen Sie den Betreiber des Netzes, oder wechseln Sie das Netz.]',
  },
  'connect-failed': {
    summary: 'Aus ungewöhnlichem Grund kam keine Verbindung zu {hostD} zustande.',
    cause: 'Das Betriebssystem hat einen Fehler gemeldet, der weder „abgelehnt“ noch „keine Antwort“ heißt.',
    action: 'Versuchen Sie es noch einmal; bleibt es dabei, hilft der Fehlercode im ausführlichen Bericht.',
  },
};
