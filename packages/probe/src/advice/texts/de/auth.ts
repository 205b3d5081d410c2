import type { GroupTexts } from '../../text.ts';

/** The login. */
export const auth: GroupTexts<'auth'> = {
  'auth-not-offered': {
    summary: 'Der Server bietet hier keine brauchbare Anmeldung an.',
    cause: 'Die Liste seiner Verfahren ist leer oder enthält nur solche, die nicht unterstützt werden.',
    action: 'Prüfen Sie, ob das der Server für Mailprogramme ist (zum Senden: Port 465 oder 587, nicht 25).',
  },
  'auth-required': {
    summary: 'Der Server verlangt zuerst eine Anmeldung[: {reply}].',
    cause: 'Der Postausgangsserver nimmt von Fremden keine Mail an.',
    action:
      'Schalten Sie für den Postausgangsserver die Authentifizierung ein, mit demselben Benutzernamen wie beim Empfang.',
  },
  'auth-only-after-tls': {
    summary: 'Anmeldung ist erst nach der Verschlüsselung möglich.',
    cause: 'Der Server schützt Ihr Passwort: Vor der Verschlüsselung nimmt er keines an.',
    action:
      'Wählen Sie als Verbindungssicherheit {implicit} oder {starttls}, nicht „Keine“.[ {Other} funktioniert.]',
  },
  'auth-failed': {
    summary: 'Der Server hat Benutzernamen und Passwort nicht angenommen[: {reply}].',
    cause:
      'Ein Tippfehler, die falsche Form des Benutzernamens, ein Anbieter, der ein App-Passwort verlangt, oder IMAP/POP3 ist beim Anbieter nicht eingeschaltet.',
    action:
      'Tragen Sie als Benutzernamen die vollständige Mailadresse ein. Prüfen Sie das Passwort auf der Webseite des Anbieters, und legen Sie dort ein App-Passwort an, falls er solche verwendet.',
  },
  'auth-temporary': {
    summary: 'Die Anmeldung lässt sich im Augenblick nicht prüfen[: {reply}].',
    cause: 'Eine vorübergehende Störung beim Anbieter. Ihr Passwort kann durchaus stimmen.',
    action: 'Versuchen Sie es später noch einmal, ohne das Passwort zu ändern.',
  },
  'auth-expired': {
    summary: 'Das Passwort ist abgelaufen.',
    cause: 'Anbieter oder Administrator verlangen ein neues.',
    action: 'Legen Sie auf der Webseite des Anbieters ein neues Passwort fest, und tragen Sie es hier ein.',
  },
  'auth-mechanism-too-weak': {
    summary: 'Dem Server ist dieses Anmeldeverfahren zu schwach.',
    cause: 'Er verlangt ein stärkeres als das verwendete.',
    action:
      'Wählen Sie im Mailprogramm ein anderes Authentifizierungsverfahren, oder lassen Sie es selbst wählen.',
  },
  'auth-password-transition': {
    summary: 'Das Konto muss erst auf ein neueres Passwortverfahren umgestellt werden.',
    cause:
      'Der Server bittet um eine einmalige Anmeldung mit dem Passwort selbst, innerhalb der Verschlüsselung, um das neue Verfahren einzurichten (RFC 4954 §6).',
    action: 'Melden Sie sich einmal mit „Passwort, normal“ über eine verschlüsselte Verbindung an.',
  },
  'auth-exchange-too-long': {
    summary: 'Die Anmeldedaten sind dem Server zu lang.',
    cause: 'Ein Token oder Ticket überschreitet seine Grenzen.',
    action: 'Verwenden Sie ein anderes Authentifizierungsverfahren, oder fragen Sie den Betreiber.',
  },
  'oauth-required': {
    summary: 'Der Anbieter nimmt hier kein gewöhnliches Passwort an.',
    cause: 'Die Anmeldung läuft über die Webseite des Anbieters (OAuth2).',
    action:
      'Wählen Sie im Mailprogramm als Authentifizierung „OAuth2“, oder legen Sie ein App-Passwort an, falls der Anbieter das zulässt.',
  },
  'account-disabled': {
    summary: 'Das Konto ist gesperrt oder darf so nicht benutzt werden[: {reply}].',
    cause: 'Der Anbieter hat es gesperrt, oder IMAP/POP3 ist dafür nicht eingeschaltet.',
    action:
      'Melden Sie sich auf der Webseite des Anbieters an, und sehen Sie nach einem Hinweis; fragen Sie sonst den Kundendienst.',
  },
  'server-not-verified': {
    summary: 'Der Server konnte nicht beweisen, dass er Ihr Passwort kennt.',
    cause:
      'Seine abschließende Signatur ist falsch oder fehlt: Vielleicht gibt sich jemand als Ihr Server aus, um an die Anmeldung zu kommen.',
    action:
      'Benutzen Sie diese Verbindung nicht. Vergleichen Sie aus einem anderen Netz, und sagen Sie dem Betreiber Bescheid.',
  },
  'channel-binding-mismatch': {
    summary: 'Anmeldung und Verschlüsselung gehören nicht zur selben Verbindung.',
    cause:
      'Etwas dazwischen öffnet die Verschlüsselung: eine prüfende Firewall, ein Virenscanner oder ein Angreifer.',
    action: 'Versuchen Sie es ohne das prüfende Gerät oder aus einem anderen Netz.',
  },
};
