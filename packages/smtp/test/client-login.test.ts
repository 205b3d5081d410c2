import { inspect } from 'node:util';
import { isUsageError, utf8 } from '@postern/wire';
import type { ClientMechanism } from '@postern/sasl';
import { testTlsOffer, testTlsRequest } from '@postern/wire/testing';
import { expect, test } from 'vitest';
import { auth, badName, faultOf, insideTls, scene, tim } from './client-scene.ts';

test('SMTP-101 logs in inside verified TLS, and SASL-009 shows the password nowhere', async () => {
  await scene({ tls: testTlsOffer, auth }, async ({ open, line, events }) => {
    const smtp = await open();
    await smtp.ehlo('c.example');
    await smtp.startTls(testTlsRequest());
    await smtp.ehlo('c.example');
    const wrong = await smtp.login({ ...tim, password: 'hunter2' });
    expect(wrong).toMatchObject({
      ok: false,
      reply: { code: 535, enhanced: '5.7.8' },
      reason: 'auth-failed',
    });
    const right = await smtp.login(tim);
    expect(right).toMatchObject({ ok: true, value: { mechanism: 'PLAIN' }, reply: { code: 235 } });
    expect(await smtp.noop()).toMatchObject({ ok: true });
    expect(await smtp.rset()).toMatchObject({ ok: true });
    expect(line.lines).toContain('C: AUTH PLAIN <redacted 28 octets>');
    const everything = inspect([line.lines, events, smtp, wrong, right], { depth: 20, showHidden: true });
    for (const secret of ['hunter2', tim.password, 'AHRpbQB0YW5zdGFhZnRhbnN0YWFm']) {
      expect(everything).not.toContain(secret);
    }
    await smtp.quit();
  });
});

test('SASL-005 refuses a login without verified TLS before any octet, and the connection stays usable', async () => {
  await scene({ tls: testTlsOffer, auth: { ...auth, insideTlsOnly: false } }, async ({ open, line }) => {
    const smtp = await open();
    await smtp.ehlo('c.example');
    const refused = { kind: 'policy', reason: 'plaintext-login-refused', phase: 'auth', by: 'default' };
    expect(await faultOf(smtp.login(tim))).toMatchObject(refused);
    await smtp.startTls(testTlsRequest({ status: 'unverified', fault: badName }));
    await smtp.ehlo('c.example');
    expect(await faultOf(smtp.login(tim))).toMatchObject(refused);
    expect(line.lines.filter((text) => text.startsWith('C: AUTH'))).toEqual([]);
    expect(await smtp.noop()).toMatchObject({ ok: true });
    await smtp.quit();
  });
});

test('TLS-014 a login that was offered before TLS only is not there', async () => {
  await scene(
    async (connection) => {
      await connection.write(utf8('220 mx\r\n'));
      for (const reply of ['250-mx\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n', '220 go\r\n']) {
        await connection.read();
        await connection.write(utf8(reply));
      }
      await connection.acceptTls(testTlsOffer);
      await connection.read();
      await connection.write(utf8('250 mx\r\n'));
      while (await connection.read());
      await connection[Symbol.asyncDispose]();
    },
    async ({ open }) => {
      const smtp = await open();
      await smtp.ehlo('c.example');
      await smtp.startTls(testTlsRequest());
      expect(await faultOf(smtp.login(tim))).toMatchObject({ reason: 'auth-not-offered', kind: 'peer' });
      await smtp.ehlo('c.example');
      expect(await faultOf(smtp.login(tim))).toMatchObject({ reason: 'auth-not-offered', phase: 'auth' });
      await smtp[Symbol.asyncDispose]();
    },
  );
});

test('SASL-008 tries a second mechanism where the first was refused as such, and no third', async () => {
  const peer = insideTls('PLAIN LOGIN', '504 5.5.4 no PLAIN', '334 ', '334 ', '235 ok');
  await scene(peer, async ({ open, line }) => {
    const smtp = await open({ tls: testTlsRequest() });
    await smtp.ehlo('c.example');
    expect(await smtp.login(tim)).toMatchObject({ ok: true, value: { mechanism: 'LOGIN' } });
    expect(line.lines.filter((text) => text.startsWith('C: AUTH'))).toEqual([
      'C: AUTH PLAIN <redacted 28 octets>',
      'C: AUTH LOGIN',
    ]);
    await smtp[Symbol.asyncDispose]();
  });
});

test('SASL-008 never tries another mechanism after a wrong password, nor where there is none', async () => {
  for (const [mechanisms, reply, reason] of [
    ['PLAIN LOGIN', '535 5.7.8 no', 'auth-failed'],
    ['PLAIN', '504 5.5.4 no', 'auth-not-offered'],
  ] as const) {
    await scene(insideTls(mechanisms, reply), async ({ open, line }) => {
      const smtp = await open({ tls: testTlsRequest() });
      await smtp.ehlo('c.example');
      expect(await smtp.login(tim)).toMatchObject({ ok: false, reason });
      expect(line.lines.filter((text) => text.startsWith('C: AUTH'))).toHaveLength(1);
      await smtp[Symbol.asyncDispose]();
    });
  }
});

test('SASL-012 says oauth-required where only tokens are taken', async () => {
  await scene(insideTls('XOAUTH2 OAUTHBEARER'), async ({ open }) => {
    const smtp = await open({ tls: testTlsRequest() });
    await smtp.ehlo('c.example');
    expect(await faultOf(smtp.login(tim))).toMatchObject({ reason: 'oauth-required' });
    await smtp[Symbol.asyncDispose]();
  });
});

test('work that takes time is done between challenge and response', async () => {
  await scene(insideTls('X-SLOW', '334 ', '235 ok'), async ({ open, advance, line }) => {
    const smtp = await open({ tls: testTlsRequest() });
    await smtp.ehlo('c.example');
    const answer = await smtp.command({
      verb: 'AUTH',
      mechanism: {
        name: 'X-SLOW',
        plaintext: false,
        start: () => undefined,
        next: () => ({
          type: 'wait',
          work: { name: 'think', run: () => advance(3_000).then(() => utf8('done')) },
        }),
        resume: (response) => ({ type: 'respond', response }),
        succeed: () => ({ type: 'done' }),
      },
    });
    expect(answer).toMatchObject({ ok: true, reply: { code: 235 } });
    expect(line.lines).toContain('C: <redacted 8 octets>');
    await smtp[Symbol.asyncDispose]();
  });
});

/** A mechanism that has this work done before it responds. */
const working = (run: () => Promise<Uint8Array>): ClientMechanism => ({
  name: 'X-SLOW',
  plaintext: false,
  start: () => undefined,
  next: () => ({ type: 'wait', work: { name: 'think', run } }),
  resume: (response) => ({ type: 'respond', response }),
  succeed: () => ({ type: 'done' }),
});

test('work that fails cancels the exchange, rejects the call, and leaves the connection usable', async () => {
  await scene(insideTls('X-SLOW', '334 ', '501 cancelled', '250 ok'), async ({ open, line }) => {
    const smtp = await open({ tls: testTlsRequest() });
    await smtp.ehlo('c.example');
    const failure = new Error('no token');
    const mechanism = working(() => Promise.reject(failure));
    await expect(smtp.command({ verb: 'AUTH', mechanism })).rejects.toBe(failure);
    expect(line.lines).toContain('C: *');
    expect(await smtp.noop()).toMatchObject({ ok: true });
    await smtp[Symbol.asyncDispose]();
  });
});

test('work that never ends is given up by an abort, which destroys the connection', async () => {
  await scene(insideTls('X-SLOW', '334 '), async ({ open, advance }) => {
    const smtp = await open({ tls: testTlsRequest() });
    await smtp.ehlo('c.example');
    const controller = new AbortController();
    const mechanism = working(() => new Promise<Uint8Array>(() => undefined));
    const login = smtp.command({ verb: 'AUTH', mechanism }, { signal: controller.signal });
    const caught = login.catch((reason: unknown) => reason);
    await advance(100);
    controller.abort('enough');
    expect(await caught).toBe('enough');
    await expect(smtp.noop()).rejects.toSatisfy(isUsageError);
  });
});

test('a server that hangs up while work is done is the reason that is told', async () => {
  await scene(insideTls('X-SLOW', '334 \r\n421 4.3.2 too slow', 'CLOSE'), async ({ open, advance }) => {
    const smtp = await open({ tls: testTlsRequest() });
    await smtp.ehlo('c.example');
    const mechanism = working(() => advance(3_000).then(() => utf8('done')));
    expect(await smtp.command({ verb: 'AUTH', mechanism })).toMatchObject({
      ok: false,
      reply: { code: 421 },
      reason: 'server-closing',
    });
    expect(await faultOf(smtp.noop())).toMatchObject({ reason: 'server-closing' });
  });
});

test('an abort while the credentials are fetched leaves the connection as it is', async () => {
  await scene({ tls: testTlsOffer, auth }, async ({ open }) => {
    const smtp = await open();
    await smtp.ehlo('c.example');
    await smtp.startTls(testTlsRequest());
    await smtp.ehlo('c.example');
    const controller = new AbortController();
    const asked = Promise.withResolvers<void>();
    const login = smtp.login(
      () => {
        asked.resolve();
        return new Promise<never>(() => undefined);
      },
      { signal: controller.signal },
    );
    await asked.promise;
    controller.abort('enough');
    await expect(login).rejects.toBe('enough');
    expect(await smtp.login(tim)).toMatchObject({ ok: true });
    await smtp.quit();
  });
});
