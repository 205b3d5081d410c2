/** Messages on their way: groups, verdicts, transactions. */
import { isUsageError, utf8 } from '@postern/wire';
import { testTlsOffer, testTlsRequest } from '@postern/wire/testing';
import { expect, test } from 'vitest';
import type { RecipientResult } from '../src/submit/submission.ts';
import { mailScene } from './mail-scene.ts';

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
    await mailScene({ keywords, tls: testTlsOffer }, async ({ open, waits }) => {
      const smtp = await open({ tls: testTlsRequest(), window });
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
      expect(await smtp.startTls(testTlsRequest())).toMatchObject({ ok: true });
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

test('SMTP-071 all recipients refused and 354 all the same: an empty message, and its verdict counts for nobody', async () => {
  const reply = (line: string): string | undefined =>
    line.startsWith('RCPT') ? '550 5.1.1 no' : line === 'DATA' ? '354 go' : undefined;
  await mailScene({ reply }, async ({ open, groups, server }) => {
    const smtp = await open();
    const to = ['a@example.net', 'b@example.net'];
    const first = smtp.submit({ ...envelope, to }, content);
    const second = smtp.submit(envelope, content);
    expect(await first).toMatchObject({
      recipients: to.map((recipient) => ({ status: 'refused', recipient, reason: 'recipient-refused' })),
    });
    await second;
    expect(groups[2]).toMatch(/^\.\r\nMAIL FROM/);
    expect(server.messages).toEqual([]);
    await smtp.quit();
  });
});

test('SMTP-072 the replies of a group are counted one by one', async () => {
  const reply = (line: string): string | undefined => (line.includes('<b@') ? '451 4.3.0 later' : undefined);
  await mailScene({ reply }, async ({ open, server }) => {
    const smtp = await open();
    const submission = await smtp.submit({ ...envelope, to: ['a@example.net', 'b@example.net'] }, content);
    expect(submission.recipients).toMatchObject([
      { status: 'accepted', recipient: 'a@example.net' },
      { status: 'retry-later', recipient: 'b@example.net', reply: { code: 451 } },
    ]);
    expect(server.messages.map(({ to }) => to)).toEqual([['a@example.net']]);
    await smtp.quit();
  });
});

test('SMTP-036 SMTP-043 without PIPELINING: one command at a time, no DATA where all were refused, but RSET', async () => {
  const reply = (line: string, { from }: { readonly from: string }): string | undefined =>
    line.startsWith('RCPT') && from === 'refused@example.org' ? '550 5.1.1 no' : undefined;
  await mailScene({ keywords: ['SIZE 1000'], reply }, async ({ open, groups }) => {
    const smtp = await open();
    const to = ['a@example.net', 'b@example.net'];
    const all = await Promise.all([
      smtp.submit({ from: 'refused@example.org', to }, content),
      smtp.submit({ from: 'ann@example.org', to }, content),
    ]);
    expect(all.map(statuses)).toEqual([
      ['refused', 'refused'],
      ['accepted', 'accepted'],
    ]);
    await smtp.quit();
    expect(groups.slice(1)).toEqual([
      'MAIL FROM:<refused@example.org> SIZE=22\r\n',
      'RCPT TO:<a@example.net>\r\n',
      'RCPT TO:<b@example.net>\r\n',
      'RSET\r\n',
      'MAIL FROM:<ann@example.org> SIZE=22\r\n',
      'RCPT TO:<a@example.net>\r\n',
      'RCPT TO:<b@example.net>\r\n',
      'DATA\r\n',
      `${content}.\r\n`,
      'QUIT\r\n',
    ]);
  });
});

test.each([
  ['MAIL', '550 5.7.1 no', 'refused', 'sender-refused', 'MAIL FROM:<next@example.org>'],
  ['MAIL', '451 4.3.0 no', 'retry-later', 'sender-refused', 'MAIL FROM:<next@example.org>'],
  ['MAIL', '552 5.3.4 big', 'refused', 'size-exceeded', 'MAIL FROM:<next@example.org>'],
  ['MAIL', '530 5.7.0 log in', 'refused', 'auth-required', 'MAIL FROM:<next@example.org>'],
  ['RCPT', '550 5.1.1 no', 'refused', 'recipient-refused', 'RSET'],
  ['RCPT', '552 5.2.2 full', 'refused', 'over-quota', 'RSET'],
  ['RCPT', '552 no', 'refused', 'recipient-refused', 'RSET'],
  ['RCPT', '452 no', 'retry-later', 'recipient-refused', 'RSET'],
  ['DATA', '554 5.5.1 no', 'refused', 'message-refused', 'RSET'],
  ['DATA', '250 odd', 'retry-later', 'protocol-error', 'RSET'],
  ['.', '550 5.7.1 spam', 'refused', 'message-refused', 'MAIL FROM:<next@example.org>'],
  ['.', '452 4.3.1 space', 'retry-later', 'message-refused', 'MAIL FROM:<next@example.org>'],
  ['.', '552 too big', 'refused', 'size-exceeded', 'MAIL FROM:<next@example.org>'],
])(
  'SMTP-037 SMTP-043 SMTP-081 %s answered with %s is %s (%s), and %s follows',
  async (verb, answer, status, reason, follows) => {
    const reply = (line: string, { from }: { readonly from: string }): string | undefined =>
      line.startsWith(verb) && !line.includes('next@') && from !== 'next@example.org' ? answer : undefined;
    for (const keywords of [['PIPELINING'], ['X-NONE']]) {
      await mailScene({ keywords, reply }, async ({ open, server }) => {
        const smtp = await open();
        expect((await smtp.submit(envelope, content)).recipients).toMatchObject([{ status, reason }]);
        const before = server.lines.length;
        expect(statuses(await smtp.submit({ ...envelope, from: 'next@example.org' }, content))).toEqual([
          'accepted',
        ]);
        // RSET may be out already when the next message is there.
        const after = server.lines.slice(server.lines[before - 1] === 'RSET' ? before - 1 : before);
        expect(after[0]).toBe(follows);
        expect(server.messages.map(({ from }) => from)).toEqual(['next@example.org']);
        await smtp.quit();
      });
    }
  },
);

test('SMTP-035 what is too much for one transaction goes into another, and a forwarded or unknown user is accepted', async () => {
  let seen = 0;
  const reply = (line: string): string | undefined => {
    if (!line.startsWith('RCPT')) return undefined;
    seen += 1;
    return ['250 ok', '251 forwarded', '552 5.5.3 too many', '452 4.5.3 too many', '252 cannot check'][
      seen - 1
    ];
  };
  await mailScene({ reply }, async ({ open, server }) => {
    const smtp = await open();
    const to = ['a@example.net', 'b@example.net', 'c@example.net', 'd@example.net'];
    const submission = await smtp.submit({ ...envelope, to }, content);
    expect(statuses(submission)).toEqual(['accepted', 'accepted', 'accepted', 'accepted']);
    expect(server.messages.map((message) => message.to)).toEqual([to.slice(0, 2), to.slice(2)]);
    await smtp.quit();
  });
});

test('SMTP-035 a stream cannot be sent twice: the surplus is to be tried later, unless a function makes it anew', async () => {
  const reply = (line: string, { message }: { readonly message: number }): string | undefined =>
    line.includes('<b@') && message === 0 ? '452 4.5.3 too many' : undefined;
  const to = ['a@example.net', 'b@example.net'];
  const stream = (): Iterable<Uint8Array> => [utf8('x: y\r\n')].values();
  for (const [source, expected] of [
    [stream(), 'retry-later'],
    [stream, 'accepted'],
  ] as const) {
    await mailScene({ reply }, async ({ open }) => {
      const smtp = await open();
      expect(statuses(await smtp.submit({ ...envelope, to }, source))).toEqual(['accepted', expected]);
      await smtp.quit();
    });
  }
});

test('SMTP-121 RCPTMAX makes several transactions, MAILMAX and RCPTDOMAINMAX leave the rest for later', async () => {
  const to = Array.from({ length: 5 }, (_none, at) => `r${at}@example.net`);
  await mailScene({ keywords: ['PIPELINING', 'LIMITS RCPTMAX=2'] }, async ({ open, server }) => {
    const smtp = await open();
    expect(statuses(await smtp.submit({ ...envelope, to }, content))).toEqual(to.map(() => 'accepted'));
    expect(server.messages.map((message) => message.to.length)).toEqual([2, 2, 1]);
    await smtp.quit();
  });
  await mailScene(
    { keywords: ['PIPELINING', 'LIMITS MAILMAX=1 RCPTDOMAINMAX=1'] },
    async ({ open, server }) => {
      const smtp = await open();
      const first = await smtp.submit({ ...envelope, to: [...to, 'x@example.com'] }, content);
      expect(statuses(first)).toEqual([...to.map(() => 'accepted'), 'retry-later']);
      expect(first.recipients[5]).toMatchObject({ reason: 'rate-limited' });
      expect(statuses(await smtp.submit(envelope, content))).toEqual(['retry-later']);
      expect(server.messages).toHaveLength(1);
      await smtp.quit();
    },
  );
});

test('SMTP-084 a chunk that fails: nothing more of the message, every reply counted, then RSET', async () => {
  const big = 'x'.repeat(70) + '\r\n';
  const source = Array.from({ length: 30_000 }, () => big).values();
  const reply = (line: string, { from }: { readonly from: string }): string | undefined =>
    line.startsWith('BDAT') && from === 'ann@example.org' ? '452 4.3.1 no space' : undefined;
  await mailScene({ keywords: chunking, reply }, async ({ open, server }) => {
    const smtp = await open({ chunking: 'always' });
    expect(statuses(await smtp.submit(envelope, source))).toEqual(['retry-later']);
    const next = await smtp.submit({ ...envelope, from: 'next@example.org' }, content);
    expect(statuses(next)).toEqual(['accepted']);
    const chunks = server.lines.filter((line) => line.startsWith('BDAT'));
    expect(chunks.length).toBeLessThan(12);
    expect(chunks.filter((line) => line.endsWith('LAST'))).toEqual(['BDAT 22 LAST']);
    const after = server.lines[server.lines.findLastIndex((line) => line === 'RSET') - 1];
    expect(after).toMatch(/^BDAT/);
    expect(server.messages.map(({ from }) => from)).toEqual(['next@example.org']);
    await smtp.quit();
  });
});

test('SMTP-070 SMTP-043 in a window a refused message cannot lend its transaction to the next', async () => {
  for (const [verb, answer] of [
    ['MAIL', '550 5.7.1 no'],
    ['RCPT', '550 5.1.1 no'],
    ['BDAT', '554 5.6.0 no'],
  ] as const) {
    const reply = (line: string, { from }: { readonly from: string }): string | undefined =>
      line.startsWith(verb) && (line.includes('bad@') || from === 'bad@example.org') ? answer : undefined;
    await mailScene({ keywords: chunking, reply }, async ({ open, server, waits }) => {
      const smtp = await open({ window: true });
      const senders = ['ann@example.org', 'bad@example.org', 'cat@example.org'];
      const all = await Promise.all(senders.map((from) => smtp.submit({ ...envelope, from }, content)));
      expect(all.map(statuses)).toEqual([['accepted'], ['refused'], ['accepted']]);
      expect(waits()).toBe(4);
      expect(server.messages.map(({ from }) => from)).toEqual(['ann@example.org', 'cat@example.org']);
      expect(server.lines.slice(1)).toEqual(
        senders.flatMap((from, at) => [
          ...(at > 0 ? ['RSET'] : []),
          `MAIL FROM:<${from}> SIZE=22`,
          'RCPT TO:<ben@example.net>',
          'BDAT 22 LAST',
        ]),
      );
      await smtp.quit();
    });
  }
});

test('SMTP-070 a window whose only message fails is closed with RSET before anything else', async () => {
  const reply = (line: string): string | undefined => (line.startsWith('RCPT') ? '550 5.1.1 no' : undefined);
  await mailScene({ keywords: chunking, reply }, async ({ open, groups }) => {
    const smtp = await open({ window: true });
    expect(statuses(await smtp.submit(envelope, content))).toEqual(['refused']);
    await smtp.noop();
    expect(groups.slice(-2)).toEqual(['RSET\r\n', 'NOOP\r\n']);
    await smtp.quit();
  });
});

test('SMTP-070 SMTP-087 chunks without a window: no octet of BDAT before the last reply to RCPT', async () => {
  await mailScene({ keywords: chunking }, async ({ open, groups, server }) => {
    const smtp = await open({ chunking: 'always' });
    await smtp.submit(envelope, 'a\nb\r');
    expect(groups.slice(1)).toEqual([
      'MAIL FROM:<ann@example.org> SIZE=6\r\nRCPT TO:<ben@example.net>\r\n',
      'BDAT 6 LAST\r\na\r\nb\r\n',
    ]);
    expect(server.messages[0]?.content).toBe('a\r\nb\r\n');
    await smtp.quit();
  });
  for (const options of [{ chunking: 'never', window: true }, { chunking: 'auto' }] as const) {
    await mailScene({ keywords: chunking }, async ({ open, server }) => {
      const smtp = await open(options);
      await smtp.submit(envelope, content);
      expect(server.lines).toContain('DATA');
      await smtp.quit();
    });
  }
});

test('SMTP-075 ten thousand recipients in one group, the replies read while they are written', async () => {
  await mailScene({ path: { segmentBytes: 4096 } }, async ({ open, groups }) => {
    const smtp = await open();
    const to = Array.from({ length: 10_000 }, (_none, at) => `r${at}@example.net`);
    const submission = await smtp.submit({ ...envelope, to }, content);
    expect(submission.recipients).toHaveLength(10_000);
    expect(new Set(statuses(submission))).toEqual(new Set(['accepted']));
    expect(groups).toHaveLength(3);
    await smtp.quit();
  });
});
