import { zoneResolver } from '@postern/dns';
import type { StsFetch } from '@postern/starttls';
import { simulatedNetwork, virtualClock } from '@postern/wire/testing';
import { describe, expect, it } from 'vitest';
import type { Candidate } from '../../candidate.ts';
import { findConfig } from './find-config.ts';

const config = (host: string, socket = 'SSL', port = 993): string =>
  `<clientConfig><emailProvider><incomingServer type="imap"><hostname>${host}</hostname><port>${port}</port>` +
  `<socketType>${socket}</socketType><username>user.%EMAILLOCALPART%</username></incomingServer></emailProvider></clientConfig>`;

const MEBIBYTE = 1_048_576;

const places = {
  own: 'https://autoconfig.example.test/mail/config-v1.1.xml?emailaddress=ann%40example.test',
  wellKnown: 'https://example.test/.well-known/autoconfig/mail/config-v1.1.xml',
  database: 'https://v1.ispdb.net/example.test',
  exchanger: 'https://v1.ispdb.net/example.com',
};

interface Found {
  readonly candidates: readonly Candidate[];
  readonly asked: readonly string[];
  readonly ms: number;
}

async function find(
  answers: Readonly<Record<string, string | (() => ReturnType<StsFetch>)>>,
  exchanger?: string,
): Promise<Found> {
  const clock = virtualClock();
  const asked: string[] = [];
  const fetch: StsFetch = async (url) => {
    asked.push(url);
    const answer = answers[url];
    if (typeof answer === 'function') return answer();
    return new Response(answer ?? 'no', { status: answer === undefined ? 404 : 200 });
  };
  const environment = {
    network: simulatedNetwork({ clock }),
    clock,
    resolver: zoneResolver(''),
    wallClock: () => 0,
    fetch,
  };
  const account = { address: 'ann@example.test', domain: 'example.test' };
  const { signal } = new AbortController();
  const candidates = await clock.run(() =>
    findConfig(account, Promise.resolve(exchanger), environment, signal),
  );
  return { candidates, asked, ms: clock.now() };
}

describe('finding the settings that a provider publishes', () => {
  it('SETUP-010 the best place counts, whichever answers first, and the exchanger is not asked then', async () => {
    const { candidates, asked } = await find(
      { [places.database]: config('db.test'), [places.wellKnown]: config('own.test') },
      'mx.example.com',
    );
    expect(candidates[0]).toMatchObject({
      host: 'own.test',
      port: 993,
      method: 'implicit-tls',
      source: 'autoconfig',
      foundAt: places.wellKnown,
      userName: 'template',
      userNameTemplate: 'user.%EMAILLOCALPART%',
      needsConfirmation: false,
    });
    expect(asked).toEqual([places.own, places.wellKnown, places.database]);
  });

  it('SETUP-010 where the domain has nothing, the provider of its best exchanger is asked, and is to be confirmed', async () => {
    const { candidates, asked } = await find(
      { [places.exchanger]: config('imap.example.com') },
      'mx.example.com',
    );
    expect(candidates[0]).toMatchObject({
      host: 'imap.example.com',
      source: 'ispdb',
      needsConfirmation: true,
    });
    expect(asked).toHaveLength(5);
  });

  it('the other method of a listed host is tried too, and plaintext never', async () => {
    const ports = async (socket: string, port: number): Promise<unknown> => {
      const { candidates } = await find({ [places.own]: config('h.test', socket, port) });
      return candidates.map(({ port: at, method, source }) => `${at} ${method} ${source}`);
    };
    expect(await ports('STARTTLS', 1143)).toEqual(['1143 starttls autoconfig', '993 implicit-tls guess']);
    expect(await ports('plain', 143)).toEqual(['993 implicit-tls guess', '143 starttls guess']);
  });

  const redirect = async (): ReturnType<StsFetch> =>
    new Response(config('evil.test'), { status: 301, headers: { location: 'http://evil.test/' } });
  const endless = async (): ReturnType<StsFetch> =>
    new Response(
      new ReadableStream<Uint8Array>({
        pull: (controller) => {
          controller.enqueue(new Uint8Array(65_536).fill(32));
        },
      }),
    );
  const tooLarge = async (): ReturnType<StsFetch> => new Response(config('evil.test').padEnd(MEBIBYTE + 1));
  it('a file of a mebibyte is read', async () => {
    const { candidates } = await find({ [places.own]: config('large.test').padEnd(MEBIBYTE) });
    expect(candidates[0]).toMatchObject({ host: 'large.test' });
  });

  it.each([
    ['redirects', redirect],
    ['has an error page', async () => new Response(config('evil.test'), { status: 404 })],
    ['sends an octet more than a mebibyte', tooLarge],
    ['never ends', endless],
    ['sends something else', async () => new Response('<html></html>')],
    ['sends nothing', async () => new Response(null)],
    ['cannot be reached', async () => Promise.reject(new TypeError('fetch failed'))],
  ])('a web server that %s has no file', async (_, answer) => {
    const { candidates, ms } = await find({ [places.own]: answer, [places.database]: config('db.test') });
    expect(candidates[0]).toMatchObject({ host: 'db.test', source: 'ispdb' });
    expect(ms).toBe(0);
  });

  it('a web server that never answers is waited for for five seconds, then the next best counts', async () => {
    const { candidates, ms } = await find({
      [places.own]: () => new Promise(() => undefined),
      [places.database]: config('db.test'),
    });
    expect(candidates[0]).toMatchObject({ host: 'db.test' });
    expect(ms).toBe(5_000);
  });

  it('an abort comes out with its reason', async () => {
    const clock = virtualClock();
    const controller = new AbortController();
    const reason = new Error('enough');
    const environment = {
      network: simulatedNetwork({ clock }),
      clock,
      resolver: zoneResolver(''),
      wallClock: () => 0,
      fetch: () => new Promise<never>(() => undefined),
    };
    const account = { address: undefined, domain: 'example.test' };
    const found = findConfig(account, Promise.resolve(undefined), environment, controller.signal);
    controller.abort(reason);
    await expect(found).rejects.toBe(reason);
    expect(clock.alarms).toBe(0);
  });
});
