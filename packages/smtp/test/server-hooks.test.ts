/** Hooks that throw, settle too late or never, and what becomes of the message they were asked about. */
import { isUsageError, latin1, sleep } from '@postern/wire';
import { expect, test } from 'vitest';
import { accept, MessageAborted, refuse } from '../src/server/index.ts';
import type { ServeSmtpOptions } from '../src/server/index.ts';
import { group, hello, serverScene } from './server-scene.ts';

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
  await serverScene({ hooks, onHookError }, async (client) => {
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
      [{ message: 'the hook did not settle within 240000 ms' }, 'sender'],
      [{ message: 'the disk is full' }, 'message'],
    ]);
  });
});

test.each([undefined, null, true, 'no', [], [null], { ok: true, text: 5 }, { ok: false }])(
  'a hook that answers with %j, which is no verdict: 451, its owner hears that, and the dialogue goes on',
  async (answer) => {
    const errors: [unknown, string][] = [];
    const given = (): never => answer as never;
    const options: Partial<ServeSmtpOptions> = {
      hooks: { recipient: given, message: given },
      onHookError: (error, hook) => {
        errors.push([error, hook]);
      },
    };
    await serverScene(options, async (client) => {
      await hello(client);
      const before = client.clock.now();
      await client.say('MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n');
      await client.hear('451 4.3.0 local error, try again later\r\n');
      expect(client.clock.now() - before).toBeLessThan(1_000);
    });
    await serverScene({ ...options, hooks: { message: given } }, async (client) => {
      await hello(client);
      await client.say(group);
      await client.hear('own\r\n');
      const before = client.clock.now();
      await client.say('x\r\n.\r\nNOOP\r\n');
      expect(await client.hear('ok\r\n')).toMatch(/^451 4\.3\.0 /);
      expect(client.clock.now() - before).toBeLessThan(1_000);
    });
    expect(errors.map(([error, hook]) => [isUsageError(error), hook])).toEqual([
      [true, 'recipient'],
      [true, 'message'],
    ]);
  },
);

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
  await serverScene({ hooks, onHookError }, async (client) => {
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
  await serverScene({ hooks }, async (client) => {
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
  await serverScene({ auth, keywords: [], requireAuth: true }, async (client) => {
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
  await serverScene({ hooks, signal: controller.signal }, async (client) => {
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
  await serverScene({ hooks, signal: controller.signal }, async (client) => {
    await hello(client);
    await client.say('MAIL FROM:<a@b>\r\n');
    await sleep(client.clock, 1000);
    controller.abort(new Error('going down'));
    expect(await client.hear('\r\n')).toBe('421 4.3.2 mx is shutting down\r\n');
    expect(await client.served).toMatchObject({ message: 'going down' });
  });
});

test('a hook that neither reads nor settles holds the client for the limit, once, and no longer', async () => {
  const errors: unknown[] = [];
  const aborted: unknown[] = [];
  const hooks: ServeSmtpOptions['hooks'] = {
    message: (_message, { signal }) =>
      new Promise(() => {
        signal.addEventListener('abort', () => {
          aborted.push(signal.reason);
        });
      }),
  };
  const onHookError = (error: unknown, hook: string): void => {
    errors.push([error, hook]);
  };
  await serverScene({ hooks, onHookError, patience: { answer: 1_000 } }, async (client) => {
    await hello(client);
    await client.say(group);
    await client.hear('own\r\n');
    const before = client.clock.now();
    for (let at = 0; at < 50; at += 1) await client.say('one line, and one more\r\n');
    await client.say('.\r\nNOOP\r\n');
    expect(await client.hear('250 2.0.0 ok\r\n')).toBe(
      '451 4.3.0 local error, try again later\r\n250 2.0.0 ok\r\n',
    );
    expect(client.clock.now() - before).toBeLessThan(1_100);
    expect(aborted).toMatchObject([{ reason: 'timed-out' }]);
    expect(errors).toMatchObject([[{ message: 'the hook did not settle within 1000 ms' }, 'message']]);
  });
});

test.each(['DATA', 'BDAT'])(
  'the content of a message that is given up within %s is let go of',
  async (verb) => {
    const ends: unknown[] = [];
    const hooks: ServeSmtpOptions['hooks'] = {
      async message({ content }) {
        const iterator = content[Symbol.asyncIterator]();
        try {
          for (;;) if ((await iterator.next()).done === true) return accept;
        } catch (error) {
          // A generator that has thrown is done: nothing is held for it any more.
          ends.push(error instanceof MessageAborted && error.reason, (await iterator.next()).done);
          throw error;
        }
      },
    };
    for (const [give, reason] of [
      ['reset', 'lost'],
      ['RSET', 'withdrawn'],
      ['QUIT', 'withdrawn'],
      ['EHLO x', 'withdrawn'],
    ] as const) {
      if (verb === 'DATA' && give !== 'reset') continue;
      ends.length = 0;
      await serverScene({ hooks }, async (client) => {
        await hello(client);
        await client.say(verb === 'DATA' ? group : 'MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nBDAT 3\r\nabc');
        await client.hear(verb === 'DATA' ? 'own\r\n' : '3 octets received\r\n');
        await client.say(verb === 'DATA' ? 'text\r\n' : `${give === 'reset' ? 'NOOP' : give}\r\n`);
        await sleep(client.clock, 100);
        client.connection.reset();
        await client.served;
        expect(ends).toEqual([reason, true]);
      });
    }
  },
);

test('SMTP-108 who somebody wants to act as reaches the hook, and is refused where nobody decides about it', async () => {
  const asked: unknown[] = [];
  const authenticate: NonNullable<ServeSmtpOptions['auth']>['authenticate'] = (credentials) => {
    asked.push(credentials.authorizationId);
    return credentials.password === 'tanstaaf';
  };
  const attempt = (as: string, password = 'tanstaaf'): string =>
    `AUTH PLAIN ${Buffer.from(`${as}\0tim\0${password}`).toString('base64')}\r\n`;
  const auth = { insideTlsOnly: false, authenticate };
  await serverScene({ auth }, async (client) => {
    await client.hear('ready\r\n');
    await client.say('EHLO c\r\n');
    await client.hear('LOGIN\r\n');
    for (const [line, code] of [
      [attempt('sales@example.org'), '535'],
      [attempt('tim'), '235'],
    ] as const) {
      await client.say(line);
      expect((await client.segment())?.slice(0, 3)).toBe(code);
    }
    expect(asked).toEqual(['sales@example.org', undefined]);
  });
  asked.length = 0;
  const seen: unknown[] = [];
  const mayActAs = (user: string, as: string): Promise<boolean> =>
    Promise.resolve(user === 'tim' && as === 'sales@example.org');
  const hooks: ServeSmtpOptions['hooks'] = {
    sender: (_sender, { client }) => {
      seen.push(client.user, client.authorizationId);
      return accept;
    },
  };
  await serverScene({ auth: { ...auth, mayActAs }, hooks }, async (client) => {
    await client.hear('ready\r\n');
    await client.say('EHLO c\r\n');
    await client.hear('LOGIN\r\n');
    for (const [line, code] of [
      [attempt('sales@example.org', 'wrong'), '535'],
      [attempt('boss@example.org'), '535'],
      [attempt('sales@example.org'), '235'],
      ['MAIL FROM:<sales@example.org>\r\n', '250'],
    ] as const) {
      await client.say(line);
      expect((await client.segment())?.slice(0, 3)).toBe(code);
    }
    expect(seen).toEqual(['tim', 'sales@example.org']);
    expect(client.events).toContainEqual({
      type: 'login',
      mechanism: 'PLAIN',
      user: 'tim',
      authorizationId: 'sales@example.org',
      accepted: true,
    });
  });
});

test('a hook that has read everything and never says yes: 451, and the owner hears it', async () => {
  const errors: unknown[] = [];
  const hooks: ServeSmtpOptions['hooks'] = {
    async message({ content }, { signal }) {
      for await (const piece of content) expect(piece.length).toBeGreaterThan(0);
      await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(signal.reason as Error);
        });
      });
      return accept;
    },
  };
  const onHookError = (error: unknown): void => {
    errors.push(error);
  };
  await serverScene({ hooks, onHookError, patience: { answer: 1_000 } }, async (client) => {
    await hello(client);
    await client.say(group);
    await client.hear('own\r\n');
    await client.say('x\r\n.\r\n');
    expect(await client.segment()).toBe('451 4.3.0 local error, try again later\r\n');
    expect(errors).toMatchObject([{ message: 'the hook did not settle within 1000 ms' }]);
  });
});

test('content is read once: a second reader gets an error and no half of it', async () => {
  const seen: unknown[] = [];
  const hooks: ServeSmtpOptions['hooks'] = {
    async message({ content }) {
      for await (const piece of content) seen.push(latin1(piece));
      for await (const piece of content) seen.push(piece);
      return accept;
    },
  };
  const errors: unknown[] = [];
  const onHookError = (error: unknown): void => {
    errors.push(error);
  };
  await serverScene({ hooks, onHookError }, async (client) => {
    await hello(client);
    await client.say(group);
    await client.hear('own\r\n');
    await client.say('x\r\n.\r\n');
    expect(await client.segment()).toBe('451 4.3.0 local error, try again later\r\n');
    expect(seen.join('')).toBe('x\r\n');
    expect(errors).toMatchObject([{ rule: 'content' }]);
  });
});
