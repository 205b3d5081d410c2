/** Servers that send more replies than they were asked for, or in another order: nothing counts for the wrong recipient. */
import { utf8 } from '@postern/wire';
import { simulatedNetwork, virtualClock } from '@postern/wire/testing';
import { expect, test } from 'vitest';
import { openSmtp } from '../src/client.ts';
import type { OpenSmtpOptions } from '../src/smtp.ts';
import type { Submission } from '../src/submit/submission.ts';
import { endpoint } from './mail-scene.ts';

const to = ['a@example.net', 'b@example.net'];
const chunking = '250-mx\r\n250-CHUNKING\r\n250 PIPELINING';

/** Submits a message to a server that says these things, one for each segment that it hears. */
async function submitted(options: Partial<OpenSmtpOptions>, ...said: readonly string[]): Promise<Submission> {
  const clock = virtualClock();
  const network = simulatedNetwork({ clock, path: { latency: 1 } });
  await network.listen(endpoint, async (connection) => {
    for (const text of ['220 mx', ...said]) {
      await connection.write(utf8(`${text}\r\n`));
      await connection.read();
    }
    while (await connection.read().catch(() => undefined));
    await connection[Symbol.asyncDispose]();
  });
  const submission = await clock.run(async () => {
    const smtp = await openSmtp(await network.connect(endpoint), { clock, ...options });
    await smtp.ehlo('c');
    const result = await smtp.submit({ from: '', to }, 'Subject: x\r\n\r\n');
    await smtp[Symbol.asyncDispose]();
    return result;
  });
  await clock.advance(5_000);
  expect(network.counts.open).toBe(0);
  return submission;
}

test('SMTP-071 one reply too many in a window: whose verdict is whose is unknown, and nothing is called accepted', async () => {
  const group = '250 mail\r\n250 a\r\n250 b\r\n250 b again\r\n554 5.6.0 no';
  const { recipients, fault } = await submitted({ window: true }, chunking, group);
  expect(recipients).toMatchObject(to.map(() => ({ status: 'uncertain', reason: 'desynchronised' })));
  expect(fault).toMatchObject({ reason: 'desynchronised', evidence: { reply: '554 5.6.0 no' } });
});

test('SMTP-071 one reply too many before the 354: no content, and nobody is called refused for it', async () => {
  const group = '250 mail\r\n550 5.1.1 a\r\n250 a again\r\n250 b\r\n354 go';
  const { recipients } = await submitted({}, '250-mx\r\n250 PIPELINING', group);
  expect(recipients).toMatchObject(to.map(() => ({ status: 'retry-later', reason: 'desynchronised' })));
});

test('SMTP-071 a verdict that came together with one for nobody does not count', async () => {
  const said = [
    '250-mx\r\n250 PIPELINING',
    '250 mail\r\n250 a\r\n250 b\r\n354 go',
    '250 queued\r\n250 twice',
  ];
  const { recipients } = await submitted({}, ...said);
  expect(recipients).toMatchObject(to.map(() => ({ status: 'uncertain', reason: 'desynchronised' })));
});

test('SMTP-120 a goodbye behind the verdict takes nothing away from it', async () => {
  const said = ['250-mx\r\n250 PIPELINING', '250 mail\r\n250 a\r\n250 b\r\n354 go', '250 queued\r\n421 bye'];
  const { recipients } = await submitted({}, ...said);
  expect(recipients).toMatchObject(to.map(() => ({ status: 'accepted', reply: { lines: ['queued'] } })));
});

test.each([
  ['354 go', 'protocol-error'],
  ['334 YQ==', 'protocol-error'],
  ['221 bye', 'desynchronised'],
  ['220 mx', 'desynchronised'],
  ['235 welcome', 'desynchronised'],
])('SMTP-071 %s to the final dot is no success: uncertain, %s', async (verdict, reason) => {
  const said = ['250-mx\r\n250 PIPELINING', '250 mail\r\n250 a\r\n250 b\r\n354 go', verdict];
  const { recipients, fault } = await submitted({}, ...said);
  expect(recipients).toMatchObject(to.map(() => ({ status: 'uncertain', reason })));
  expect(fault).toMatchObject({ reason, phase: 'data-end', evidence: { reply: verdict } });
});
