import type { PasswordCredentials } from '@postern/sasl';
import { isUsageError, isWireError } from '@postern/wire';
import type { Reason } from '@postern/wire';
import { connectedTo, scriptedPeer, testTlsOffer, testTlsRequest, virtualClock } from '@postern/wire/testing';
import { describe, expect, test } from 'vitest';
import { openImap } from './index.ts';
import type { OpenImapOptions, Imap } from './index.ts';
import { serveImap } from './server/index.ts';
import type { ImapServerEvent, ServeImapOptions } from './server/index.ts';

const credentials = { type: 'password', user: 'tim', password: 'tanstaaf' } as const;

const authenticate = ({ user, password }: PasswordCredentials): boolean =>
  user === credentials.user && password === credentials.password;

async function open(
  server: Partial<ServeImapOptions> & { readonly implicitTls?: boolean } = {},
  client: Partial<OpenImapOptions> = {},
): Promise<{ readonly imap: Imap; readonly seen: readonly ImapServerEvent[]; readonly shown: () => string }> {
  const clock = virtualClock();
  const seen: ImapServerEvent[] = [];
  let shown = '';
  const { implicitTls = false, ...options } = server;
  const connection = await connectedTo(async (accepted) => {
    if (implicitTls) await accepted.acceptTls(testTlsOffer);
    const serving = serveImap(accepted, {
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
  const imap = await openImap(connection, { clock, observe: { received: see, wrote: see }, ...client });
  return { imap, seen, shown: () => shown };
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
  test('goes from the greeting over STARTTLS and a login to LOGOUT, and shows no password', async () => {
    const { imap, seen, shown } = await open({ id: { name: 'lab' } });
    expect(imap.offersStartTls).toBe(true);
    expect(imap.capabilities.loginDisabled).toBe(true);
    expect(await imap.startTls(testTlsRequest())).toMatchObject({ ok: true, value: { version: 'TLSv1.3' } });
    // TLS-014: nothing of the plaintext is left.
    expect([imap.greeting, imap.offersStartTls]).toEqual([undefined, false]);
    expect(imap.capabilities.auth).toEqual(['PLAIN', 'LOGIN']);
    expect(await imap.login(credentials)).toMatchObject({ ok: true, value: { mechanism: 'PLAIN' } });
    expect(imap.capabilities.auth).toEqual([]);
    expect(await imap.id({ name: 'test' })).toMatchObject({ ok: true, value: { name: 'lab' } });
    expect(await imap.noop()).toMatchObject({ ok: true });
    expect(await imap.capability()).toMatchObject({ ok: true, value: { revisions: ['IMAP4rev1'] } });
    expect(await imap.logout()).toMatchObject({ status: 'OK' });
    expect(seen.map((event) => (event.type === 'command' ? event.verb : event.type))).toEqual([
      'STARTTLS',
      'secured',
      'CAPABILITY',
      'AUTHENTICATE',
      'login',
      'ID',
      'NOOP',
      'CAPABILITY',
      'LOGOUT',
    ]);
    expect(shown()).toContain('AUTHENTICATE PLAIN <redacted 20 octets>');
    expect(shown()).not.toContain(btoa('\0tim\0tanstaaf'));
  });

  test('IMAP-021 asks for the capabilities once where the greeting does not list them', async () => {
    const { imap, seen } = await open({ greeting: { type: 'ready', bare: true } });
    expect(imap.capabilities.startTls).toBe('offered');
    expect(seen).toEqual([{ type: 'command', verb: 'CAPABILITY' }]);
  });

  test('TLS-002 speaks TLS first where TLS is implicit, and reads one greeting inside', async () => {
    const { imap } = await open({ implicitTls: true }, { tls: testTlsRequest() });
    expect(imap.connection.tls?.version).toBe('TLSv1.3');
    for (const tryAnyway of [false, true]) {
      await expect(imap.startTls(testTlsRequest(), { tryAnyway })).rejects.toSatisfy(isUsageError);
    }
    expect(await imap.login(credentials)).toMatchObject({ ok: true });
    await imap.logout();
  });

  test('IMAP-032 uses LOGIN where no mechanism fits, and shows no password', async () => {
    const { imap, shown } = await open(
      { implicitTls: true, auth: { authenticate, mechanisms: ['GSSAPI'] } },
      { tls: testTlsRequest() },
    );
    expect(await imap.login(credentials)).toMatchObject({ ok: true, value: { mechanism: 'LOGIN' } });
    expect(shown()).toContain('LOGIN "tim" <redacted 8 octets>');
    expect(shown()).not.toContain('tanstaaf');
  });

  test('SASL-008 tries nothing else after a refused password', async () => {
    const { imap, seen } = await open(
      { implicitTls: true, auth: { authenticate: () => false } },
      { tls: testTlsRequest() },
    );
    expect(await imap.login(credentials)).toMatchObject({ ok: false, reason: 'auth-failed' });
    expect(seen.filter(({ type }) => type === 'command')).toEqual([
      { type: 'command', verb: 'AUTHENTICATE' },
    ]);
  });

  test('SASL-008 tries one other mechanism where the first was not understood', async () => {
    const said: (string | undefined)[] = [];
    const connection = await scriptedPeer(async ({ send, line, connection: accepted }) => {
      await accepted.acceptTls(testTlsOffer);
      await send('* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN AUTH=LOGIN] hi\r\n');
      said.push(await line());
      await send('a1 BAD what\r\n');
      said.push(await line());
      await send('a2 BAD what\r\n');
    });
    const imap = await openImap(connection, { clock: virtualClock(), tls: testTlsRequest() });
    expect(await imap.login(credentials)).toMatchObject({ ok: false, reason: 'protocol-error' });
    expect(said).toEqual([expect.stringMatching(/^a1 AUTHENTICATE PLAIN /), 'a2 AUTHENTICATE LOGIN']);
  });

  test('IMAP-021 asks for the capabilities after a login that does not tell them', async () => {
    const said: (string | undefined)[] = [];
    const connection = await scriptedPeer(async ({ send, line, connection: accepted }) => {
      await accepted.acceptTls(testTlsOffer);
      await send('* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi\r\n');
      await line();
      await send('+ \r\n');
      await line();
      await send('a1 OK\r\n');
      said.push(await line());
      await send('* CAPABILITY IMAP4rev1 IDLE\r\na2 OK\r\n');
    });
    const imap = await openImap(connection, { clock: virtualClock(), tls: testTlsRequest() });
    expect(await imap.login(credentials)).toMatchObject({ ok: true });
    expect(said).toEqual(['a2 CAPABILITY']);
    expect(imap.capabilities.atoms).toEqual(['IMAP4REV1', 'IDLE']);
  });

  test('IMAP-100 calls overlap, and those that change the state wait for the others', async () => {
    const { imap, seen } = await open({ implicitTls: true }, { tls: testTlsRequest() });
    const answers = await Promise.all([imap.noop(), imap.capability(), imap.login(credentials), imap.noop()]);
    expect(answers.map(({ ok }) => ok)).toEqual([true, true, true, true]);
    expect(seen.filter(({ type }) => type === 'command')).toEqual(
      ['NOOP', 'CAPABILITY', 'AUTHENTICATE', 'NOOP'].map((verb) => ({ type: 'command', verb })),
    );
  });

  test('disposal of an idle dialogue says LOGOUT', async () => {
    const { imap, seen } = await open();
    await imap[Symbol.asyncDispose]();
    expect(seen.at(-1)).toEqual({ type: 'command', verb: 'LOGOUT' });
    expect(await reasonOf(imap.noop())).toBe('usage');
  });

  test('disposal does not wait longer than a second for a server that does not answer', async () => {
    const clock = virtualClock();
    const connection = await scriptedPeer(async ({ send, line }) => {
      await send('* OK [CAPABILITY IMAP4rev1] hi\r\n');
      await line();
      await line();
    });
    const imap = await openImap(connection, { clock });
    const disposed = imap[Symbol.asyncDispose]();
    await clock.advance(1000);
    await disposed;
    expect(clock.now()).toBe(1000);
  });

  test('commands that change the state have methods of their own', async () => {
    const { imap } = await open();
    expect(await reasonOf(imap.command({ verb: 'LOGOUT' }))).toBe('usage');
    expect(await reasonOf(imap.command({ verb: 'STARTTLS' }))).toBe('usage');
  });

  test('IMAP-028 knows a BYE that came while nothing was asked', async () => {
    const connection = await scriptedPeer(async ({ send, connection: accepted }) => {
      await send('* OK [CAPABILITY IMAP4rev1] hi\r\n* BYE down\r\n');
      await accepted.end();
    });
    const events: string[] = [];
    const imap = await openImap(connection, {
      clock: virtualClock(),
      onEvent: (event) => events.push(event.type),
    });
    for (let turn = 0; turn < 5; turn += 1) await settled();
    expect(events).toEqual(['greeting', 'untagged']);
    const error: unknown = await imap.noop().catch((caught: unknown) => caught);
    expect(error).toMatchObject({ fault: { reason: 'server-closing', evidence: { reply: '* BYE down' } } });
  });

  test('IMAP-028 fails every call that is not answered with the BYE', async () => {
    const connection = await scriptedPeer(async ({ send, line, connection: accepted }) => {
      await send('* OK [CAPABILITY IMAP4rev1] hi\r\n');
      await line();
      await send('* BYE [UNAVAILABLE] down\r\n');
      await accepted.end();
    });
    const imap = await openImap(connection, { clock: virtualClock() });
    const reasons = await Promise.all([reasonOf(imap.noop()), reasonOf(imap.noop())]);
    expect(reasons).toEqual(['server-closing', 'server-closing']);
  });
});

describe('STARTTLS that goes wrong', () => {
  test('TLS-011 refuses bytes behind the go-ahead, and shows them', async () => {
    const { imap } = await open({ startTls: { type: 'injected', text: '* OK x\r\n' } });
    const error: unknown = await imap.startTls(testTlsRequest()).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      fault: {
        reason: 'plaintext-after-starttls',
        evidence: { bytes: new TextEncoder().encode('* OK x\r\n') },
      },
    });
    expect(await reasonOf(imap.noop())).toBe('plaintext-after-starttls');
  });

  test.each([
    ['* OK x\r\n', 'plaintext-after-starttls'],
    ['\0\u0001\u0002\u0003\u0004', 'tls-not-spoken'],
  ])(
    'TLS-012 TLS-010 names %j that comes in place of a TLS record; nothing but TLS follows STARTTLS',
    async (text, reason) => {
      let next: Uint8Array | undefined;
      const connection = await scriptedPeer(async ({ send, line, connection: accepted }) => {
        await send('* OK [CAPABILITY IMAP4rev1 STARTTLS] hi\r\n');
        await line();
        await send('a1 OK go\r\n');
        next = Uint8Array.from((await accepted.read()) ?? []);
        await send(text);
      });
      const imap = await openImap(connection, { clock: virtualClock() });
      expect(await reasonOf(imap.startTls(testTlsRequest()))).toBe(reason);
      // A ClientHello is a handshake record.
      expect(next?.[0]).toBe(0x16);
    },
  );

  test('TLS-013 IMAP-025 the server never executes what came behind STARTTLS', async () => {
    const seen: ImapServerEvent[] = [];
    const clock = virtualClock();
    const connection = await connectedTo((accepted) =>
      serveImap(accepted, { clock, tls: testTlsOffer, onEvent: (event) => seen.push(event) }),
    );
    await connection.read();
    await connection.write(new TextEncoder().encode('a1 STARTTLS\r\na2 NOOP\r\n'));
    expect(new TextDecoder().decode(await connection.read())).toBe('a1 OK begin TLS\r\n');
    await connection.handshake(testTlsRequest());
    await connection.write(new TextEncoder().encode('a3 NOOP\r\n'));
    expect(new TextDecoder().decode(await connection.read())).toBe('a3 OK done\r\n');
    await settled();
    expect(seen.map((event) => (event.type === 'command' ? event.verb : event.type))).toEqual([
      'STARTTLS',
      'discarded',
      'secured',
      'NOOP',
    ]);
  });

  test('TLS-015 a failed handshake kills the connection', async () => {
    const { imap } = await open({ startTls: { type: 'closes', after: 'go-ahead' } });
    expect(await reasonOf(imap.startTls(testTlsRequest()))).toBe('closed-during-tls');
    expect(await reasonOf(imap.noop())).toBe('closed-during-tls');
  });

  test('TLS-016 says why STARTTLS cannot be used, and sends nothing', async () => {
    const rows = [
      ['absent', false, 'starttls-not-offered'],
      ['masked', false, 'starttls-masked'],
      ['absent', true, 'downgrade-suspected'],
    ] as const;
    for (const [startTls, offeredStartTlsBefore, reason] of rows) {
      const { imap, seen } = await open({ startTls: { type: startTls } }, { offeredStartTlsBefore });
      expect(await reasonOf(imap.startTls(testTlsRequest()))).toBe(reason);
      expect(seen).toEqual([]);
      // The connection is still good.
      expect(await imap.noop()).toMatchObject({ ok: true });
    }
  });

  test('TLS-016 tries STARTTLS anyway on request, which tells stripping from absence', async () => {
    const stripped = await open({ startTls: { type: 'absent', accepts: true } });
    expect(await stripped.imap.startTls(testTlsRequest(), { tryAnyway: true })).toMatchObject({ ok: true });
    const absent = await open({ startTls: { type: 'absent' } });
    expect(await absent.imap.startTls(testTlsRequest(), { tryAnyway: true })).toMatchObject({
      ok: false,
      reason: 'starttls-not-offered',
    });
  });

  test('TLS-004 a refusal is an answer, and the dialogue goes on', async () => {
    const { imap } = await open({ startTls: { type: 'refused' } });
    expect(await imap.startTls(testTlsRequest())).toMatchObject({ ok: false, reason: 'starttls-refused' });
    expect(await imap.logout()).toMatchObject({ status: 'OK' });
  });

  test('TLS-018 the handshake has a time of its own', async () => {
    const clock = virtualClock();
    const { imap } = await open({ startTls: { type: 'silent' } }, { clock, patience: 'probe' });
    const pending = reasonOf(imap.startTls(testTlsRequest()));
    await clock.advance(4999);
    await clock.advance(1);
    expect(await pending).toBe('timeout-tls-handshake');
  });

  test('IMAP-022 PREAUTH makes STARTTLS impossible, and says so', async () => {
    const { imap, seen } = await open({ greeting: { type: 'preauth' } });
    expect(imap.preauth).toBe(true);
    expect(imap.offersStartTls).toBe(false);
    const error: unknown = await imap
      .startTls(testTlsRequest(), { tryAnyway: true })
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ fault: { reason: 'preauth-before-tls', phase: 'starttls' } });
    expect(seen).toEqual([{ type: 'command', verb: 'CAPABILITY' }]);
  });
});

describe('a login that must not be', () => {
  test('IMAP-026 sends no password in the clear', async () => {
    const { imap, seen } = await open({ auth: { authenticate, insideTlsOnly: false } });
    expect(await reasonOf(imap.login(credentials))).toBe('plaintext-login-refused');
    expect(seen).toEqual([]);
  });

  test('IMAP-026 passes on that the server lets nobody in before TLS', async () => {
    const { imap, seen } = await open();
    expect(await reasonOf(imap.login(credentials))).toBe('auth-only-after-tls');
    expect(seen).toEqual([]);
  });

  test('SASL-005 sends no password to a peer that is not verified', async () => {
    const { imap } = await open();
    await imap.startTls(testTlsRequest('unverified'));
    const error: unknown = await imap.login(credentials).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      fault: { kind: 'policy', reason: 'plaintext-login-refused', phase: 'auth' },
    });
  });

  test('IMAP-026 says that nothing fits where no mechanism is listed and LOGIN is disabled', async () => {
    const { imap } = await open(
      {
        implicitTls: true,
        capabilities: ['IMAP4rev1', 'LOGINDISABLED'],
        auth: { authenticate, mechanisms: ['GSSAPI'] },
      },
      { tls: testTlsRequest() },
    );
    expect(await reasonOf(imap.login(credentials))).toBe('auth-not-offered');
  });
});

describe('opening', () => {
  test.each([
    [{ type: 'refused' }, 'greeting-rejected'],
    [{ type: 'refused', code: 'UNAVAILABLE' }, 'greeting-rejected-temporarily'],
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
    await settled();
    controller.abort(why);
    expect(await pending).toBe(why);
  });

  test('abort inside a command destroys the connection for all, abort before it does not', async () => {
    const connection = await scriptedPeer(async ({ send, line }) => {
      await send('* OK [CAPABILITY IMAP4rev1] hi\r\n');
      await line();
      await line();
    });
    const imap = await openImap(connection, { clock: virtualClock() });
    const why = new Error('enough');
    expect(await imap.noop({ signal: AbortSignal.abort(why) }).catch((error: unknown) => error)).toBe(why);
    const controller = new AbortController();
    const pending = imap.noop({ signal: controller.signal }).catch((error: unknown) => error);
    const other = reasonOf(imap.noop());
    await settled();
    controller.abort(why);
    expect(await pending).toBe(why);
    expect(await other).toBe('closed');
    expect(await reasonOf(imap.noop())).toBe('closed');
  });
});
