import { alike } from '../dialog.ts';
import type { Choice, Dialog, Term } from '../dialog.ts';

const list: Term = {
  en: 'Use the following type of encrypted connection',
  de: 'Verwenden Sie den folgenden verschlüsselten Verbindungstyp',
};
const ticked: Term = { en: 'ticked', de: 'angekreuzt' };
const userName: Term = { en: 'User Name', de: 'Benutzername' };
const incomingServer: Term = { en: 'Incoming mail server', de: 'Posteingangsserver' };
const servers: Dialog['host'] = {
  incoming: { imap: incomingServer, pop3: incomingServer },
  usual: { en: 'Outgoing mail server (SMTP)', de: 'Postausgangsserver (SMTP)' },
};
const ports: Dialog['port'] = {
  incoming: { en: 'Incoming server port', de: 'Port des Posteingangsservers', unconfirmed: ['en', 'de'] },
  usual: {
    en: 'Outgoing server (SMTP) port',
    de: 'Port des Postausgangsservers (SMTP)',
    unconfirmed: ['en', 'de'],
  },
};

/** POP3 has no list but a check box, and ticking it means implicit TLS on 995; STLS cannot be said. */
function popCheckBox(field: Term): Readonly<Record<'implicit-tls' | 'starttls', Choice>> {
  return { 'implicit-tls': { field, choose: ticked }, starttls: {} };
}

function choices(implicit: Term, starttls: Term): Readonly<Record<'implicit-tls' | 'starttls', Choice>> {
  return { 'implicit-tls': { choose: implicit }, starttls: { choose: starttls } };
}

// That "TLS" in this list is STARTTLS follows from providers' guides (993 SSL, 587 TLS), not from the program.
const old = choices(alike('SSL'), alike('TLS'));
const recent = choices(alike('SSL/TLS'), alike('STARTTLS'));

/** Outlook 2007 to 2016, the classic program. */
export const outlook2016: Dialog = {
  id: 'outlook-2016',
  name: { en: 'Outlook 2007–2016', de: 'Outlook 2007–2016' },
  host: servers,
  port: ports,
  security: list,
  methods: {
    imap: old,
    submission: old,
    // Whether 2007 has the box or already the list is unsure; the box is in its guides.
    pop3: popCheckBox({
      en: 'This server requires an encrypted connection (SSL)',
      de: 'Server erfordert eine verschlüsselte Verbindung (SSL)',
    }),
  },
  userName,
  traps: {
    always: ['automatic-port', 'password-is-not-connection'],
    'implicit-tls': ['ssl-is-modern'],
    starttls: ['tls-means-starttls'],
  },
};

/** Outlook 2019, 2021, 2024 and Microsoft 365, the classic program. */
export const outlook365: Dialog = {
  id: 'outlook-365',
  name: { en: 'Outlook 2019 / Microsoft 365 (classic)', de: 'Outlook 2019 / Microsoft 365 (klassisch)' },
  host: servers,
  port: ports,
  security: list,
  methods: {
    imap: recent,
    submission: recent,
    pop3: popCheckBox({
      en: 'This server requires an encrypted connection (SSL/TLS)',
      de: 'Server erfordert eine verschlüsselte Verbindung (SSL/TLS)',
      unconfirmed: ['en', 'de'],
    }),
  },
  userName,
  traps: {
    always: ['automatic-port', 'password-is-not-connection'],
    'implicit-tls': [],
    starttls: ['when-not-how-strong'],
  },
};

/** The new Outlook for Windows. */
export const outlookNew: Dialog = {
  id: 'outlook-new',
  name: { en: 'New Outlook for Windows', de: 'Neues Outlook für Windows' },
  host: {
    incoming: {
      imap: { en: 'IMAP incoming server', de: 'IMAP Empfangsserver', unconfirmed: ['en'] },
      pop3: { en: 'POP incoming server', de: 'POP Empfangsserver', unconfirmed: ['en', 'de'] },
    },
    usual: { en: 'SMTP outgoing server', de: 'SMTP Ausgangsserver', unconfirmed: ['en'] },
  },
  port: { usual: alike('Port') },
  security: { en: 'Secure connection type', de: 'Sicherer Verbindungstyp' },
  methods: { imap: recent, pop3: recent, submission: recent },
  userName: { en: 'Username', de: 'Benutzername', unconfirmed: ['en', 'de'] },
  traps: { always: [], 'implicit-tls': [], starttls: ['when-not-how-strong'] },
};

const oldBox: Term = {
  en: 'This server requires a secure connection (SSL)',
  de: 'Dieser Server erfordert eine sichere Verbindung (SSL)',
};

/** Outlook 2003 and Outlook Express: one check box per server; for sending the port decides what it means. */
export const outlook2003: Dialog = {
  id: 'outlook-2003',
  name: { en: 'Outlook 2003 / Outlook Express', de: 'Outlook 2003 / Outlook Express' },
  host: servers,
  port: ports,
  security: oldBox,
  methods: {
    imap: { 'implicit-tls': { choose: ticked }, starttls: {} },
    pop3: { 'implicit-tls': { choose: ticked }, starttls: {} },
    submission: {
      'implicit-tls': { choose: ticked, notPorts: [25, 587] },
      starttls: { choose: { ...ticked, unconfirmed: ['en', 'de'] }, onlyPorts: [25, 587] },
    },
  },
  userName,
  traps: {
    always: ['port-decides', 'password-is-not-connection'],
    'implicit-tls': ['ssl-is-modern'],
    starttls: [],
  },
};
