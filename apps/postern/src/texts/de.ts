import { delivery } from './delivery/de.ts';
import { listed } from './listed.ts';
import type { Texts } from './texts.ts';

const webSource = {
  autoconfig: 'die Autoconfig-Datei des Anbieters',
  ispdb: 'die öffentliche Datenbank von Thunderbird',
} as const;

/** German. */
export const de: Texts = {
  delivery,
  usage: `Aufruf: postern <Befehl> [Optionen]

Befehle
  check <Adresse oder Domain>   die Server eines Mailkontos finden, beide TLS-Verfahren versuchen, sagen, was einzutragen ist
  probe <Endpunkt>              einen Endpunkt prüfen, etwa imaps://mail.example.org oder submission+starttls://server:587
  plan <Domain>                 wie Post an eine Domain zugestellt würde, und welche Regel was erzwingt
  send [DATEI]                  eine Nachricht (DATEI oder Standardeingabe) nach diesem Plan zustellen
  explain [<Grund>]             einen Grund in Worten; ohne Angabe die Liste aller Gründe
  lab                           Mailserver mit guten und schlechten Gewohnheiten auf diesem Rechner starten, bis zum Abbruch
  demo [<Konto oder Domain>]    drei Konten des Labors prüfen, oder was daraus genannt ist, und aufhören
  simulate [<Optionen>]         was aus einem Anbieter wird, der Port 465 versucht, in virtueller Zeit; simulate --help

Optionen von check, probe, plan und send
  --html DATEI           den Bericht auch als Seite schreiben, zum Aufheben, Drucken oder Weitergeben
  --ca DATEI             diesen Zertifizierungsstellen (PEM) trauen statt denen des Systems
  --resolver IP[:PORT]   diesen DNS-Resolver fragen statt den des Systems
  --connect-to SERVER    mit diesem Server verbinden, den Namen für SNI und Zertifikat behalten
  --server-name NAME     statt des Servernamens dieser Name für SNI und Zertifikatsprüfung
  --deadline 30s         Zeit für alles (ms, s, m); auch bei demo
  --state ORDNER         Gelerntes (stumme Ports, MTA-STS-Richtlinien) hier ablegen statt im Ordner des Benutzers
  --quiet                keine Fortschrittsanzeige; auch bei demo
  -v, --verbose          jeder Schritt und jede Erklärung; auch bei demo und lab

Optionen von check, probe und send
  --trace DATEI          das Gespräch aufzeichnen, Passwörter verdeckt, Nachrichten nicht; auch bei demo
  --forget               auch Ports anwählen, die zuvor schwiegen

Optionen von check und probe
  --control SERVER       ein Mailserver in einem anderen Netz: Schweigt ein Port, so zeigt er, ob Ihr eigenes Netz ihn sperrt;
                         mindestens zwei, die nichts miteinander zu tun haben, mit Kommas oder mehrmals

Optionen von check
  --without QUELLE       nicht nach Einstellungen fragen: ispdb (die öffentliche Datenbank von Thunderbird; sie erfährt die
                         Domain), autoconfig (Webserver der Domain und ihres Mailservers; der erste erfährt die Adresse)

Optionen von probe
  --user NAME            Anmeldung versuchen, nur in geprüftem TLS; Passwort aus POSTERN_PASSWORD oder auf Nachfrage
  --any-certificate      hinter ein Zertifikat blicken, das nicht gilt, und es nicht als Ablehnung zählen

Optionen von plan und send
  --level STUFE          none, may, encrypt, dane, dane-only, fingerprint, verify, secure oder sts verlangen; sonst
                         entscheidet die Domain
  --fingerprint ABDRUCK  SHA-256 des Zertifikats oder seines Schlüssels, für diese Stufe; mehrmals oder mit Kommas
  --requiretls           nur an Server, die sich ausweisen und dasselbe versprechen (RFC 8689), sonst gar nicht
  --use-srv              eine Ankündigung (_smtp-tls._tcp) statt der MX-Einträge gelten lassen; ein Entwurf, keine Norm
  --srv-label NAME       wo diese Ankündigung steht, statt bei _smtp-tls; mehrmals oder mit Kommas, die erste zählt
  --try-465              Port 465 neben 25 versuchen; zwischen Servern keine Norm
  --from ADRESSE         der Absender; <> für keinen (send)
  --to ADRESSE           ein Empfänger; mehrmals oder mit Kommas (send)

Optionen aller Befehle
  --json                 ein JSON-Dokument auf der Standardausgabe
  --lang en|de           Sprache (sonst die des Systems)
  --no-color             keine Farben (auch NO_COLOR)
  -h, --help             dieser Text
  --version              die Version

Rückgabewert: 0 funktioniert, 1 Befunde, 2 falscher Aufruf, 3 nicht feststellbar, 4 im eigenen Netz gesperrt, 130 abgebrochen
`,
  didYouMean: (word) => `Meinten Sie ${word}?`,
  noSuchCommand: (typed) => `Den Befehl „${typed}“ gibt es nicht.`,
  knownCommands: (names) => `Es gibt ${listed(names, 'und')}.`,
  noSuchOption: (typed) => `Die Option ${typed} gibt es nicht.`,
  optionNeedsValue: (option) => `${option} braucht eine Angabe.`,
  optionTakesNoValue: (option) => `${option} nimmt keine Angabe.`,
  tooManyArguments: (command, takes, extra) =>
    takes === 0
      ? `${command} nimmt keine Angabe; „${extra}“ ist zu viel.`
      : `${command} nimmt eine Angabe; „${extra}“ ist zu viel.`,
  notTaken: (command, option, takenBy) =>
    `${command} kann mit ${option} nichts anfangen. Lassen Sie es weg; es gehört zu ${listed(takenBy, 'und')}.`,
  noCommand: (names) => `Es fehlt ein Befehl. Es gibt ${listed(names, 'und')}; mehr sagt --help.`,
  seeReasons: 'postern explain nennt alle.',
  seeHelp: 'postern --help nennt alle.',
  seeHelpOf: (command) => `postern ${command} --help nennt alle.`,
  missingArgument: {
    check: 'Welches Konto? Geben Sie eine Adresse oder eine Domain an: postern check sie@example.org',
    probe: 'Welcher Endpunkt? Geben Sie einen an, zum Beispiel: postern probe imaps://mail.example.org',
    plan: 'Welche Domain? Geben Sie eine an, zum Beispiel: postern plan example.org',
  },
  commandForgotten: (whole) => `Es fehlt der Befehl. Meinten Sie: ${whole}`,
  isEndpoint: (typed, whole) => `„${typed}“ ist ein Endpunkt. Meinten Sie: ${whole}`,
  isAddress: (typed, whole) => `„${typed}“ ist eine Adresse. Meinten Sie: ${whole}`,
  noSuchReason: (typed) => `Den Grund „${typed}“ gibt es nicht.`,
  noFile: (option, path) => `${option}: Die Datei ${path} gibt es nicht, oder sie lässt sich nicht lesen.`,
  noPem: (path) => `--ca: ${path} enthält kein Zertifikat in PEM-Form (-----BEGIN CERTIFICATE-----).`,
  cannotWrite: (option, path) => `${option}: ${path} lässt sich nicht schreiben.`,
  noDuration: (typed) =>
    `--deadline: „${typed}“ ist keine Dauer. Schreiben Sie zum Beispiel 30s, 500ms oder 2m.`,
  noAddress: (option, typed) =>
    `${option}: „${typed}“ ist keine IP-Adresse mit oder ohne Port, wie 192.0.2.53, 192.0.2.53:5353 oder [2001:db8::53]:53.`,
  noHost: (option, typed) => `${option}: „${typed}“ ist kein Servername und keine IP-Adresse.`,
  noLanguage: (typed) => `--lang: „${typed}“ ist nicht bekannt. Bekannt sind en und de.`,
  noSource: (typed, sources) =>
    `--without: „${typed}“ ist keine Quelle, die sich weglassen lässt. Das sind ${listed(sources, 'und')}.`,
  noPassword:
    '--user braucht ein Passwort: Setzen Sie POSTERN_PASSWORD, oder starten Sie den Befehl in einem Terminal, dann werden Sie gefragt.',
  passwordFor: (user) => `Passwort für ${user}: `,
  address: {
    empty:
      'Es wurde nichts eingegeben. Geben Sie eine Adresse oder eine Domain an, zum Beispiel sie@example.org.',
    'control-character': 'In der Adresse steht ein Steuerzeichen. Tippen Sie sie noch einmal von Hand.',
    'white-space': 'In der Adresse steht ein Leerzeichen. Entfernen Sie es.',
    'no-local-part':
      'Der Name vor dem @ fehlt. Ergänzen Sie ihn, oder lassen Sie das @ weg, um nur die Domain zu prüfen.',
    'no-domain': 'Die Domain nach dem @ fehlt, wie in sie@example.org.',
    'second-at': 'In der Adresse steht mehr als ein @. Sie hat eines, wie in sie@example.org.',
  },
  badDomain: (typed) =>
    `„${typed}“ ist keine Mailadresse und keine Maildomain. Sie sehen aus wie sie@example.org und example.org.`,
  internal: 'Hier hat Postern einen Fehler. Bitte melden Sie ihn mit dem folgenden Text:',
  remembered: (place, since) =>
    `${place} wurde nicht angewählt: Frühere Läufe bekommen von dort seit ${since} keine Antwort. Mit --forget wird alles neu angewählt.`,
  interrupted: 'Abgebrochen.',
  heading: {
    receiving: 'Empfangen',
    sending: 'Senden',
    domain: (name) => `So empfängt ${name} Mail von anderen Servern`,
    toType: 'Das tragen Sie ein',
    why: 'Warum die anderen nicht funktionieren',
    whyNothing: 'Woran es liegt',
    findings: 'Was sonst auffiel',
    programs: 'In den Worten Ihres Mailprogramms',
    field: 'zu wählen bei',
    tried: 'Was versucht wurde',
    seen: 'Was zu sehen war, und was zu tun ist',
    facts: 'Was darüber bekannt ist',
    addresses: 'Seine Adressen',
    timeline: 'Was wann geschah',
  },
  column: {
    account: 'Konto',
    address: 'Adresse',
    detail: 'Einzelheiten',
    domain: 'Domain',
    event: 'Ereignis',
    fact: 'Angabe',
    habit: 'Gewohnheit',
    host: 'Server',
    lesson: 'Was es zeigt',
    method: 'Verschlüsselung',
    password: 'Passwort',
    port: 'Port',
    program: 'Programm',
    protocol: 'Protokoll',
    reason: 'Grund',
    service: 'Dienst',
    socket: 'Auf diesem Rechner',
    time: 'Zeit',
    userName: 'Benutzername',
    verdict: 'Ergebnis',
  },
  verdict: {
    works: 'funktioniert',
    'works-unverified': 'funktioniert, ungeprüft',
    refused: 'funktioniert nicht',
    silent: 'schweigt',
    'could-not-tell': 'nicht feststellbar',
  },
  method: { 'implicit-tls': 'SSL/TLS', starttls: 'STARTTLS', plaintext: 'keine' },
  protocol: { smtp: 'SMTP', submission: 'SMTP', imap: 'IMAP', pop3: 'POP3' },
  port: (port) => `Port ${port}`,
  userName: (name) => `Benutzername ${name}`,
  nothingSafe: {
    incoming: 'Zum Empfangen funktioniert nichts, das sicher ist.',
    outgoing: 'Zum Senden funktioniert nichts, das sicher ist.',
  },
  safe: {
    incoming: 'Empfangen funktioniert, verschlüsselt.',
    outgoing: 'Senden funktioniert, verschlüsselt.',
  },
  undecided: {
    incoming: 'Ob das Empfangen funktioniert, war nicht festzustellen.',
    outgoing: 'Ob das Senden funktioniert, war nicht festzustellen.',
  },
  bothWork: (account) => `${account}: Empfangen und Senden funktionieren, verschlüsselt.`,
  nothingFound: (account) => `Für ${account} wurde kein Mailserver gefunden.`,
  alsoTried: (hosts) => `Auch versucht, ohne Erfolg: ${hosts}`,
  notLookedUp: (hosts) => `Ließen sich nicht nachschlagen: ${hosts}`,
  detailsWithV: '(Einzelheiten mit -v)',
  asked: (hosts, database) =>
    `Einstellungen wurden gesucht: ${listed(['im DNS', ...hosts.map((host) => `bei ${host}`), ...(database === 'asked' ? ['in der öffentlichen Datenbank von Thunderbird'] : [])], 'und')}.`,
  notAsked: (sources) =>
    `Nicht gefragt: ${listed(
      sources.map((source) => webSource[source]),
      'und',
    )}.`,
  unanswered: (services) => `Was die Domain ankündigt, ließ sich nicht nachschlagen: ${services}`,
  likewise: (ports) => `Ebenso Port ${ports.join(', ')}.`,
  worksThere: (method) => `${method} funktioniert dort`,
  notOffered: 'nicht angeboten',
  noStandard: 'kein Standard verlangt es',
  fact: {
    encryption: 'Verschlüsselung',
    certificate: 'Zertifikat',
    certificateOf: (names) => `für ${names}`,
    validUntil: (date) => `gültig bis ${germanDate(date)}`,
    issuedBy: (issuer) => `ausgestellt von ${issuer}`,
    login: 'Anmeldung',
    loggedIn: 'funktioniert',
    loginRefused: (reason) => `abgelehnt (${reason})`,
    greeting: 'Begrüßung',
    reply: 'Antwort',
    address: 'Adresse',
    ownNetwork: 'Eigenes Netz',
    silentToward: (places) => `still: ${places}`,
    controls: 'Vergleich',
    controlAnswers: (at) => `${at} antwortet`,
    controlSilent: (at, answered) =>
      answered === null
        ? `${at} schweigt, und alles andere dort auch`
        : `${at} schweigt (doch ${answered} antwortet)`,
    butAnswers: (port) => `doch ${port} antwortet`,
    offers: 'Bietet an',
  },
  event: {
    dns: 'Namen suchen',
    connect: 'verbinden mit',
    connected: 'verbunden mit',
    'not-connected': 'nicht verbunden mit',
    greeting: 'Begrüßung',
    capabilities: 'Fähigkeiten',
    starttls: 'STARTTLS',
    secured: 'TLS steht',
    inside: 'Fähigkeiten in TLS',
    silence: 'Schweigen',
    'other-method': 'das andere Verfahren',
    'logged-in': 'angemeldet',
    'login-refused': 'Anmeldung abgelehnt',
    end: 'Ende',
  },
  route: {
    implicit: 'kein MX-Eintrag: Die Domain nimmt die Mail selbst an',
    'null-mx': 'sie sagt, dass sie keine Mail annimmt (Null-MX)',
    'no-such-domain': 'die Domain gibt es nicht',
    failed: 'ihre Mailserver ließen sich nicht ermitteln',
  },
  policy: { present: 'ja', absent: 'nein', failed: 'nicht zu ermitteln' },
  doesNotCount: 'veröffentlicht, zählt aber nicht',
  stsMode: { enforce: 'erzwungen', testing: 'im Testbetrieb', none: 'abgeschaltet' },
  mxSigned: 'MX-Eintrag signiert (DNSSEC)',
  announced: 'TLS per SRV angekündigt',
  policyVerdict: {
    passes: 'zugestellt, geschützt',
    fails: 'nicht zugestellt',
    none: 'sagt nichts dazu',
    'could-not-tell': 'nicht zu ermitteln',
  },
  severity: { problem: 'Fehler', warning: 'Warnung', note: 'Vorschlag' },
  fromOthers: {
    problem: (domain) =>
      `Mail von anderen Servern: Was ${domain} veröffentlicht, ist falsch; manche stellen deshalb nichts zu oder ungeschützt. Unten steht, was stattdessen zu veröffentlichen ist.`,
    warning: (domain) =>
      `Mail von anderen Servern: Was ${domain} veröffentlicht, ist zum Teil zu verbessern; siehe unten.`,
    safe: (policies) => `Mail von anderen Servern: kommt an, geschützt durch ${listed(policies, 'und')}.`,
  },
  alsoAt: (address) => `auch ${address}`,
  publishZone: 'Für die Zone, an Stelle dessen, was unter gleichem Namen und Typ steht:',
  publishFile: (url) => `Als ${url}:`,
  moreAdvice: (count) =>
    `${count} ${count === 1 ? 'Vorschlag' : 'Vorschläge'} für den Betreiber der Domain: mit -v`,
  notPossible: 'nicht möglich',
  unconfirmed: 'Wortlaut nicht bestätigt',
  morePrograms: (names) => `Alle Felder, dazu ${names.join(', ')}: mit -v`,
  progress: (done, all) => `${done} von ${all} Endpunkten fertig`,
  trying: (host) => `warte auf ${host}`,
  took: (endpoints, seconds) =>
    `${endpoints} ${endpoints === 1 ? 'Endpunkt' : 'Endpunkte'} in ${seconds.replace('.', ',')} s`,
  interruptedAfter: (seconds) => `abgebrochen nach ${seconds.replace('.', ',')} s`,
  notFinished: (places) => `Abgebrochen, bevor diese fertig waren: ${places}`,
  demo: {
    opening: 'In diesem Prozess läuft ein Labor von Mailservern, nur auf diesem Rechner. Drei seiner Konten:',
    published:
      'Was oben zum Veröffentlichen steht, hat das Labor jetzt veröffentlicht: die Zeilen in seiner Zone, die Datei auf seinem Policy-Server. Dieselbe Prüfung noch einmal:',
    lesson: 'Was es zeigt',
    openingOne:
      'In diesem Prozess läuft ein Labor von Mailservern, nur auf diesem Rechner. Eine Prüfung darin:',
    noSuchAccount: (typed) => `Das Labor hat kein Konto und keine Domain ${typed}. postern lab nennt alle.`,
    next: 'So geht es weiter',
    nextSteps: [
      ['check sie@example.org', 'Ihr eigenes Konto (braucht ein Netz)'],
      ['probe imaps://mail.example.org', 'ein Server, ein Verfahren'],
      ['explain timeout-connect', 'was ein Grund bedeutet'],
      ['demo zoe@cert-expired.zoo.test', 'ein anderes Konto des Labors'],
      ['demo wellkept.test', 'eine Domain, die DANE und MTA-STS veröffentlicht, und alles passt'],
      ['demo neglected.test', 'eine, bei der nichts mehr passt, und wie sie in Ordnung kommt'],
      ['lab', 'alle, und das Labor läuft weiter'],
      ['--help', 'alles andere'],
    ],
  },
  lab: {
    opening: 'Das Labor läuft. Alles ist nur auf diesem Rechner; Strg-C beendet es.',
    endpoints: 'Endpunkte',
    zone: 'Zone',
    closing: 'Das Labor ist geschlossen.',
    ca: (path) => `Zertifizierungsstelle: ${path}`,
    accounts: 'Konten',
    next: 'Was Sie in einem anderen Fenster eingeben können',
    domains: 'Domains mit Problemen im DNS',
    tryAccount: 'prüft dieses Konto, in einem eigenen Labor',
    tryDomain: 'prüft diese Domain, veröffentlicht, was ihr geraten wird, und prüft sie noch einmal',
    tryServer: 'prüft einen Server dieses Labors',
  },
  reasonGroups: 'Gründe',
  page: {
    kicker: (when) => `Mailprüfung mit Postern, ${when}`,
    contents: 'Inhalt',
    openProgram: 'Öffnen Sie Ihr Programm, um jedes Feld seines Dialogs zu sehen:',
  },
};

function germanDate(iso: string): string {
  const [year, month, day] = iso.split('-');
  return `${Number(day)}.${Number(month)}.${year}`;
}
