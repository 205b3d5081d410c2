import type { Lang } from '../report/explanation.ts';
import type { Text } from './text.ts';

/** Observations that no reason code names, because nothing failed. */
export type OwnFinding = 'login-in-the-clear' | 'one-family-silent';

/** Their texts. */
export const findingTexts: Readonly<Record<OwnFinding, Readonly<Record<Lang, Text>>>> = {
  'login-in-the-clear': {
    en: {
      summary: '{Host} accepts passwords on {port} before the encryption has begun.',
      cause:
        'A mail program set to “no encryption” would send the password in the clear, and it would even work.',
      action:
        'In your mail program choose {implicit} or {starttls}. The operator should forbid logins before encryption.',
    },
    de: {
      summary: '{Host} nimmt auf {portD} Passwörter an, bevor die Verschlüsselung begonnen hat.',
      cause:
        'Ein Mailprogramm, in dem „keine Verschlüsselung“ eingestellt ist, würde das Passwort lesbar senden, und es würde sogar funktionieren.',
      action:
        'Wählen Sie im Mailprogramm {implicit} oder {starttls}. Der Betreiber sollte Anmeldungen vor der Verschlüsselung verbieten.',
    },
  },
  'one-family-silent': {
    en: {
      summary: '{Host} answers on {port} only over one of IPv4 and IPv6; the other stays silent.',
      cause:
        'The name has addresses of both kinds, but one of them leads nowhere. Programs may hang for seconds on each connection before they try the other.',
      action:
        'If your own network has broken IPv6, repair it or switch it off; otherwise the operator must repair or remove the dead address.',
    },
    de: {
      summary: '{Host} antwortet auf {portD} nur über eines von IPv4 und IPv6; das andere schweigt.',
      cause:
        'Der Name hat Adressen beider Art, aber eine davon führt ins Leere. Programme hängen dann womöglich bei jeder Verbindung einige Sekunden, bevor sie die andere versuchen.',
      action:
        'Ist IPv6 in Ihrem eigenen Netz gestört, beheben Sie das, oder schalten Sie es ab; sonst muss der Betreiber die tote Adresse in Ordnung bringen oder entfernen.',
    },
  },
};
