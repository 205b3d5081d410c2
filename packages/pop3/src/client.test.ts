import { scriptedPeer, testTlsRequest, virtualClock } from '@postern/wire/testing';
import { describe, expect, test } from 'vitest';
import { credentials, open, reasonOf, settled } from '../test/dialogue.ts';
import { openPop3, parseCapabilities } from './index.ts';
import type { Capabilities } from './index.ts';
import { memoryMaildrop } from './server/index.ts';

describe('a dialogue with our own server', () => {
  test('goes from the greeting over STLS and a login to QUIT, and shows no password', async () => {
    const maildrop = memoryMaildrop(['a\r\n', 'b\r\n']);
    const { pop3, seen, shown } = await open({
      maildrop: () => maildrop,
      greeting: { type: 'ready', timestamp: '<1.2@x.example>' },
    });
    expect(pop3.timestamp).toBe('<1.2@x.example>');
    expect(pop3.capabilities.startTls).toBe('offered');
    expect(pop3.capabilities.auth).toEqual([]);
    const secured = await pop3.startTls(testTlsRequest());
    expect(secured).toMatchObject({ ok: true, value: { version: 'TLSv1.3' } });
    // TLS-014: nothing of the plaintext is left.
    expect([pop3.greeting, pop3.timestamp, pop3.capabilities.startTls]).toEqual([
      undefined,
      undefined,
      'absent',
    ]);
    expect(pop3.capabilities.auth).toEqual(['PLAIN', 'LOGIN']);
    expect(await pop3.login(credentials)).toMatchObject({ ok: true, value: { mechanism: 'PLAIN' } });
    expect(await pop3.noop()).toMatchObject({ ok: true });
    expect(await pop3.command({ verb: 'LIST' })).toMatchObject({
      ok: true,
      reply: { lines: ['1 3', '2 3'] },
    });
    expect(await pop3.command({ verb: 'DELE', message: 1 })).toMatchObject({ ok: true });
    expect(await pop3.quit()).toMatchObject({ reply: { status: '+OK', text: 'bye' } });
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
    for (const tryAnyway of [false, true])
      expect(await reasonOf(pop3.startTls(testTlsRequest(), { tryAnyway }))).toBe('usage');
    expect(await pop3.login(credentials)).toMatchObject({ ok: true });
    await pop3.quit();
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

  test('POP3-052 never asks for mechanisms with a bare AUTH', async () => {
    const { pop3, shown } = await open({ implicitTls: true }, { tls: testTlsRequest(), patience: 'probe' });
    await pop3.login(credentials);
    await pop3.quit();
    expect(shown()).not.toMatch(/^AUTH\r$/m);
    expect(shown()).toMatch(/^AUTH PLAIN /m);
  });
});

describe('a server that is remembered', () => {
  test('POP3-035 is sent no CAPA, and a group of commands at once', async () => {
    const maildrop = memoryMaildrop(['a\r\n', 'b\r\n']);
    const server = { maildrop: () => maildrop, implicitTls: true };
    const first = await open(server, { tls: testTlsRequest() });
    // As it comes back from a file.
    const remembered = JSON.parse(JSON.stringify(first.pop3.capabilities)) as Capabilities;
    await first.pop3.quit();
    const { pop3, seen } = await open(server, { tls: testTlsRequest(), remembered });
    expect(pop3.capabilities).toEqual(remembered);
    await pop3.login(credentials);
    for await (const message of pop3.maildrop.messages()) expect(message.ok).toBe(true);
    await pop3.quit();
    expect(seen.flatMap((event) => (event.type === 'command' ? [event.verb] : []))).toEqual([
      'AUTH',
      'LIST',
      'UIDL',
      'RETR',
      'RETR',
      'QUIT',
    ]);
  });

  test('POP3-041 TLS-014 is forgotten with STLS, and asked inside TLS', async () => {
    const remembered = parseCapabilities(['STLS', 'SASL X-IN-THE-CLEAR', 'PIPELINING']);
    const { pop3, seen } = await open({}, { remembered });
    expect(await pop3.startTls(testTlsRequest())).toMatchObject({ ok: true });
    expect(pop3.capabilities.auth).toEqual(['PLAIN', 'LOGIN']);
    expect(seen.map((event) => (event.type === 'command' ? event.verb : event.type))).toEqual([
      'STLS',
      'secured',
      'CAPA',
    ]);
  });

  test('POP3-044 is told no password outside of TLS, whatever it listed', async () => {
    const { pop3 } = await open({}, { remembered: parseCapabilities(['SASL PLAIN', 'USER']) });
    expect(await reasonOf(pop3.login(credentials))).toBe('plaintext-login-refused');
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
