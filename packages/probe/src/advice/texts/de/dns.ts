import type { GroupTexts } from '../../text.ts';

/** Names and their records. */
export const dns: GroupTexts<'dns'> = {
  'dns-nxdomain': {
    summary: 'Den Namen[ {hostName}] gibt es nicht.',
    cause:
      'Das sagt das Namenssystem (DNS) ausdrücklich; Ihr Netz ist also in Ordnung. Der Name ist vertippt, oder er war nur geraten.',
    action: 'Prüfen Sie die Schreibweise des Namens.',
  },
  'dns-nodata': {
    summary: 'Den Namen[ {hostName}] gibt es, aber er hat keine Adresse.',
    cause: 'Zu ihm gibt es keinen A- oder AAAA-Eintrag, also steht kein Server dahinter.',
    action: 'Prüfen Sie den Servernamen; stimmt er, muss der Betreiber eine Adresse eintragen.',
  },
  'dns-servfail': {
    summary: 'Der DNS-Server konnte den Namen[ {hostName}] nicht nachschlagen.',
    cause:
      'Die Nameserver der Domain antworten nicht, oder ihre Antworten bestehen die DNSSEC-Prüfung nicht. Ob es den Namen gibt, ist damit nicht gesagt.',
    action:
      'Versuchen Sie es später oder über einen anderen DNS-Server. Bleibt es dabei, muss der Betreiber der Domain handeln.',
  },
  'dns-bogus': {
    summary: 'Die DNS-Antwort[ zu {hostName}] ist gefälscht oder falsch signiert.',
    cause:
      'Die Domain ist mit DNSSEC geschützt, und die Signatur passt nicht: meist ist sie beim Betreiber abgelaufen, selten ist es ein Angriff.',
    action: 'Umgehen Sie das nicht. Der Betreiber der Domain muss die Signaturen erneuern.',
  },
  'dns-refused': {
    summary: 'Der DNS-Server verweigert die Antwort.',
    cause: 'Er ist für dieses Netz nicht zuständig oder sperrt den Namen.',
    action: 'Verwenden Sie den DNS-Server Ihres Netzes oder Anbieters.',
  },
  'dns-formerr': {
    summary: 'Der DNS-Server hat die Frage nicht verstanden.',
    cause:
      'Ein alter oder fehlerhafter DNS-Server oder Router kommt mit heutigen Anfragen (EDNS) nicht zurecht.',
    action: 'Verwenden Sie einen anderen DNS-Server, oder aktualisieren Sie den Router.',
  },
  'dns-notimp': {
    summary: 'Der DNS-Server kennt diese Art von Frage nicht.',
    cause: 'Einfache Weiterleiter, wie sie oft in Routern stecken, kennen nur wenige Arten von Einträgen.',
    action: 'Verwenden Sie einen anderen DNS-Server.',
  },
  'dns-unreachable': {
    summary: 'Der DNS-Server ist nicht erreichbar.',
    cause: 'Das Netz ist ausgefallen, oder die eingestellte Adresse des DNS-Servers ist falsch.',
    action: 'Prüfen Sie die Netzverbindung und die DNS-Einstellungen dieses Rechners.',
  },
  'dns-timeout': {
    summary: 'Der DNS-Server hat nicht geantwortet[ ({waited} gewartet)].',
    cause: 'Das Netz ist ausgefallen oder sehr langsam, oder eine Firewall sperrt DNS.',
    action:
      'Prüfen Sie die Netzverbindung und versuchen Sie es noch einmal. Der Mailserver wurde noch gar nicht gefragt.',
  },
  'dns-malformed': {
    summary: 'Die DNS-Antwort war nicht lesbar.',
    cause:
      'Sie verstößt gegen die Regeln des Protokolls: ein fehlerhafter Server, oder ein Gerät auf dem Weg, das DNS verändert.',
    action: 'Verwenden Sie einen anderen DNS-Server.',
  },
  'dns-cname-loop': {
    summary: 'Der Name[ {hostName}] führt zu sich selbst zurück.',
    cause: 'Seine Verweise (CNAME-Einträge) bilden einen Kreis oder eine Kette ohne Ende.',
    action: 'Der Betreiber der Domain muss die Einträge berichtigen.',
  },
  'dns-bad-name': {
    summary: 'Diesen Namen kann das DNS nicht nachschlagen[: {hostName}].',
    cause: 'Ein Teil davon ist leer, zu lang oder enthält Zeichen, die in keinem Namen stehen dürfen.',
    action: 'Prüfen Sie die Schreibweise.',
  },
  'null-mx': {
    summary: 'Die Domain[ {domain}] erklärt, dass sie keine Mail annimmt.',
    cause:
      'Sie veröffentlicht einen „Null-MX“-Eintrag (RFC 7505): Adressen dieser Domain können nichts empfangen. Senden ist unter Umständen trotzdem möglich.',
    action: 'Prüfen Sie den Teil der Adresse hinter dem @.',
    scenes: {
      'mail-exchanger': {
        cause:
          'Sie veröffentlicht einen „Null-MX“-Eintrag (RFC 7505): Adressen dieser Domain können nichts empfangen.',
      },
    },
  },
  'mx-is-address': {
    summary: 'Im MX-Eintrag steht eine IP-Adresse statt eines Servernamens.',
    cause: 'Das ist nicht erlaubt (RFC 5321 §5.1): Manche Absender kommen damit zurecht, viele nicht.',
    action: 'Der Betreiber der Domain muss dort einen Servernamen eintragen.',
  },
  'mx-loop': {
    summary: 'Die MX-Einträge führen zum sendenden Server zurück.',
    cause: 'Der beste Mailserver der Domain ist eben dieser Server, er fühlt sich aber nicht zuständig.',
    action:
      'Berichtigen Sie die MX-Einträge, oder teilen Sie dem Mailserver mit, dass die Domain ihm gehört.',
  },
  'srv-not-offered': {
    summary: 'Die Domain erklärt, dass sie diesen Dienst nicht anbietet.',
    cause: 'Ihr SRV-Eintrag hat das Ziel „.“; das bedeutet „nicht verfügbar“ (RFC 2782).',
    action: 'Verwenden Sie einen anderen Dienst, zum Beispiel IMAP statt POP3.',
  },
  'srv-bad-port': {
    summary: 'Der SRV-Eintrag nennt einen unmöglichen Port.',
    cause: 'Der Eintrag der Domain ist fehlerhaft.',
    action:
      'Der Betreiber der Domain muss ihn berichtigen; tragen Sie die Einstellungen so lange von Hand ein.',
  },
  'srv-other-domain': {
    summary: 'Die Einstellungen verweisen auf einen Server in einer anderen Domain[: {hostName}].',
    cause:
      'Das ist üblich, wenn ein Anbieter die Mail verwaltet. Ohne DNSSEC könnte es aber auch jemand gewesen sein, der DNS-Antworten fälscht.',
    action:
      'Vergewissern Sie sich, dass dieser Server Ihrem Anbieter gehört, bevor Sie ein Passwort eingeben.',
  },
  'ad-untrusted': {
    summary: 'Auf den DNSSEC-Vermerk der Antwort ist kein Verlass.',
    cause:
      'Geprüft hat ein DNS-Server irgendwo im Netz; auf dem Weg von dort kann jeder den Vermerk „geprüft“ setzen.',
    action:
      'Verwenden Sie einen prüfenden DNS-Server auf diesem Rechner oder einen über eine verschlüsselte Verbindung.',
  },
  'address-forbidden': {
    summary: 'Der Name[ {hostName}] zeigt auf eine Adresse, die von hier aus nicht angesprochen werden darf.',
    cause:
      'Die Adresse ist privat oder reserviert. Verbindungen dorthin sind abgeschaltet, damit niemand über diesen Dienst in das Netz dahinter blicken kann.',
    action: 'Führen Sie die Prüfung auf einem Rechner in jenem Netz aus.',
  },
};
