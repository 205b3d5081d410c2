/** Deliveries over connections that are cut at every octet: no false success, nothing said to be elsewhere than it is. */
import type { Connection } from '@postern/wire';
import { fragileConnection, simulatedNetwork, virtualClock } from '@postern/wire/testing';
import type { Fragility } from '@postern/wire/testing';
import { expect, test } from 'vitest';
import type { OpenSmtpOptions } from '../src/smtp.ts';
import type { Submission } from '../src/submit/submission.ts';
import { endpoint, greeted, lmtpEndpoint } from './mail-scene.ts';
import { MailServer } from './mail-server.ts';
import type { MailServerOptions } from './mail-server.ts';

/** Which end has a connection that dies. */
type Cut = Fragility & { readonly end: 'client' | 'server' };

interface Way {
  readonly name: string;
  readonly options: Partial<OpenSmtpOptions>;
  readonly server: MailServerOptions;
}

const content = 'Subject: x\r\n\r\n.Hello.\r\n';
const recipients = [['a@example.net', 'b@example.net'], ['c@example.net']] as const;

interface Outcome {
  readonly submissions: readonly Submission[];
  /** Recipient and content, as they came to the server. */
  readonly arrived: readonly string[];
  readonly sent: number;
  readonly heard: number;
}

/**
 * Two messages, the second streamed, over a connection that may be cut; `undefined` where it was cut before they could be
 * submitted. Whatever happens nothing stays open: no connection, and no source.
 */
async function deliver({ options, server: serverOptions }: Way, cut?: Cut): Promise<Outcome | undefined> {
  const clock = virtualClock();
  const network = simulatedNetwork({ clock, path: { latency: 1 } });
  const server = new MailServer(serverOptions);
  const lmtp = serverOptions.lmtp === true;
  const here = lmtp ? lmtpEndpoint : endpoint;
  const at = (end: Cut['end'], connection: Connection): Connection =>
    cut?.end === end ? fragileConnection(connection, cut) : connection;
  await network.listen(here, (connection) => server.serve(at('server', connection)));
  let [sent, heard, opened, closed] = [0, 0, 0, 0];
  async function* source(text: string): AsyncGenerator<string> {
    opened += 1;
    try {
      yield text.slice(0, 12);
      await Promise.resolve();
      yield text.slice(12);
    } finally {
      closed += 1;
    }
  }
  const submissions = await clock.run(async () => {
    const connection = at('client', await network.connect(here));
    const observe = {
      wrote: (bytes: Uint8Array) => {
        sent += bytes.length;
      },
      received: (bytes: Uint8Array) => {
        heard += bytes.length;
      },
    };
    const smtp = await greeted(lmtp, connection, { clock, ...options, observe }).catch(() => undefined);
    if (!smtp) return undefined;
    const all = await Promise.all([
      smtp.submit({ from: 'ann@example.org', to: recipients[0] }, `${content}1\r\n`),
      smtp.submit({ from: 'ann@example.org', to: recipients[1] }, source(`${content}2\r\n`)),
    ]);
    await smtp[Symbol.asyncDispose]();
    return all;
  });
  await clock.advance(5_000);
  expect(network.counts.open).toBe(0);
  expect(closed).toBe(opened);
  if (!submissions) return undefined;
  const arrived = server.messages.flatMap(({ to, content: got }) => to.map((each) => `${each} ${got}`));
  return { submissions, arrived, sent, heard };
}

const chunking = ['PIPELINING', 'CHUNKING', '8BITMIME', 'SIZE 10000000'];
const oneByOne = ['CHUNKING', '8BITMIME', 'SIZE 10000000'];

const ways: readonly Way[] = [
  { name: 'DATA, pipelined', options: {}, server: { keywords: chunking } },
  { name: 'DATA, one by one', options: {}, server: { keywords: oneByOne } },
  { name: 'BDAT, pipelined', options: { chunking: 'always' }, server: { keywords: chunking } },
  { name: 'BDAT, one by one', options: { chunking: 'always' }, server: { keywords: oneByOne } },
  { name: 'BDAT in a window', options: { window: true }, server: { keywords: chunking } },
  { name: 'LMTP with DATA', options: {}, server: { keywords: chunking, lmtp: true } },
  {
    name: 'LMTP with BDAT',
    options: { chunking: 'always' },
    server: { keywords: chunking, lmtp: true },
  },
];

/** What is wrong with an outcome; nothing, if all is well. */
function complaints({ submissions, arrived }: Outcome): readonly string[] {
  return submissions.flatMap(({ recipients: results }, order) =>
    results.flatMap(({ status, recipient }) => {
      const copies = arrived.filter((message) => message.startsWith(`${recipient} `));
      const whole = `${recipient} ${content}${order + 1}\r\n`;
      return [
        status === 'accepted' && copies.length !== 1 && 'a false success',
        copies.length > 0 && status === 'retry-later' && 'there, and to be sent again',
        status === 'refused' && 'refused, which nobody said',
        copies.some((message) => message !== whole) && 'half a message',
        copies.length > 1 && 'twice',
      ].filter((complaint) => complaint !== false);
    }),
  );
}

test.each(ways)(
  'SMTP-039 SMTP-132 $name: the connection is cut at every octet, at either end and in either direction',
  async (way) => {
    const whole = await deliver(way);
    expect(whole && complaints(whole)).toEqual([]);
    const { sent = 0, heard = 0, submissions = [] } = whole ?? {};
    const all = submissions.flatMap(({ recipients: results }) => results.map(({ status }) => status));
    expect(all).toEqual(['accepted', 'accepted', 'accepted']);
    const seen = new Set<string>();
    const wrong: string[] = [];
    const directions = [
      ['client', 'writes', sent],
      ['client', 'reads', heard],
      ['server', 'reads', sent],
      ['server', 'writes', heard],
    ] as const;
    for (const [end, direction, total] of directions) {
      for (let at = 1; at < total; at += 1) {
        // What is FIN at one end is RST at the other.
        const how = (at % 2 === 0) === (end === 'client') ? 'closed' : 'reset';
        const outcome = await deliver(way, { end, [direction]: at, how });
        if (!outcome) continue;
        for (const { recipients: results } of outcome.submissions)
          for (const { status } of results) seen.add(status);
        wrong.push(...complaints(outcome).map((text) => `${end} ${direction} ${at} ${how}: ${text}`));
      }
    }
    expect(wrong).toEqual([]);
    expect(seen).toEqual(new Set(['accepted', 'uncertain', 'retry-later']));
  },
  30_000,
);
