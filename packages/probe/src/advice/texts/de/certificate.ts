import type { GroupTexts } from '../../text.ts';

/** The certificate by which the server proves who it is. */
export const certificate: GroupTexts<'certificate'> = {
  'cert-expired': {
    summary: 'Das Zertifikat von {hostD} ist abgelaufen[ (am {date})].',
    cause:
      'Der Anbieter hat es nicht rechtzeitig erneuert. Scheinen viele Server betroffen, geht die Uhr dieses Rechners falsch.',
    action:
      'Prüfen Sie Datum und Uhrzeit dieses Rechners. Stimmen sie, sagen Sie dem Anbieter Bescheid; klicken Sie die Warnung nicht weg.',
  },
  'cert-not-yet-valid': {
    summary: 'Das Zertifikat von {hostD} ist noch nicht gültig[ (erst ab {date})].',
    cause: 'Fast immer geht die Uhr dieses Rechners falsch.',
    action: 'Stellen Sie Datum und Uhrzeit, und versuchen Sie es dann noch einmal.',
  },
  'cert-self-signed': {
    summary: 'Das Zertifikat von {hostD} hat niemand beglaubigt als es selbst[ ({issuer})].',
    cause:
      'Bei Servern zu Hause ist das üblich; ein Virenscanner, die Anmeldeseite eines Hotels oder ein Angreifer sieht aber genauso aus.',
    action:
      'Klicken Sie das nicht weg. Ist es Ihr eigener Server, besorgen Sie ein kostenloses Zertifikat einer öffentlichen Stelle, oder installieren Sie seines bewusst.',
  },
  'cert-untrusted': {
    summary:
      'Das Zertifikat von {hostD} stammt von einem Aussteller, den dieser Rechner nicht kennt[: {issuer}].',
    cause:
      'Eine firmeneigene Stelle, oder ein Virenscanner oder eine Firewall, die verschlüsselte Verbindungen öffnet.',
    action:
      'Sehen Sie sich den Namen des Ausstellers an. Ist es Ihre Firma oder Ihr Virenscanner, fragen Sie den Administrator oder schalten Sie dessen Mailprüfung ab; sonst machen Sie nicht weiter.',
  },
  'cert-chain-incomplete': {
    summary: '{Host} schickt nicht alle Zertifikate, die zur Prüfung nötig sind.',
    cause:
      'In seiner Einstellung fehlt das Zwischenzertifikat. Programme, die es selbst nachladen, funktionieren, andere nicht.',
    action: 'Der Anbieter muss die vollständige Kette („fullchain“) eintragen.',
  },
  'cert-name-mismatch': {
    summary:
      '[Das Zertifikat gilt für {names}, nicht für {hostA}.|Das Zertifikat gilt für einen anderen Namen als {hostA}.]',
    cause:
      'Meist wurde die eigene Domain als Server eingetragen statt des Servernamens des Anbieters; schlimmstenfalls fängt jemand die Verbindung ab.',
    action:
      '[Tragen Sie als Server {name} ein. ]Vergleichen Sie mit dem Servernamen in der Anleitung Ihres Anbieters, und tragen Sie genau diesen ein.',
    scenes: {
      'mail-exchanger': {
        cause:
          'Der Server zeigt ein Zertifikat für andere Namen. Die meisten sendenden Server prüfen das auf Port 25 nicht; mit MTA-STS oder DANE tun sie es, und dann kommt keine Mail an.',
        action: 'Der Betreiber sollte ein Zertifikat verwenden, das den Namen des MX-Servers enthält.',
      },
    },
  },
  'cert-purpose': {
    summary: 'Das Zertifikat von {hostD} ist nicht für Server gedacht.',
    cause:
      'Es wurde für einen anderen Zweck ausgestellt, etwa zum Signieren von Mail oder zum Ausweisen eines Benutzers.',
    action: 'Der Anbieter muss ein Serverzertifikat einrichten.',
  },
  'cert-name-constraint': {
    summary: 'Der Aussteller durfte den Namen[ {hostName}] nicht beglaubigen.',
    cause: 'Sein eigenes Zertifikat beschränkt ihn auf bestimmte Domains, und diese gehört nicht dazu.',
    action: 'Machen Sie nicht weiter. Der Anbieter muss das Zertifikat ersetzen.',
  },
  'cert-key-too-small': {
    summary: 'Der Schlüssel im Zertifikat von {hostD} ist zu kurz, um sicher zu sein.',
    cause: 'Ein altes Zertifikat mit einem RSA-Schlüssel von weniger als 2048 Bit.',
    action: 'Der Anbieter muss es mit einem längeren Schlüssel erneuern.',
  },
  'cert-weak-signature': {
    summary: 'Das Zertifikat von {hostD} ist mit einem unsicheren Verfahren signiert.',
    cause: 'Signaturen mit SHA-1 oder MD5 lassen sich fälschen.',
    action: 'Der Anbieter muss das Zertifikat erneuern.',
  },
  'cert-must-staple': {
    summary: 'Der Server zeigt den Gültigkeitsnachweis nicht, den sein Zertifikat verlangt.',
    cause: 'Das Zertifikat trägt den Vermerk „must staple“, aber es kam keine OCSP-Antwort mit.',
    action: 'Der Anbieter muss OCSP-Stapling einschalten oder ein Zertifikat ohne diesen Vermerk verwenden.',
  },
  'cert-malformed': {
    summary: 'Das Zertifikat von {hostD} ist nicht lesbar.',
    cause: 'Es ist beschädigt oder verstößt gegen die Regeln seines Formats; auf nichts darin ist Verlass.',
    action: 'Der Anbieter muss es ersetzen. Machen Sie nicht weiter.',
  },
  'cert-fingerprint-mismatch': {
    summary: 'Das Zertifikat von {hostD} ist nicht das, dessen Fingerabdruck Sie angegeben haben.',
    cause: 'Es wurde erneuert, seit der Fingerabdruck notiert wurde, oder jemand fängt die Verbindung ab.',
    action:
      'Erfragen Sie den jetzigen Fingerabdruck beim Betreiber auf einem anderen Weg, etwa am Telefon, bevor Sie ihn ändern.',
  },
  'dane-mismatch': {
    summary: 'Das Zertifikat passt nicht zum Fingerabdruck, den die Domain veröffentlicht (DANE).',
    cause:
      'Meist wurde das Zertifikat erneuert und der TLSA-Eintrag vergessen; ein Angriff sieht genauso aus.',
    action:
      'Der Betreiber muss den TLSA-Eintrag anpassen. Bis dahin stellen Absender, die DANE prüfen, nichts zu.',
  },
  'tlsa-unusable': {
    summary: 'Die veröffentlichten TLSA-Einträge sind nicht verwendbar.',
    cause: 'Sie enthalten nur Werte, die Mailserver nicht auswerten (RFC 7672 §3.1.3), oder sind fehlerhaft.',
    action: 'Der Betreiber sollte „3 1 1“ veröffentlichen, den Fingerabdruck des Serverschlüssels.',
  },
};
