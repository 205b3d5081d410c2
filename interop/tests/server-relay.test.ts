// Postfix relays to our server, and Dovecot hands on to it, which speaks BDAT: our client gives them the message, and what
// comes out at the other end is what went in.
import { describe, expect, test } from 'vitest';
import { samples } from '../contents.ts';
import { openDialogue, openDelivery } from '../dialogue.ts';
import { readEnvironment } from '../environment.ts';
import { queueEmpty } from '../mailbox.ts';
import { recipients, takenFrom } from '../spool.ts';
import type { Taken } from '../spool.ts';

const { addresses, ca, ours } = readEnvironment();
const postfix = { address: addresses.postfix, port: 25, host: 'mx.good.test', method: 'starttls' } as const;

/** Octet for octet, without the header field that Postfix writes on top. */
function withoutTrace({ content }: Taken): Buffer {
  const [trace = ''] =
    /^(?:Delivered-To: .*\r\n)?Received: .*\r\n(?:[ \t].*\r\n)*/.exec(content.toString('latin1')) ?? [];
  return content.subarray(trace.length);
}

describe.each([
  { what: 'that offers CHUNKING', sender: 'relay', domain: ours.relayed.ours },
  { what: 'that does not', sender: 'unchunked', domain: ours.relayed.oursWithoutChunking },
])('Postfix, to a server $what', async ({ sender, domain }) => {
  const smtp = await openDialogue(postfix, { ca: ca.root });
  await Promise.all(
    samples.map(({ content }, at) =>
      smtp.submit({ from: `${sender}-${at}@client.test`, to: [`a@${domain}`, `b@${domain}`] }, content),
    ),
  );
  await smtp.quit();
  await queueEmpty();

  test.each(samples.map((sample, at) => ({ ...sample, at })))('$name', ({ arrives, at }) => {
    const taken = takenFrom(`${sender}-${at}@client.test`);
    expect(taken).toMatchObject([{ port: 25, tls: 'TLSv1.3', verb: 'DATA' }]);
    expect(taken.map(recipients)).toEqual([[`a@${domain}`, `b@${domain}`]]);
    const [content] = taken.map(withoutTrace);
    expect(content?.equals(arrives), 'octet for octet').toBe(true);
  });

  test('addresses and header fields beyond ASCII', async () => {
    await using dialogue = await openDialogue(postfix, { ca: ca.root });
    const from = `änne-${sender}@client.test`;
    const content = 'Subject: Grüße\r\n\r\nüber\r\n';
    await dialogue.submit({ from, to: [`jörg@${domain}`], smtpUtf8: true }, content);
    await queueEmpty();
    const taken = takenFrom(from);
    expect(taken).toMatchObject([
      { envelope: { sender: { utf8: true }, recipients: [{ path: `jörg@${domain}` }] } },
    ]);
    expect(taken.map((message) => withoutTrace(message).toString())).toEqual([content]);
  });
});

describe.each([
  { what: 'by BDAT', sender: 'handed', account: ours.handed.ours, verb: 'BDAT' },
  { what: 'by DATA', sender: 'unhanded', account: ours.handed.oursWithoutChunking, verb: 'DATA' },
])('Dovecot by LMTP, $what', async ({ sender, account, verb }) => {
  const smtp = await openDelivery(addresses.dovecot);
  const submissions = await Promise.all(
    samples.map(({ content }, at) =>
      smtp.submit({ from: `${sender}-${at}@client.test`, to: [account] }, content),
    ),
  );
  await smtp.quit();

  test.each(samples.map((sample, at) => ({ ...sample, at })))('$name', ({ arrives, at }) => {
    expect(submissions[at]?.recipients).toMatchObject([{ status: 'accepted' }]);
    const taken = takenFrom(`${sender}-${at}@client.test`);
    expect(taken).toMatchObject([{ port: 24, verb }]);
    expect(taken.map(recipients)).toEqual([[account]]);
    expect(taken.map((message) => withoutTrace(message).toString('latin1'))).toEqual([
      Buffer.from(arrives).toString('latin1'),
    ]);
  });
});
