import type { GroupTexts } from '../../text.ts';

/** The TLS handshake. */
export const tls: GroupTexts<'tls'> = {
  'timeout-tls-handshake': {
    summary:
      'Die Verschlüsselung auf {portD} wurde begonnen, aber nie fertig: keine Antwort[ innerhalb von {waited}].',
    cause: 'Der Server hängt, oder ein Gerät auf dem Weg lässt kleine Pakete durch und verwirft große.',
    action: '[Verwenden Sie {other}, das funktioniert.|Versuchen Sie ein anderes Netz.]',
  },
  'closed-during-tls': {
    summary: 'Der Server hat aufgelegt, während die Verschlüsselung aufgebaut wurde.',
    cause:
      'Eine Firewall dazwischen, eine Obergrenze für Verbindungen, eine Sperre nach falschen Anmeldungen, oder der Server kennt den verlangten Namen nicht.',
    action:
      '[Verwenden Sie {other}, das funktioniert.|Warten Sie einige Minuten, oder versuchen Sie ein anderes Netz.]',
  },
  'reset-during-tls': {
    summary: 'Die Verbindung wurde gekappt, während die Verschlüsselung aufgebaut wurde.',
    cause: 'Das tun Firewalls, die keine verschlüsselte Mail dulden, und Server an ihrer Grenze.',
    action: '[Verwenden Sie {other}, das funktioniert.|Versuchen Sie ein anderes Netz.]',
  },
  'tls-not-spoken': {
    summary: 'Was auf {portD} antwortet, ist kein TLS.',
    cause:
      'Zurück kam weder Verschlüsselung noch lesbarer Text: ein anderer Dienst, oder ein Gerät, das die Verbindung verstümmelt.',
    action: 'Prüfen Sie Servernamen und Port.[ {Other} funktioniert.]',
  },
  'tls-broken': {
    summary: 'Die Verschlüsselung ist zusammengebrochen: Ein Datenblock war nicht lesbar.',
    cause: 'Die Verschlüsselung des Servers ist fehlerhaft, oder die Daten wurden unterwegs verändert.',
    action:
      '[Verwenden Sie {other}, das funktioniert.|Versuchen Sie ein anderes Netz; bleibt es dabei, sagen Sie dem Betreiber Bescheid.]',
  },
  'tls-version-too-old': {
    summary: 'Der Server spricht nur veraltete TLS-Versionen.',
    cause: 'Er beherrscht höchstens TLS 1.1; das gilt seit Jahren als unsicher (RFC 8996).',
    action:
      'Der Anbieter muss seinen Server aktualisieren. Wer im Mailprogramm die Anforderungen senkt, gefährdet sein Passwort.',
  },
  'tls-no-shared-cipher': {
    summary: 'Server und Programm haben kein gemeinsames Verschlüsselungsverfahren gefunden.',
    cause:
      'Die Verschlüsselung des Servers ist veraltet, oder so streng eingestellt, dass übliche Programme nicht mitkommen.',
    action: 'Der Anbieter muss das berichtigen; ein altes Mailprogramm sollten Sie aktualisieren.',
  },
  'tls-no-forward-secrecy': {
    summary: 'Der Verschlüsselung fehlt die Vorwärtsgeheimhaltung (Forward Secrecy).',
    cause:
      'Der Server bietet nur alte Schlüsselaustausche an: Wer den Verkehr aufzeichnet und später an den Schlüssel des Servers kommt, kann alles lesen.',
    action: 'Der Anbieter muss heutige Verfahren (ECDHE) einschalten.',
  },
  'tls-client-cert-required': {
    summary: 'Der Server will ein Zertifikat von Ihnen sehen.',
    cause: 'Manche Firmen lassen nur Geräte herein, die ein eigenes Zertifikat tragen.',
    action:
      'Installieren Sie das Zertifikat, das Sie bekommen haben, und wählen Sie es in den Konto-Einstellungen aus. Fragen Sie den Administrator.',
  },
};
