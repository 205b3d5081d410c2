import { latin1, sleep, utf8 } from '@postern/wire';
import type { Clock, Connection } from '@postern/wire';
import { simulatedNetwork, virtualClock } from '@postern/wire/testing';
import { expect, test } from 'vitest';
import { accept, MessageAborted, refuse, serveSmtp } from '../src/server/index.ts';
import type { ServeSmtpOptions, SmtpServerEvent } from '../src/server/index.ts';

const endpoint = { address: '192.0.2.25', port: 25 };

/** The client's end, by hand. */
interface Client {
  readonly clock: Clock;
  readonly connection: Connection;
  say(text: string): Promise<void>;
  /** What has come once it ends like this. */
  hear(end: string): Promise<string>;
  /** One segment. */
  segment(): Promise<string | undefined>;
  readonly events: SmtpServerEvent[];
  /** How serving ended. */
  readonly served: Promise<unknown>;
}

/** A server and a client in virtual time. */
async function scene(
  options: Partial<ServeSmtpOptions>,
  run: (client: Client) => Promise<void>,
): Promise<void> {
  const clock = virtualClock();
  const network = simulatedNetwork({ clock, path: { latency: 5 } });
  const events: SmtpServerEvent[] = [];
  const ended = Promise.withResolvers<unknown>();
  await network.listen(endpoint, async (connection) => {
    const onEvent = (event: SmtpServerEvent): void => {
      events.push(event);
    };
    await serveSmtp(connection, { domain: 'mx', clock, onEvent, ...options }).then(
      () => {
        ended.resolve('well');
      },
      (error: unknown) => {
        ended.resolve(error);
      },
    );
  });
  const dialogue = async (): Promise<void> => {
    const connection = await network.connect(endpoint);
    const segment = async (): Promise<string | undefined> => {
      const bytes = await connection.read();
      return bytes && latin1(bytes);
    };
    const client: Client = {
      clock,
      connection,
      events,
      served: ended.promise,
      segment,
      say: (text) => connection.write(utf8(text)),
      async hear(end) {
        let all = '';
        while (!all.endsWith(end)) {
          const more = await segment();
          if (more === undefined) throw new Error(`closed after ${JSON.stringify(all)}`);
          all += more;
        }
        return all;
      },
    };
    try {
      await run(client);
    } finally {
      connection.reset();
    }
  };
  await clock.run(dialogue());
}

/** Says EHLO and hears what it brings. */
async function hello(client: Client): Promise<void> {
  await client.hear('220 mx ESMTP ready\r\n');
  await client.say('EHLO c\r\n');
  await client.hear('250 LIMITS RCPTMAX=100\r\n');
}

const group = 'MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\nDATA\r\n';

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
  await scene({ hooks }, async (client) => {
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
  await scene({ hooks }, async (client) => {
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
  await scene({ hooks, patience }, async (client) => {
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

test('a hook that throws, takes too long, or says nonsense makes the client try again later', async () => {
  const errors: [unknown, string][] = [];
  const never = Promise.withResolvers<typeof accept>();
  const hooks: ServeSmtpOptions['hooks'] = {
    sender({ path }) {
      if (path === 'throw@b') throw new Error('the database is down');
      if (path === 'never@b') return never.promise;
      return path === 'odd@b' ? { ok: false, code: 250 } : accept;
    },
    message: () => Promise.reject(new Error('the disk is full')),
  };
  const onHookError = (error: unknown, hook: string): void => {
    errors.push([error, hook]);
  };
  await scene({ hooks, onHookError }, async (client) => {
    await hello(client);
    await client.say('MAIL FROM:<throw@b>\r\n');
    expect(await client.segment()).toBe('451 4.3.0 local error, try again later\r\n');
    await client.say('MAIL FROM:<odd@b>\r\n');
    expect(await client.segment()).toBe('451 4.3.0 local error, try again later\r\n');
    const before = client.clock.now();
    await client.say('MAIL FROM:<never@b>\r\n');
    expect(await client.segment()).toBe('451 4.3.0 local error, try again later\r\n');
    expect(client.clock.now() - before).toBe(240_010);
    await client.say(group);
    await client.hear('own\r\n');
    await client.say('x\r\n.\r\n');
    expect(await client.segment()).toBe('451 4.3.0 local error, try again later\r\n');
    expect(errors).toMatchObject([
      [{ message: 'the database is down' }, 'sender'],
      [{ rule: 'RFC 5321 §4.2.1' }, 'sender'],
      [{ message: 'the disk is full' }, 'message'],
    ]);
  });
});

test('SMTP-039 a message that is cut short is never taken: reading it rejects', async () => {
  const seen: unknown[] = [];
  const errors: unknown[] = [];
  const hooks: ServeSmtpOptions['hooks'] = {
    async message({ content }, { signal }) {
      try {
        for await (const piece of content) seen.push(latin1(piece));
      } catch (error) {
        seen.push(error, signal.aborted);
        throw error;
      }
      return accept;
    },
  };
  const onHookError = (error: unknown): void => {
    errors.push(error);
  };
  await scene({ hooks, onHookError }, async (client) => {
    await hello(client);
    await client.say(group);
    await client.hear('own\r\n');
    await client.say('x\r\n.\r');
    await sleep(client.clock, 100);
    client.connection.reset();
    await client.served;
    expect(seen).toMatchObject(['x\r\n', { reason: 'lost' }, true]);
    expect(seen[1]).toBeInstanceOf(MessageAborted);
    // What the hook let through is no fault of its own.
    expect(errors).toEqual([]);
  });
});

test('a hook need not read to the end, nor wait for it', async () => {
  const hooks: ServeSmtpOptions['hooks'] = {
    async message({ content, envelope }) {
      if (envelope.sender.path === 'blind@b') return refuse(554, '5.7.1', 'not read');
      for await (const piece of content) if (latin1(piece).includes('spam')) break;
      return refuse(554, '5.7.1', 'spam');
    },
  };
  await scene({ hooks }, async (client) => {
    await hello(client);
    for (const [sender, text] of [
      ['a@b', 'spam'],
      ['blind@b', 'not read'],
    ]) {
      await client.say(`MAIL FROM:<${sender}>\r\nRCPT TO:<c@d>\r\nDATA\r\n`);
      await client.hear('own\r\n');
      for (let at = 0; at < 50; at += 1) await client.say('spam, and more of it\r\n');
      await client.say('.\r\n');
      expect(await client.segment()).toBe(`554 5.7.1 ${text}\r\n`);
    }
  });
});

test('SMTP-104 SMTP-107 logins are judged by an asynchronous function, and its failure is no wrong password', async () => {
  const events: unknown[] = [];
  const auth: ServeSmtpOptions['auth'] = {
    insideTlsOnly: false,
    async authenticate({ user, password }, { client }) {
      await Promise.resolve();
      events.push(client.domain);
      if (user === 'oops') throw new Error('no directory');
      return user === 'tim' && password === 'tanstaaf';
    },
  };
  const line = (user: string, password: string): string =>
    `AUTH PLAIN ${Buffer.from(`\0${user}\0${password}`).toString('base64')}\r\n`;
  await scene({ auth, keywords: [], requireAuth: true }, async (client) => {
    await client.hear('ready\r\n');
    await client.say('EHLO c\r\n');
    expect(await client.segment()).toBe('250-mx\r\n250 AUTH PLAIN LOGIN\r\n');
    await client.say('MAIL FROM:<a@b>\r\n');
    expect(await client.segment()).toBe('530 authentication required\r\n');
    for (const [user = '', password = '', reply] of [
      ['tim', 'wrong', '535 authentication credentials invalid\r\n'],
      ['oops', 'x', '454 temporary authentication failure\r\n'],
      ['tim', 'tanstaaf', '235 authentication succeeded\r\n'],
    ]) {
      await client.say(line(user, password));
      expect(await client.segment()).toBe(reply);
    }
    expect(events).toEqual(['c', 'c', 'c']);
    // The password is in no event.
    expect(JSON.stringify(client.events)).not.toMatch(/tanstaaf|wrong/);
  });
});

test('a server that goes down says 421, and stops the hook that is at work', async () => {
  const controller = new AbortController();
  const reasons: unknown[] = [];
  const hooks: ServeSmtpOptions['hooks'] = {
    async message({ content }) {
      try {
        for await (const piece of content) expect(piece.length).toBeGreaterThan(0);
      } catch (error) {
        reasons.push(error);
      }
      return accept;
    },
  };
  await scene({ hooks, signal: controller.signal }, async (client) => {
    await hello(client);
    await client.say(group);
    await client.hear('own\r\n');
    await client.say('half\r\n');
    await sleep(client.clock, 100);
    controller.abort(new Error('going down'));
    expect(await client.hear('\r\n')).toBe('421 4.3.2 mx is shutting down\r\n');
    expect(await client.served).toMatchObject({ message: 'going down' });
    expect(reasons).toMatchObject([{ reason: 'closing' }]);
  });
});

test('a server that goes down does not wait for a hook', async () => {
  const controller = new AbortController();
  const hooks: ServeSmtpOptions['hooks'] = { sender: () => new Promise(() => undefined) };
  await scene({ hooks, signal: controller.signal }, async (client) => {
    await hello(client);
    await client.say('MAIL FROM:<a@b>\r\n');
    await sleep(client.clock, 1000);
    controller.abort(new Error('going down'));
    expect(await client.hear('\r\n')).toBe('421 4.3.2 mx is shutting down\r\n');
    expect(await client.served).toMatchObject({ message: 'going down' });
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
  await scene({ hooks, trace }, async (client) => {
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
