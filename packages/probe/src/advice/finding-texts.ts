import type { Lang } from '../report/explanation.ts';
import type { Text } from './text.ts';

/** Observations that no reason code names, because nothing failed. */
export type OwnFinding = 'login-in-the-clear' | 'ipv6-silent' | 'ipv4-silent';

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
  'ipv6-silent': {
    en: {
      summary: '{Host} answers on {port} over IPv4 only; over IPv6 it stays silent.',
      cause:
        'The name has addresses of both kinds, but what is sent to that of IPv6 is swallowed. Programs may hang for seconds on each connection before they try IPv4.',
      action:
        'If IPv6 is broken in your own network, repair it or switch it off; otherwise the operator must repair or remove the IPv6 address (AAAA).',
    },
    de: {
      summary: '{Host} antwortet auf {portD} nur über IPv4; über IPv6 schweigt er.',
      cause:
        'Der Name hat Adressen beider Art, aber was an die von IPv6 geht, wird verschluckt. Programme hängen dann womöglich bei jeder Verbindung einige Sekunden, bevor sie IPv4 versuchen.',
      action:
        'Ist IPv6 in Ihrem eigenen Netz gestört, beheben Sie das, oder schalten Sie es ab; sonst muss der Betreiber die IPv6-Adresse (AAAA) in Ordnung bringen oder entfernen.',
    },
  },
  'ipv4-silent': {
    en: {
      summary: '{Host} answers on {port} over IPv6 only; over IPv4 it stays silent.',
      cause:
        'The name has addresses of both kinds, but what is sent to that of IPv4 is swallowed. From a network without IPv6 nobody gets through.',
      action:
        'If IPv4 is broken in your own network, other servers will not answer over it either; otherwise the operator must repair or remove the IPv4 address (A).',
    },
    de: {
      summary: '{Host} antwortet auf {portD} nur über IPv6; über IPv4 schweigt er.',
      cause:
        'Der Name hat Adressen beider Art, aber was an die von IPv4 geht, wird verschluckt. Aus einem Netz ohne IPv6 kommt niemand durch.',
      action:
        'Ist IPv4 in Ihrem eigenen Netz gestört, antworten darüber auch andere Server nicht; sonst muss der Betreiber die IPv4-Adresse (A) in Ordnung bringen oder entfernen.',
    },
  },
};
