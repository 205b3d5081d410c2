import type { LanguageTexts } from '../text.ts';
import { alerts } from './de/alerts.ts';
import { auth } from './de/auth.ts';
import { certificate } from './de/certificate.ts';
import { connect } from './de/connect.ts';
import { delivery } from './de/delivery.ts';
import { dialogue } from './de/dialogue.ts';
import { dns } from './de/dns.ts';
import { greeting, mismatch } from './de/greeting.ts';
import { policy } from './de/policy.ts';
import { starttls } from './de/starttls.ts';
import { tls } from './de/tls.ts';

/** Every explanation in German. */
export const german: LanguageTexts = {
  dns,
  connect,
  greeting,
  mismatch,
  starttls,
  tls,
  certificate,
  policy,
  auth,
  delivery,
  dialogue,
  none: {
    summary: '{Host} funktioniert auf {portD} mit {method}.',
    cause: 'Die Verschlüsselung steht, das Zertifikat ist gültig, und der Server hat darin geantwortet.',
    action: 'Es ist nichts zu tun.',
  },
  alerts,
  alert: {
    summary: '{Host} hat die Verschlüsselung abgebrochen: {meaning} (TLS-Alarm {alert}).',
    cause:
      'Die TLS-Software einer Seite ist veraltet oder fehlerhaft, oder ein Gerät auf dem Weg mischt sich ein.',
    action:
      '[Verwenden Sie {other}, das funktioniert.|Versuchen Sie ein anderes Netz; bleibt es dabei, sagen Sie dem Betreiber Bescheid.]',
  },
};
