import { accept, refuse } from '@postern/smtp/server';
import { offerMemory } from '@postern/starttls/offers';
import { sessionCounts } from '@postern/starttls/tlsrpt';
import { describe, expect, test } from 'vitest';
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
