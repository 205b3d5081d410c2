import { defaultPort } from '../report/endpoint.ts';
import type { Method, Protocol, ServiceEndpoint } from '../report/endpoint.ts';
import { escapeText } from '../report/escape.ts';
import type { Lang } from '../report/explanation.ts';
import { methodWord } from './dialogs.ts';
import type { Facts } from './facts.ts';
import type { Words } from './render.ts';

interface Phrases {
  readonly thisPort: Readonly<Record<'nominative' | 'accusative' | 'dative', string>>;
  readonly server: Readonly<Record<'nominative' | 'accusative' | 'dative', string>>;
  readonly theServer: (host: string) => string;
  readonly port: (port: number) => string;
  readonly starttls: string;
  readonly none: string;
  readonly encryption: string;
  readonly anyImplicitPort: string;
  readonly seconds: (value: string) => string;
  readonly decimal: string;
  readonly and: string;
  readonly more: (count: number) => string;
  readonly quote: (text: string) => string;
  readonly at: (protocol: string, port: string) => string;
  readonly onHost: (host: string) => string;
  readonly with: (what: string, method: string) => string;
  readonly seen: Readonly<Record<string, string>>;
  readonly otherService: (name: string) => string;
}

const phrases: Readonly<Record<Lang, Phrases>> = {
  en: {
    thisPort: { nominative: 'this port', accusative: 'this port', dative: 'this port' },
    server: { nominative: 'the server', accusative: 'the server', dative: 'the server' },
    theServer: (host) => host,
    port: (port) => `port ${port}`,
    starttls: 'STARTTLS (“TLS” in old versions of Outlook)',
    none: 'no encryption',
    encryption: 'encryption',
    anyImplicitPort: '465, 993 or 995',
    seconds: (value) => (value === '1' ? '1 second' : `${value} seconds`),
    decimal: '.',
    and: ' and ',
    more: (count) => `${count} more`,
    quote: (text) => `“${text}”`,
    at: (protocol, port) => `${protocol} on ${port}`,
    onHost: (host) => ` of ${host}`,
    with: (what, method) => `${what} with ${method}`,
    seen: {
      smtp: 'an outgoing mail server (SMTP)',
      pop3: 'a POP3 server',
      imap: 'an IMAP server',
      http: 'a web server (HTTP)',
      ssh: 'an SSH server',
      ftp: 'an FTP server',
      managesieve: 'a filter service (ManageSieve)',
      tls: 'an encrypted service',
    },
    otherService: (name) => `another service (${name})`,
  },
  de: {
    thisPort: { nominative: 'dieser Port', accusative: 'diesen Port', dative: 'diesem Port' },
    server: { nominative: 'der Server', accusative: 'den Server', dative: 'dem Server' },
    theServer: (host) => `Der Server ${host}`,
    port: (port) => `Port ${port}`,
    starttls: 'STARTTLS (in alten Outlook-Versionen: „TLS“)',
    none: 'ohne Verschlüsselung',
    encryption: 'Verschlüsselung',
    anyImplicitPort: '465, 993 oder 995',
    seconds: (value) => (value === '1' ? '1 Sekunde' : `${value} Sekunden`),
    decimal: ',',
    and: ' und ',
    more: (count) => (count === 1 ? 'einen weiteren' : `${count} weitere`),
    quote: (text) => `„${text}“`,
    at: (protocol, port) => `${protocol} auf ${port}`,
    onHost: (host) => ` des Servers ${host}`,
    with: (what, method) => `${what} mit ${method}`,
    seen: {
      smtp: 'ein Postausgangsserver (SMTP)',
      pop3: 'ein POP3-Server',
      imap: 'ein IMAP-Server',
      http: 'ein Webserver (HTTP)',
      ssh: 'ein SSH-Server',
      ftp: 'ein FTP-Server',
      managesieve: 'ein Filterdienst (ManageSieve)',
      tls: 'ein verschlüsselter Dienst',
    },
    otherService: (name) => `ein anderer Dienst (${name})`,
  },
};

const protocolNames: Readonly<Record<Protocol, string>> = {
  smtp: 'SMTP',
  submission: 'SMTP',
  imap: 'IMAP',
  pop3: 'POP3',
};

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Milliseconds as seconds: whole from ten on, one decimal place below. */
function seconds(ms: number, say: Phrases): string {
  const value = ms >= 10_000 ? String(Math.round(ms / 1000)) : String(Math.round(ms / 100) / 10);
  return say.seconds(value.replace('.', say.decimal));
}

/** The port to fall back on, unless it is the one in question or was seen to fail. */
function implicitPort({ protocol, host, port, method, fails }: Facts, say: Phrases): string | undefined {
  if (protocol === undefined) return say.anyImplicitPort;
  const usual = defaultPort(protocol, 'implicit-tls');
  const failed = (fails ?? []).some(
    (endpoint) =>
      endpoint.protocol === protocol &&
      endpoint.host === host &&
      endpoint.port === usual &&
      endpoint.method === 'implicit-tls',
  );
  return failed || (port === usual && method === 'implicit-tls') ? undefined : String(usual);
}

/** Up to three names as a list; how many more there are is said, not shown. */
function list(names: readonly string[], say: Phrases): string | undefined {
  const shown = names.slice(0, 3).map((name) => escapeText(name, { maxLength: 80 }));
  if (names.length > 3) shown.push(say.more(names.length - 3));
  const last = shown.pop();
  if (last === undefined) return undefined;
  return shown.length === 0 ? last : `${shown.join(', ')}${say.and}${last}`;
}

function other(
  endpoint: ServiceEndpoint,
  facts: Facts,
  methods: Readonly<Record<Method, string>>,
  say: Phrases,
): string {
  const port = say.port(endpoint.port);
  const strange = facts.protocol !== undefined && facts.protocol !== endpoint.protocol;
  const where = strange ? say.at(protocolNames[endpoint.protocol], port) : port;
  const host = endpoint.host === facts.host ? '' : say.onHost(escapeText(endpoint.host, { maxLength: 80 }));
  return say.with(`${where}${host}`, methods[endpoint.method]);
}

function escaped(text: string | undefined, maxLength: number): string | undefined {
  return text === undefined || text === '' ? undefined : escapeText(text, { maxLength });
}

/** A recognised protocol as a noun phrase. */
function service(name: string, say: Phrases): string {
  const known = Object.hasOwn(say.seen, name) ? say.seen[name] : undefined;
  return known ?? say.otherService(escapeText(name, { maxLength: 40 }));
}

/** An ISO date as it is written in the language; anything else as it is. */
function date(text: string | undefined, lang: Lang): string | undefined {
  const iso = /^(\d{4})-(\d{2})-(\d{2})/.exec(text ?? '');
  if (!iso) return escaped(text, 40);
  const [, year, month, day] = iso;
  return lang === 'de' ? `${Number(day)}.${Number(month)}.${year}` : `${year}-${month}-${day}`;
}

/** Puts the facts of a case into words. Every text that may come from outside is escaped and bounded here. */
export function phrase(facts: Facts, lang: Lang): Words {
  const say = phrases[lang];
  const { port, protocol, method, client } = facts;
  const host = escaped(facts.host, 100);
  const number = port === undefined ? undefined : say.port(port);
  const word = (wanted: 'implicit-tls' | 'starttls'): string | undefined =>
    client === undefined || protocol === undefined
      ? undefined
      : methodWord(client, { protocol, method: wanted }, lang);
  const implicit = word('implicit-tls') ?? 'SSL/TLS';
  const starttls = word('starttls');
  const methods = { 'implicit-tls': implicit, starttls: starttls ?? 'STARTTLS', plaintext: say.none };
  const best = facts.works?.[0];
  const alternative = best && other(best, facts, methods, say);
  const away = facts.works?.find((works) => works.port !== port || works.host !== facts.host);
  const reply = escaped(facts.reply, 160);
  const seen = facts.seen === undefined ? undefined : service(facts.seen, say);
  return {
    port: number ?? say.thisPort.nominative,
    Port: capital(number ?? say.thisPort.nominative),
    portA: number ?? say.thisPort.accusative,
    portD: number ?? say.thisPort.dative,
    host: host ?? say.server.nominative,
    Host: host === undefined ? capital(say.server.nominative) : say.theServer(host),
    hostA: host ?? say.server.accusative,
    hostD: host ?? say.server.dative,
    hostName: host ?? escaped(facts.domain, 100),
    domain: escaped(facts.domain, 100),
    method: method === undefined ? say.encryption : methods[method],
    implicit,
    starttls: starttls ?? say.starttls,
    implicitPort: implicitPort(facts, say),
    other: alternative,
    elsewhere: away && other(away, facts, methods, say),
    Other: alternative === undefined ? undefined : capital(alternative),
    waited: facts.waitedMs === undefined ? undefined : seconds(facts.waitedMs, say),
    names: list(facts.names ?? [], say),
    name: escaped(facts.name, 100),
    issuer: escaped(facts.issuer, 120),
    date: date(facts.date, lang),
    reply: reply === undefined ? undefined : say.quote(reply),
    seen,
    Seen: seen === undefined ? undefined : capital(seen),
  };
}
