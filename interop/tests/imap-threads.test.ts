// Our IMAP server and Dovecot have the same messages, and have to put them in the same order and into the same threads.
import { openImap } from '@postern/imap';
import type { Mailbox, NewMessage, SortCriterion } from '@postern/imap';
import { memoryMailStore, serveImap } from '@postern/imap/server';
import { nodeNetwork, systemClock } from '@postern/wire/node';
import { seededRandom } from '@postern/wire/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generatedMail } from '../generated-mail.ts';
import { ImapAccount, value } from '../imap-account.ts';

const account = new ImapAccount('changer@good.test');
const seed = 2026;
const random = seededRandom(seed);
const among = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;

/** One of three hundred that answer each other, answer nobody, and lie. */
function answering(number: number): string {
  const id = (): string =>
    `<${among(['', '"'])}${Math.floor(random() * 330)}@x.example>`.replace(/"(\d+)/, '"$1"');
  const subject = among([
    'plan',
    'Plan',
    'plans',
    '=?utf-8?Q?Gr=C3=BC=C3=9Fe?=',
    '[list] plan',
    `own ${number}`,
    '',
  ]);
  const prefix = among(['', '', 'Re: ', 'RE:', 'Fwd: ', 're[3]: ', '[x] Re: [x] ']);
  const zone = among(['+0100', '-0800', 'EST', 'GMT', '+0000']);
  const references = Array.from({ length: among([0, 0, 1, 1, 2, 5]) }, id);
  const who = among(['ada', 'Bob', 'carl', 'Ädele'.normalize('NFD').replaceAll(/[^A-Za-z]/g, ''), 'zoe']);
  return [
    ...(random() < 0.9 ? [`Message-ID: <${number % 290}@x.example>`] : []),
    ...(references.length > 0 ? [`References: ${references.join('\r\n ')}`] : []),
    ...(random() < 0.3 ? [`In-Reply-To: message of ${id()}`] : []),
    ...(random() < 0.9
      ? [
          `Date: ${1 + (number % 28)} ${among(['Jan', 'Feb'])} 2025 ${String(number % 24).padStart(2, '0')}:00:00 ${zone}`,
        ]
      : []),
    `Subject: ${prefix}${subject}`,
    `From: ${among(['', 'Somebody '])}<${who}@x.example>`,
    `To: ${among(['friends: a@x.example, b@x.example;', 'B@x.example', '"q r"@x.example, c@x.example'])}`,
    ...(random() < 0.5 ? [`Cc: ${who}@y.example`] : []),
    '',
    'x'.repeat(number % 40),
    '',
  ].join('\r\n');
}

const messages = [
  ...generatedMail(330, seed).map(({ content }) => content),
  ...Array.from({ length: 300 }, (_, number) => answering(number)),
].map((content, index): NewMessage & { readonly message: Uint8Array } => ({
  message: Buffer.from(content, 'latin1'),
  internalDate: `${String(1 + (index % 28)).padStart(2)}-Mar-2025 10:00:00 +0${index % 10}00`,
}));

const opened = new AsyncDisposableStack();
afterAll(() => opened.disposeAsync());
let theirs: Mailbox;
let ours: Mailbox;

beforeAll(async () => {
  console.log(`${messages.length} messages out of the seed ${seed}`);
  const dovecot = opened.use(await account.open('implicit-tls'));
  value(await dovecot.create('Compared'));
  value(await dovecot.appendAll('Compared', messages));
  theirs = value(await dovecot.select('Compared'));
  const store = memoryMailStore({
    mailboxes: { INBOX: messages.map(({ message, ...more }) => ({ content: message, ...more })) },
  });
  const listener = opened.use(
    await nodeNetwork().listen({ address: '127.0.0.1', port: 0 }, (connection) =>
      serveImap(connection, { clock: systemClock(), greeting: { type: 'preauth' }, store: () => store }),
    ),
  );
  const connection = await nodeNetwork().connect({ address: '127.0.0.1', port: listener.endpoint.port });
  const imap = opened.use(await openImap(connection, { clock: systemClock() }));
  ours = value(await imap.select('INBOX'));
});

describe('Dovecot and our server', () => {
  const keys = ['arrival', 'cc', 'date', 'from', 'size', 'subject', 'to'] as const;
  const orders: readonly (readonly SortCriterion[])[] = [
    ...keys.map((key) => [key]),
    ...keys.map((key) => [`reverse ${key}` as const]),
    ['subject', 'reverse date'],
    ['from', 'to', 'size'],
  ];
  test.each(orders.map((order) => ({ order, name: order.join(', ') })))(
    'IMAP-062 sort alike by $name',
    async ({ order }) => {
      const [one, other] = [
        value(await theirs.sort(order, {})).numbers,
        value(await ours.sort(order, {})).numbers,
      ];
      expect(one).toHaveLength(messages.length);
      expect(other).toEqual(one);
    },
  );

  test.each(['references', 'orderedsubject'] as const)('IMAP-062 thread alike by %s', async (algorithm) => {
    expect(value(await ours.thread(algorithm))).toEqual(value(await theirs.thread(algorithm)));
  });
});
