/** What a refusal is about, told by its codes. */
import { describe, expect, test } from 'vitest';
import { mailScene } from './mail-scene.ts';

const envelope = { from: 'ann@example.org', to: ['ben@example.net'] };
const content = 'Subject: x\r\n\r\nHello.\r\n';

describe('reasons', () => {
  test.each([
    ['RCPT', '530 5.7.0 log in', 'auth-required'],
    ['RCPT', '550 5.6.7 address', 'needs-smtputf8'],
    ['RCPT', '553 5.6.9 header', 'needs-smtputf8'],
    ['RCPT', '552 5.3.4 too big', 'size-exceeded'],
    ['RCPT', '552 5.2.2 full', 'over-quota'],
    ['RCPT', '452 4.2.2 full', 'over-quota'],
    ['RCPT', '450 4.5.3 too many', 'rate-limited'],
    ['RCPT', '552 no', 'recipient-refused'],
    ['RCPT', '550 5.1.1 nobody', 'recipient-refused'],
    ['MAIL', '552 too big', 'size-exceeded'],
    ['MAIL', '552 5.7.1 no', 'sender-refused'],
    ['DATA', '554 5.7.1 no', 'message-refused'],
  ])('SMTP-015 SMTP-081 %s answered by "%s" is %s', async (verb, reply, reason) => {
    const refusing = (line: string): string | undefined => (line.startsWith(verb) ? reply : undefined);
    await mailScene(
      { keywords: ['PIPELINING', 'ENHANCEDSTATUSCODES'], reply: refusing },
      async ({ open, server }) => {
        const smtp = await open();
        expect((await smtp.submit(envelope, content)).recipients).toMatchObject([{ reason }]);
        expect(server.messages).toEqual([]);
        await smtp.quit();
      },
    );
  });
});

test('SMTP-085 line ends are whole in chunks as well', async () => {
  await mailScene({ keywords: ['PIPELINING', 'CHUNKING', '8BITMIME'] }, async ({ open, server }) => {
    const smtp = await open({ chunking: 'always' });
    for (const given of ['Subject: x\n\nHi\n', 'Subject: x\r\n\r\nHi\r\n', 'Subject: x\r\n\r\nHi\r'])
      await smtp.submit(envelope, given);
    expect(server.lines.filter((line) => line.startsWith('BDAT'))).toHaveLength(3);
    for (const { content: got } of server.messages) expect(got).toBe('Subject: x\r\n\r\nHi\r\n');
    await smtp.quit();
  });
});
