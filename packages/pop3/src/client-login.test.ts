import { scriptedPeer, testTlsOffer, testTlsRequest, virtualClock } from '@postern/wire/testing';
import { describe, expect, test } from 'vitest';
import { authenticate, credentials, open, reasonOf } from '../test/dialogue.ts';
import { openPop3 } from './index.ts';
import { memoryMaildrop } from './server/index.ts';

describe('a login', () => {
  test('POP3-056 uses USER and PASS where no mechanism fits, and shows neither password', async () => {
    const { pop3, shown } = await open(
      { implicitTls: true, auth: { authenticate, mechanisms: ['GSSAPI'] } },
      { tls: testTlsRequest() },
    );
    expect(await pop3.login(credentials)).toMatchObject({ ok: true, value: { mechanism: 'USER' } });
    expect(shown()).toContain('PASS <redacted 8 octets>');
    expect(shown()).not.toContain('tanstaaf');
  });

  test('POP3-056 SASL-008 tries no second way after a refused password', async () => {
    const { pop3, seen } = await open(
      { implicitTls: true, auth: { authenticate: () => false } },
      { tls: testTlsRequest() },
    );
    expect(await pop3.login(credentials)).toMatchObject({
      ok: false,
      reason: 'auth-failed',
      reply: { code: 'AUTH' },
    });
    expect(seen.filter(({ type }) => type === 'command')).toEqual([
      { type: 'command', verb: 'CAPA' },
      { type: 'command', verb: 'AUTH' },
    ]);
  });

  test('POP3-014 tells a locked maildrop from a wrong password', async () => {
    const maildrop = memoryMaildrop();
    const first = await open({ implicitTls: true, maildrop: () => maildrop }, { tls: testTlsRequest() });
    await first.pop3.login(credentials);
    const second = await open({ implicitTls: true, maildrop: () => maildrop }, { tls: testTlsRequest() });
    expect(await second.pop3.login(credentials)).toMatchObject({
      ok: false,
      reason: 'auth-temporary',
      reply: { code: 'IN-USE' },
    });
  });

  test.each([
    ['LOGIN-DELAY 900 USER', 'LOGIN-DELAY 60', true],
    ['LOGIN-DELAY 900', 'LOGIN-DELAY 60', false],
  ])(
    'POP3-031 POP3-034 after a login %s is asked for again where it may differ',
    async (before, after, again) => {
      const said: (string | undefined)[] = [];
      const connection = await scriptedPeer(async ({ send, line, connection: accepted }) => {
        await accepted.acceptTls(testTlsOffer);
        await send('+OK\r\n');
        for (const reply of [
          `+OK\r\nUSER\r\n${before}\r\n.\r\n`,
          '+OK\r\n',
          '+OK\r\n',
          `+OK\r\n${after}\r\n.\r\n`,
        ]) {
          said.push(await line());
          await send(reply);
        }
      });
      const pop3 = await openPop3(connection, { clock: virtualClock(), tls: testTlsRequest() });
      await pop3.login(credentials);
      expect(said.filter((line) => line === 'CAPA')).toHaveLength(again ? 2 : 1);
      expect(pop3.capabilities.loginDelay).toBe(again ? 60_000 : 900_000);
    },
  );
});

test('an abort while the credentials are fetched leaves the connection as it is', async () => {
  const { pop3 } = await open({ implicitTls: true }, { tls: testTlsRequest() });
  const controller = new AbortController();
  const asked = Promise.withResolvers<void>();
  const login = pop3.login(
    () => {
      asked.resolve();
      return new Promise<never>(() => undefined);
    },
    { signal: controller.signal },
  );
  await asked.promise;
  controller.abort('enough');
  await expect(login).rejects.toBe('enough');
  expect(await pop3.login(credentials)).toMatchObject({ ok: true });
});

describe('a login that must not be', () => {
  test('POP3-044 sends no password in the clear', async () => {
    const { pop3, seen } = await open({ auth: { authenticate, insideTlsOnly: false } });
    expect(await reasonOf(pop3.login(credentials))).toBe('plaintext-login-refused');
    expect(seen).toEqual([{ type: 'command', verb: 'CAPA' }]);
  });

  test('SASL-005 sends no password to a peer that is not verified', async () => {
    const { pop3 } = await open();
    await pop3.startTls(testTlsRequest('unverified'));
    const error: unknown = await pop3.login(credentials).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      fault: { kind: 'policy', reason: 'plaintext-login-refused', phase: 'auth' },
    });
  });

  test('POP3-032 says that nothing fits where neither USER nor a mechanism is listed', async () => {
    const connection = await scriptedPeer(async ({ send, line, connection: accepted }) => {
      await accepted.acceptTls(testTlsOffer);
      await send('+OK\r\n');
      await line();
      await send('+OK\r\nSASL GSSAPI\r\n.\r\n');
    });
    const pop3 = await openPop3(connection, { clock: virtualClock(), tls: testTlsRequest() });
    expect(await reasonOf(pop3.login(credentials))).toBe('auth-not-offered');
  });
});
