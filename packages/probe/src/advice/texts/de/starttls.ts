import type { GroupTexts } from '../../text.ts';

/** The upgrade of a connection that began in plain text. */
export const starttls: GroupTexts<'starttls'> = {
  'starttls-not-offered': {
    summary: 'Der Server bietet STARTTLS auf {portD} nicht an (oder ein Virenscanner entfernt das Angebot).',
    cause:
      'Entweder ist dort keine Verschlüsselung eingerichtet, oder eine Firewall oder ein Virenscanner löscht das Angebot, um mitlesen zu können.',
    action:
      '[Verwenden Sie {implicit} auf Port {implicitPort}.|Machen Sie auf keinen Fall unverschlüsselt weiter.] Taucht das Angebot in einem anderen Netz auf, entfernt es etwas in Ihrem.',
    scenes: {
      'elsewhere-works': {
        action: 'Verwenden Sie {other}, das funktioniert. Machen Sie auf keinen Fall unverschlüsselt weiter.',
      },
      'mail-exchanger': {
        cause:
          'Entweder ist auf dem Server kein Zertifikat eingerichtet, oder eine Firewall davor löscht das Angebot. Mail an ihn reist unverschlüsselt; jeder auf dem Weg kann sie lesen.',
        action: 'Der Betreiber sollte STARTTLS einschalten; jeder heutige Mailserver beherrscht es.',
      },
    },
  },
  'starttls-masked': {
    summary: 'Ein Gerät auf dem Weg hat das STARTTLS-Angebot überschrieben.',
    cause:
      'Statt des Wortes steht dort eine Reihe von X. Manche Firewalls („SMTP-Inspektion“, „fixup“) tun das, um Mail unterwegs zu lesen; der Server selbst würde verschlüsseln.',
    action:
      '[Verwenden Sie {other}, das funktioniert.|Verwenden Sie einen Port mit {implicit}; daran kommt das Gerät nicht heran.] Oder lassen Sie die Inspektion in der Firewall abschalten.',
    scenes: {
      'mail-exchanger': {
        action:
          'Schalten Sie die SMTP-Inspektion der Firewall ab, auf welcher Seite sie auch steht. Ein Vergleich aus einem anderen Netz zeigt, auf welcher.',
      },
    },
  },
  'starttls-refused': {
    summary: 'Der Server bietet STARTTLS an und lehnt es dann ab[: {reply}].',
    cause:
      'Seine Verschlüsselung ist gestört, meist weil eine Zertifikats- oder Schlüsseldatei nicht lesbar ist.',
    action:
      '[Verwenden Sie {other}, das funktioniert. ]Der Betreiber muss das beheben. Machen Sie nicht unverschlüsselt weiter.',
  },
  'starttls-refused-temporarily': {
    summary: 'STARTTLS steht auf dem Server im Augenblick nicht zur Verfügung[: {reply}].',
    cause:
      'Eine vorübergehende Störung seiner Verschlüsselung, zum Beispiel weil gerade das Zertifikat erneuert wird.',
    action: '[Verwenden Sie {other}, das funktioniert.|Versuchen Sie es in einigen Minuten noch einmal.]',
  },
  'starttls-protocol-error': {
    summary: 'Die Antwort des Servers auf STARTTLS ergibt keinen Sinn.',
    cause:
      'Sie verstößt gegen die Regeln des Protokolls: ein fehlerhafter Server, oder ein Gerät auf dem Weg, das mitredet.',
    action: '[Verwenden Sie {other}, das funktioniert.|Sagen Sie dem Betreiber Bescheid.]',
  },
  'timeout-starttls-reply': {
    summary: 'Der Server hat auf die Bitte um STARTTLS nicht geantwortet[ ({waited} gewartet)].',
    cause: 'Eine Firewall, die den Befehl nicht kennt, verschluckt ihn, oder der Server hängt.',
    action:
      '[Verwenden Sie {other}, das funktioniert.|Versuchen Sie ein anderes Netz oder einen Port mit {implicit}.]',
    scenes: {
      'mail-exchanger': {
        action: 'Prüfen Sie aus einem anderen Netz; bleibt es dabei, muss der Betreiber nachsehen.',
      },
    },
  },
  'plaintext-after-starttls': {
    summary: 'Wo die Verschlüsselung beginnen sollte, wurde unverschlüsselter Text untergeschoben.',
    cause:
      'Das ist das Kennzeichen eines Angriffs auf STARTTLS (Befehlseinschleusung) oder eines schwer fehlerhaften Servers oder Zwischengeräts.',
    action:
      'Benutzen Sie diese Verbindung nicht, und geben Sie in diesem Netz kein Passwort ein.[ {Other} ist davon nicht betroffen.] Der Betreiber sollte davon erfahren.',
  },
  'reply-before-command': {
    summary: 'Der Server hat etwas beantwortet, das noch gar nicht gefragt war.',
    cause: 'Jemand auf dem Weg schiebt Antworten unter, oder der Server ist schwer fehlerhaft.',
    action: 'Benutzen Sie diese Verbindung nicht. Vergleichen Sie aus einem anderen Netz.',
  },
  desynchronised: {
    summary: 'Fragen und Antworten passen nicht mehr zusammen.',
    cause:
      'Es kamen mehr oder weniger Antworten, als Befehle gesendet wurden: ein fehlerhafter Server, oder ein Gerät auf dem Weg, das mitredet.',
    action: 'Vergleichen Sie aus einem anderen Netz; bleibt es dabei, sagen Sie dem Betreiber Bescheid.',
  },
  'preauth-before-tls': {
    summary: 'Der Server behauptet vor jeder Verschlüsselung, Sie seien schon angemeldet.',
    cause:
      'Nach einer solchen Begrüßung (PREAUTH) ist STARTTLS nicht mehr möglich; ein Angreifer kann damit Ihre Mail unverschlüsselt halten.',
    action:
      '[Verwenden Sie {other}, das funktioniert.|Melden Sie sich nicht über diese Verbindung an, sondern über eine mit {implicit} von Anfang an.]',
  },
  'downgrade-suspected': {
    summary: 'Dieser Server hat früher Verschlüsselung angeboten, jetzt nicht mehr.',
    cause: 'Entweder wurde er umgestellt, oder jemand auf dem Weg entfernt das Angebot, um mitzulesen.',
    action:
      'Senden Sie nichts über diese Verbindung. Vergleichen Sie aus einem anderen Netz, und fragen Sie den Betreiber.',
  },
};
