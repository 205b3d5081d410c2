/**
 * Published settings of a few mail providers, as plain facts: host, port, method, user-name form, login. They come from
 * the public provider database of Thunderbird (ISPDB, github.com/thunderbird/autoconfig) as of March 2026 and are shaped
 * for tests; they may have changed since. The choice shows every shape that occurs there.
 */
import type { Candidate } from '../src/index.ts';

type Row = readonly [Candidate['protocol'], string, number, Candidate['method']];

function provider(rows: readonly Row[], more: Partial<Candidate> = {}): readonly Candidate[] {
  return rows.map(([protocol, host, port, method]) => ({
    protocol,
    host,
    port,
    method,
    source: 'ispdb',
    userName: 'address',
    authentication: ['password-cleartext'],
    ...more,
  }));
}

/** Both methods for every service. */
export const gmx: readonly Candidate[] = provider([
  ['imap', 'imap.gmx.net', 993, 'implicit-tls'],
  ['imap', 'imap.gmx.net', 143, 'starttls'],
  ['pop3', 'pop.gmx.net', 995, 'implicit-tls'],
  ['pop3', 'pop.gmx.net', 110, 'starttls'],
  ['submission', 'mail.gmx.net', 465, 'implicit-tls'],
  ['submission', 'mail.gmx.net', 587, 'starttls'],
]);

/** Receiving by implicit TLS, sending by STARTTLS only, no ordinary password. */
export const hotmail: readonly Candidate[] = provider(
  [
    ['imap', 'outlook.office365.com', 993, 'implicit-tls'],
    ['pop3', 'outlook.office365.com', 995, 'implicit-tls'],
    ['submission', 'smtp-mail.outlook.com', 587, 'starttls'],
  ],
  { authentication: ['OAuth2'] },
);

/** STARTTLS only. */
export const alice: readonly Candidate[] = provider([
  ['imap', 'in.alice.it', 143, 'starttls'],
  ['pop3', 'in.alice.it', 110, 'starttls'],
  ['submission', 'out.alice.it', 587, 'starttls'],
]);

/** Implicit TLS only. */
export const netease: readonly Candidate[] = provider([
  ['imap', 'imap.126.com', 993, 'implicit-tls'],
  ['submission', 'smtp.126.com', 465, 'implicit-tls'],
]);

/** Implicit TLS on port 587. */
export const charter: readonly Candidate[] = provider([
  ['imap', 'mobile.charter.net', 993, 'implicit-tls'],
  ['pop3', 'mobile.charter.net', 995, 'implicit-tls'],
  ['submission', 'mobile.charter.net', 587, 'implicit-tls'],
]);

/** No IMAP. */
export const biglobe: readonly Candidate[] = provider([
  ['pop3', 'mail.biglobe.ne.jp', 995, 'implicit-tls'],
  ['submission', 'mail.biglobe.ne.jp', 465, 'implicit-tls'],
]);

/** No encryption at all, and the local part as user name. */
export const bayWind: readonly Candidate[] = provider(
  [
    ['pop3', 'bay.wind.ne.jp', 110, 'plaintext'],
    ['submission', 'bay.wind.ne.jp', 587, 'plaintext'],
  ],
  { userName: 'local-part' },
);
