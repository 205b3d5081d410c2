import type { GroupTexts } from '../../text.ts';

/** What is demanded of a connection, by the domain or by us. */
export const policy: GroupTexts<'policy'> = {
  'sts-no-record': {
    summary: 'Die Domain[ {domain}] verwendet kein MTA-STS.',
    cause:
      'Sie veröffentlicht keinen _mta-sts-Eintrag; Absender können also nicht wissen, dass Verschlüsselung dort Pflicht ist.',
    action:
      'Defekt ist nichts. Der Betreiber kann eine Richtlinie veröffentlichen, um eingehende Mail zu schützen.',
  },
  'sts-not-found': {
    summary: 'Die Domain kündigt MTA-STS an, aber die Richtliniendatei fehlt.',
    cause: 'Der Webserver antwortet „nicht gefunden“, oder den Host mta-sts gibt es nicht.',
    action: 'Der Betreiber muss die Datei veröffentlichen oder den Eintrag entfernen.',
  },
  'sts-redirect': {
    summary: 'Die MTA-STS-Richtlinie steckt hinter einer Weiterleitung.',
    cause: 'Absender dürfen hier keiner Weiterleitung folgen (RFC 8461 §3.3).',
    action: 'Der Betreiber muss die Datei direkt ausliefern.',
  },
  'sts-cert': {
    summary: 'Das Zertifikat des Richtlinien-Hosts ist nicht gültig.',
    cause: 'Die Datei darf nur über eine geprüfte Verbindung geholt werden; die Richtlinie zählt also nicht.',
    action: 'Der Betreiber muss das Zertifikat des Hosts mta-sts erneuern.',
  },
  'sts-media-type': {
    summary: 'Die MTA-STS-Richtlinie wird nicht als reiner Text ausgeliefert.',
    cause: 'Der Webserver nennt einen anderen Inhaltstyp als text/plain (RFC 8461 §3.2).',
    action: 'Der Betreiber muss den Inhaltstyp berichtigen.',
  },
  'sts-too-large': {
    summary: 'Die Datei mit der MTA-STS-Richtlinie ist zu groß.',
    cause: 'Es kamen mehr als 64 KiB; das ist eine Webseite und keine Richtlinie.',
    action: 'Der Betreiber muss unter dieser Adresse die Richtlinie ausliefern.',
  },
  'sts-timeout': {
    summary: 'Die MTA-STS-Richtlinie war nicht rechtzeitig zu bekommen[ ({waited} gewartet)].',
    cause: 'Der Webserver antwortet nicht, oder das eigene Netz sperrt ihn.',
    action: 'Versuchen Sie es später. Eine früher geholte Richtlinie gilt weiter.',
  },
  'sts-syntax': {
    summary: 'Der MTA-STS-Eintrag oder die Richtlinie enthält einen Fehler.',
    cause: 'Eine Zeile fehlt oder ist falsch geschrieben; Absender übergehen dann das Ganze.',
    action: 'Der Betreiber muss das berichtigen.',
  },
  'sts-mx-not-listed': {
    summary: '{Host} steht nicht in der MTA-STS-Richtlinie der Domain.',
    cause:
      'MX-Einträge und Richtlinie passen nicht zusammen: Bei einem Umzug wurde die Richtlinie vergessen, oder jemand hat die DNS-Antwort verändert.',
    action: 'An diesen Server wird nichts gesendet. Der Betreiber muss beides in Einklang bringen.',
  },
  'dane-required': {
    summary: 'DANE wird verlangt, aber die Domain bietet es nicht gesichert an.',
    cause: 'Sie hat keine TLSA-Einträge, oder sie sind nicht durch DNSSEC geschützt.',
    action:
      'Der Betreiber muss signierte TLSA-Einträge veröffentlichen; sonst müssen Sie die Anforderung senken.',
  },
  'tls-required': {
    summary: 'Verschlüsselung wird verlangt und war nicht zu bekommen; deshalb wurde nichts gesendet.',
    cause: 'Nach Ihrer Einstellung oder der Richtlinie der Domain reist hier keine Mail unverschlüsselt.',
    action:
      'Sehen Sie nach, woran der verschlüsselte Versuch scheiterte. Die Anforderung zu senken ist das letzte Mittel.',
  },
  'requiretls-not-offered': {
    summary: 'Der Server sichert nicht zu, die Nachricht verschlüsselt weiterzugeben.',
    cause: 'Die Nachricht verlangt das (REQUIRETLS, RFC 8689), und dieser Server kennt es nicht.',
    action: 'Senden Sie sie ohne diesen Vermerk oder auf einem anderen Weg.',
  },
  'plaintext-login-refused': {
    summary: 'Es wurde kein Passwort gesendet, weil die Verbindung nicht verschlüsselt ist.',
    cause:
      'Jeder auf dem Weg hätte es lesen können; deshalb unterbleibt es hier, was auch immer der Server zulässt.',
    action: 'Wählen Sie als Verbindungssicherheit {implicit} oder {starttls}.[ {Other} funktioniert.]',
  },
};
