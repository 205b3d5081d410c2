import { isReason, reasons } from '@postern/wire';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ServiceEndpoint } from '../report/endpoint.ts';
import type { ReportReason } from '../report/verdict.ts';
import { explain } from './explain.ts';
import type { Facts } from './facts.ts';
import { phrase } from './phrases.ts';
import { placeholdersOf } from './render.ts';
import type { LanguageTexts, ReasonText, Text } from './text.ts';
import { english } from './texts/english.ts';
import { german } from './texts/german.ts';

const all: readonly ReportReason[] = ['none', ...reasons];
const starttls587: ServiceEndpoint = {
  protocol: 'submission',
  host: 'smtp.example.org',
  port: 587,
  method: 'starttls',
};
const full: Facts = {
  protocol: 'submission',
  host: 'smtp.example.org',
  port: 465,
  method: 'implicit-tls',
  domain: 'example.org',
  works: [starttls587],
  waitedMs: 5000,
  names: ['mx.provider.example', '*.provider.example'],
  name: 'mx.provider.example',
  issuer: 'CN=Example Shield Root',
  date: '2025-12-31T23:59:59Z',
  seen: 'http',
  reply: '554 no',
};

/** Every text of a language with its scenes, as flat strings. */
function templatesOf(texts: LanguageTexts): readonly string[] {
  const { alerts, alert, none, ...groups } = texts;
  const entries: ReasonText[] = [
    none,
    ...Object.values(groups).flatMap((group) => Object.values<ReasonText>(group)),
  ];
  const parts = (text: Partial<Text>): readonly string[] =>
    [text.summary, text.cause, text.action].filter((part) => part !== undefined);
  return [
    ...entries.flatMap((text) => [...parts(text), ...Object.values(text.scenes ?? {}).flatMap(parts)]),
    ...parts(alert),
    ...Object.values(alerts).flatMap(({ meaning, cause, action }) =>
      [meaning, cause, action].filter((part) => part !== undefined),
    ),
  ];
}

function sentences(reason: ReportReason, lang: 'en' | 'de', facts?: Facts): readonly string[] {
  const { summary, cause, action } = explain(reason, facts ? { lang, facts } : { lang });
  return [summary, cause, action];
}

describe('explain', () => {
  it.each(['en', 'de'] as const)('has a summary, a cause and an action in %s for every code', (lang) => {
    const fails = [
      { protocol: 'submission', host: 'smtp.example.org', port: 465, method: 'implicit-tls' },
    ] as const;
    const situations = [
      undefined,
      full,
      { ...full, works: [], fails },
      { ...full, protocol: 'smtp' as const, works: [] },
    ];
    const texts = all.flatMap((reason) => situations.flatMap((facts) => sentences(reason, lang, facts)));
    const whole = /^([„“\p{Lu}]|smtp\.example\.org ).*[.!?“”)]$/u;
    const leftover = /[{}[\]|…]|undefined| {2}| [.,;:]/;
    expect(texts.filter((text) => !whole.test(text) || leftover.test(text))).toEqual([]);
  });

  it('says something different in the two languages', () => {
    const alike = all.filter((reason) => explain(reason).summary === explain(reason, { lang: 'de' }).summary);
    expect(alike).toEqual([]);
  });

  it('leaves no code of the vocabulary out and invents none', () => {
    const keys = [
      'dns',
      'connect',
      'greeting',
      'mismatch',
      'starttls',
      'tls',
      'certificate',
      'policy',
      'auth',
      'delivery',
      'dialogue',
    ] as const;
    for (const texts of [english, german]) {
      const codes = [
        ...keys.flatMap((group) => Object.keys(texts[group])),
        ...Object.keys(texts.alerts).map((name) => `tls-alert-${name}`),
      ];
      expect(codes.toSorted()).toEqual(reasons.toSorted());
      expect(codes.every(isReason)).toBe(true);
    }
  });

  it.each([
    ['en', english],
    ['de', german],
  ] as const)('uses only words it has, and where one must be there, it always is (%s)', (lang, texts) => {
    const words = { ...phrase(full, lang), meaning: 'm', alert: 'a' };
    // A scene that names what works elsewhere is chosen only where something does.
    const bare = { ...phrase({ works: [starttls587] }, lang), meaning: 'm', alert: 'a' };
    const wrong = templatesOf(texts).flatMap((template) =>
      placeholdersOf(template)
        .filter(
          ({ name, required }) =>
            !(name in words) || (required && bare[name as keyof typeof bare] === undefined),
        )
        .map(({ name }) => `${name} in: ${template}`),
    );
    expect(wrong).toEqual([]);
  });

  it('does not send the reader from a port to the same port', () => {
    const at587 = {
      protocol: 'submission',
      host: 'smtp.example.org',
      port: 587,
      method: 'implicit-tls',
    } as const;
    const there = { ...at587, method: 'starttls' } as const;
    const away = { ...at587, port: 465 } as const;
    const action = (...works: readonly (typeof there | typeof away)[]): string =>
      explain('plaintext-on-tls-port', { facts: { ...at587, works } }).action;
    expect(action(there)).toBe('Choose STARTTLS (“TLS” in old versions of Outlook) for this port.');
    expect(action(there, away)).toMatch(/for this port, or use port 465 with SSL\/TLS; it works\.$/);
  });

  it('SETUP-021 tells three kinds of trouble with port 465 apart', () => {
    const at465 = { ...full, names: [] };
    const { summary: refused } = explain('connection-refused', { facts: at465 });
    const { summary: filtered } = explain('timeout-connect', { facts: at465 });
    const { summary: everything } = explain('timeout-connect', {
      facts: { ...at465, works: [], scene: 'everything-silent' },
    });
    expect([filtered, refused, everything]).toEqual([
      'Port 465 is blocked on the way: no reply within 5 seconds. Port 587 with STARTTLS works.',
      'smtp.example.org refuses port 465: it does not offer this method.',
      'No port of any mail server answers; port 465 is only one of them.',
    ]);
  });

  it.each([
    [
      'F-01',
      'plaintext-on-tls-port',
      { protocol: 'submission', port: 587 },
      [
        'Der Server hat auf Port 587 im Klartext geantwortet.',
        'Wählen Sie STARTTLS (in alten Outlook-Versionen: „TLS“) oder Port 465 mit SSL/TLS.',
      ],
    ],
    [
      'F-02',
      'tls-on-plaintext-port',
      { protocol: 'submission', port: 465 },
      [
        'Der Server schweigt auf Port 465, weil er auf den Beginn der Verschlüsselung wartet.',
        'Wählen Sie für diesen Port SSL/TLS.',
      ],
    ],
    [
      'F-04',
      'timeout-connect',
      { protocol: 'submission', port: 465, waitedMs: 1000 },
      [
        'Port 465 antwortet nicht (Zeitüberschreitung nach 1 Sekunde): vermutlich durch eine Firewall gesperrt.',
      ],
    ],
    [
      'F-05',
      'connection-refused',
      { protocol: 'submission', port: 465 },
      ['Der Server lehnt Port 465 ab: Dieses Verfahren bietet er nicht an.'],
    ],
    [
      'F-08',
      'dns-nxdomain',
      { host: 'imp.example.org' },
      ['Den Namen imp.example.org gibt es nicht.', 'Prüfen Sie die Schreibweise des Namens.'],
    ],
    [
      'F-17',
      'cert-name-mismatch',
      {
        host: 'mail.anna.example',
        names: ['mx1.provider.example', 'mx2.provider.example'],
        name: 'mx1.provider.example',
      },
      [
        'Das Zertifikat gilt für mx1.provider.example und mx2.provider.example, nicht für mail.anna.example.',
        'Tragen Sie als Server mx1.provider.example ein.',
      ],
    ],
    [
      'F-18',
      'cert-expired',
      { host: 'h.example', date: '2025-01-09T00:00:00Z' },
      ['Das Zertifikat von h.example ist abgelaufen (am 9.1.2025).'],
    ],
    [
      'F-23',
      'starttls-not-offered',
      { protocol: 'imap', port: 143 },
      [
        'Der Server bietet STARTTLS auf Port 143 nicht an (oder ein Virenscanner entfernt das Angebot).',
        'Verwenden Sie SSL/TLS auf Port 993.',
      ],
    ],
    ['F-26', 'auth-only-after-tls', {}, ['Anmeldung ist erst nach der Verschlüsselung möglich.']],
    [
      'F-27',
      'auth-failed',
      { reply: '535 5.7.8 nope' },
      [
        'Der Server hat Benutzernamen und Passwort nicht angenommen: „535 5.7.8 nope“.',
        'Tragen Sie als Benutzernamen die vollständige Mailadresse ein.',
      ],
    ],
    [
      'F-29',
      'wrong-protocol',
      { port: 143, seen: 'smtp' },
      ['Auf Port 143 antwortet ein Postausgangsserver (SMTP), nicht der erwartete Maildienst.'],
    ],
    [
      'F-30',
      'timeout-connect',
      { protocol: 'smtp', port: 25, scene: 'only-port-25' },
      ['Port 25 antwortet aus diesem Netz nicht.'],
    ],
  ] as const)('%s reads as a German reader needs it', (_, reason, facts, expected) => {
    const text = sentences(reason, 'de', facts).join(' ');
    for (const sentence of expected) expect(text).toContain(sentence);
  });

  it('F-17 names a server to type only where the name was checked', () => {
    expect(
      explain('cert-name-mismatch', { facts: { host: 'h.example', names: ['evil.example'] } }).action,
    ).not.toContain('evil.example');
  });

  it('does not send people to a port that was seen to fail', () => {
    const facts: Facts = { protocol: 'imap', host: 'h.example', port: 143, method: 'starttls' };
    const fails = [{ protocol: 'imap', host: 'h.example', port: 993, method: 'implicit-tls' }] as const;
    expect(explain('starttls-not-offered', { facts }).action).toContain('993');
    expect(explain('starttls-not-offered', { facts: { ...facts, fails } }).action).not.toContain('993');
    const at993: Facts = { protocol: 'imap', port: 993, method: 'implicit-tls' };
    expect(explain('plaintext-on-tls-port', { lang: 'de', facts: at993 }).action).toBe(
      'Wählen Sie STARTTLS (in alten Outlook-Versionen: „TLS“).',
    );
  });

  it('speaks the words of one program', () => {
    const facts: Facts = { protocol: 'submission', port: 587, client: 'outlook-2016' };
    expect(explain('plaintext-on-tls-port', { facts }).action).toBe('Choose TLS, or port 465 with SSL.');
  });

  it('addresses the operator, not a user, at hosts that take mail for a domain', () => {
    const facts: Facts = { protocol: 'smtp', host: 'mx.example.org', port: 25 };
    expect(explain('starttls-not-offered', { facts }).action).toBe(
      'The operator should switch on STARTTLS; every current mail server supports it.',
    );
  });

  it('names an alternative on another host or of another protocol in full', () => {
    const facts: Facts = {
      protocol: 'imap',
      host: 'imap.example.org',
      port: 993,
      works: [{ protocol: 'pop3', host: 'pop.example.org', port: 995, method: 'implicit-tls' }],
    };
    expect(explain('connection-refused', { facts }).action).toBe(
      'Use POP3 on port 995 of pop.example.org with SSL/TLS; it works.',
    );
    expect(explain('connection-refused', { lang: 'de', facts }).action).toBe(
      'Verwenden Sie POP3 auf Port 995 des Servers pop.example.org mit SSL/TLS, das funktioniert.',
    );
  });

  it('prints nothing of a peer raw, and reads nothing of it as a template', () => {
    const evil = '\u001b[31m{port}[{name}|x]\u202e<b>\r\n$&';
    const facts: Facts = {
      ...full,
      host: evil,
      reply: evil,
      issuer: evil,
      names: [evil],
      seen: evil,
      name: evil,
    };
    for (const reason of all) {
      const text = sentences(reason, 'de', facts).join('');
      expect(text).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      expect(text.length).toBeLessThan(2000);
    }
    expect(explain('greeting-rejected', { facts: { host: 'h', reply: evil } }).summary).toContain(
      '{port}[{name}|x]',
    );
  });

  it('never throws, whatever the facts', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...all),
        fc.string(),
        fc.double(),
        fc.array(fc.string()),
        (reason, text, number, names) => {
          const facts: Facts = {
            host: text,
            port: number,
            waitedMs: number,
            names,
            reply: text,
            date: text,
            seen: text,
          };
          expect(explain(reason, { lang: 'de', facts }).summary).not.toBe('');
        },
      ),
      { numRuns: 300 },
    );
  });

  it('F-14 explains an alert by its meaning', () => {
    expect(explain('tls-alert-handshake-failure', { lang: 'de', facts: { host: 'h.example' } }))
      .toMatchInlineSnapshot(`
        {
          "action": "Der Anbieter muss seinen Server aktualisieren; ist Ihr Mailprogramm alt, aktualisieren Sie auch dieses.",
          "cause": "Kein Verschlüsselungsverfahren passt beiden Seiten, oder der Server verlangt ein Client-Zertifikat.",
          "lang": "de",
          "summary": "Der Server h.example hat die Verschlüsselung abgebrochen: keine gemeinsame Grundlage (TLS-Alarm handshake_failure).",
        }
      `);
    expect(explain('tls-alert-unrecognized-name', { facts: { host: 'h.example' } })).toMatchInlineSnapshot(`
      {
        "action": "Enter the server name that your provider gives.",
        "cause": "The server is not responsible for this name: an alias of your own, or a mistyped one.",
        "lang": "en",
        "summary": "h.example broke off the encryption: it does not know the name it was asked for (TLS alert unrecognized_name).",
      }
    `);
  });
});
