import { describe, expect, it } from 'vitest';
import type { ClientId } from '../report/account-report.ts';
import { adviseClients } from './advise-clients.ts';
import { clients, clientWords } from './clients.ts';
import type { ClientSetting } from './clients.ts';
import { confusions } from './confusions.ts';

function setting(
  protocol: ClientSetting['protocol'],
  port: number,
  how: ClientSetting['method'],
): ClientSetting {
  return { protocol, host: `${protocol}.example.org`, port, method: how, userName: 'address' };
}

const submission587 = setting('submission', 587, 'starttls');
const submission465 = setting('submission', 465, 'implicit-tls');
const imap993 = setting('imap', 993, 'implicit-tls');
const pop110 = setting('pop3', 110, 'starttls');
const pop995 = setting('pop3', 995, 'implicit-tls');

function method(client: ClientId, wanted: ClientSetting, lang: 'en' | 'de' = 'en'): string {
  const advice = clientWords(client, wanted, { lang });
  if (advice.status === 'not-possible') return 'not possible';
  const field = advice.fields.find(({ meaning }) => meaning !== undefined);
  return `${field?.field}: ${field?.choose}`;
}

describe('clientWords', () => {
  it('SETUP-001 gives Outlook 2013 its own word for STARTTLS and Outlook 365 the usual one', () => {
    expect(method('outlook-2016', submission587)).toBe('Use the following type of encrypted connection: TLS');
    expect(method('outlook-365', submission587)).toBe(
      'Use the following type of encrypted connection: STARTTLS',
    );
  });

  it('SETUP-001 shows method word, port, host, user name and the neutral name', () => {
    expect(clientWords('outlook-2016', submission587, { lang: 'de', address: 'anna@example.org' }))
      .toMatchInlineSnapshot(`
        {
          "because": "Port 587 beginnt unverschlüsselt und schaltet um, bevor das Passwort gesendet wird.",
          "client": "outlook-2016",
          "endpoint": {
            "host": "submission.example.org",
            "method": "starttls",
            "port": 587,
            "protocol": "submission",
          },
          "fields": [
            {
              "choose": "submission.example.org",
              "field": "Postausgangsserver (SMTP)",
            },
            {
              "choose": "587",
              "field": "Port des Postausgangsservers (SMTP)",
            },
            {
              "choose": "TLS",
              "field": "Verwenden Sie den folgenden verschlüsselten Verbindungstyp",
              "meaning": "STARTTLS (beginnt unverschlüsselt, schaltet dann um, normaler Port)",
            },
            {
              "choose": "anna@example.org",
              "field": "Benutzername",
            },
          ],
          "name": "Outlook 2007–2016",
          "notes": [
            "In Outlook bis 2016 und in Thunderbird 2 bedeutet „TLS“ STARTTLS: Die Verbindung beginnt unverschlüsselt und schaltet dann um. Verschlüsselung von Anfang an heißt dort „SSL“.",
            "Outlook ändert den Port des Posteingangsservers von selbst, wenn Sie die Verschlüsselung wählen, den des Postausgangsservers aber nicht. Prüfen Sie zum Schluss beide Portnummern.",
            "Lassen Sie „Gesicherte Kennwortauthentifizierung (SPA)“ oder „Verschlüsseltes Passwort“ ausgeschaltet. Das betrifft nur die Übertragung des Passworts, nicht die Verbindung, und die meisten Anbieter unterstützen es nicht.",
          ],
          "service": "outgoing",
          "status": "possible",
          "unconfirmed": false,
        }
      `);
  });

  it.each(['en', 'de'] as const)('SETUP-001 knows the words of every program (%s)', (lang) => {
    const rows = clients.map((client) => {
      const words = [
        imap993,
        setting('imap', 143, 'starttls'),
        pop995,
        pop110,
        submission465,
        submission587,
      ].map((wanted) => method(client, wanted, lang));
      return `${client}: ${words.join(' | ')}`;
    });
    expect(rows).toMatchSnapshot();
  });

  it('SETUP-002 (g) says that Outlook cannot do POP3 with STARTTLS and invents no value', () => {
    for (const client of ['outlook-2016', 'outlook-365', 'outlook-2003'] as const) {
      const advice = clientWords(client, pop110);
      expect(advice.status).toBe('not-possible');
      expect(advice.fields).toEqual([]);
      expect(advice.because).toContain('not possible in this program');
      expect(advice.because).toContain('995');
      expect(clientWords(client, pop110, { lang: 'de' }).because).toContain(
        'in diesem Programm nicht möglich',
      );
    }
    expect(method('outlook-2016', pop995)).toBe('This server requires an encrypted connection (SSL): ticked');
  });

  it('SETUP-002 lets the port decide where there is only one box', () => {
    expect(method('outlook-2003', submission587)).toContain('ticked');
    expect(method('outlook-2003', { ...submission587, port: 2525 })).toBe('not possible');
    expect(method('outlook-2003', { ...submission465, port: 587 })).toBe('not possible');
    expect(method('apple-mail', { ...imap993, port: 143 })).toBe('not possible');
    expect(method('ios-mail', submission587, 'de')).toBe('SSL verwenden: ein');
  });

  it('SETUP-002 clears up each confusion in both languages', () => {
    expect(confusions).toMatchSnapshot();
    for (const { en, de } of Object.values(confusions)) expect(en).not.toBe(de);
  });

  it('SETUP-002 brings each confusion up where it arises', () => {
    const notes = (client: ClientId, wanted: ClientSetting): string =>
      clientWords(client, wanted).notes.join(' ');
    expect(notes('outlook-2016', submission587)).toContain('“TLS” means STARTTLS');
    expect(notes('outlook-2016', imap993)).toContain('“SSL” is only the old word');
    expect(notes('thunderbird', submission587)).toContain('not in how strong');
    expect(notes('outlook-365', imap993)).toContain('Check both port numbers');
    expect(notes('outlook-365', imap993)).toContain('(SPA)');
    expect(notes('thunderbird', { ...submission465, port: 587 })).toContain('unusual');
  });

  it('never recommends to accept every certificate or to go without encryption', () => {
    for (const lang of ['en', 'de'] as const) {
      const chosen = clients
        .flatMap((client) =>
          [imap993, pop110, pop995, submission465, submission587].map((wanted) =>
            clientWords(client, wanted, { lang }),
          ),
        )
        .flatMap(({ fields }) => fields.map(({ choose }) => choose));
      expect(chosen.filter((word) => /certificate|zertifikat|^none$|^keine$/i.test(word))).toEqual([]);
    }
  });

  it('spells the user name out where the address is known', () => {
    const userName = (wanted: ClientSetting, address?: string): string | undefined =>
      clientWords('thunderbird', wanted, address === undefined ? {} : { address }).fields.at(-1)?.choose;
    expect(userName(imap993)).toBe('your full mail address');
    expect(userName(imap993, 'anna@example.org')).toBe('anna@example.org');
    expect(userName({ ...imap993, userName: 'local-part' }, 'anna@example.org')).toBe('anna');
    expect(
      userName(
        { ...imap993, userName: 'template', userNameTemplate: '%EMAILLOCALPART%.%EMAILDOMAIN%' },
        'anna@example.org',
      ),
    ).toBe('anna.example.org');
  });

  it('chooses OAuth2 where no password will do and the program has it', () => {
    const choose = (client: ClientId): readonly string[] =>
      clientWords(client, { ...imap993, login: 'oauth-only' }).fields.map((field) => field.choose);
    expect(choose('thunderbird')).toContain('OAuth2');
    expect(choose('thunderbird')).not.toContain('Normal password');
  });

  it('gives mutt its lines and never leaves STARTTLS optional', () => {
    const lines = clientWords('mutt', submission587, { address: 'anna@example.org' }).fields.map(
      ({ field, choose }) => `${field} ${choose}`,
    );
    expect(lines).toEqual([
      'set smtp_url smtp://submission.example.org:587/',
      'set ssl_starttls yes',
      'set ssl_force_tls yes',
      'set smtp_url (user@) anna@example.org',
    ]);
  });

  it('marks words that nobody has confirmed', () => {
    expect(clientWords('thunderbird', imap993, { lang: 'de' }).unconfirmed).toBe(false);
    expect(clientWords('evolution', imap993, { lang: 'de' }).unconfirmed).toBe(true);
    expect(clientWords('evolution', imap993, { lang: 'en' }).unconfirmed).toBe(false);
    expect(clientWords('apple-mail', imap993).unconfirmed).toBe(true);
  });
});

describe('adviseClients', () => {
  const full = { source: 'autoconfig', login: 'password', needsConfirmation: false } as const;

  it('covers every program for receiving and sending', () => {
    const advice = adviseClients({
      incoming: { ...imap993, ...full },
      outgoing: { ...submission587, ...full },
      alternatives: [],
    });
    expect(advice.length).toBe(clients.length * 2);
    expect(advice.every(({ status }) => status === 'possible')).toBe(true);
  });

  it('takes the best alternative a program can do, and says so', () => {
    const [advice] = adviseClients({
      incoming: { ...pop110, ...full },
      outgoing: null,
      alternatives: [
        { ...submission465, ...full },
        { ...pop995, ...full },
      ],
    }).filter(({ client }) => client === 'outlook-2016');
    expect(advice?.status).toBe('possible');
    expect(advice?.fields.map(({ choose }) => choose)).toContain('995');
    expect(advice?.notes[0]).toBe(
      'This program cannot do the recommended setting (port 110 with STARTTLS); the one shown works too.',
    );
  });
});
