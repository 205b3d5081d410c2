/** Deliveries over connections that break: no false success, no hang, no error that nobody catches. */
import { setImmediate as turn } from 'node:timers/promises';
import { isUsageError, utf8 } from '@postern/wire';
import { simulatedNetwork, virtualClock } from '@postern/wire/testing';
import { expect, test } from 'vitest';
import { openSmtp } from '../src/client.ts';
import type { RecipientResult } from '../src/submit/submission.ts';
import { endpoint, mailScene } from './mail-scene.ts';

const envelope = { from: 'ann@example.org', to: ['ben@example.net'] };
const content = 'Subject: x\r\n\r\nHello.\r\n';

const statuses = ({ recipients }: { readonly recipients: readonly RecipientResult[] }): readonly string[] =>
  recipients.map(({ status }) => status);

test('SMTP-039 a reset after the final dot is uncertain, after RCPT it is to be tried later', async () => {
  for (const [verb, status] of [
    ['.', 'uncertain'],
    ['RCPT', 'retry-later'],
  ] as const) {
    const reply = (line: string): string | undefined => (line.startsWith(verb) ? '|RESET' : undefined);
    await mailScene({ reply }, async ({ open }) => {
      const smtp = await open();
      const submission = await smtp.submit(envelope, content);
      expect(submission).toMatchObject({
        recipients: [{ status, reason: 'reset' }],
        fault: { reason: 'reset' },
      });
      // The next one hears why.
      expect((await smtp.submit(envelope, content)).recipients).toMatchObject([
        { status: 'retry-later', reason: 'reset' },
      ]);
    });
  }
});

test('SMTP-120 421 instead of any reply: transient, the text kept, what follows was not done', async () => {
  for (const verb of ['MAIL', 'RCPT', 'DATA', '.']) {
    const reply = (line: string): string | undefined =>
      line.startsWith(verb) ? '421 4.7.0 rate|CLOSE' : undefined;
    await mailScene({ reply }, async ({ open, server }) => {
      const smtp = await open();
      const all = await Promise.all([smtp.submit(envelope, content), smtp.submit(envelope, content)]);
      for (const { recipients, fault } of all) {
        expect(recipients).toMatchObject([{ status: 'retry-later', reason: 'server-closing' }]);
        const [result] = recipients;
        const said = result && 'reply' in result ? result.reply?.lines : fault?.evidence?.reply;
        expect(String(said)).toMatch(/rate$/);
      }
      expect(server.messages).toEqual([]);
    });
  }
});

test('SMTP-120 421 in the middle of an upload: sending stops, transient, the text kept', async () => {
  let read = 0;
  let closed = false;
  async function* source(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        read += 1;
        await turn();
        yield new Uint8Array(10_000).fill(120);
      }
    } finally {
      closed = true;
    }
  }
  const clock = virtualClock();
  const network = simulatedNetwork({ clock, path: { latency: 1 } });
  await network.listen(endpoint, async (connection) => {
    for (const said of ['220 mx', '250-mx\r\n250 PIPELINING', '250 ok\r\n250 ok\r\n354 go']) {
      await connection.write(utf8(`${said}\r\n`));
      await connection.read();
    }
    while (read < 5) await connection.read();
    await connection.write(utf8('421 4.3.2 going down\r\n'));
    await connection[Symbol.asyncDispose]();
  });
  await clock.run(async () => {
    const smtp = await openSmtp(await network.connect(endpoint), { clock });
    await smtp.ehlo('c');
    const submission = await smtp.submit(envelope, source());
    expect(submission).toMatchObject({
      recipients: [{ status: 'retry-later', reason: 'server-closing' }],
      fault: { evidence: { reply: '421 4.3.2 going down' } },
    });
  });
  expect(closed).toBe(true);
});

test('SMTP-081 a refusal in the middle of an upload is believed, and nothing more is said', async () => {
  const clock = virtualClock();
  const network = simulatedNetwork({ clock, path: { latency: 1 } });
  await network.listen(endpoint, async (connection) => {
    for (const said of [
      '220 mx',
      '250-mx\r\n250 PIPELINING',
      '250 ok\r\n250 ok\r\n354 go',
      '552 5.3.4 too big',
    ]) {
      await connection.write(utf8(`${said}\r\n`));
      await connection.read();
    }
    while (await connection.read().catch(() => undefined));
    await connection[Symbol.asyncDispose]();
  });
  async function* source(): AsyncGenerator<string> {
    yield 'x: y\r\n';
    await new Promise<void>((resolve) => {
      clock.alarm(clock.now() + 1_000, resolve);
    });
    yield 'more\r\n';
  }
  await clock.run(async () => {
    const smtp = await openSmtp(await network.connect(endpoint), { clock });
    await smtp.ehlo('c');
    const submission = await smtp.submit(envelope, source());
    expect(submission).toMatchObject({
      recipients: [{ status: 'refused', reason: 'size-exceeded', reply: { code: 552 } }],
    });
    expect((await smtp.submit(envelope, content)).recipients).toMatchObject([
      { status: 'retry-later', reason: 'desynchronised' },
    ]);
  });
});

test.each([
  ['MAIL', 'mail', 300_000, 'retry-later'],
  ['RCPT', 'rcpt', 300_000, 'retry-later'],
  ['DATA', 'data', 120_000, 'retry-later'],
  ['.', 'data-end', 600_000, 'uncertain'],
] as const)('SMTP-061…065 %s unanswered: phase %s after %i ms, %s', async (verb, phase, limit, status) => {
  const reply = (line: string): string | undefined => (line.startsWith(verb) ? '|SILENT' : undefined);
  await mailScene({ reply }, async ({ open }) => {
    const smtp = await open();
    const submission = await smtp.submit(envelope, content);
    expect(submission).toMatchObject({
      recipients: [{ status, reason: 'timeout-reply' }],
      fault: { kind: 'timeout', phase, limit, after: limit },
    });
  });
});

test('SMTP-064 a peer that stops reading: phase data-block after 180 s, and a slow source is no reason', async () => {
  const clock = virtualClock();
  const network = simulatedNetwork({ clock, path: { latency: 1 } });
  await network.listen(endpoint, async (connection) => {
    for (const said of ['220 mx', '250-mx\r\n250 PIPELINING', '250 ok\r\n250 ok\r\n354 go']) {
      await connection.write(utf8(`${said}\r\n`));
      if (said.includes('354')) break;
      await connection.read();
    }
    await new Promise<void>((resolve) => {
      clock.alarm(clock.now() + 10_000_000, resolve);
    });
    connection.reset();
  });
  async function* source(): AsyncGenerator<Uint8Array> {
    yield utf8('x: y\r\n');
    await new Promise<void>((resolve) => {
      clock.alarm(clock.now() + 1_000_000, resolve);
    });
    for (;;) {
      await new Promise<void>((resolve) => {
        clock.alarm(clock.now() + 1_000, resolve);
      });
      yield new Uint8Array(30_000).fill(120);
    }
  }
  await clock.run(async () => {
    const smtp = await openSmtp(await network.connect(endpoint), { clock });
    await smtp.ehlo('c');
    const submission = await smtp.submit(envelope, source());
    expect(submission).toMatchObject({
      recipients: [{ status: 'retry-later', reason: 'timeout-reply' }],
      fault: { phase: 'data-block', limit: 180_000 },
    });
    expect(clock.now()).toBeGreaterThan(1_180_000);
  });
  await clock.advance(10_000_000);
});

test('strict content is refused in place of being mended', async () => {
  await mailScene({}, async ({ open, server }) => {
    const smtp = await open();
    for (const bad of ['a\nb', 'a\rb', 'a\r', `${'x'.repeat(999)}\r\n`]) {
      await expect(smtp.submit(envelope, bad, { strict: true })).rejects.toSatisfy(isUsageError);
    }
    const good = `${'x'.repeat(998)}\r\n`;
    expect(statuses(await smtp.submit(envelope, good, { strict: true }))).toEqual(['accepted']);
    expect(server.lines.filter((line) => line.startsWith('MAIL'))).toHaveLength(1);
    await expect(smtp.submit(envelope, ['a\r\n', 'b\n'].values(), { strict: true })).rejects.toSatisfy(
      isUsageError,
    );
  });
});

test('an abort before the first word leaves the connection as it is, after it destroys it', async () => {
  await mailScene({}, async ({ open, server, advance }) => {
    const smtp = await open();
    const controller = new AbortController();
    const first = smtp.submit(envelope, content);
    const second = smtp.submit(envelope, content);
    const third = smtp.submit(envelope, content, { signal: controller.signal });
    controller.abort('enough');
    await expect(third).rejects.toBe('enough');
    await expect(smtp.submit(envelope, content, { signal: controller.signal })).rejects.toBe('enough');
    expect(statuses(await first)).toEqual(['accepted']);
    expect(statuses(await second)).toEqual(['accepted']);
    const late = new AbortController();
    const fourth = smtp.submit(envelope, content, { signal: late.signal }).catch((error: unknown) => error);
    const fifth = smtp.submit(envelope, content);
    await advance(15);
    late.abort('too late');
    expect(await fourth).toBe('too late');
    expect((await fifth).recipients).toMatchObject([{ status: 'retry-later', reason: 'closed' }]);
    expect(server.messages).toHaveLength(2);
  });
});

test('disposal while a message is under way says what is known', async () => {
  await mailScene({}, async ({ open, advance }) => {
    const smtp = await open();
    const running = smtp.submit(envelope, content);
    await advance(1);
    await smtp[Symbol.asyncDispose]();
    expect((await running).recipients).toMatchObject([{ status: 'retry-later', reason: 'closed' }]);
  });
});

test('other calls get their turn between messages', async () => {
  await mailScene({}, async ({ open, server }) => {
    const smtp = await open();
    const results = await Promise.all([
      smtp.submit(envelope, content),
      smtp.noop(),
      smtp.submit(envelope, content),
      smtp.quit(),
    ]);
    expect(results.length).toBe(4);
    expect(server.lines).toEqual([
      'EHLO c.example',
      'MAIL FROM:<ann@example.org> SIZE=22',
      'RCPT TO:<ben@example.net>',
      'DATA',
      'NOOP',
      'MAIL FROM:<ann@example.org> SIZE=22',
      'RCPT TO:<ben@example.net>',
      'DATA',
      'QUIT',
    ]);
  });
});

test('SMTP-056 a source is read no faster than the server takes it', async () => {
  const clock = virtualClock();
  const network = simulatedNetwork({ clock, path: { latency: 1 } });
  const chunkBytes = 16_384;
  let pulled = 0;
  let taken = 0;
  let ahead = 0;
  await network.listen(endpoint, async (connection) => {
    for (const said of ['220 mx', '250-mx\r\n250 PIPELINING', '250 ok\r\n250 ok\r\n354 go']) {
      await connection.write(utf8(`${said}\r\n`));
      if (said.includes('354')) break;
      await connection.read();
    }
    await connection.read();
    for (;;) {
      const bytes = await connection.read();
      if (!bytes) break;
      taken += bytes.length;
      ahead = Math.max(ahead, pulled * chunkBytes - taken);
      if (bytes.at(-3) === 46) await connection.write(utf8('250 queued\r\n'));
      await new Promise<void>((resolve) => {
        clock.alarm(clock.now() + 5, resolve);
      });
    }
    await connection[Symbol.asyncDispose]();
  });
  async function* source(): AsyncGenerator<Uint8Array> {
    for (; pulled < 600; pulled += 1) {
      // The simulated line takes what is on the way for free, so the source gets to wait a little too.
      await new Promise<void>((resolve) => {
        clock.alarm(clock.now() + 1, resolve);
      });
      yield new Uint8Array(chunkBytes).fill(120);
    }
  }
  await clock.run(async () => {
    const smtp = await openSmtp(await network.connect(endpoint), { clock });
    await smtp.ehlo('c');
    expect(statuses(await smtp.submit(envelope, source()))).toEqual(['accepted']);
    await smtp[Symbol.asyncDispose]();
  });
  expect(taken).toBeGreaterThan(598 * chunkBytes);
  expect(ahead).toBeLessThan(200_000);
});

test('SMTP-140 SMTP-011 a 421 that came while nothing was under way: nothing of the next message is written', async () => {
  const clock = virtualClock();
  const network = simulatedNetwork({ clock, path: { latency: 1 } });
  const heard: string[] = [];
  await network.listen(endpoint, async (connection) => {
    await connection.write(utf8('220 mx\r\n'));
    await connection.read();
    await connection.write(utf8('250-mx\r\n250-CHUNKING\r\n250 PIPELINING\r\n'));
    await new Promise<void>((resolve) => {
      clock.alarm(clock.now() + 1_000, resolve);
    });
    await connection.write(utf8('421 4.4.2 idle too long\r\n'));
    for (let bytes = await connection.read(); bytes; bytes = await connection.read()) heard.push('something');
    await connection[Symbol.asyncDispose]();
  });
  await clock.run(async () => {
    const smtp = await openSmtp(await network.connect(endpoint), { clock, window: true });
    await smtp.ehlo('c');
    await new Promise<void>((resolve) => {
      clock.alarm(clock.now() + 2_000, resolve);
    });
    const submission = await smtp.submit(envelope, content);
    expect(submission).toMatchObject({
      recipients: [{ status: 'retry-later', reason: 'server-closing' }],
      fault: { evidence: { reply: '421 4.4.2 idle too long' } },
    });
  });
  expect(heard).toEqual([]);
});

test('SMTP-011 a reply that nobody asked for: the next message is not offered, and nothing is uncertain', async () => {
  const clock = virtualClock();
  const network = simulatedNetwork({ clock, path: { latency: 1 } });
  await network.listen(endpoint, async (connection) => {
    await connection.write(utf8('220 mx\r\n'));
    await connection.read();
    await connection.write(utf8('250-mx\r\n250-CHUNKING\r\n250 PIPELINING\r\n250 extra\r\n'));
    while (await connection.read().catch(() => undefined));
    await connection[Symbol.asyncDispose]();
  });
  await clock.run(async () => {
    const smtp = await openSmtp(await network.connect(endpoint), { clock, window: true });
    await smtp.ehlo('c');
    expect((await smtp.submit(envelope, content)).recipients).toMatchObject([
      { status: 'retry-later', reason: 'desynchronised' },
    ]);
  });
});

test('an observer that throws is heard by everybody whose message was under way', async () => {
  await mailScene({}, async ({ open, server }) => {
    const smtp = await open({
      onEvent: (event) => {
        if (event.type === 'reply' && event.command.verb === 'DATA') throw new Error('observer');
      },
    });
    const all = await Promise.allSettled([smtp.submit(envelope, content), smtp.submit(envelope, content)]);
    expect(all.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(server.messages).toEqual([]);
  });
});

test('SMTP-043 a RSET that is refused: what is behind it could reach the recipients of another message, so it ends', async () => {
  for (const [keywords, options] of [
    [['PIPELINING', 'CHUNKING'], { window: true }],
    [['PIPELINING', 'CHUNKING'], { chunking: 'always' }],
    [['CHUNKING'], { chunking: 'always' }],
  ] as const) {
    const reply = (line: string, { from }: { readonly from: string }): string | undefined =>
      (from === 'first@example.org' && line.startsWith('BDAT') ? '552 5.3.4 too much' : undefined) ??
      (line === 'RSET' ? '502 5.5.1 never heard of it' : undefined);
    await mailScene({ keywords, reply }, async ({ open, server }) => {
      const smtp = await open(options);
      const [first, second] = await Promise.all([
        smtp.submit({ ...envelope, from: 'first@example.org' }, content),
        smtp.submit(envelope, content),
      ]);
      expect(first.recipients).toMatchObject([{ status: 'refused', reason: 'size-exceeded' }]);
      const broken = {
        reason: 'protocol-error',
        fault: { phase: 'rset', evidence: { reply: '502 5.5.1 never heard of it' } },
      };
      // In a window it was on its way already.
      expect(second.recipients).toMatchObject([
        { status: 'window' in options ? 'uncertain' : 'retry-later', ...broken },
      ]);
      expect((await smtp.submit(envelope, content)).recipients).toMatchObject([
        { status: 'retry-later', reason: 'closed' },
      ]);
      expect(server.messages.filter(({ from }) => from === envelope.from)).toHaveLength(
        'window' in options ? 1 : 0,
      );
    });
  }
});
