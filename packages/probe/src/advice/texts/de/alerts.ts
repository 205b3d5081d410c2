import type { AlertTexts } from '../../text.ts';

const oldServer = 'Veraltete Serversoftware, oder ein veraltetes Mailprogramm auf der anderen Seite.';
const update =
  'Der Anbieter muss seinen Server aktualisieren; ist Ihr Mailprogramm alt, aktualisieren Sie auch dieses.';
const ourCertificate = 'Es wurde ein Client-Zertifikat vorgelegt, das dem Server nicht genügt.';
const askAdministrator = 'Bitten Sie den Administrator um ein gültiges Zertifikat.';

/** What a TLS alert means. */
export const alerts: AlertTexts = {
  'close-notify': { meaning: 'Abschied, bevor die Verschlüsselung stand' },
  'unexpected-message': { meaning: 'eine unerwartete Nachricht' },
  'bad-record-mac': {
    meaning: 'Daten kamen verändert an',
    cause: 'Ein fehlerhaftes Netzgerät, oder jemand verändert die Daten unterwegs.',
  },
  'decryption-failed': { meaning: 'Empfangenes ließ sich nicht entschlüsseln' },
  'record-overflow': { meaning: 'ein Datenblock war zu lang' },
  'decompression-failure': { meaning: 'Empfangenes ließ sich nicht entpacken' },
  'handshake-failure': {
    meaning: 'keine gemeinsame Grundlage',
    cause:
      'Kein Verschlüsselungsverfahren passt beiden Seiten, oder der Server verlangt ein Client-Zertifikat.',
    action: update,
  },
  'no-certificate': { meaning: 'ein Zertifikat fehlte' },
  'bad-certificate': {
    meaning: 'ein Zertifikat war fehlerhaft',
    cause: ourCertificate,
    action: askAdministrator,
  },
  'unsupported-certificate': {
    meaning: 'die Art des Zertifikats wird nicht unterstützt',
    cause: ourCertificate,
    action: askAdministrator,
  },
  'certificate-revoked': {
    meaning: 'ein Zertifikat wurde widerrufen',
    cause: ourCertificate,
    action: askAdministrator,
  },
  'certificate-expired': {
    meaning: 'ein Zertifikat ist abgelaufen',
    cause: ourCertificate,
    action: askAdministrator,
  },
  'certificate-unknown': {
    meaning: 'ein Zertifikat wurde nicht angenommen',
    cause: ourCertificate,
    action: askAdministrator,
  },
  'illegal-parameter': { meaning: 'ein Wert war nicht erlaubt' },
  'unknown-ca': {
    meaning: 'der Aussteller eines Zertifikats ist unbekannt',
    cause: ourCertificate,
    action: askAdministrator,
  },
  'access-denied': {
    meaning: 'Zugriff verweigert',
    cause:
      'Der Server lässt die Verschlüsselung absichtlich scheitern: Ihre Adresse oder Ihr Zertifikat ist nicht willkommen.',
    action: 'Fragen Sie den Betreiber, oder versuchen Sie ein anderes Netz.',
  },
  'decode-error': { meaning: 'eine Nachricht war nicht lesbar' },
  'decrypt-error': { meaning: 'eine kryptografische Prüfung schlug fehl' },
  'export-restriction': {
    meaning: 'eine Regel aus der Zeit der Exportbeschränkungen',
    cause: oldServer,
    action: update,
  },
  'protocol-version': {
    meaning: 'keine gemeinsame TLS-Version',
    cause: 'Der Server beherrscht nur veraltete Versionen (höchstens TLS 1.1), oder das Mailprogramm.',
    action: update,
  },
  'insufficient-security': {
    meaning: 'die angebotenen Verfahren waren ihm zu schwach',
    cause: 'Der Server ist strenger als das Programm, das anfragt.',
    action: 'Aktualisieren Sie das Mailprogramm.',
  },
  'internal-error': {
    meaning: 'eine interne Störung',
    cause: 'Meist eine Zertifikats- oder Schlüsseldatei, die der Server nicht lesen kann.',
    action: 'Versuchen Sie es später; bleibt es dabei, muss der Betreiber das beheben.',
  },
  'inappropriate-fallback': {
    meaning: 'er bemerkte den Versuch, die Version zu drücken',
    cause:
      'Jemand stört die ersten Versuche, damit eine ältere, schwächere Version verwendet wird; oder das Netz ist sehr schlecht.',
    action: 'Versuchen Sie ein anderes Netz.',
  },
  'user-canceled': { meaning: 'der Aufbau wurde abgebrochen' },
  'no-renegotiation': { meaning: 'er verhandelt nicht neu' },
  'missing-extension': { meaning: 'eine nötige Erweiterung fehlte' },
  'unsupported-extension': { meaning: 'eine Erweiterung war nicht verlangt' },
  'certificate-unobtainable': { meaning: 'ein Zertifikat war nicht zu bekommen' },
  'unrecognized-name': {
    meaning: 'er kennt den verlangten Namen nicht',
    cause: 'Der Server ist für diesen Namen nicht zuständig: ein eigener Alias, oder er ist vertippt.',
    action: 'Tragen Sie den Servernamen ein, den Ihr Anbieter nennt.',
  },
  'bad-certificate-status-response': { meaning: 'der Gültigkeitsnachweis eines Zertifikats war fehlerhaft' },
  'bad-certificate-hash-value': { meaning: 'der Fingerabdruck eines Zertifikats passte nicht' },
  'unknown-psk-identity': { meaning: 'er kennt den gemeinsamen Schlüssel nicht' },
  'certificate-required': {
    meaning: 'er will ein Zertifikat von Ihnen sehen',
    cause: 'Nur Geräte mit einem Zertifikat der Firma werden hereingelassen.',
    action:
      'Installieren Sie das Zertifikat, das Sie bekommen haben, und wählen Sie es in den Konto-Einstellungen aus.',
  },
  'no-application-protocol': {
    meaning: 'er will das genannte Protokoll nicht',
    cause: 'Der mitgesendete Protokollname (ALPN) verwirrt den Server; Mailprogramme senden keinen.',
    action:
      'Das betrifft die Prüfung, nicht Ihr Konto: Schalten Sie ALPN ab, und versuchen Sie es noch einmal.',
  },
};
