import { alike } from '../dialog.ts';
import type { Dialog, Term } from '../dialog.ts';

/** One switch for both methods: the usual port of a method selects it. That the port decides was not confirmed by Apple. */
function switchOn(choose: Term): Dialog['methods'] {
  const byPort: Term = { ...choose, unconfirmed: ['en', 'de'] };
  const clearPorts = [25, 110, 143, 587];
  const choices = {
    'implicit-tls': { choose: byPort, notPorts: clearPorts },
    starttls: { choose: byPort, onlyPorts: clearPorts },
  };
  return { imap: choices, pop3: choices, submission: choices };
}

/** Mail on macOS. */
export const appleMail: Dialog = {
  id: 'apple-mail',
  name: { en: 'Apple Mail (macOS)', de: 'Apple Mail (macOS)' },
  host: { incoming: {}, usual: alike('Hostname', ['en', 'de']) },
  port: { usual: alike('Port') },
  security: { en: 'Use TLS/SSL', de: 'TLS/SSL verwenden', unconfirmed: ['de'] },
  methods: switchOn({ en: 'ticked', de: 'angekreuzt' }),
  userName: { en: 'User Name', de: 'Benutzername' },
  authentication: {
    field: { en: 'Authentication', de: 'Authentifizierung', unconfirmed: ['en', 'de'] },
    password: { en: 'Password', de: 'Passwort' },
  },
  traps: { always: ['automatic-settings', 'port-decides'], 'implicit-tls': [], starttls: [] },
};

/** Mail on iPhone and iPad. */
export const iosMail: Dialog = {
  id: 'ios-mail',
  name: { en: 'Mail on iPhone and iPad', de: 'Mail auf iPhone und iPad' },
  host: { incoming: {}, usual: { en: 'Host Name', de: 'Hostname', unconfirmed: ['en', 'de'] } },
  port: { usual: { en: 'Server Port', de: 'Server-Port', unconfirmed: ['de'] } },
  security: { en: 'Use SSL', de: 'SSL verwenden' },
  methods: switchOn({ en: 'on', de: 'ein' }),
  userName: { en: 'User Name', de: 'Benutzername' },
  traps: {
    always: ['port-decides', 'accept-all-certificates'],
    'implicit-tls': ['ssl-is-modern'],
    starttls: [],
  },
};
