import { alike, everywhere } from '../dialog.ts';
import type { Dialog } from '../dialog.ts';

/** The Gmail app on Android, for accounts of other providers. */
export const gmailApp: Dialog = {
  id: 'gmail-app',
  name: { en: 'Gmail app (Android)', de: 'Gmail-App (Android)' },
  host: { incoming: {}, usual: alike('Server', ['en', 'de']) },
  port: { usual: alike('Port') },
  security: { en: 'Security type', de: 'Sicherheitstyp' },
  methods: everywhere({
    'implicit-tls': { choose: alike('SSL/TLS') },
    starttls: { choose: alike('STARTTLS') },
  }),
  userName: { en: 'Username', de: 'Nutzername', unconfirmed: ['en', 'de'] },
  traps: { always: ['accept-all-certificates'], 'implicit-tls': [], starttls: ['when-not-how-strong'] },
};

/** GNOME Evolution. */
export const evolution: Dialog = {
  id: 'evolution',
  name: { en: 'Evolution', de: 'Evolution' },
  host: { incoming: {}, usual: alike('Server') },
  port: { usual: alike('Port') },
  security: { en: 'Encryption method', de: 'Verschlüsselungsmethode', unconfirmed: ['de'] },
  methods: everywhere({
    'implicit-tls': {
      choose: { en: 'TLS on a dedicated port', de: 'TLS auf einem dedizierten Port', unconfirmed: ['de'] },
    },
    starttls: {
      choose: { en: 'STARTTLS after connecting', de: 'STARTTLS nach Verbindung', unconfirmed: ['de'] },
    },
  }),
  userName: { en: 'Username', de: 'Benutzername', unconfirmed: ['de'] },
  traps: { always: [], 'implicit-tls': [], starttls: ['when-not-how-strong'] },
};
