import { delivery } from './delivery/en.ts';
import { listed } from './listed.ts';
import type { Texts } from './texts.ts';

const webSource = {
  autoconfig: "the provider's autoconfig file",
  ispdb: "Thunderbird's public database",
} as const;

/** English. */
export const en: Texts = {
  delivery,
  usage: `Usage: postern <command> [options]

Commands
  check <address or domain>   find the services of a mail account, try both TLS methods, say what to type
  probe <endpoint>            probe one endpoint, such as imaps://mail.example.org or submission+starttls://host:587
  plan <domain>               how mail to a domain would be sent, and which rule forced what
  send [FILE]                 send a message (FILE or standard input) to its recipients' domains by that plan
  explain [<reason>]          one reason code in words; without a code, the list
  lab                         start mail servers with good and bad habits on this machine, until interrupted
  demo [<account or domain>]  check three accounts of the lab, or what is named of it, and stop
  simulate [<options>]        what becomes of a provider that tries port 465, in virtual time; simulate --help

Options of check, probe, plan and send
  --html FILE            write the report as a page too, to keep, print or pass on
  --ca FILE              trust these certificate authorities (PEM) in place of the system's
  --resolver IP[:PORT]   ask this DNS resolver in place of the system's
  --connect-to HOST      dial this host, keep the name for SNI and certificate checks
  --server-name NAME     name for SNI and certificate checks, in place of the server's
  --deadline 30s         time for everything (ms, s, m); also with demo
  --state DIR            keep what was learnt (silent ports, MTA-STS policies) here, not in the user's state folder
  --quiet                no progress; also with demo
  -v, --verbose          every step and every explanation; also with demo and lab

Options of check, probe and send
  --trace FILE           write the transcript, passwords masked, messages not; also with demo
  --forget               dial ports as well that were silent before

Options of check and probe
  --control HOST         a mail server in another network: where a port is silent, it shows whether your own network blocks
                         it; at least two unrelated ones, with commas or several times

Options of check
  --without SOURCE       do not ask for settings: ispdb (Thunderbird's public database, which learns the domain), autoconfig
                         (web servers of the domain and of its mail host, the first of which learns the address)

Options of probe
  --user NAME            try a login, inside verified TLS only; password from POSTERN_PASSWORD or a prompt
  --any-certificate      look behind a certificate that does not verify, and do not call it a refusal

Options of plan and send
  --level LEVEL          demand none, may, encrypt, dane, dane-only, fingerprint, verify, secure or sts; default: what the
                         domain publishes
  --fingerprint DIGEST   SHA-256 of the certificate or its public key, for that level; several times, or with commas
  --requiretls           only to servers that prove who they are and promise the same (RFC 8689), or not at all
  --use-srv              let an announcement (_smtp-tls._tcp) take the place of the MX records; a draft, no standard
  --srv-label LABEL      where that announcement stands, in place of _smtp-tls; several times, or with commas, the first found
                         counts
  --try-465              race port 465 beside 25; no standard between servers
  --from ADDRESS         the sender; <> for none (send)
  --to ADDRESS           a recipient; several times, or with commas (send)

Options of every command
  --json                 one JSON document on standard output
  --lang en|de           language (default: from the locale)
  --no-color             no colours (also NO_COLOR)
  -h, --help             this text
  --version              the version

Exit status: 0 works, 1 findings, 2 usage, 3 could not tell, 4 blocked by the own network, 130 interrupted
`,
  didYouMean: (word) => `Did you mean ${word}?`,
  noSuchCommand: (typed) => `There is no command "${typed}".`,
  knownCommands: (names) => `There are ${listed(names, 'and')}.`,
  noSuchOption: (typed) => `There is no option ${typed}.`,
  optionNeedsValue: (option) => `${option} needs a value.`,
  optionTakesNoValue: (option) => `${option} takes no value.`,
  tooManyArguments: (command, takes, extra) =>
    takes === 0
      ? `${command} takes no argument; "${extra}" is one too many.`
      : `${command} takes one argument; "${extra}" is one too many.`,
  notTaken: (command, option, takenBy) =>
    `${command} cannot use ${option}. Leave it out; it is for ${listed(takenBy, 'and')}.`,
  noCommand: (names) => `No command was given. There are ${listed(names, 'and')}; --help tells more.`,
  seeReasons: 'postern explain lists all.',
  seeHelp: 'postern --help lists all.',
  seeHelpOf: (command) => `postern ${command} --help lists all.`,
  missingArgument: {
    check: 'Which account? Type an address or a domain: postern check you@example.org',
    probe: 'Which endpoint? Type one such as: postern probe imaps://mail.example.org',
    plan: 'Which domain? Type one such as: postern plan example.org',
  },
  commandForgotten: (whole) => `The command is missing. Did you mean: ${whole}`,
  isEndpoint: (typed, whole) => `"${typed}" is an endpoint. Did you mean: ${whole}`,
  isAddress: (typed, whole) => `"${typed}" is an address. Did you mean: ${whole}`,
  noSuchReason: (typed) => `There is no reason code "${typed}".`,
  noFile: (option, path) => `${option}: the file ${path} does not exist or cannot be read.`,
  noPem: (path) => `--ca: ${path} holds no certificate in PEM form (-----BEGIN CERTIFICATE-----).`,
  cannotWrite: (option, path) => `${option}: ${path} cannot be written.`,
  noDuration: (typed) => `--deadline: "${typed}" is no duration. Write for example 30s, 500ms or 2m.`,
  noAddress: (option, typed) =>
    `${option}: "${typed}" is no IP address with an optional port, such as 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:53.`,
  noHost: (option, typed) => `${option}: "${typed}" is no host name and no IP address.`,
  noLanguage: (typed) => `--lang: "${typed}" is not known. Known are en and de.`,
  noSource: (typed, sources) =>
    `--without: "${typed}" is no source that can be left out. Those are ${listed(sources, 'and')}.`,
  noPassword: '--user needs a password: set POSTERN_PASSWORD, or run in a terminal to be asked.',
  passwordFor: (user) => `Password for ${user}: `,
  address: {
    empty: 'Nothing was typed. Type an address or a domain, such as you@example.org.',
    'control-character': 'There is a control character in the address. Type it again by hand.',
    'white-space': 'There is a space in the address. Remove it.',
    'no-local-part':
      'The name before the @ is missing. Type it, or leave out the @ to check only the domain.',
    'no-domain': 'The domain after the @ is missing, as in you@example.org.',
    'second-at': 'There is more than one @ in the address. It has one, as in you@example.org.',
  },
  badDomain: (typed) =>
    `"${typed}" is no mail address and no mail domain. They look like you@example.org and example.org.`,
  internal: 'Postern has a bug here. Please report it with the following text:',
  remembered: (place, since) =>
    `${place} was not dialled: earlier runs have had no answer from it since ${since}. With --forget everything is dialled afresh.`,
  interrupted: 'Interrupted.',
  heading: {
    receiving: 'Receiving',
    sending: 'Sending',
    domain: (name) => `How ${name} receives mail from other servers`,
    toType: 'What to type',
    why: 'Why the others do not work',
    whyNothing: 'What is in the way',
    findings: 'What else was noticed',
    programs: 'In the words of your mail program',
    field: 'chosen in',
    tried: 'What was tried',
    seen: 'What was seen, and what to do',
    facts: 'What is known about it',
    addresses: 'Its addresses',
    timeline: 'What happened when',
  },
  column: {
    account: 'Account',
    address: 'Address',
    detail: 'Details',
    domain: 'Domain',
    event: 'Event',
    fact: 'Fact',
    habit: 'Habit',
    host: 'Server',
    lesson: 'Lesson',
    method: 'Encryption',
    password: 'Password',
    port: 'Port',
    program: 'Program',
    protocol: 'Protocol',
    reason: 'Reason',
    service: 'Service',
    socket: 'On this machine',
    time: 'Time',
    userName: 'User name',
    verdict: 'Result',
  },
  verdict: {
    works: 'works',
    'works-unverified': 'works, unverified',
    refused: 'does not work',
    silent: 'silent',
    'could-not-tell': 'could not tell',
  },
  method: { 'implicit-tls': 'SSL/TLS', starttls: 'STARTTLS', plaintext: 'none' },
  protocol: { smtp: 'SMTP', submission: 'SMTP', imap: 'IMAP', pop3: 'POP3' },
  port: (port) => `port ${port}`,
  userName: (name) => `user name ${name}`,
  nothingSafe: {
    incoming: 'Nothing safe works for receiving.',
    outgoing: 'Nothing safe works for sending.',
  },
  safe: {
    incoming: 'Receiving works, encrypted.',
    outgoing: 'Sending works, encrypted.',
  },
  undecided: {
    incoming: 'Whether receiving works could not be found out.',
    outgoing: 'Whether sending works could not be found out.',
  },
  bothWork: (account) => `${account}: receiving and sending work, encrypted.`,
  nothingFound: (account) => `No mail server was found for ${account}.`,
  alsoTried: (hosts) => `Also tried, without success: ${hosts}`,
  notLookedUp: (hosts) => `Could not be looked up: ${hosts}`,
  detailsWithV: '(details with -v)',
  asked: (hosts, database) =>
    `Settings were looked for ${listed(['in the DNS', ...hosts.map((host) => `at ${host}`), ...(database === 'asked' ? ["in Thunderbird's public database"] : [])], 'and')}.`,
  notAsked: (sources) =>
    `Not asked: ${listed(
      sources.map((source) => webSource[source]),
      'and',
    )}.`,
  unanswered: (services) => `What the domain announces could not be looked up: ${services}`,
  likewise: (ports) => `Likewise ${ports.length === 1 ? 'port' : 'ports'} ${ports.join(', ')}.`,
  worksThere: (method) => `${method} works there`,
  notOffered: 'not offered',
  noStandard: 'no standard asks for it',
  fact: {
    encryption: 'Encryption',
    certificate: 'Certificate',
    certificateOf: (names) => `for ${names}`,
    validUntil: (date) => `valid until ${date}`,
    issuedBy: (issuer) => `issued by ${issuer}`,
    login: 'Login',
    loggedIn: 'works',
    loginRefused: (reason) => `refused (${reason})`,
    greeting: 'Greeting',
    reply: 'Reply',
    address: 'Address',
    ownNetwork: 'Own network',
    silentToward: (places) => `silent: ${places}`,
    controls: 'Controls',
    controlAnswers: (at) => `${at} answers`,
    controlSilent: (at, answered) =>
      answered === null ? `${at} and the rest of it are silent` : `${at} is silent (but ${answered} answers)`,
    butAnswers: (port) => `but ${port} answers`,
    offers: 'Offers',
  },
  event: {
    dns: 'looking up',
    connect: 'connecting to',
    connected: 'connected to',
    'not-connected': 'not connected to',
    greeting: 'greeting',
    capabilities: 'capabilities',
    starttls: 'STARTTLS',
    secured: 'TLS established',
    inside: 'capabilities inside TLS',
    silence: 'silence',
    'other-method': 'the other method',
    'logged-in': 'logged in',
    'login-refused': 'login refused',
    end: 'end',
  },
  route: {
    implicit: 'no MX record: the domain itself takes the mail',
    'null-mx': 'it says that it takes no mail (null MX)',
    'no-such-domain': 'the domain does not exist',
    failed: 'its mail exchangers could not be looked up',
  },
  policy: { present: 'yes', absent: 'no', failed: 'could not be looked up' },
  doesNotCount: 'published, but does not count',
  stsMode: { enforce: 'enforced', testing: 'in testing', none: 'switched off' },
  mxSigned: 'MX record signed (DNSSEC)',
  announced: 'TLS announced by SRV',
  policyVerdict: {
    passes: 'delivered, protected',
    fails: 'not delivered',
    none: 'no say',
    'could-not-tell': 'could not tell',
  },
  severity: { problem: 'Problem', warning: 'Warning', note: 'Suggestion' },
  fromOthers: {
    problem: (domain) =>
      `Mail from other servers: what ${domain} publishes is wrong, so some deliver nothing, or unprotected. What to publish instead stands below.`,
    warning: (domain) =>
      `Mail from other servers: something in what ${domain} publishes needs mending; see below.`,
    safe: (policies) => `Mail from other servers: arrives, protected by ${listed(policies, 'and')}.`,
  },
  alsoAt: (address) => `also at ${address}`,
  publishZone: 'For the zone, in place of what stands at the same name and type:',
  publishFile: (url) => `As ${url}:`,
  moreAdvice: (count) =>
    `${count} ${count === 1 ? 'suggestion' : 'suggestions'} for the operator of the domain: with -v`,
  notPossible: 'not possible',
  unconfirmed: 'wording not confirmed',
  morePrograms: (names) => `Every field, and ${names.join(', ')}: with -v`,
  progress: (done, all) => `${done} of ${all} endpoints done`,
  trying: (host) => `waiting for ${host}`,
  took: (endpoints, seconds) => `${endpoints} ${endpoints === 1 ? 'endpoint' : 'endpoints'} in ${seconds} s`,
  interruptedAfter: (seconds) => `interrupted after ${seconds} s`,
  notFinished: (places) => `Interrupted before these were done: ${places}`,
  demo: {
    opening:
      'A laboratory of mail servers runs in this process, on this machine alone. Three of its accounts:',
    openingOne: 'A laboratory of mail servers runs in this process, on this machine alone. One check in it:',
    noSuchAccount: (typed) => `The laboratory has no account and no domain ${typed}. postern lab lists them.`,
    published:
      'The laboratory has published now what stands above to be published: the lines in its zone, the file at its policy host. The same check again:',
    lesson: 'Lesson',
    next: 'What to type next',
    nextSteps: [
      ['check you@example.org', 'your own account (needs a network)'],
      ['probe imaps://mail.example.org', 'one server, one method'],
      ['explain timeout-connect', 'what a reason means'],
      ['demo zoe@cert-expired.zoo.test', 'another account of the laboratory'],
      ['demo wellkept.test', 'a domain that publishes DANE and MTA-STS, and all fits'],
      ['demo neglected.test', 'one where nothing fits any more, and how it is put right'],
      ['lab', 'all of them, kept running'],
      ['--help', 'everything else'],
    ],
  },
  lab: {
    opening: 'The laboratory runs. Everything is on this machine alone; stop it with Ctrl-C.',
    endpoints: 'Endpoints',
    zone: 'Zone',
    closing: 'The laboratory is closed.',
    ca: (path) => `Certificate authority: ${path}`,
    accounts: 'Accounts',
    next: 'What to type in another window',
    domains: 'Domains with trouble in the DNS',
    tryAccount: 'checks that account, in a laboratory of its own',
    tryDomain: 'checks that domain, publishes what it is told to, and checks it again',
    tryServer: 'probes one server of this laboratory',
  },
  reasonGroups: 'Reason codes',
  page: {
    kicker: (when) => `Mail check by Postern, ${when}`,
    contents: 'Contents',
    openProgram: 'Open your program to see every field of its dialog:',
  },
};
