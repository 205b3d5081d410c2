import { alike, everywhere } from '../dialog.ts';
import type { Dialog } from '../dialog.ts';

const userName = { en: 'Username', de: 'Benutzername' };

/** Thunderbird on Windows, macOS and Linux. */
export const thunderbird: Dialog = {
  id: 'thunderbird',
  name: { en: 'Thunderbird', de: 'Thunderbird' },
  host: { incoming: {}, usual: alike('Hostname') },
  port: { usual: alike('Port') },
  security: { en: 'Connection security', de: 'Verbindungssicherheit' },
  methods: everywhere({
    'implicit-tls': { choose: alike('SSL/TLS') },
    starttls: { choose: alike('STARTTLS') },
  }),
  userName,
  authentication: {
    field: { en: 'Authentication method', de: 'Authentifizierungsmethode' },
    password: { en: 'Normal password', de: 'Passwort, normal' },
    oauth: alike('OAuth2'),
  },
  traps: { always: [], 'implicit-tls': [], starttls: ['when-not-how-strong'] },
};

/** Thunderbird for Android, formerly K-9 Mail. */
export const thunderbirdAndroid: Dialog = {
  id: 'thunderbird-android',
  name: { en: 'Thunderbird for Android / K-9 Mail', de: 'Thunderbird für Android / K-9 Mail' },
  host: { incoming: {}, usual: alike('Server') },
  port: { usual: alike('Port') },
  security: { en: 'Security', de: 'Sicherheit' },
  methods: everywhere({
    'implicit-tls': { choose: alike('SSL/TLS') },
    starttls: { choose: alike('StartTLS') },
  }),
  userName,
  authentication: {
    field: { en: 'Authentication', de: 'Authentifizierung' },
    password: { en: 'Normal password', de: 'Normales Passwort' },
    oauth: alike('OAuth 2.0'),
  },
  traps: { always: [], 'implicit-tls': [], starttls: ['when-not-how-strong'] },
};
