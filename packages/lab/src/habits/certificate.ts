import type { CertificateVariant } from '../certificates/variant.ts';
import type { LabText, Outcome } from '../endpoint.ts';
import { mailPorts } from '../ports.ts';
import type { MailPort } from '../ports.ts';
import type { CertificateHabit } from './habit-name.ts';
import type { Habit } from './habit.ts';
import { asPromised, refused, works } from './outcomes.ts';

const ports: readonly MailPort[] = [465, 993, 995, 587, 143];

function habit(certificate: CertificateVariant, own: Outcome, lesson: LabText): Habit {
  return {
    ports,
    behaviour: (port) => ({ type: 'serve', method: mailPorts[port].method, certificate }),
    outcomes: asPromised(own),
    needsRealTls: own !== works,
    lesson,
  };
}

/** One flaw each (RFC 9525 for names, RFC 5280 §6 for chains). */
export const certificateHabits: Readonly<Record<CertificateHabit, Habit>> = {
  'cert-expired': habit('expired', refused('cert-expired'), {
    en: 'The certificate ended yesterday; the provider has to renew it.',
    de: 'Das Zertifikat ist gestern abgelaufen; der Anbieter muss es erneuern.',
  }),
  'cert-not-yet-valid': habit('not-yet-valid', refused('cert-not-yet-valid'), {
    en: 'The certificate begins tomorrow, or the clock of this computer is behind.',
    de: 'Das Zertifikat gilt erst ab morgen, oder die Uhr dieses Rechners geht nach.',
  }),
  'cert-wrong-name': habit('wrong-name', refused('cert-name-mismatch'), {
    en: 'The certificate belongs to another host, often the hosting company’s own name.',
    de: 'Das Zertifikat gehört zu einem anderen Rechner, oft zum Namen des Hosters.',
  }),
  'cert-self-signed': habit('self-signed', refused('cert-self-signed'), {
    en: 'The server signed its certificate itself; nobody vouches for it.',
    de: 'Der Server hat sein Zertifikat selbst unterschrieben; niemand bürgt dafür.',
  }),
  'cert-incomplete-chain': habit('incomplete-chain', refused('cert-chain-incomplete'), {
    en: 'The server forgets to send the intermediate certificate.',
    de: 'Der Server vergisst, das Zwischenzertifikat mitzuschicken.',
  }),
  'cert-common-name-only': habit('common-name-only', refused('cert-name-mismatch'), {
    en: 'The certificate names its host in a field that has not counted for years.',
    de: 'Das Zertifikat nennt seinen Rechner nur in einem Feld, das seit Jahren nicht mehr zählt.',
  }),
  'cert-weak-key': habit('weak-key', refused('cert-key-too-small'), {
    en: 'The key of the certificate is so short that it can be broken.',
    de: 'Der Schlüssel des Zertifikats ist so kurz, dass er sich brechen lässt.',
  }),
  'cert-wildcard': habit('wildcard', works, {
    en: 'One certificate stands for all hosts of the domain; that is allowed.',
    de: 'Ein Zertifikat steht für alle Rechner der Domain; das ist erlaubt.',
  }),
};
