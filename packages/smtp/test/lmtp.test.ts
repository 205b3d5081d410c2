/** LMTP (RFC 2033): a choice of its own, with verdicts of their own. */
import { isUsageError, utf8 } from '@postern/wire';
import { simulatedNetwork, virtualClock } from '@postern/wire/testing';
import { expect, test } from 'vitest';
import { openLmtp } from '../src/client.ts';
import { lmtpClient, smtpClient } from '../src/machine.ts';
import { serveSmtp } from '../src/server/serve.ts';
import type { RecipientResult } from '../src/submit/submission.ts';
import { endpoint, mailScene } from './mail-scene.ts';

const envelope = { from: 'ann@example.org', to: ['ben@example.net'] };
const content = 'Subject: x\r\n\r\nHello.\r\n';
const chunking = ['PIPELINING', 'CHUNKING', '8BITMIME', 'SIZE 10000000'];

const statuses = ({ recipients }: { readonly recipients: readonly RecipientResult[] }): readonly string[] =>
  recipients.map(({ status }) => status);

test('SMTP-130 LMTP greets with LHLO and nothing else, SMTP never with it', () => {
  const verbs = ['EHLO', 'HELO', 'LHLO'] as const;
  const allowed = (make: typeof smtpClient): readonly string[] =>
    verbs.filter((verb) => {
      const machine = make();
      machine.start(0);
      machine.receive(utf8('220 mx\r\n'), 0);
      try {
        return machine.send({ verb, domain: 'c' }, 0).length > 0;
      } catch (error) {
        return !isUsageError(error);
      }
    });
  expect(allowed(lmtpClient)).toEqual(['LHLO']);
  expect(allowed(smtpClient)).toEqual(['EHLO', 'HELO']);
});

test('SMTP-130 LMTP is not spoken on port 25, and the connection is let go of', async () => {
  const clock = virtualClock();
  const network = simulatedNetwork({ clock });
  let heard = 0;
  await network.listen(endpoint, async (connection) => {
    while (await connection.read().catch(() => undefined)) heard += 1;
    await connection[Symbol.asyncDispose]();
  });
  await clock.run(async () => {
    const connection = await network.connect(endpoint);
    await expect(openLmtp(connection, { clock })).rejects.toMatchObject({ code: 'argument-refused' });
  });
  await clock.advance(2_000);
  expect([heard, network.counts.open]).toEqual([0, 0]);
});

test('SMTP-130 nor is it served there', async () => {
  const clock = virtualClock();
  const network = simulatedNetwork({ clock });
  const served = Promise.withResolvers<unknown>();
  await network.listen(endpoint, (connection) =>
    serveSmtp(connection, { domain: 'mx', clock, protocol: 'lmtp' }).catch(served.resolve),
  );
  await clock.run(async () => {
    const connection = await network.connect(endpoint);
    expect(await connection.read()).toBeUndefined();
    expect(await served.promise).toMatchObject({ code: 'argument-refused', rule: 'RFC 2033 §5' });
    await connection[Symbol.asyncDispose]();
  });
});

test('SMTP-132 LMTP: a goodbye among the verdicts is that of one recipient, and what is behind it is uncertain', async () => {
  const to = ['a@example.net', 'b@example.net', 'c@example.net'];
  const reply = (line: string): string | undefined =>
    line === '. b@example.net' ? '421 4.3.2 going down|CLOSE' : undefined;
  await mailScene({ lmtp: true, reply }, async ({ openLmtp: open }) => {
    const lmtp = await open();
    const submission = await lmtp.submit({ ...envelope, to }, content);
    expect(submission.recipients).toMatchObject([
      { status: 'accepted' },
      { status: 'retry-later', reason: 'server-closing', reply: { code: 421 } },
      { status: 'uncertain', reason: 'server-closing' },
    ]);
  });
});

test('SMTP-130 LMTP has a verdict for each accepted recipient, the same one twice included', async () => {
  const reply = (line: string): string | undefined => {
    if (line.startsWith('RCPT') && line.includes('<no@')) return '550 5.1.1 no';
    return line.endsWith(' full@example.net') && !line.startsWith('RCPT') ? '452 4.2.2 full' : undefined;
  };
  const to = ['a@example.net', 'no@example.net', 'full@example.net', 'a@example.net'];
  for (const options of [{}, { chunking: 'always', window: true }] as const) {
    await mailScene({ lmtp: true, reply, keywords: chunking }, async ({ openLmtp: open, server }) => {
      const smtp = await open(options);
      const all = await Promise.all([
        smtp.submit({ ...envelope, to }, content),
        smtp.submit(envelope, content),
      ]);
      expect(all.map(statuses)).toEqual([['accepted', 'refused', 'retry-later', 'accepted'], ['accepted']]);
      expect(all[0].recipients[2]).toMatchObject({ reason: 'over-quota' });
      expect(server.messages).toHaveLength(2);
      await smtp.quit();
    });
  }
});

test('SMTP-131 LMTP: chunks before the last keep one reply each', async () => {
  const to = ['a@example.net', 'b@example.net'];
  await mailScene({ lmtp: true, keywords: chunking }, async ({ openLmtp: open, server }) => {
    const smtp = await open({ chunking: 'always' });
    const source = ['x'.repeat(40_000), 'y'.repeat(40_000)].values();
    expect(statuses(await smtp.submit({ ...envelope, to }, source))).toEqual(['accepted', 'accepted']);
    expect(server.lines.filter((line) => line.startsWith('BDAT'))).toEqual(['BDAT 40000', 'BDAT 40000 LAST']);
    await smtp.quit();
  });
});

test('SMTP-132 LMTP: verdicts that came count, and what was not answered is uncertain', async () => {
  const to = ['a@example.net', 'b@example.net', 'c@example.net'];
  const reply = (line: string): string | undefined =>
    line === '. a@example.net' ? '250 ok|CLOSE' : undefined;
  await mailScene({ lmtp: true, reply }, async ({ openLmtp: open }) => {
    const smtp = await open();
    const submission = await smtp.submit({ ...envelope, to }, content);
    expect(statuses(submission)).toEqual(['accepted', 'uncertain', 'uncertain']);
    expect(submission.fault).toMatchObject({ reason: 'closed' });
  });
});

test('SMTP-132 LMTP: no chunk goes to a transaction without recipients', async () => {
  const reply = (line: string): string | undefined => (line.startsWith('RCPT') ? '550 5.1.1 no' : undefined);
  await mailScene({ lmtp: true, reply, keywords: chunking }, async ({ openLmtp: open, server }) => {
    const smtp = await open({ chunking: 'always', window: true });
    expect(statuses(await smtp.submit(envelope, content))).toEqual(['refused']);
    await smtp.noop();
    expect(server.lines.slice(3)).toEqual(['RSET', 'NOOP']);
    await smtp.quit();
  });
});

test('SMTP-132 LMTP: nobody was accepted, and a 354 all the same: a dot that nobody answers, and the next message', async () => {
  const reply = (line: string): string | undefined => {
    if (line.startsWith('RCPT') && line.includes('<no@')) return '550 5.1.1 no';
    return line === 'DATA' ? '354 go' : undefined;
  };
  await mailScene({ lmtp: true, reply }, async ({ openLmtp: open, server }) => {
    const lmtp = await open();
    const all = await Promise.all([
      lmtp.submit({ ...envelope, to: ['no@example.net'] }, content),
      lmtp.submit(envelope, content),
    ]);
    expect(all.map(statuses)).toEqual([['refused'], ['accepted']]);
    expect(server.messages.map(({ to }) => to)).toEqual([['ben@example.net']]);
    await lmtp.quit();
  });
});

test('SMTP-132 LMTP: nobody was accepted, and the next MAIL comes with the dot: what was open is open no more', () => {
  const machine = lmtpClient();
  machine.start(0);
  machine.receive(utf8('220 mx\r\n'), 0);
  machine.send({ verb: 'LHLO', domain: 'c' }, 0);
  machine.receive(utf8('250-mx\r\n250 PIPELINING\r\n'), 0);
  machine.sendAll([{ verb: 'MAIL', from: '' }, { verb: 'RCPT', to: 'no@example.net' }, { verb: 'DATA' }], 0);
  machine.receive(utf8('250 ok\r\n550 no\r\n354 go\r\n'), 0);
  machine.sendAll(
    [
      { verb: 'CONTENT', bytes: new Uint8Array(0), last: true },
      { verb: 'MAIL', from: '' },
    ],
    0,
  );
  machine.receive(utf8('451 later\r\n'), 0);
  expect(machine.send({ verb: 'MAIL', from: '' }, 0)).toMatchObject([{ type: 'write' }]);
});
