import { zoneResolver } from '@postern/dns';
import type { Resolver } from '@postern/dns';
import { refuse } from '@postern/smtp/server';
import { describe, expect, it } from 'vitest';
import { makeScene } from './scene.ts';
import type { Scene } from './scene.ts';
import { address, exchanger, host } from './zone.ts';

const zone = `${exchanger}
nomail.test. MX 0 .
dane.test. MX 10 mx.dane.test.
mx.dane.test. A 192.0.2.9
_25._tcp.mx.dane.test. TLSA 3 1 1 ${'00'.repeat(32)}
`;
const message = 'Subject: Hello\r\n\r\nHi\r\n';

async function plain(text = zone): Promise<Scene> {
  return makeScene({ zone: text });
}

describe('postern plan', () => {
  it.each(['en', 'de'])('says how mail would go, and which rule forced what (%s)', async (lang) => {
    const scene = await makeScene({ resolver: zoneResolver(zone, { authenticated: true }) });
    const { status, out } = await scene.run(['plan', 'dane.test', '--lang', lang]);
    expect(status).toBe(0);
    expect(out).toMatchSnapshot();
  });

  it('prints one document', async () => {
    const scene = await plain();
    const { status, out } = await scene.run(['plan', 'user@example.test', '--json', '--level', 'encrypt']);
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      schema: 'postern.plan/1',
      domain: 'example.test',
      status: 'deliver',
      hosts: [{ host, ways: [{ port: 25, method: 'starttls', demand: 'encrypted', by: 'user' }] }],
    });
  });

  it.each([
    ['a domain that takes no mail', 'nomail.test', [], 1, 'null-mx'],
    ['a level that the domain does not reach', 'example.test', ['--level', 'dane-only'], 1, 'dane-required'],
  ])('%s is a finding', async (_, domain, more, expected, reason) => {
    const { status, out } = await (await plain()).run(['plan', domain, '--json', ...more]);
    expect(status).toBe(expected);
    expect(JSON.parse(out)).toMatchObject({ reason, explanation: { lang: 'en' } });
  });

  it('cannot tell where nobody answers, and says so after the deadline too', async () => {
    const query: Resolver['query'] = (_name, _type, options) =>
      new Promise<never>((_resolve, reject) => {
        options?.signal?.addEventListener('abort', () => {
          reject(options.signal?.reason as Error);
        });
      });
    const scene = await makeScene({ resolver: { query } });
    const { status, err } = await scene.run(['plan', 'example.test', '--deadline', '5s']);
    expect(status).toBe(3);
    expect(err).toContain('dns-timeout');
  });

  it('knows its levels', async () => {
    const { status, err } = await (await plain()).run(['plan', 'example.test', '--level', 'strong']);
    expect(status).toBe(2);
    expect(err).toBe(
      'postern: --level: "strong" is not known. There are none, may, encrypt, dane, dane-only, verify, secure and sts.\n',
    );
  });
});

const sending = ['send', '--from', 'ann@sender.test', '--to', 'ben@example.test'];

describe('postern send', () => {
  it('delivers what stands on standard input, 465 silent or not', async () => {
    const scene = await plain();
    const taken: string[] = [];
    scene.network.setPath(`${address}:465`, { weather: { type: 'drop' } });
    await scene.smtp(25, 'starttls', {
      onEvent: (event) => {
        if (event.type === 'command') taken.push(event.verb);
      },
    });
    const { status, out } = await scene.run([...sending, '--try-465', '--level', 'encrypt', '--json'], {
      input: message,
    });
    expect(status).toBe(0);
    expect(taken).toContain('MAIL');
    expect(JSON.parse(out)).toMatchObject({
      schema: 'postern.send/1',
      recipients: [{ status: 'delivered', host, protection: { method: 'starttls' } }],
    });
  });

  it.each(['en', 'de'])('says for each recipient what became of it (%s)', async (lang) => {
    const scene = await plain();
    await scene.smtp(25, 'starttls', {
      hooks: {
        recipient: ({ path }) =>
          path.startsWith('nobody@') ? refuse(550, '5.1.1', 'no such user') : { ok: true },
      },
    });
    const { status, out } = await scene.run(
      [...sending, '--to', 'nobody@example.test,ann@nomail.test', '--lang', lang],
      { input: message },
    );
    expect(status).toBe(1);
    expect(out).toMatchSnapshot();
  });

  it('does not deliver where STARTTLS was stripped and encrypt is demanded, and says why', async () => {
    const scene = await plain();
    await scene.smtp(25, 'plaintext');
    const { status, out } = await scene.run([...sending, '--level', 'encrypt'], { input: message });
    expect(status).toBe(1);
    expect(out).toContain('starttls-not-offered');
  });

  it('cannot tell where nobody answers', async () => {
    const scene = await plain();
    scene.network.setPath(`${address}:25`, { weather: { type: 'drop' } });
    const { status, out } = await scene.run([...sending, '--json'], { input: message });
    expect(status).toBe(3);
    expect(JSON.parse(out)).toMatchObject({
      recipients: [{ status: 'deferred', reason: 'timeout-connect' }],
    });
  });

  it('wants a sender, a recipient and a file that there is', async () => {
    const scene = await plain();
    expect((await scene.run(['send', '--to', 'a@b.test'])).status).toBe(2);
    expect((await scene.run(['send', '--from', 'a@b.test'])).status).toBe(2);
    await scene.smtp(25, 'starttls');
    const odd = await scene.run(['send', '--from', 'a b\u001b@', '--to', 'ben@example.test'], {
      input: message,
    });
    expect([odd.status, odd.err.includes('\u001b')]).toEqual([2, false]);
    const { status, err } = await scene.run([...sending, '/nowhere/at/all']);
    expect([status, err]).toEqual([
      2,
      'postern: send: the file /nowhere/at/all does not exist or cannot be read.\n',
    ]);
  });
});
