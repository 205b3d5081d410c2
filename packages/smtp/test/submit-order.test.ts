/** Messages go out in the order of the calls, and a dialogue at rest is left with a QUIT. */
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import type { RecipientResult } from '../src/submit/submission.ts';
import { mailScene } from './mail-scene.ts';

const content = 'Subject: x\r\n\r\nHello.\r\n';
const to = ['ben@example.net'];
const chunking = ['PIPELINING', 'CHUNKING', '8BITMIME', 'SIZE 10000000'];

const statuses = ({ recipients }: { readonly recipients: readonly RecipientResult[] }): readonly string[] =>
  recipients.map(({ status }) => status);

/** A stream that says nothing before it is told to. */
function stalled(): { readonly stream: Readable; readonly give: () => void } {
  const stream = new Readable({ read: () => undefined });
  return {
    stream,
    give: () => {
      stream.push(content);
      stream.push(null);
    },
  };
}

test('a stream that has nothing to give yet keeps its place: messages and other calls wait behind it', async () => {
  for (const keywords of [['PIPELINING'], [], chunking]) {
    await mailScene({ keywords }, async ({ open, server, advance }) => {
      const smtp = await open();
      const { stream, give } = stalled();
      const calls = [
        smtp.submit({ from: 'first@example.org', to }, stream),
        smtp.submit({ from: 'second@example.org', to }, content),
        smtp.submit({ from: 'third@example.org', to }, [content]),
        smtp.quit(),
      ];
      await advance(1_000);
      expect(server.lines).toEqual(['EHLO c.example']);
      give();
      await Promise.all(calls);
      expect(server.messages.map(({ from }) => from)).toEqual([
        'first@example.org',
        'second@example.org',
        'third@example.org',
      ]);
    });
  }
});

test('a stream that is given up, or fails, leaves its place to those behind it', async () => {
  const failure = new Error('disk');
  for (const way of ['abort', 'fail']) {
    await mailScene({}, async ({ open, server, advance }) => {
      const smtp = await open();
      const controller = new AbortController();
      const { stream } = stalled();
      const first = smtp.submit({ from: '', to }, stream, { signal: controller.signal });
      const rejected = first.catch((error: unknown) => error);
      const second = smtp.submit({ from: 'second@example.org', to }, content);
      await advance(1_000);
      if (way === 'abort') controller.abort(failure);
      else stream.destroy(failure);
      expect(await rejected).toBe(failure);
      expect(statuses(await second)).toEqual(['accepted']);
      expect(server.messages.map(({ from }) => from)).toEqual(['second@example.org']);
      // And alone: nothing stays behind.
      const alone = smtp.submit({ from: '', to }, stalled().stream, { signal: AbortSignal.abort(failure) });
      await expect(alone).rejects.toBe(failure);
      await smtp.quit();
    });
  }
});

test('a server that leaves while a stream has nothing to give: no message waits for ever', async () => {
  await mailScene({ reply: (line) => (line === 'NOOP' ? '250 ok|CLOSE' : undefined) }, async ({ open }) => {
    const smtp = await open();
    await smtp.noop();
    const { stream } = stalled();
    const all = await Promise.all([
      smtp.submit({ from: '', to }, stream),
      smtp.submit({ from: '', to }, content),
    ]);
    expect(all.map(statuses)).toEqual([['retry-later'], ['retry-later']]);
    expect(stream.destroyed).toBe(true);
    await smtp[Symbol.asyncDispose]();
  });
});

test('disposal while a stream has nothing to give: it is let go of, and the message is not sent', async () => {
  await mailScene({}, async ({ open, server, advance }) => {
    const smtp = await open();
    const { stream } = stalled();
    const submission = smtp.submit({ from: '', to }, stream);
    await advance(100);
    await smtp[Symbol.asyncDispose]();
    expect(statuses(await submission)).toEqual(['retry-later']);
    expect(stream.destroyed).toBe(true);
    expect(server.lines).toEqual(['EHLO c.example']);
  });
});

const mixed = (line: string): string | undefined =>
  line.startsWith('BDAT') && line.endsWith('full@example.net') ? '452 4.2.2 full' : undefined;

test('SMTP-038 SMTP-131 disposal right behind mixed verdicts waits for the RSET, and says QUIT', async () => {
  await mailScene({ lmtp: true, keywords: chunking, reply: mixed }, async ({ openLmtp, server }) => {
    const lmtp = await openLmtp({ chunking: 'always' });
    const all = await lmtp.submit({ from: '', to: ['ben@example.net', 'full@example.net'] }, content);
    expect(statuses(all)).toEqual(['accepted', 'retry-later']);
    await lmtp[Symbol.asyncDispose]();
    expect(server.lines.slice(-2)).toEqual(['RSET', 'QUIT']);
  });
});

test('SMTP-038 disposal right behind a refusal reads the replies that are left, and says QUIT', async () => {
  for (const [verb, keywords] of [
    ['MAIL', ['PIPELINING']],
    ['RCPT', ['PIPELINING']],
    ['RCPT', []],
    ['DATA', []],
    ['.', ['PIPELINING']],
  ] as const) {
    const reply = (line: string): string | undefined => (line.startsWith(verb) ? '550 no' : undefined);
    await mailScene({ keywords, reply }, async ({ open, server }) => {
      const smtp = await open();
      expect(statuses(await smtp.submit({ from: '', to }, content))).toEqual(['refused']);
      await smtp[Symbol.asyncDispose]();
      expect(server.lines.at(-1)).toBe('QUIT');
    });
  }
});

test('SMTP-038 disposal waits one second at most for the RSET and the QUIT together', async () => {
  const reply = (line: string): string | undefined => (line === 'RSET' ? '|SILENT' : mixed(line));
  await mailScene({ lmtp: true, keywords: chunking, reply }, async ({ openLmtp, server, advance }) => {
    const lmtp = await openLmtp({ chunking: 'always' });
    await lmtp.submit({ from: '', to: ['ben@example.net', 'full@example.net'] }, content);
    let disposed = false;
    const disposal = lmtp[Symbol.asyncDispose]().then(() => {
      disposed = true;
    });
    await advance(999);
    expect(disposed).toBe(false);
    await advance(2);
    expect(disposed).toBe(true);
    await disposal;
    expect(server.lines.at(-1)).toBe('RSET');
  });
});
