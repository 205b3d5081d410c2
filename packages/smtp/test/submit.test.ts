import { isUsageError } from '@postern/wire';
import { expect, test } from 'vitest';
import type { RecipientResult } from '../src/submit/submission.ts';
import { mailScene, offer, tlsRequest } from './mail-scene.ts';

const envelope = { from: 'ann@example.org', to: ['ben@example.net'] };
const content = 'Subject: x\r\n\r\nHello.\r\n';
const chunking = ['PIPELINING', 'CHUNKING', '8BITMIME', 'SIZE 10000000'];

const statuses = ({ recipients }: { readonly recipients: readonly RecipientResult[] }): readonly string[] =>
  recipients.map(({ status }) => status);

test('a message is delivered, dot-stuffed on the wire and whole at the server', async () => {
  await mailScene({}, async ({ open, server, groups }) => {
    const smtp = await open();
    const submission = await smtp.submit(envelope, '.dot\nlast');
    expect(submission).toMatchObject({
      recipients: [{ status: 'accepted', recipient: 'ben@example.net', reply: { code: 250 } }],
      fault: undefined,
    });
    expect(server.messages).toEqual([
      { from: 'ann@example.org', to: ['ben@example.net'], content: '.dot\r\nlast\r\n' },
    ]);
    await smtp.quit();
    expect(groups).toEqual([
      'EHLO c.example\r\n',
      'MAIL FROM:<ann@example.org> SIZE=12\r\nRCPT TO:<ben@example.net>\r\nDATA\r\n',
      '..dot\r\nlast\r\n.\r\n',
      'QUIT\r\n',
    ]);
  });
});

test('SMTP-070 waits until accepted: 5 plain, 4 in a window', async () => {
  await mailScene({ keywords: chunking }, async ({ open, waits }) => {
    const smtp = await open();
    expect(statuses(await smtp.submit(envelope, content))).toEqual(['accepted']);
    expect(waits()).toBe(5);
    await smtp.quit();
  });
  await mailScene({ keywords: chunking }, async ({ open, waits }) => {
    const smtp = await open({ window: true });
    expect(statuses(await smtp.submit(envelope, content))).toEqual(['accepted']);
    expect(waits()).toBe(4);
    await smtp.quit();
  });
});

test('SMTP-070 waits until accepted: 7 with implicit TLS and AUTH, 6 in a window', async () => {
  for (const [window, expected] of [
    [false, 7],
    [true, 6],
  ] as const) {
    const keywords = [...chunking, 'AUTH PLAIN'];
    await mailScene({ keywords, tls: offer }, async ({ open, waits }) => {
      const smtp = await open({ tls: tlsRequest, window });
      expect(await smtp.login({ type: 'password', user: 'tim', password: 'tam' })).toMatchObject({
        ok: true,
      });
      expect(statuses(await smtp.submit(envelope, content))).toEqual(['accepted']);
      expect(waits()).toBe(expected);
      await smtp.quit();
    });
  }
});

test('SMTP-070 waits until accepted: 9 with STARTTLS and AUTH, 8 in a window', async () => {
  for (const [window, expected] of [
    [false, 9],
    [true, 8],
  ] as const) {
    await mailScene({ keywords: [...chunking, 'AUTH PLAIN', 'STARTTLS'] }, async ({ open, waits }) => {
      const smtp = await open({ window });
      expect(await smtp.startTls(tlsRequest)).toMatchObject({ ok: true });
      await smtp.ehlo('c.example');
      expect(await smtp.login({ type: 'password', user: 'tim', password: 'tam' })).toMatchObject({
        ok: true,
      });
      expect(statuses(await smtp.submit(envelope, content))).toEqual(['accepted']);
      expect(waits()).toBe(expected);
      await smtp.quit();
    });
  }
});

test('further messages on a connection cost one wait each, in a window none', async () => {
  for (const [window, expected] of [
    [false, 5 + 9],
    [true, 4],
  ] as const) {
    await mailScene({ keywords: chunking }, async ({ open, waits, server }) => {
      const smtp = await open({ window });
      const all = await Promise.all(
        Array.from({ length: 10 }, (_none, at) => smtp.submit(envelope, `Subject: ${at}\r\n\r\n`)),
      );
      expect(all.flatMap(statuses)).toEqual(all.map(() => 'accepted'));
      expect(waits()).toBe(expected);
      expect(server.messages.map((message) => message.content)).toEqual(
        all.map((_one, at) => `Subject: ${at}\r\n\r\n`),
      );
      await smtp.quit();
    });
  }
});

test('SMTP-034 an argument that would break the line is refused before a word is written', async () => {
  await mailScene({}, async ({ open, server }) => {
    const smtp = await open();
    const bad = smtp.submit({ from: 'a@b>\r\nRCPT TO:<x@y', to: ['ben@example.net'] }, content);
    await expect(bad).rejects.toSatisfy(isUsageError);
    expect(statuses(await smtp.submit(envelope, content))).toEqual(['accepted']);
    expect(server.lines.filter((line) => line.startsWith('MAIL'))).toHaveLength(1);
    await smtp.quit();
  });
});
