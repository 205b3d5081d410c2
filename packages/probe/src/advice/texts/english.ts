import type { LanguageTexts } from '../text.ts';
import { alerts } from './en/alerts.ts';
import { auth } from './en/auth.ts';
import { certificate } from './en/certificate.ts';
import { connect } from './en/connect.ts';
import { delivery } from './en/delivery.ts';
import { dialogue } from './en/dialogue.ts';
import { dns } from './en/dns.ts';
import { greeting, mismatch } from './en/greeting.ts';
import { policy } from './en/policy.ts';
import { starttls } from './en/starttls.ts';
import { tls } from './en/tls.ts';

/** Every explanation in English. */
export const english: LanguageTexts = {
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
    summary: '{Host} works on {port} with {method}.',
    cause: 'The encryption was established, the certificate is valid, and the server answered inside it.',
    action: 'Nothing to do.',
  },
  alerts,
  alert: {
    summary: '{Host} broke off the encryption: {meaning} (TLS alert {alert}).',
    cause: 'The TLS software of one side is outdated or faulty, or a device on the way interferes.',
    action: '[Use {other}; it works.|Try another network; if it stays, tell the operator.]',
  },
};
