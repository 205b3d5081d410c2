// Our IMAP server with some mail in it, for other people's clients.
import { memoryMailStore, serveImap } from '@postern/imap/server';
import type { ImapServerEvent, MailStore, MemoryMailStoreOptions } from '@postern/imap/server';
import { latin1 } from '@postern/wire';
import type { OpenLayer, TlsOffer } from '@postern/wire';
import { nodeNetwork, systemClock } from '@postern/wire/node';

interface MailServer extends AsyncDisposable {
  readonly port: number;
  readonly store: MailStore;
  readonly events: readonly ImapServerEvent[];
}

const inner = 'From: Ada <ada@x.example>\r\nSubject: inside\r\n\r\ninside\r\n';
/** A message with messages and parts inside. */
export const nested: string = [
  'From: "Doe, \\"J\\"" <jd@x.example>',
  'To: friends: A <a@x.example>, b@x.example;',
  'Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=',
  'Date: Mon, 3 Nov 2025 09:12:44 +0100',
  'Message-ID: <1@x.example>',
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary=m',
  '',
  'preamble',
  '--m',
  'Content-Type: multipart/alternative; boundary="a b"',
  '',
  '--a b',
  '',
  'plain',
  '--a b',
  'Content-Type: text/html; charset=utf-8',
  'Content-Transfer-Encoding: 8bit',
  '',
  '<p>ü</p>',
  '--a b--',
  '--m',
  'Content-Type: message/rfc822',
  '',
  `${inner}--m`,
  '',
  '',
  '--m--',
  '',
].join('\r\n');
/** What is in INBOX. */
export const messages: readonly string[] = [
  nested,
  'Subject: dots\r\n\r\n.\r\n..two\r\n.\r\nend\r\n',
  'Subject: no body\r\n\r\n',
  `Subject: long ${'x'.repeat(2000)}\r\n folded\r\n\r\n${'y'.repeat(5000)}\r\n`,
  'Subject: without a last line end\r\n\r\nend',
];

const filling: MemoryMailStoreOptions = {
  mailboxes: {
    INBOX: messages,
    Sent: [],
    'A&-B': [],
    'Entw&APw-rfe/2026': ['Subject: draft\r\n\r\nx\r\n'],
  },
  uses: { Sent: [String.raw`\Sent`] },
  wallClock: () => Date.UTC(2026, 0, 2, 3, 4, 5),
};

/** A server on a free port for `tim` with the password `tanstaaf`. */
export async function mailServer(
  tls: TlsOffer,
  implicit: boolean,
  filled: MemoryMailStoreOptions = filling,
  compression?: OpenLayer,
): Promise<MailServer> {
  const store = memoryMailStore(filled);
  const events: ImapServerEvent[] = [];
  const listener = await nodeNetwork().listen({ address: '127.0.0.1', port: 0 }, async (connection) => {
    if (implicit) await connection.acceptTls(tls);
    await serveImap(connection, {
      clock: systemClock(),
      tls,
      auth: { authenticate: ({ user, password }) => user === 'tim' && password === 'tanstaaf' },
      store: () => store,
      onEvent: (event) => events.push(event),
      ...(compression && { compression }),
    }).catch(() => undefined);
  });
  return {
    port: listener.endpoint.port,
    store,
    events,
    [Symbol.asyncDispose]: () => listener[Symbol.asyncDispose](),
  };
}

/** What is in a mailbox, as texts. */
export function contents(store: MailStore, name: string): readonly string[] {
  return (store.find(name)?.messages ?? []).map(({ content }) => latin1(content));
}

/** A text as its octets in UTF-8, one character for each. */
export const octets = (text: string): string => latin1(new TextEncoder().encode(text));

/** How the connections of a test begin TLS. */
export const methods = [
  { method: 'STARTTLS', implicit: false },
  { method: 'implicit TLS', implicit: true },
] as const;
