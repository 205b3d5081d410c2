import { mailPorts } from '../ports.ts';
import type { MailPort } from '../ports.ts';
import type { GreetingHabit } from './habit-name.ts';
import type { Behaviour, Habit, Outcomes } from './habit.ts';
import { asPromised, refused, silent, speaking, works } from './outcomes.ts';
import { endless, say, sayAndClose, sayInsideTls } from './script.ts';
import type { GreetingTrait } from '../servers/traits.ts';

const plainPorts: readonly MailPort[] = [587, 143, 110];

function greeting(trait: GreetingTrait): (port: MailPort) => Behaviour {
  return (port) => ({ type: 'serve', method: mailPorts[port].method, traits: { greeting: trait } });
}

/** The same text on every port, in plaintext. */
function text(line: string): () => Behaviour {
  return () => ({ type: 'script', script: say(line) });
}

/** What is no mail protocol at all looks like no TLS at all to a client that begins with TLS. */
function noMailServer(): Outcomes {
  return { 'implicit-tls': refused('tls-not-spoken'), starttls: refused('wrong-protocol') };
}

function otherProtocol(port: MailPort): Behaviour {
  const { protocol, method } = mailPorts[port];
  const line = protocol === 'imap' ? '220 zoo.test ESMTP ready\r\n' : '* OK [CAPABILITY IMAP4rev1] ready\r\n';
  return { type: 'script', script: method === 'starttls' ? say(line) : sayInsideTls(line) };
}

/** SMTP greets in as many lines as it likes (RFC 5321 §4.2); the others in one, which is all the longer. */
function endlessGreeting(port: MailPort): Behaviour {
  switch (mailPorts[port].protocol) {
    case 'smtp':
    case 'submission':
      return { type: 'script', script: endless('220-zoo.test\r\n', '220-and one more line\r\n') };
    case 'imap':
      return { type: 'script', script: endless('* OK ', 'and one more word ') };
    case 'pop3':
      return { type: 'script', script: endless('+OK ', 'and one more word ') };
  }
}

/** The first line of a good server. */
function firstLine(port: MailPort): string {
  switch (mailPorts[port].protocol) {
    case 'smtp':
    case 'submission':
      return '220 zoo.test ESMTP ready\r\n';
    case 'imap':
      return '* OK IMAP4rev1 ready\r\n';
    case 'pop3':
      return '+OK POP3 ready\r\n';
  }
}

/** What the first line says, and what it does not. */
export const greetingHabits: Readonly<Record<GreetingHabit, Habit>> = {
  'greeting-rejected': {
    ports: [25, 587, 143, 110, 465, 993, 995],
    behaviour: greeting('rejected'),
    outcomes: asPromised(refused('greeting-rejected')),
    lesson: {
      en: 'The server greets with a refusal (554, BYE, -ERR): it wants nothing to do with this client.',
      de: 'Der Server grüßt mit einer Absage (554, BYE, -ERR): Mit diesem Absender will er nichts zu tun haben.',
    },
  },
  'greeting-rejected-temporarily': {
    ports: [25, 587, 143, 110],
    behaviour: greeting('rejected-temporarily'),
    outcomes: asPromised(refused('greeting-rejected-temporarily')),
    lesson: {
      en: 'The server is too busy now and says so in its greeting: later it may work.',
      de: 'Der Server ist gerade überlastet und sagt das beim Gruß: Später kann es gehen.',
    },
  },
  'greeting-of-another-protocol': {
    ports: [...plainPorts, 465, 993, 995],
    behaviour: otherProtocol,
    outcomes: asPromised(refused('wrong-protocol')),
    lesson: {
      en: 'A mail server of another protocol answers: the port belongs to something else.',
      de: 'Es antwortet ein Mailserver mit einem anderen Protokoll: Der Port gehört zu etwas anderem.',
    },
  },
  'greeting-http': {
    ports: plainPorts,
    behaviour: text('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'),
    outcomes: noMailServer,
    lesson: {
      en: 'A web server answers where mail is expected.',
      de: 'Ein Webserver antwortet, wo Mail erwartet wird.',
    },
  },
  'greeting-ssh': {
    ports: plainPorts,
    behaviour: text('SSH-2.0-OpenSSH_9.6\r\n'),
    outcomes: noMailServer,
    lesson: {
      en: 'An SSH server answers where mail is expected.',
      de: 'Ein SSH-Server antwortet, wo Mail erwartet wird.',
    },
  },
  'greeting-endless': {
    ports: plainPorts,
    behaviour: endlessGreeting,
    outcomes: (port) =>
      speaking(
        'starttls',
        refused(mailPorts[port].protocol === 'submission' ? 'reply-too-long' : 'line-too-long'),
      ),
    lesson: {
      en: 'The greeting never ends; a client must stop listening at some point.',
      de: 'Der Gruß hört nie auf; ein Programm muss irgendwann das Zuhören beenden.',
    },
  },
  'greeting-hostile': {
    ports: plainPorts,
    behaviour: greeting('hostile'),
    outcomes: asPromised(works),
    lesson: {
      en: 'The greeting carries control characters and HTML; the server works, and nothing of it may reach the screen raw.',
      de: 'Der Gruß enthält Steuerzeichen und HTML; der Server geht, und nichts davon darf roh auf den Bildschirm.',
    },
  },
  'greeting-delayed': {
    ports: [...plainPorts, 465, 993, 995],
    behaviour: greeting('delayed'),
    outcomes: asPromised(works),
    lesson: {
      en: 'The server lets a second pass before it greets; patience is rewarded.',
      de: 'Der Server lässt vor dem Gruß eine Sekunde verstreichen; Geduld lohnt sich.',
    },
  },
  'greeting-cut': {
    ports: plainPorts,
    behaviour: (port) => ({ type: 'script', script: sayAndClose(firstLine(port).slice(0, 12)) }),
    outcomes: asPromised(refused('truncated')),
    lesson: {
      en: 'The connection is closed in the middle of the greeting.',
      de: 'Die Verbindung wird mitten im Gruß geschlossen.',
    },
  },
  'silent-after-greeting': {
    ports: plainPorts,
    behaviour: (port) => ({ type: 'script', script: say(firstLine(port)) }),
    outcomes: asPromised(silent('timeout-reply')),
    lesson: {
      en: 'The server greets and then answers nothing any more.',
      de: 'Der Server grüßt und antwortet dann auf nichts mehr.',
    },
  },
  preauth: {
    ports: [143, 993],
    behaviour: greeting('preauth'),
    outcomes: (port) =>
      port === 993 ? speaking('implicit-tls', works) : speaking('starttls', refused('preauth-before-tls')),
    login: 'none',
    lesson: {
      en: 'The server says the client is logged in already; in plaintext that makes STARTTLS impossible.',
      de: 'Der Server behauptet, man sei schon angemeldet; im Klartext macht das STARTTLS unmöglich.',
    },
  },
};
