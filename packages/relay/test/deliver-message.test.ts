import { accept } from '@postern/smtp/server';
import { isUsageError, sleep, utf8 } from '@postern/wire';
import { describe, expect, test } from 'vitest';
import { createRelay, deliver } from '../src/index.ts';
import { one, town, two, twoHosts, words } from './town.ts';

describe('one message, several hosts', () => {
  test('content is given afresh to each domain, whole', async () => {
    const zone = `${twoHosts}other.test. MX 10 mx2.example.test.`;
    const scene = await town(zone);
    await scene.serve(one, 25, 'starttls');
    await scene.serve(two, 25, 'starttls');
    let made = 0;
    const content = function* (): Generator<string> {
      made += 1;
      yield 'Subject: Hello\r\n\r\n';
      yield 'Hi\r\n';
    };
    const { recipients } = await scene.deliver({
      recipients: ['a@example.test', 'b@other.test'],
      content,
    });
    expect(recipients.map(({ status }) => status)).toEqual(['delivered', 'delivered']);
    expect(scene.taken.map(({ content: got }) => got)).toEqual(
      Array.from({ length: 2 }, () => 'Subject: Hello\r\n\r\nHi\r\n'),
    );
    expect(made).toBe(2);
  });

  test('content that fails for one domain costs the others nothing, and its error is kept', async () => {
    const zone = `${twoHosts}other.test. MX 10 mx2.example.test.`;
    const scene = await town(zone);
    await scene.serve(one, 25, 'starttls');
    await scene.serve(two, 25, 'starttls');
    const broken = new Error('the disk is gone');
    let made = 0;
    const content = async function* (): AsyncGenerator<string> {
      made += 1;
      if (made > 1) throw broken;
      yield 'Subject: Hello\r\n\r\n';
    };
    const { recipients, domains } = await scene.deliver({
      recipients: ['a@example.test', 'b@other.test'],
      content,
    });
    expect(recipients.map(words)).toEqual(['delivered to mx1.example.test by starttls', 'deferred closed']);
    expect(domains.map(({ error }) => error)).toEqual([undefined, broken]);
    expect(scene.taken).toHaveLength(1);
  });

  test('recipients may have parameters, and content may be octets', async () => {
    const scene = await town(twoHosts);
    await scene.serve(one, 25, 'starttls');
    const { recipients } = await scene.deliver({
      recipients: [{ address: 'ben@example.test', notify: 'NEVER' }, 'cid@[IPv6:2001:DB8::1]'],
      content: utf8('Subject: Octets\r\n\r\nHi\r\n'),
    });
    expect(recipients.map(words)).toEqual([
      'delivered to mx1.example.test by starttls',
      'deferred connection-refused',
    ]);
    expect(scene.taken).toMatchObject([
      { to: ['ben@example.test'], content: 'Subject: Octets\r\n\r\nHi\r\n' },
    ]);
  });

  test('limits and times are those of the environment', async () => {
    const none = await town(twoHosts, { more: { limits: { total: 0 } } });
    await expect(none.deliver({})).rejects.toThrow('limits.total');
    const hasty = await town(twoHosts, { more: { timing: { deadline: 1000 } } });
    for (const address of [one, two]) hasty.weather(address, 25, { type: 'drop' });
    await hasty.deliver({});
    expect(hasty.clock.now()).toBeLessThan(5000);
  });

  test('an envelope that cannot be sent is refused to its recipients', async () => {
    const scene = await town(twoHosts);
    await scene.serve(one, 25, 'starttls');
    const { recipients } = await scene.deliver({ sender: 'a\r\nRCPT TO:<x>@sender.test' });
    expect(recipients.map(words)).toEqual(['refused argument-refused']);
    expect(scene.taken).toEqual([]);
  });

  test('content that can be read only once is refused before anything is looked up', async () => {
    const scene = await town(twoHosts);
    const once: unknown = ['Subject: x\r\n\r\n'].values();
    await expect(scene.deliver({ content: once as string })).rejects.toSatisfy(isUsageError);
    await expect(scene.deliver({ recipients: [] })).rejects.toSatisfy(isUsageError);
    await expect(scene.deliver({ recipients: ['ben'] })).rejects.toSatisfy(isUsageError);
  });

  test('TLS-025 a connection made under may does not serve encrypt, nor does its TLS session', async () => {
    const scene = await town(twoHosts);
    await scene.serve(one, 25, 'starttls');
    const relay = createRelay(scene.environment);
    const send = async (level: 'may' | 'encrypt'): Promise<string | undefined> => {
      const message = {
        sender: 'ann@sender.test',
        recipients: ['ben@example.test'],
        content: 'Subject: x\r\n\r\n',
        policy: { level },
      } as const;
      const { domains, recipients } = await scene.clock.run(() => relay.deliver(message));
      const [result] = recipients;
      const resumed =
        result?.status === 'delivered' &&
        result.protection.method !== 'plaintext' &&
        result.protection.tls.resumed;
      return `${domains[0]?.attempts[0]?.origin} ${resumed ? 'resumed' : 'full'}`;
    };
    expect([await send('may'), await send('may'), await send('encrypt')]).toEqual([
      'dialled full',
      'reused full',
      'dialled full',
    ]);
    await scene.clock.run(async () => relay[Symbol.asyncDispose]());
  });

  test('an abort while the verdict is awaited leaves it uncertain, and no other host is asked', async () => {
    const scene = await town(twoHosts);
    const reached = Promise.withResolvers<undefined>();
    await scene.serve(one, 25, 'starttls', {
      hooks: {
        async message({ content }) {
          for await (const _ of content);
          reached.resolve(undefined);
          await sleep(scene.clock, 60_000);
          return accept;
        },
      },
    });
    await scene.serve(two, 25, 'starttls');
    const controller = new AbortController();
    const delivered = scene.clock.run(async () => {
      const message = {
        sender: 'ann@sender.test',
        recipients: ['a@example.test'],
        content: 'Subject: x\r\n\r\n',
      };
      const running = deliver(message, scene.environment, { signal: controller.signal });
      await reached.promise;
      controller.abort(new Error('enough'));
      return running;
    });
    expect((await delivered).recipients[0]).toMatchObject({
      status: 'uncertain',
      reason: 'closed',
      host: 'mx1.example.test',
    });
    expect(scene.taken).toEqual([]);
  });

  test('an abort keeps what is known: delivered stays delivered, the rest is deferred', async () => {
    const zone = `${twoHosts}silent.test. MX 10 mx2.example.test.`;
    const scene = await town(zone);
    await scene.serve(one, 25, 'starttls');
    scene.weather(two, 25, { type: 'drop' });
    const controller = new AbortController();
    const delivered = scene.clock.run(async () => {
      const running = deliver(
        {
          sender: 'ann@sender.test',
          recipients: ['a@example.test', 'b@silent.test'],
          content: 'Subject: x\r\n\r\n',
        },
        scene.environment,
        { signal: controller.signal },
      );
      await sleep(scene.clock, 1_000);
      controller.abort(new Error('enough'));
      return running;
    });
    expect((await delivered).recipients.map(words)).toEqual([
      'delivered to mx1.example.test by starttls',
      'deferred closed',
    ]);
  });
});
