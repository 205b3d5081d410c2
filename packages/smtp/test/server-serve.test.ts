import { latin1, sleep, utf8 } from '@postern/wire';
import type { Clock } from '@postern/wire';
import { expect, test } from 'vitest';
import { accept, refuse } from '../src/server/index.ts';
import type { ServeSmtpOptions } from '../src/server/index.ts';
import { group, hello, serverScene } from './server-scene.ts';

test('SMTP-073 the replies to a group leave as one segment, also where each of them was asked for', async () => {
  const asked: string[] = [];
  const hooks: ServeSmtpOptions['hooks'] = {
    async sender({ path }) {
      await Promise.resolve();
      asked.push(path);
      return accept;
    },
    async recipient({ path }, { envelope }) {
      await Promise.resolve();
      asked.push(`${path} after ${envelope.recipients.length}`);
      return path === 'e@f' ? refuse(550, '5.1.1', 'no such user') : accept;
    },
  };
  await serverScene({ hooks }, async (client) => {
    await hello(client);
    await client.say(group);
    expect(await client.segment()).toBe(
      '250 2.1.0 sender ok\r\n250 2.1.5 recipient ok\r\n550 5.1.1 no such user\r\n354 end with a dot on a line of its own\r\n',
    );
    expect(asked).toEqual(['a@b', 'c@d after 0', 'e@f after 1']);
    await client.say('.\r\nQUIT\r\n');
    await client.hear('221 2.0.0 mx bye\r\n');
    expect(await client.served).toBe('well');
  });
});

test('SMTP-073 the reply to NOOP does not wait for a slow question behind it', async () => {
  const clocks: Clock[] = [];
  const hooks: ServeSmtpOptions['hooks'] = {
    async sender() {
      const [clock] = clocks;
      if (clock) await sleep(clock, 10_000);
      return accept;
    },
  };
  await serverScene({ hooks }, async (client) => {
    clocks.push(client.clock);
    await hello(client);
    const before = client.clock.now();
    await client.say('NOOP\r\nMAIL FROM:<a@b>\r\n');
    await client.hear('250 2.0.0 ok\r\n');
    expect(client.clock.now() - before).toBeLessThan(100);
    await client.hear('250 2.1.0 sender ok\r\n');
    expect(client.clock.now() - before).toBeGreaterThan(10_000);
  });
});

test('SMTP-056 content is handed on as it comes, dots unstuffed, and only as fast as it is taken', async () => {
  const pieces: string[] = [];
  let taken = 0;
  const clocks: Clock[] = [];
  const hooks: ServeSmtpOptions['hooks'] = {
    async message({ content, envelope }) {
      expect(envelope).toMatchObject({
        sender: { path: 'a@b' },
        recipients: [{ path: 'c@d' }, { path: 'e@f' }],
      });
      const [clock] = clocks;
      for await (const piece of content) {
        taken += piece.length;
        if (pieces.length < 3) pieces.push(latin1(piece));
        // A minute for each piece: far longer than the server waits for content.
        if (clock) await sleep(clock, 60_000);
      }
      return { ok: true, text: `queued, ${taken} octets` };
    },
  };
  const patience = { data: 30_000 };
  await serverScene({ hooks, patience }, async (client) => {
    clocks.push(client.clock);
    await hello(client);
    await client.say(group);
    await client.hear('own\r\n');
    await client.say('Subject: x\r\n\r\n..dot\r\n');
    const line = `${'x'.repeat(998)}\r\n`;
    for (let at = 0; at < 300; at += 1) await client.say(line);
    await client.say('.\r\n');
    expect(await client.hear('octets\r\n')).toBe('250 2.0.0 queued, 300020 octets\r\n');
    expect(pieces[0]).toContain('Subject: x\r\n\r\n.dot\r\n');
  });
});

test('SMTP-057 trace lines stand on top of what a hook reads, and tell how it came', async () => {
  const texts: string[] = [];
  const hooks: ServeSmtpOptions['hooks'] = {
    async message({ content, id }) {
      let text = '';
      for await (const piece of content) text += latin1(piece);
      texts.push(text);
      return { ok: true, text: `queued as ${id}` };
    },
  };
  const trace = { wallClock: () => 1_764_000_000_000, id: () => 'q.1', returnPath: true, offsetMinutes: 90 };
  await serverScene({ hooks, trace }, async (client) => {
    await hello(client);
    await client.say('MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nBDAT 3 LAST\r\nx\r\n');
    expect(await client.hear('q.1\r\n')).toMatch(/250 2\.0\.0 queued as q\.1\r\n$/);
    expect(texts).toEqual([
      expect.stringMatching(
        /^Return-Path: <a@b>\r\nReceived: from c \(\[[\d.]+\]\)\r\n\tby mx with ESMTP id q\.1;\r\n\tMon, 24 Nov 2025 17:30:00 \+0130\r\nx\r\n$/,
      ),
    ]);
  });
});

test('a client that sends commands and reads no reply is not served beyond its patience', async () => {
  await serverScene({}, async ({ clock, connection, served }) => {
    const flood = async (): Promise<void> => {
      for (;;) await connection.write(utf8('EHLO c\r\n'.repeat(1024)));
    };
    flood().catch(() => undefined);
    expect(await served).toBe('well');
    expect(clock.now()).toBeLessThan(310_000);
  });
});
