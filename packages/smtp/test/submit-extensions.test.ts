/** What of a message depends on the extensions of the server. */
import { isUsageError } from '@postern/wire';
import { testTlsOffer, testTlsRequest } from '@postern/wire/testing';
import { expect, test } from 'vitest';
import type { RecipientResult } from '../src/submit/submission.ts';
import { mailScene } from './mail-scene.ts';

const envelope = { from: 'ann@example.org', to: ['ben@example.net'] };
const content = 'Subject: x\r\n\r\nHello.\r\n';
const chunking = ['PIPELINING', 'CHUNKING', '8BITMIME', 'SIZE 10000000'];

const statuses = ({ recipients }: { readonly recipients: readonly RecipientResult[] }): readonly string[] =>
  recipients.map(({ status }) => status);

test('SMTP-080 what is over the limit of the server is not offered to it', async () => {
  await mailScene({ keywords: ['PIPELINING', 'SIZE 20'] }, async ({ open, server }) => {
    const smtp = await open();
    expect((await smtp.submit(envelope, content)).recipients).toEqual([
      { status: 'refused', recipient: 'ben@example.net', reason: 'size-exceeded' },
    ]);
    expect((await smtp.submit({ ...envelope, size: 21 }, [content].values())).recipients).toMatchObject([
      { reason: 'size-exceeded' },
    ]);
    expect(server.lines.some((line) => line.startsWith('MAIL'))).toBe(false);
    // What is no whole number is no size.
    for (const size of [1.5, Number.NaN, -1, '12' as never]) {
      const submission = smtp.submit({ ...envelope, size }, [content].values());
      await expect(submission).rejects.toSatisfy(isUsageError);
    }
    await smtp.quit();
  });
});

test('SMTP-082 octets over 127 need 8BITMIME, in what is there as a whole and in a stream', async () => {
  await mailScene({}, async ({ open, server }) => {
    const smtp = await open();
    const expected = [{ status: 'refused', reason: 'needs-8bitmime' }];
    expect((await smtp.submit(envelope, 'ü')).recipients).toMatchObject(expected);
    expect(server.lines.some((line) => line.startsWith('MAIL'))).toBe(false);
    expect((await smtp.submit(envelope, ['x: y\r\n', 'ü'].values())).recipients).toMatchObject(expected);
    expect(server.messages).toEqual([]);
  });
  await mailScene({ keywords: chunking }, async ({ open, server }) => {
    const smtp = await open();
    await smtp.submit(envelope, 'ü');
    expect(server.lines).toContain('MAIL FROM:<ann@example.org> SIZE=4 BODY=8BITMIME');
    await smtp.quit();
  });
});

test('SMTP-082 in a window octets over 127 are found before a recipient is answered, and all are told', async () => {
  const reply = (line: string): string | undefined => (line.includes('<cy@') ? '550 5.1.1 no' : undefined);
  await mailScene({ keywords: ['PIPELINING', 'CHUNKING'], reply }, async ({ open, server }) => {
    const smtp = await open({ window: true });
    const to = ['ben@example.net', 'cy@example.net', 'di@example.net'];
    const submission = await smtp.submit({ ...envelope, to }, ['x: y\r\n', 'ü'].values());
    expect(submission.recipients).toMatchObject(
      to.map((recipient) => ({ recipient, status: 'refused', reason: 'needs-8bitmime' })),
    );
    // What was said of it is taken back, and the connection goes on.
    expect(statuses(await smtp.submit(envelope, content))).toEqual(['accepted']);
    expect(server.messages).toHaveLength(1);
    await smtp.quit();
  });
});

test('SMTP-086 BINARYMIME goes in chunks, as it is, and nowhere else', async () => {
  const binary = Uint8Array.of(0, 10, 13, 46, 255);
  await mailScene({ keywords: [...chunking, 'BINARYMIME'] }, async ({ open, server }) => {
    const smtp = await open();
    await smtp.submit({ ...envelope, body: 'BINARYMIME' }, binary);
    expect(server.lines).toContain('MAIL FROM:<ann@example.org> SIZE=5 BODY=BINARYMIME');
    expect(server.lines).toContain('BDAT 5 LAST');
    expect(server.messages[0]?.content).toBe('\0\n\r.ÿ');
    await smtp.quit();
  });
  await mailScene({ keywords: ['PIPELINING', 'BINARYMIME'] }, async ({ open }) => {
    const smtp = await open();
    await expect(smtp.submit({ ...envelope, body: 'BINARYMIME' }, binary)).rejects.toSatisfy(isUsageError);
    await smtp.quit();
  });
});

test('SMTP-090 SMTP-091 SMTPUTF8 where an address needs it, A-labels where only a domain does', async () => {
  await mailScene({ keywords: [...chunking, 'SMTPUTF8'] }, async ({ open, server }) => {
    const smtp = await open();
    await smtp.submit({ from: 'ann@example.org', to: ['ben@müller.example'] }, content);
    await smtp.submit({ from: 'jörg@müller.example', to: ['ben@example.net'] }, content);
    expect(
      server.lines
        .filter((line) => /^(?:MAIL|RCPT)/.test(line))
        .map((line) => Buffer.from(line, 'latin1').toString()),
    ).toEqual([
      'MAIL FROM:<ann@example.org> SIZE=22',
      'RCPT TO:<ben@xn--mller-kva.example>',
      'MAIL FROM:<jörg@müller.example> SIZE=22 SMTPUTF8',
      'RCPT TO:<ben@example.net>',
    ]);
    await smtp.quit();
  });
  await mailScene({}, async ({ open, server }) => {
    const smtp = await open();
    const submission = await smtp.submit({ from: '', to: ['jörg@example.org'] }, content);
    expect(submission.recipients).toMatchObject([{ status: 'refused', reason: 'needs-smtputf8' }]);
    expect(server.lines).toEqual(['EHLO c.example']);
    await smtp.quit();
  });
});

test('SMTP-122 REQUIRETLS only inside verified TLS and where it is offered there', async () => {
  const tls = { ...envelope, requireTls: true } as const;
  await mailScene({ keywords: [...chunking, 'REQUIRETLS'] }, async ({ open }) => {
    const smtp = await open();
    expect((await smtp.submit(tls, content)).recipients).toMatchObject([
      { reason: 'requiretls-not-offered' },
    ]);
    await smtp.quit();
  });
  await mailScene({ keywords: [...chunking, 'REQUIRETLS'], tls: testTlsOffer }, async ({ open, server }) => {
    const smtp = await open({ tls: testTlsRequest() });
    expect(statuses(await smtp.submit(tls, content))).toEqual(['accepted']);
    expect(server.lines).toContain('MAIL FROM:<ann@example.org> SIZE=22 REQUIRETLS');
    await smtp.quit();
  });
});

test('SMTP-093 what is said about single recipients goes with their RCPT, what is said about the message with MAIL', async () => {
  await mailScene({ keywords: [...chunking, 'DSN'] }, async ({ open, server }) => {
    const smtp = await open();
    const submission = await smtp.submit(
      {
        from: 'ann@example.org',
        to: [
          'ben@example.net',
          { address: 'cat@example.net', notify: ['FAILURE'], orcpt: 'cat@example.com' },
        ],
        ret: 'HDRS',
        envid: 'order 4711',
      },
      content,
    );
    expect(submission.recipients).toMatchObject([
      { status: 'accepted', recipient: 'ben@example.net' },
      { status: 'accepted', recipient: 'cat@example.net' },
    ]);
    expect(server.lines.slice(1, 4)).toEqual([
      'MAIL FROM:<ann@example.org> SIZE=22 RET=HDRS ENVID=order+204711',
      'RCPT TO:<ben@example.net>',
      'RCPT TO:<cat@example.net> NOTIFY=FAILURE ORCPT=rfc822;cat@example.com',
    ]);
    await smtp.quit();
  });
});

test('SMTP-082 SMTP-086 an envelope that contradicts its content, or the options, is refused before a word', async () => {
  await mailScene({ keywords: [...chunking, 'BINARYMIME'] }, async ({ open, server }) => {
    const smtp = await open({ chunking: 'never' });
    for (const [body, text] of [
      ['7BIT', 'ü'],
      ['BINARYMIME', 'x'],
    ] as const) {
      await expect(smtp.submit({ ...envelope, body }, text)).rejects.toMatchObject({
        code: 'argument-refused',
      });
    }
    expect(server.lines).toEqual(['EHLO c.example']);
    await smtp.quit();
  });
});
