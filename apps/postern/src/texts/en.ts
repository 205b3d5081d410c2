import type { Texts } from './texts.ts';

/** English. */
export const en: Texts = {
  usage: `Usage: postern <command> [options]

Commands
  check <address or domain>   find the services of a mail account, try both TLS methods, say what to type
  probe <endpoint>            probe one endpoint, such as imaps://mail.example.org or submission+starttls://host:587
  explain [<reason>]          one reason code in words; without a code, the list
  lab                         start mail servers with good and bad habits on this machine, until interrupted
  demo                        check three accounts of the lab and stop

Options
  --json                 one JSON document on standard output
  --lang en|de           language (default: from the locale)
  --ca FILE              trust these certificate authorities (PEM) in place of the system's
  --resolver IP[:PORT]   ask this DNS resolver in place of the system's
  --connect-to HOST      dial this host, keep the name for SNI and certificate checks
  --server-name NAME     name for SNI and certificate checks
  --deadline 30s         time for everything (ms, s, m)
  --user NAME            try a login, inside verified TLS only; password from POSTERN_PASSWORD or a prompt (probe)
  --trace FILE           write the transcript, secrets masked
  --no-color             no colours (also NO_COLOR)
  --quiet                no progress
  -v, --verbose          every step and every explanation
  -h, --help             this text
  --version              the version

Exit status: 0 works, 1 findings, 2 usage, 3 could not tell, 4 own network blocks the port, 130 interrupted
`,
  didYouMean: (word) => `Did you mean ${word}?`,
  noSuchCommand: (typed) => `There is no command "${typed}".`,
  knownCommands: (names) => `There are ${names.join(', ')}.`,
  noSuchOption: (typed) => `There is no option ${typed}.`,
  optionNeedsValue: (option) => `${option} needs a value.`,
  optionTakesNoValue: (option) => `${option} takes no value.`,
  tooManyArguments: (command, takes, extra) =>
    takes === 0
      ? `${command} takes no argument; "${extra}" is one too many.`
      : `${command} takes one argument; "${extra}" is one too many.`,
  onlyWith: (option, command) => `${option} works with ${command} only.`,
  missingArgument: {
    check: 'Which account? Type an address or a domain: postern check you@example.org',
    probe: 'Which endpoint? Type one such as: postern probe imaps://mail.example.org',
  },
  noSuchReason: (typed) => `There is no reason code "${typed}".`,
  noFile: (option, path) => `${option}: the file ${path} does not exist or cannot be read.`,
  noPem: (path) => `--ca: ${path} holds no certificate in PEM form (-----BEGIN CERTIFICATE-----).`,
  cannotWrite: (path) => `--trace: ${path} cannot be written.`,
  noDuration: (typed) => `--deadline: "${typed}" is no duration. Write for example 30s, 500ms or 2m.`,
  noAddress: (option, typed) =>
    `${option}: "${typed}" is no IP address with an optional port, such as 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:53.`,
  noHost: (option, typed) => `${option}: "${typed}" is no host name and no IP address.`,
  noLanguage: (typed) => `--lang: "${typed}" is not known. Known are en and de.`,
  noPassword: '--user needs a password: set POSTERN_PASSWORD, or run in a terminal to be asked.',
  passwordFor: (user) => `Password for ${user}: `,
  address: {
    empty: 'Nothing was typed. Type an address or a domain, such as you@example.org.',
    'control-character': 'There is a control character in the address. Type it again by hand.',
    'white-space': 'There is a space in the address. Remove it.',
    'no-local-part':
      'The name before the @ is missing. Type it, or leave out the @ to check only the domain.',
    'no-domain': 'The domain after the @ is missing, as in you@example.org.',
    'bad-domain': 'That is no mail domain. One looks like example.org.',
  },
  internal: 'Postern has a bug here. Please report it with the following text:',
  interrupted: 'Interrupted.',
  heading: {
    receiving: 'Receiving',
    sending: 'Sending',
    domain: (name) => `How ${name} receives mail from other servers`,
    toType: 'What to type',
    why: 'Why the others do not work',
    findings: 'What else was noticed',
    programs: 'In the words of your mail program',
    field: 'chosen in',
    tried: 'What was tried',
    timeline: 'What happened when',
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
  bothWork: (account) => `${account}: receiving and sending work, encrypted.`,
  nothingFound: (account) => `No mail server was found for ${account}.`,
  alsoTried: (hosts) => `Also tried, without success: ${hosts} (details with -v)`,
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
    lesson: 'Lesson',
    closing: `What to type next
  npm start -- check you@example.org                   your own account (needs a network)
  npm start -- probe imaps://mail.example.org          one server, one method
  npm start -- explain timeout-connect                 what a reason means
  npm start -- lab                                     keep the laboratory running
  npm start -- --help                                  everything else
`,
  },
  lab: {
    opening: 'The laboratory runs. Everything is on this machine alone; stop it with Ctrl-C.',
    endpoints: 'Endpoints',
    zone: 'Zone',
    closing: 'The laboratory is closed.',
    ca: (path) => `Certificate authority: ${path}`,
    accounts: 'Accounts',
  },
  reasonGroups: 'Reason codes',
};
