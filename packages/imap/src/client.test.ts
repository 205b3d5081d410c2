import { scriptedPeer, testTlsRequest, virtualClock } from '@postern/wire/testing';
import { describe, expect, test } from 'vitest';
import { credentials, open, reasonOf, settled } from '../test/dialogue.ts';
import { openImap } from './index.ts';

describe('a dialogue with our own server', () => {
  test('goes from the greeting over STARTTLS and a login to LOGOUT, and shows no password', async () => {
    const { imap, seen, shown } = await open({ id: { name: 'lab' } });
    expect(imap.capabilities.startTls).toBe('offered');
    expect(imap.capabilities.loginDisabled).toBe(true);
    expect(await imap.startTls(testTlsRequest())).toMatchObject({ ok: true, value: { version: 'TLSv1.3' } });
    // TLS-014: nothing of the plaintext is left.
    expect([imap.greeting, imap.capabilities.startTls]).toEqual([undefined, 'absent']);
    expect(imap.capabilities.auth).toEqual(['PLAIN', 'LOGIN']);
    expect(await imap.login(credentials)).toMatchObject({ ok: true, value: { mechanism: 'PLAIN' } });
    expect(imap.capabilities.auth).toEqual([]);
    expect(await imap.id({ name: 'test' })).toMatchObject({ ok: true, value: { name: 'lab' } });
    expect(await imap.noop()).toMatchObject({ ok: true });
    expect(await imap.capability()).toMatchObject({
      ok: true,
      value: { revisions: ['IMAP4rev1', 'IMAP4rev2'] },
    });
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
    for (const tryAnyway of [false, true])
      expect(await reasonOf(imap.startTls(testTlsRequest(), { tryAnyway }))).toBe('usage');
    expect(await imap.login(credentials)).toMatchObject({ ok: true });
    await imap.logout();
  });

  test('IMAP-100 calls overlap, and those that change the state wait for the others', async () => {
    const { imap, seen } = await open({ implicitTls: true }, { tls: testTlsRequest() });
    const answers = await Promise.all([imap.noop(), imap.capability(), imap.login(credentials), imap.noop()]);
    expect(answers.map(({ ok }) => ok)).toEqual([true, true, true, true]);
    expect(seen.filter(({ type }) => type === 'command')).toEqual(
      ['NOOP', 'CAPABILITY', 'AUTHENTICATE', 'NOOP'].map((verb) => ({ type: 'command', verb })),
    );
  });

  test('commands that change the state have methods of their own', async () => {
    const { imap } = await open();
    expect(await reasonOf(imap.command({ verb: 'LOGOUT' }))).toBe('usage');
    expect(await reasonOf(imap.command({ verb: 'STARTTLS' }))).toBe('usage');
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
