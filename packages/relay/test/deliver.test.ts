import { zoneResolver } from '@postern/dns';
import { accept, refuse } from '@postern/smtp/server';
import { memoryStsStore, stsPolicies } from '@postern/starttls';
import { offerMemory } from '@postern/starttls/offers';
import { sessionCounts } from '@postern/starttls/tlsrpt';
import { isUsageError, sleep, WireError } from '@postern/wire';
import { describe, expect, test } from 'vitest';
import { createRelay, deliver } from '../src/index.ts';
import { one, town, two, twoHosts, words } from './town.ts';

describe('the way there', () => {
  test('TLS-005 a silent 465 costs the stagger, and 25 with STARTTLS takes the mail', async () => {
    const scene = await town(twoHosts);
    scene.weather(one, 465, { type: 'drop' });
    await scene.serve(one, 25, 'starttls');
    const { recipients, domains } = await scene.deliver({ policy: { level: 'encrypt', try465: true } });
    expect(recipients.map(words)).toEqual(['delivered to mx1.example.test by starttls']);
    expect(domains[0]?.attempts.map(({ method, outcome }) => `${method} ${outcome}`)).toContain(
      'starttls granted',
    );
    // Not a minute of it was spent on the silent port.
    expect(scene.clock.now()).toBeLessThan(2_000);
  });

  test('TLS-005 a 465 that breaks the handshake falls to STARTTLS at 25, under the same demand', async () => {
    const scene = await town(twoHosts);
    await scene.serve(one, 465, 'plaintext');
    await scene.serve(one, 25, 'starttls');
    const { recipients } = await scene.deliver({ policy: { level: 'encrypt', try465: true } });
    expect(recipients.map(words)).toEqual(['delivered to mx1.example.test by starttls']);
  });

  test('TLS-005, TLS-040 encrypt and a STARTTLS that was stripped: not delivered, and it says why', async () => {
    const scene = await town(twoHosts);
    await scene.serve(one, 25, 'plaintext');
    await scene.serve(two, 25, 'plaintext');
    const { recipients, domains } = await scene.deliver({ policy: { level: 'encrypt', try465: true } });
    expect(recipients.map(words)).toEqual(['deferred starttls-not-offered']);
    expect(scene.taken).toEqual([]);
    expect(domains[0]?.attempts.map(({ host, method, reason }) => `${host} ${method} ${reason}`)).toEqual([
      'mx1.example.test implicit-tls connection-refused',
      'mx1.example.test starttls starttls-not-offered',
      'mx2.example.test implicit-tls connection-refused',
      'mx2.example.test starttls starttls-not-offered',
    ]);
  });

  test.each(['may', 'encrypt'] as const)(
    'TLS-005 a STARTTLS that breaks falls to 465 where that is raced, also under %s, and to no plaintext',
    async (level) => {
      const scene = await town(twoHosts);
      await scene.serve(one, 25, 'broken-starttls');
      await scene.serve(one, 465, 'implicit-tls');
      const { recipients } = await scene.deliver({ policy: { level, try465: true } });
      expect(recipients.map(words)).toEqual(['delivered to mx1.example.test by implicit-tls']);
      expect(scene.taken.map(({ secured }) => secured)).toEqual([true]);
    },
  );

  test('TLS-040 may and a broken handshake: plaintext, on a new connection, and the result says so', async () => {
    const scene = await town(twoHosts);
    await scene.serve(one, 25, 'broken-starttls');
    const { recipients, domains } = await scene.deliver({ policy: { level: 'may' } });
    expect(recipients.map(words)).toEqual(['delivered to mx1.example.test by plaintext (closed-during-tls)']);
    expect(domains[0]?.attempts.map(({ method, outcome }) => `${method} ${outcome}`)).toEqual([
      'starttls failed',
      'plaintext granted',
    ]);
  });

  test('TLS-040 encrypt and a broken handshake: the next host, and never plaintext', async () => {
    const scene = await town(twoHosts);
    await scene.serve(one, 25, 'broken-starttls');
    await scene.serve(two, 25, 'starttls');
    const { recipients } = await scene.deliver({ policy: { level: 'encrypt' } });
    expect(recipients.map(words)).toEqual(['delivered to mx2.example.test by starttls']);
    expect(scene.taken.map(({ secured }) => secured)).toEqual([true]);
  });

  test('TLS-043 a host seen with TLS that offers none: may delivers and says so, encrypt does not deliver', async () => {
    const offers = offerMemory({ wallClock: () => 0 });
    const before = await town(twoHosts, { more: { offers } });
    await before.serve(one, 25, 'starttls');
    await before.deliver({ policy: { level: 'may' } });
    const counts = sessionCounts();
    const today = await town(twoHosts, { more: { offers, counts } });
    await today.serve(one, 25, 'plaintext');
    const { recipients } = await today.deliver({ policy: { level: 'may' } });
    expect(recipients.map(words)).toEqual([
      'delivered to mx1.example.test by plaintext (downgrade-suspected)',
    ]);
    expect(counts.policies('example.test')[0]?.details).toMatchObject([{ result: 'starttls-not-supported' }]);
    const strict = await today.deliver({ policy: { level: 'encrypt' } });
    expect(strict.recipients[0]?.status).toBe('deferred');
    expect(strict.domains[0]?.attempts[0]).toMatchObject({
      outcome: 'failed',
      reason: 'downgrade-suspected',
    });
    // A host that nobody remembers.
    const unknown = await town(twoHosts, { more: { offers: offerMemory({ wallClock: () => 0 }) } });
    await unknown.serve(one, 25, 'plaintext');
    expect((await unknown.deliver({})).recipients.map(words)).toEqual([
      'delivered to mx1.example.test by plaintext (starttls-not-offered)',
    ]);
  });

  test('TLS-040 none begins no TLS', async () => {
    const scene = await town(twoHosts);
    await scene.serve(one, 25, 'starttls');
    const { recipients } = await scene.deliver({ policy: { level: 'none' } });
    expect(recipients.map(words)).toEqual(['delivered to mx1.example.test by plaintext (wanted)']);
  });

  test('DNS-006, DNS-012 the second host is dialled only once the first has failed', async () => {
    const scene = await town(twoHosts);
    scene.weather(one, 25, { type: 'drop' });
    await scene.serve(two, 25, 'starttls');
    const { recipients, domains } = await scene.deliver({});
    expect(recipients.map(words)).toEqual(['delivered to mx2.example.test by starttls']);
    expect(domains[0]?.attempts.map(({ host, outcome }) => `${host} ${outcome}`)).toEqual([
      'mx1.example.test silent',
      'mx2.example.test granted',
    ]);
  });

  test('DNS-028 an announced 465 that is silent: STARTTLS at 25 of the same host, and no plaintext', async () => {
    const zone = `${twoHosts}_smtp-tls._tcp.example.test. SRV 10 0 465 mx1.example.test.`;
    const scene = await town(zone);
    scene.weather(one, 465, { type: 'drop' });
    await scene.serve(one, 25, 'starttls');
    const { recipients } = await scene.deliver({ policy: { announce: 'use' } });
    expect(recipients.map(words)).toEqual(['delivered to mx1.example.test by starttls']);
    const stripped = await town(zone);
    stripped.weather(one, 465, { type: 'drop' });
    await stripped.serve(one, 25, 'plaintext');
    const refusedThere = await stripped.deliver({ policy: { announce: 'use' } });
    expect(refusedThere.recipients.map(words)).toEqual(['deferred starttls-not-offered']);
  });
});

describe('what hosts say', () => {
  test('a recipient who is refused is refused, and the others get it', async () => {
    const scene = await town(twoHosts);
    await scene.serve(one, 25, 'starttls', {
      hooks: {
        recipient: ({ path }) => (path.startsWith('nobody@') ? refuse(550, '5.1.1', 'no such user') : accept),
      },
    });
    const { recipients } = await scene.deliver({
      recipients: ['nobody@example.test', 'ben@example.test'],
    });
    expect(recipients.map(words)).toEqual([
      'refused recipient-refused',
      'delivered to mx1.example.test by starttls',
    ]);
  });

  test('greylisting: one further host is asked, then it is deferred with when', async () => {
    const later = { hooks: { recipient: () => refuse(451, '4.7.1', 'greylisted') } };
    const scene = await town(
      `${twoHosts}example.test. MX 30 mx3.example.test.\nmx3.example.test. A 192.0.2.3`,
      {
        more: { wallClock: () => 1_000, retryAfter: 60_000 },
        trust: { ok: true },
      },
    );
    for (const address of [one, two, '192.0.2.3']) await scene.serve(address, 25, 'starttls', later);
    const { recipients, domains } = await scene.deliver({});
    expect(recipients[0]).toMatchObject({
      status: 'deferred',
      reason: 'recipient-refused',
      notBefore: 61_000,
      reply: { code: 451 },
    });
    expect(domains[0]?.attempts.map(({ host }) => host)).toEqual(['mx1.example.test', 'mx2.example.test']);
  });

  test('a connection that breaks before the verdict is uncertain, and no other host is asked', async () => {
    const scene = await town(twoHosts);
    await scene.raw(one, 25, async (connection) => {
      const send = (text: string): Promise<void> => connection.write(Buffer.from(text));
      await send('220 mx1.example.test\r\n');
      for (let text = ''; !text.endsWith('\r\n.\r\n');) {
        const bytes = await connection.read();
        if (!bytes) return;
        const line = Buffer.from(bytes).toString('latin1');
        text += line;
        if (line.startsWith('EHLO')) await send('250 mx1.example.test\r\n');
        else if (/^(MAIL|RCPT)/.test(line)) await send('250 fine\r\n');
        else if (line.startsWith('DATA')) await send('354 go on\r\n');
      }
      connection.reset();
    });
    await scene.serve(two, 25, 'starttls');
    const { recipients } = await scene.deliver({});
    expect(recipients[0]).toMatchObject({ status: 'uncertain', host: 'mx1.example.test' });
    expect(scene.taken).toEqual([]);
  });
});

const reported = {
  type: 'sts',
  mxHosts: ['mx1.example.test'],
  failures: 1,
  successes: 0,
  details: [{ result: 'certificate-not-trusted', receivingIp: one }],
};

describe('what domains publish', () => {
  test('DNS-008, DNS-002 null MX and no such domain are refused, a failed look-up is deferred, the rest delivered', async () => {
    const zone = `${twoHosts}nomail.test. MX 0 .`;
    const inner = zoneResolver(zone);
    const scene = await town(zone, {
      resolver: {
        async query(name, type, options) {
          if (name !== 'down.test') return inner.query(name, type, options);
          throw new WireError({ kind: 'dns', reason: 'dns-timeout', phase: 'dns', after: 8_000 });
        },
      },
    });
    await scene.serve(one, 25, 'starttls');
    const { recipients } = await scene.deliver({
      recipients: [
        'a@nomail.test',
        'b@nobody.test',
        'c@down.test',
        'd@a..b',
        'e@EXAMPLE.test',
        'f@[192.0.2.1]',
      ],
    });
    expect(recipients.map(words)).toEqual([
      'refused null-mx',
      'refused dns-nxdomain',
      'deferred dns-timeout',
      'refused dns-bad-name',
      'delivered to mx1.example.test by starttls',
      'delivered to 192.0.2.1 by starttls',
    ]);
  });

  test('DNS-009 a server that asks may refuse a sender whose domain takes no mail', async () => {
    const scene = await town(`${twoHosts}sender.test. MX 0 .`);
    await scene.serve(one, 25, 'starttls', {
      hooks: {
        async sender({ path }) {
          const domain = path.slice(path.lastIndexOf('@') + 1);
          const answer = await scene.environment.resolver.query(domain, 'MX');
          const nothing =
            answer.status === 'records' && answer.records.every(({ exchange }) => exchange === '.');
          return nothing ? refuse(550, '5.7.27', 'your domain takes no mail') : accept;
        },
      },
    });
    const { recipients } = await scene.deliver({});
    expect(recipients[0]).toMatchObject({
      status: 'refused',
      reply: { code: 550, enhanced: '5.7.27' },
    });
  });

  test.each([
    ['enforce', 'deferred cert-self-signed', reported],
    ['testing', 'delivered to mx1.example.test by starttls', reported],
    ['none', 'delivered to mx1.example.test by starttls', { failures: 0, successes: 1 }],
  ] as const)(
    'TLS-064, TLS-065, TLS-068 MTA-STS %s and a certificate nobody vouches for: %s',
    async (mode, expected, count) => {
      const zone = `example.test. MX 10 mx1.example.test.
mx1.example.test. A ${one}
_mta-sts.example.test. TXT "v=STSv1; id=1"`;
      const counts = sessionCounts();
      const scene = await town(zone, {
        trust: { ok: false, code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' },
      });
      const file = `version: STSv1\nmode: ${mode}\nmx: mx1.example.test\nmax_age: 86400\n`;
      const { resolver, clock, wallClock } = scene.environment;
      const sts = stsPolicies({
        resolver,
        clock,
        wallClock,
        store: memoryStsStore(),
        fetch: async () => new Response(file, { headers: { 'content-type': 'text/plain' } }),
      });
      Object.assign(scene.environment, { sts, counts });
      await scene.serve(one, 25, 'starttls');
      const { recipients } = await scene.deliver({});
      expect(recipients.map(words)).toEqual([expected]);
      expect(counts.policies('example.test')[0]).toMatchObject(count);
    },
  );

  test('TLS-057 a host with TLSA records and no STARTTLS is passed over, and counted', async () => {
    const counts = sessionCounts();
    const zone = `${twoHosts}_25._tcp.mx1.example.test. TLSA 3 1 1 ${'00'.repeat(32)}`;
    const scene = await town(zone, { secure: true, more: { counts } });
    Object.assign(scene.environment, { counts });
    await scene.serve(one, 25, 'plaintext');
    await scene.serve(two, 25, 'plaintext');
    const { recipients } = await scene.deliver({});
    expect(recipients.map(words)).toEqual([
      'delivered to mx2.example.test by plaintext (starttls-not-offered)',
    ]);
    expect(counts.policies('example.test').map(({ type, failures }) => `${type} ${failures}`)).toEqual(
      expect.arrayContaining(['tlsa 1']),
    );
  });

  test('TLS-054, TLS-057 a key that is not in the TLSA records: deferred, and nothing in the clear', async () => {
    const zone = `example.test. MX 10 mx1.example.test.
mx1.example.test. A ${one}
_25._tcp.mx1.example.test. TLSA 3 1 1 ${'00'.repeat(32)}`;
    const scene = await town(zone, { secure: true });
    await scene.serve(one, 25, 'starttls');
    expect((await scene.deliver({})).recipients.map(words)).toEqual(['deferred dane-mismatch']);
    expect(scene.taken).toEqual([]);
  });

  test('TLS-074 REQUIRETLS: a host without the keyword is no host, and the sender is told 5.7.30', async () => {
    const zone = `example.test. MX 10 mx1.example.test.\nmx1.example.test. A ${one}`;
    const scene = await town(zone, { secure: true });
    await scene.serve(one, 25, 'starttls');
    const { recipients } = await scene.deliver({ policy: { sender: 'requiretls' } });
    expect(recipients[0]).toMatchObject({
      status: 'refused',
      reason: 'requiretls-not-offered',
      bounce: { code: '5.7.30' },
    });
    const willing = await town(zone, { secure: true });
    await willing.serve(one, 25, 'starttls', { keywords: ['REQUIRETLS', 'PIPELINING'] });
    const taken = await willing.deliver({ parameters: { requireTls: true } });
    expect(taken.recipients.map(words)).toEqual(['delivered to mx1.example.test by starttls']);
  });

  test('TLS-074 REQUIRETLS: a host that nobody vouches for is no host, whatever it offers: 5.7.10', async () => {
    const scene = await town(twoHosts);
    for (const address of [one, two])
      await scene.serve(address, 25, 'starttls', { keywords: ['REQUIRETLS', 'PIPELINING'] });
    const { recipients } = await scene.deliver({ policy: { sender: 'requiretls' } });
    expect(recipients[0]).toMatchObject({
      status: 'refused',
      reason: 'tls-required',
      bounce: { code: '5.7.10' },
    });
    expect(scene.taken).toEqual([]);
  });

  test('TLS-074 REQUIRETLS waits for a host that may be there later', async () => {
    const scene = await town(twoHosts.replace('MX 20', 'MX 10'), { secure: true });
    await scene.serve(one, 25, 'starttls');
    scene.weather(two, 25, { type: 'drop' });
    const { recipients } = await scene.deliver({ policy: { sender: 'requiretls' } });
    expect(recipients[0]).toMatchObject({ status: 'deferred', reason: 'requiretls-not-offered' });
  });

  test.each([
    ['another key', 'starttls', 'delivered to mx1.example.test by starttls'],
    ['no STARTTLS', 'plaintext', 'delivered to mx1.example.test by plaintext (starttls-not-offered)'],
  ] as const)(
    'SMTP-122 TLS-Required: No delivers what DANE would keep back: %s',
    async (_, how, expected) => {
      const zone = `example.test. MX 10 mx1.example.test.
mx1.example.test. A ${one}
_25._tcp.mx1.example.test. TLSA 3 1 1 ${'00'.repeat(32)}`;
      const scene = await town(zone, { secure: true });
      await scene.serve(one, 25, how);
      expect((await scene.deliver({})).recipients[0]?.status).toBe('deferred');
      const { recipients } = await scene.deliver({ policy: { sender: 'tls-required-no' } });
      expect(recipients.map(words)).toEqual([expected]);
    },
  );
});

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
