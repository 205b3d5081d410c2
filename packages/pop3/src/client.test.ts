import type { PasswordCredentials } from '@postern/sasl';
import { isUsageError, isWireError } from '@postern/wire';
import type { Reason } from '@postern/wire';
import { connectedTo, scriptedPeer, testTlsOffer, testTlsRequest, virtualClock } from '@postern/wire/testing';
import { describe, expect, test } from 'vitest';
import { openPop3 } from './index.ts';
import type { OpenPop3Options, Pop3 } from './index.ts';
import { memoryMaildrop, servePop3 } from './server/index.ts';
import type { Pop3ServerEvent, ServePop3Options } from './server/index.ts';

const credentials = { type: 'password', user: 'tim', password: 'tanstaaf' } as const;

const authenticate = ({ user, password }: PasswordCredentials): boolean =>
  user === credentials.user && password === credentials.password;

async function open(
  server: Partial<ServePop3Options> & { readonly implicitTls?: boolean } = {},
  client: Partial<OpenPop3Options> = {},
): Promise<{ readonly pop3: Pop3; readonly seen: readonly Pop3ServerEvent[]; readonly shown: () => string }> {
  const clock = virtualClock();
  const seen: Pop3ServerEvent[] = [];
  let shown = '';
  const { implicitTls = false, ...options } = server;
  const connection = await connectedTo(async (accepted) => {
    if (implicitTls) await accepted.acceptTls(testTlsOffer);
    const serving = servePop3(accepted, {
      clock,
      tls: testTlsOffer,
      auth: { authenticate },
      onEvent: (event) => seen.push(event),
      ...options,
    });
    // A client that breaks off is what these tests are about.
    await serving.catch(() => undefined);
  });
  const see = (bytes: Uint8Array): void => {
    shown += new TextDecoder().decode(bytes);
  };
  const pop3 = await openPop3(connection, { clock, observe: { received: see, wrote: see }, ...client });
  return { pop3, seen, shown: () => shown };
}

/** Everything that can go on without time has gone on. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

async function reasonOf(promise: Promise<unknown>): Promise<Reason | 'usage' | undefined> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    if (isWireError(error)) return error.code;
    if (isUsageError(error)) return 'usage';
    throw error;
  }
}

describe('a dialogue with our own server', () => {
  test('goes from the greeting over STLS and a login to QUIT, and shows no password', async () => {
    const maildrop = memoryMaildrop(['a\r\n', 'b\r\n']);
    const { pop3, seen, shown } = await open({
      maildrop: () => maildrop,
      greeting: { type: 'ready', timestamp: '<1.2@x.example>' },
    });
    expect(pop3.timestamp).toBe('<1.2@x.example>');
    expect(pop3.offersStartTls).toBe(true);
    expect(pop3.capabilities.auth).toEqual([]);
    const secured = await pop3.startTls(testTlsRequest());
    expect(secured).toMatchObject({ ok: true, value: { version: 'TLSv1.3' } });
    // TLS-014: nothing of the plaintext is left.
    expect([pop3.greeting, pop3.timestamp, pop3.offersStartTls]).toEqual([undefined, undefined, false]);
    expect(pop3.capabilities.auth).toEqual(['PLAIN', 'LOGIN']);
    expect(await pop3.login(credentials)).toMatchObject({ ok: true, value: { mechanism: 'PLAIN' } });
    expect(await pop3.noop()).toMatchObject({ ok: true });
    expect(await pop3.command({ verb: 'LIST' })).toMatchObject({
      ok: true,
      reply: { lines: ['1 3', '2 3'] },
    });
    expect(await pop3.command({ verb: 'DELE', message: 1 })).toMatchObject({ ok: true });
    expect(await pop3.quit()).toMatchObject({ status: '+OK', text: 'bye' });
    expect(maildrop.messages).toHaveLength(1);
    expect(seen.map((event) => (event.type === 'command' ? event.verb : event.type))).toEqual([
      'CAPA',
      'STLS',
      'secured',
      'CAPA',
      'AUTH',
      'login',
      'NOOP',
      'LIST',
      'DELE',
      'QUIT',
    ]);
    expect(shown()).toContain('AUTH PLAIN <redacted 20 octets>');
    expect(shown()).not.toContain(btoa('\0tim\0tanstaaf'));
  });

  test('POP3-043 TLS-002 speaks TLS first where TLS is implicit, and reads one greeting inside', async () => {
    const { pop3 } = await open({ implicitTls: true }, { tls: testTlsRequest() });
    expect(pop3.connection.tls?.version).toBe('TLSv1.3');
    expect(pop3.capabilities.startTls).toBe('absent');
    for (const tryAnyway of [false, true]) {
      await expect(pop3.startTls(testTlsRequest(), { tryAnyway })).rejects.toSatisfy(isUsageError);
    }
    expect(await pop3.login(credentials)).toMatchObject({ ok: true });
    await pop3.quit();
  });

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

  test('POP3-011 deletes nothing without QUIT: disposal leaves marked messages alone', async () => {
    const maildrop = memoryMaildrop(['a\r\n']);
    const { pop3 } = await open({ implicitTls: true, maildrop: () => maildrop }, { tls: testTlsRequest() });
    await pop3.login(credentials);
    await pop3.command({ verb: 'DELE', message: 1 });
    await pop3[Symbol.asyncDispose]();
    expect(maildrop.messages).toHaveLength(1);
  });

  test('disposal of an idle dialogue says QUIT', async () => {
    const { pop3, seen } = await open();
    await pop3[Symbol.asyncDispose]();
    expect(seen.at(-1)).toEqual({ type: 'command', verb: 'QUIT' });
    expect(await reasonOf(pop3.capa())).toBe('usage');
  });

  test('POP3-013 knows the farewell of a server that closed an idle connection before the next command', async () => {
    const connection = await scriptedPeer(async ({ send, line, connection: accepted }) => {
      await send('+OK\r\n');
      await line();
      await send('-ERR\r\n');
      await settled();
      await send('-ERR idle for too long\r\n');
      await accepted.end();
    });
    const pop3 = await openPop3(connection, { clock: virtualClock() });
    for (let turn = 0; turn < 5; turn += 1) await settled();
    const error: unknown = await pop3.capa().catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      fault: { reason: 'server-closing', evidence: { reply: '-ERR idle for too long' } },
    });
  });

  test('POP3-035 never takes a reply that came unasked for the answer to a later command', async () => {
    const connection = await scriptedPeer(async ({ send, line }) => {
      await send('+OK\r\n');
      await line();
      await send('-ERR\r\n');
      await settled();
      await send('+OK stray\r\n');
      await line();
    });
    const pop3 = await openPop3(connection, { clock: virtualClock() });
    for (let turn = 0; turn < 5; turn += 1) await settled();
    expect(await reasonOf(pop3.capa())).toBe('desynchronised');
  });

  test('calls that overlap wait for their turn', async () => {
    const { pop3 } = await open({ implicitTls: true }, { tls: testTlsRequest() });
    const [login, noop, capa] = await Promise.all([pop3.login(credentials), pop3.noop(), pop3.capa()]);
    expect([login.ok, noop.ok, capa.ok]).toEqual([true, true, true]);
  });

  test('commands that change the state have methods of their own', async () => {
    const { pop3 } = await open();
    expect(await reasonOf(pop3.command({ verb: 'QUIT' }))).toBe('usage');
    expect(await reasonOf(pop3.command({ verb: 'STLS' }))).toBe('usage');
  });
});

describe('STLS that goes wrong', () => {
  test('TLS-011 refuses bytes behind the go-ahead, and shows them', async () => {
    const { pop3 } = await open({ startTls: { type: 'injected' } });
    const error: unknown = await pop3.startTls(testTlsRequest()).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      fault: {
        reason: 'plaintext-after-starttls',
        evidence: { bytes: new TextEncoder().encode('+OK injected\r\n') },
      },
    });
    expect(await reasonOf(pop3.capa())).toBe('plaintext-after-starttls');
  });

  test.each([
    ['+OK x\r\n', 'plaintext-after-starttls'],
    ['\0\u0001\u0002\u0003\u0004', 'tls-not-spoken'],
  ])(
    'TLS-012 TLS-010 names %j that comes in place of a TLS record; nothing but TLS follows STLS',
    async (text, reason) => {
      let next: Uint8Array | undefined;
      const connection = await scriptedPeer(async ({ send, line, connection: accepted }) => {
        await send('+OK\r\n');
        await line();
        await send('+OK\r\nSTLS\r\n.\r\n');
        await line();
        await send('+OK go\r\n');
        next = Uint8Array.from((await accepted.read()) ?? []);
        await send(text);
      });
      const pop3 = await openPop3(connection, { clock: virtualClock() });
      expect(await reasonOf(pop3.startTls(testTlsRequest()))).toBe(reason);
      // A ClientHello is a handshake record.
      expect(next?.[0]).toBe(0x16);
    },
  );

  test('TLS-013 the server never executes what came behind STLS', async () => {
    const seen: Pop3ServerEvent[] = [];
    const clock = virtualClock();
    const connection = await connectedTo((accepted) =>
      servePop3(accepted, { clock, tls: testTlsOffer, onEvent: (event) => seen.push(event) }),
    );
    await connection.read();
    await connection.write(new TextEncoder().encode('STLS\r\nCAPA\r\n'));
    expect(new TextDecoder().decode(await connection.read())).toBe('+OK begin TLS\r\n');
    await connection.handshake(testTlsRequest());
    await connection.write(new TextEncoder().encode('NOOP\r\n'));
    expect(new TextDecoder().decode(await connection.read())).toMatch(/^-ERR/);
    await settled();
    expect(seen.map((event) => (event.type === 'command' ? event.verb : event.type))).toEqual([
      'STLS',
      'discarded',
      'secured',
      'NOOP',
    ]);
  });

  test('TLS-015 a failed handshake kills the connection', async () => {
    const { pop3 } = await open({ startTls: { type: 'closes', after: 'go-ahead' } });
    expect(await reasonOf(pop3.startTls(testTlsRequest()))).toBe('closed-during-tls');
    expect(await reasonOf(pop3.capa())).toBe('closed-during-tls');
  });

  test('TLS-016 says why STLS cannot be used, and sends nothing', async () => {
    const rows = [
      ['absent', false, 'starttls-not-offered'],
      ['masked', false, 'starttls-masked'],
      ['absent', true, 'downgrade-suspected'],
    ] as const;
    for (const [startTls, offeredStartTlsBefore, reason] of rows) {
      const { pop3, seen } = await open({ startTls: { type: startTls } }, { offeredStartTlsBefore });
      expect(await reasonOf(pop3.startTls(testTlsRequest()))).toBe(reason);
      expect(seen).toEqual([{ type: 'command', verb: 'CAPA' }]);
      // The connection is still good.
      expect(await pop3.capa()).toMatchObject({ ok: true });
    }
  });

  test('TLS-016 tries STLS anyway on request, which tells stripping from absence', async () => {
    const stripped = await open({ startTls: { type: 'absent', accepts: true } });
    expect(await stripped.pop3.startTls(testTlsRequest(), { tryAnyway: true })).toMatchObject({ ok: true });
    const absent = await open({ startTls: { type: 'absent' } });
    expect(await absent.pop3.startTls(testTlsRequest(), { tryAnyway: true })).toMatchObject({
      ok: false,
      reason: 'starttls-not-offered',
    });
  });

  test('TLS-004 a refusal is an answer, and the dialogue goes on', async () => {
    const { pop3 } = await open({ startTls: { type: 'refused' } });
    expect(await pop3.startTls(testTlsRequest())).toMatchObject({ ok: false, reason: 'starttls-refused' });
    expect(await pop3.quit()).toMatchObject({ status: '+OK' });
  });

  test('TLS-018 the handshake has a time of its own', async () => {
    const clock = virtualClock();
    const { pop3 } = await open({ startTls: { type: 'silent' } }, { clock, patience: 'probe' });
    const pending = reasonOf(pop3.startTls(testTlsRequest()));
    await clock.advance(9999);
    await clock.advance(1);
    expect(await pending).toBe('timeout-tls-handshake');
  });
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

describe('opening', () => {
  test.each([
    [{ type: 'refused' }, 'greeting-rejected'],
    [{ type: 'refused', code: 'SYS/TEMP' }, 'greeting-rejected-temporarily'],
    [{ type: 'raw', text: '220 x\r\n' }, 'wrong-protocol'],
    [{ type: 'raw', text: '\x15\x03\x03\0\x02\x02\x0a' }, 'tls-on-plaintext-port'],
  ] as const)('a greeting like %j rejects with %s', async (greeting, reason) => {
    expect(await reasonOf(open({ greeting }))).toBe(reason);
  });

  test('abort destroys the connection and is rethrown untouched', async () => {
    const controller = new AbortController();
    const why = new Error('enough');
    const pending = open({ greeting: { type: 'silent' } }, { signal: controller.signal }).catch(
      (error: unknown) => error,
    );
    await Promise.resolve();
    controller.abort(why);
    expect(await pending).toBe(why);
  });

  test('abort inside a command destroys the connection, abort before it does not', async () => {
    const connection = await scriptedPeer(async ({ send, line }) => {
      await send('+OK\r\n');
      await line();
      await send('-ERR\r\n');
      await line();
    });
    const pop3 = await openPop3(connection, { clock: virtualClock() });
    const why = new Error('enough');
    expect(await pop3.capa({ signal: AbortSignal.abort(why) }).catch((error: unknown) => error)).toBe(why);
    const controller = new AbortController();
    const pending = pop3.capa({ signal: controller.signal }).catch((error: unknown) => error);
    await settled();
    controller.abort(why);
    expect(await pending).toBe(why);
    expect(await reasonOf(pop3.capa())).toBe('closed');
  });
});
