import type { Lang } from '../report/explanation.ts';
import type { Text } from './text.ts';

/** What a domain publishes, or does not, where no reason code says it. */
export type DomainFinding =
  | 'announced-not-listed'
  | 'announced-not-offered'
  | 'announcement-possible'
  | 'announcement-unusable'
  | 'dane-missing'
  | 'dane-unknown'
  | 'dane-without-tls'
  | 'mx-beside-null-mx'
  | 'policy-unknown'
  | 'srv-missing'
  | 'sts-host-enforced'
  | 'sts-host-testing'
  | 'sts-missing'
  | 'sts-mx-testing'
  | 'sts-record'
  | 'sts-testing'
  | 'tlsa-unsigned'
  | 'tlsrpt-broken'
  | 'tlsrpt-missing';

/** Their texts; the operator of the domain is addressed. */
export const domainTexts: Readonly<Record<DomainFinding, Readonly<Record<Lang, Text>>>> = {
  'dane-missing': {
    en: {
      summary: '{Host} has no TLSA record, though its zone is signed.',
      cause:
        'With one, other servers know that encryption is compulsory here and by which key they recognise the server (DANE). Without one, somebody on the way can have mail sent in the clear.',
      action: 'Publish the record, and change it whenever the key changes.',
    },
    de: {
      summary: '{Host} hat keinen TLSA-Eintrag, obwohl seine Zone signiert ist.',
      cause:
        'Mit einem wüssten andere Server, dass hier Verschlüsselung Pflicht ist und an welchem Schlüssel sie den Server erkennen (DANE). Ohne ihn kann jemand auf dem Weg erreichen, dass Mail lesbar gesendet wird.',
      action: 'Veröffentlichen Sie den Eintrag, und ändern Sie ihn mit jedem neuen Schlüssel.',
    },
  },
  'dane-unknown': {
    en: {
      summary: 'The TLSA records of {host} could not be looked up.',
      cause:
        'That is not the same as having none: senders that check DANE give a host no mail until they know (RFC 7672 §2.1.2).',
      action:
        'Try again, also with another resolver. If it stays, the name servers of this zone need repair: they must answer questions for TLSA, and their signatures must be valid.',
    },
    de: {
      summary: 'Die TLSA-Einträge von {host} ließen sich nicht nachschlagen.',
      cause:
        'Das ist etwas anderes, als keine zu haben: Absender, die DANE prüfen, geben einem Server keine Mail, bis sie es wissen (RFC 7672 §2.1.2).',
      action:
        'Versuchen Sie es noch einmal, auch mit einem anderen Resolver. Bleibt es dabei, brauchen die Nameserver dieser Zone Pflege: Sie müssen Fragen nach TLSA beantworten, mit gültigen Signaturen.',
    },
  },
  'policy-unknown': {
    en: {
      summary: 'The record {name} could not be looked up.',
      cause: 'So nobody can tell whether there is one; other servers may be no better off.',
      action: 'Try again, also with another resolver. If it stays, the name servers of the zone need repair.',
    },
    de: {
      summary: 'Der Eintrag {name} ließ sich nicht nachschlagen.',
      cause: 'Also weiß niemand, ob es einen gibt; anderen Servern geht es womöglich ebenso.',
      action:
        'Versuchen Sie es noch einmal, auch mit einem anderen Resolver. Bleibt es dabei, brauchen die Nameserver der Zone Pflege.',
    },
  },
  'tlsa-unsigned': {
    en: {
      summary: '{Host} has TLSA records that no sender uses.',
      cause: 'Its zone is not signed (DNSSEC), so anybody on the way could have forged them (RFC 7672 §2.2).',
      action: 'Sign the zone. The records can stay as they are.',
    },
    de: {
      summary: '{Host} hat TLSA-Einträge, die kein Absender auswertet.',
      cause:
        'Die Zone ist nicht signiert (DNSSEC), also könnte sie jeder auf dem Weg gefälscht haben (RFC 7672 §2.2).',
      action: 'Signieren Sie die Zone. Die Einträge können bleiben, wie sie sind.',
    },
  },
  'dane-without-tls': {
    en: {
      summary: '{Host} has TLSA records, but TLS on port 25 does not work.',
      cause: 'The records promise encryption, so senders that check DANE deliver nothing here.',
      action: 'Repair STARTTLS on port 25 at once, or remove the records until it works.',
    },
    de: {
      summary: '{Host} hat TLSA-Einträge, aber TLS auf Port 25 funktioniert nicht.',
      cause:
        'Die Einträge versprechen Verschlüsselung; Absender, die DANE prüfen, liefern deshalb hier nichts ab.',
      action:
        'Bringen Sie STARTTLS auf Port 25 sofort in Ordnung, oder entfernen Sie die Einträge, bis es funktioniert.',
    },
  },
  'sts-missing': {
    en: {
      summary: '{domain} does not use MTA-STS.',
      cause:
        'Other servers cannot know that encryption with a verified certificate is compulsory here, so somebody on the way can have mail sent in the clear.',
      action:
        'Serve the file, then publish the record. The mode “testing” changes nothing yet, and has failures reported.',
    },
    de: {
      summary: '{domain} verwendet kein MTA-STS.',
      cause:
        'Andere Server können nicht wissen, dass hier Verschlüsselung mit geprüftem Zertifikat Pflicht ist; jemand auf dem Weg kann also erreichen, dass Mail lesbar gesendet wird.',
      action:
        'Stellen Sie erst die Datei bereit, dann veröffentlichen Sie den Eintrag. Der Modus „testing“ ändert noch nichts und lässt Fehler melden.',
    },
  },
  'sts-record': {
    en: {
      summary: 'The _mta-sts record of {domain} does not count.',
      cause:
        'There are several, or it is malformed. Senders then act as if there were no policy (RFC 8461 §3.1).',
      action: 'Publish exactly this one.',
    },
    de: {
      summary: 'Der Eintrag _mta-sts von {domain} zählt nicht.',
      cause:
        'Es gibt mehrere, oder er ist fehlerhaft. Absender verhalten sich dann, als gäbe es keine Richtlinie (RFC 8461 §3.1).',
      action: 'Veröffentlichen Sie genau diesen einen.',
    },
  },
  'sts-testing': {
    en: {
      summary: 'The MTA-STS policy of {domain} is in testing and enforces nothing.',
      cause: 'All hosts fulfil it. But while it is in testing, mail is delivered in the clear too.',
      action:
        'Read the TLS reports for some weeks, then enforce the policy: change the file first, then the record.',
    },
    de: {
      summary: 'Die MTA-STS-Richtlinie von {domain} ist im Testbetrieb und erzwingt nichts.',
      cause:
        'Alle Server erfüllen sie. Solange sie im Testbetrieb ist, wird Mail aber auch lesbar zugestellt.',
      action:
        'Lesen Sie einige Wochen lang die TLS-Berichte, dann erzwingen Sie die Richtlinie: Ändern Sie erst die Datei, dann den Eintrag.',
    },
  },
  'sts-mx-testing': {
    en: {
      summary: '{Host} is not listed in the MTA-STS policy of {domain}.',
      cause: 'The policy is in testing, so mail still arrives. Once it is enforced, none will at this host.',
      action: 'Change the file first, then the record.',
    },
    de: {
      summary: '{Host} steht nicht in der MTA-STS-Richtlinie von {domain}.',
      cause:
        'Die Richtlinie ist im Testbetrieb, deshalb kommt Mail noch an. Sobald sie erzwungen wird, kommt bei diesem Server keine mehr an.',
      action: 'Ändern Sie erst die Datei, dann den Eintrag.',
    },
  },
  'sts-host-enforced': {
    en: {
      summary: '{Host} does not fulfil the MTA-STS policy of {domain}.',
      cause:
        'The policy demands STARTTLS on port 25 and a certificate of a public authority for this name. Senders that follow it deliver nothing here.',
      action: 'Repair that at once; until it works set the mode of the policy to “testing”.',
    },
    de: {
      summary: '{Host} erfüllt die MTA-STS-Richtlinie von {domain} nicht.',
      cause:
        'Die Richtlinie verlangt STARTTLS auf Port 25 und ein Zertifikat einer öffentlichen Stelle für diesen Namen. Absender, die sie befolgen, liefern hier nichts ab.',
      action:
        'Beheben Sie das sofort; bis es funktioniert, stellen Sie die Richtlinie auf den Modus „testing“.',
    },
  },
  'sts-host-testing': {
    en: {
      summary: '{Host} does not fulfil the MTA-STS policy of {domain}.',
      cause:
        'The policy demands STARTTLS on port 25 and a certificate of a public authority for this name. It is in testing, so mail still arrives.',
      action: 'Repair that before you enforce the policy.',
    },
    de: {
      summary: '{Host} erfüllt die MTA-STS-Richtlinie von {domain} nicht.',
      cause:
        'Die Richtlinie verlangt STARTTLS auf Port 25 und ein Zertifikat einer öffentlichen Stelle für diesen Namen. Sie ist im Testbetrieb, deshalb kommt Mail noch an.',
      action: 'Beheben Sie das, bevor Sie die Richtlinie erzwingen.',
    },
  },
  'tlsrpt-missing': {
    en: {
      summary: 'Nobody reports to {domain} how encryption with its servers goes.',
      cause:
        'Large providers send a daily report to whoever asks for it (RFC 8460). Without one a failure stays unnoticed until mail is missing.',
      action: 'Publish the record, with an address that somebody reads.',
    },
    de: {
      summary: 'Niemand berichtet {domain}, wie die Verschlüsselung mit seinen Servern gelingt.',
      cause:
        'Große Anbieter schicken täglich einen Bericht, wenn man darum bittet (RFC 8460). Ohne ihn bleibt ein Fehler unbemerkt, bis Mail fehlt.',
      action: 'Veröffentlichen Sie den Eintrag, mit einer Adresse, die jemand liest.',
    },
  },
  'tlsrpt-broken': {
    en: {
      summary: 'The _smtp._tls record of {domain} does not count.',
      cause: 'There are several, or it is malformed. So nobody sends TLS reports (RFC 8460 §3).',
      action: 'Publish exactly one, with an address that somebody reads.',
    },
    de: {
      summary: 'Der Eintrag _smtp._tls von {domain} zählt nicht.',
      cause: 'Es gibt mehrere, oder er ist fehlerhaft. Deshalb schickt niemand TLS-Berichte (RFC 8460 §3).',
      action: 'Veröffentlichen Sie genau einen, mit einer Adresse, die jemand liest.',
    },
  },
  'srv-missing': {
    en: {
      summary: '{domain} does not announce all of its services to mail programs.',
      cause:
        'With these records programs find host, port and encryption by themselves (RFC 6186, RFC 8314 §5.1); without them they guess.',
      action: 'Publish the records.',
    },
    de: {
      summary: '{domain} kündigt Mailprogrammen nicht alle seine Dienste an.',
      cause:
        'Mit diesen Einträgen finden Programme Server, Port und Verschlüsselung von selbst (RFC 6186, RFC 8314 §5.1); ohne sie raten sie.',
      action: 'Veröffentlichen Sie die Einträge.',
    },
  },
  'announcement-possible': {
    en: {
      summary: '{Host} takes mail encrypted from the first octet (port 465), and does not announce it.',
      cause:
        'A draft, not yet a standard, lets a domain tell other servers by SRV that TLS is compulsory and where. Few senders look for it so far.',
      action: 'If you want to take part in the experiment, publish all of these records.',
    },
    de: {
      summary:
        '{Host} nimmt Mail vom ersten Byte an verschlüsselt entgegen (Port 465) und kündigt es nicht an.',
      cause:
        'Nach einem Entwurf, der noch kein Standard ist, kann eine Domain anderen Servern per SRV mitteilen, dass und wo TLS Pflicht ist. Bisher suchen wenige Absender danach.',
      action: 'Wenn Sie an dem Versuch teilnehmen wollen, veröffentlichen Sie alle diese Einträge.',
    },
  },
  'announcement-unusable': {
    en: {
      summary: '{domain} announces by _smtp-tls a host or a port that cannot be used.',
      cause: 'Senders that look for the announcement (an experiment) deliver nothing then.',
      action: 'Name the hosts that take mail, or remove the records.',
    },
    de: {
      summary: '{domain} kündigt mit _smtp-tls einen Server oder Port an, der nicht zu gebrauchen ist.',
      cause: 'Absender, die nach der Ankündigung suchen (ein Versuch), liefern dann nichts ab.',
      action: 'Nennen Sie die Server, die Mail annehmen, oder entfernen Sie die Einträge.',
    },
  },
  'announced-not-offered': {
    en: {
      summary: '{Host} is announced for TLS on {port}, and does not offer it.',
      cause:
        'Senders that follow the announcement (_smtp-tls, an experiment) come with TLS only. They try port 25 with STARTTLS next, and never send in the clear.',
      action: 'Put TLS in order on this port, or announce a port where it works.',
    },
    de: {
      summary: 'Für {host} ist TLS auf {portD} angekündigt, aber dort gibt es keines.',
      cause:
        'Absender, die der Ankündigung folgen (_smtp-tls, ein Versuch), kommen nur mit TLS. Sie versuchen danach Port 25 mit STARTTLS und senden nie im Klartext.',
      action:
        'Bringen Sie TLS auf diesem Port in Ordnung, oder kündigen Sie einen Port an, auf dem es funktioniert.',
    },
  },
  'announced-not-listed': {
    en: {
      summary: '{Host} is announced by _smtp-tls, and is not in the MTA-STS policy.',
      cause:
        'Announced hosts obey what MX hosts obey: while the policy is enforced, senders that follow both pass this host over.',
      action: 'List it in the policy, or take it out of the announcement.',
    },
    de: {
      summary: '{Host} ist mit _smtp-tls angekündigt und steht nicht in der MTA-STS-Richtlinie.',
      cause:
        'Für angekündigte Server gilt, was für MX-Server gilt: Solange die Richtlinie erzwungen wird, übergehen ihn Absender, die beides beachten.',
      action: 'Nehmen Sie ihn in die Richtlinie auf, oder streichen Sie ihn aus der Ankündigung.',
    },
  },
  'mx-beside-null-mx': {
    en: {
      summary: '{domain} says that it takes no mail, and names servers for it.',
      cause: 'A null MX (“.”) must stand alone (RFC 7505 §3). Some senders deliver, others refuse.',
      action: 'Remove the null MX, or all the others.',
    },
    de: {
      summary: '{domain} sagt, dass es keine Mail annimmt, und nennt Server dafür.',
      cause:
        'Ein Null-MX („.“) muss allein stehen (RFC 7505 §3). Manche Absender stellen zu, andere lehnen ab.',
      action: 'Entfernen Sie den Null-MX oder alle anderen.',
    },
  },
};
