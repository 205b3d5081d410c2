import { scriptedPeer, testTlsOffer, testTlsRequest, virtualClock } from '@postern/wire/testing';
import { describe, expect, test } from 'vitest';
import { authenticate, credentials, open, reasonOf } from '../test/dialogue.ts';
import { openImap } from './index.ts';

describe('a login', () => {
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

  test.each([
    ['IMAP-021 after a login that does not tell them', 'IMAP4rev1 AUTH=PLAIN', ['+ ', 'a1 OK']],
    [
      'IMAP-146 once more where a proxy writes into them until then',
      'XAPPLEPUSHSERVICE IMAP4rev1 SASL-IR AUTH=PLAIN',
      ['a1 OK [CAPABILITY XAPPLEPUSHSERVICE IMAP4rev1] x'],
    ],
  ])('asks for the capabilities: %s', async (_name, greeted, answers) => {
    const said: (string | undefined)[] = [];
    const connection = await scriptedPeer(async ({ send, line, connection: accepted }) => {
      await accepted.acceptTls(testTlsOffer);
      await send(`* OK [CAPABILITY ${greeted}] hi\r\n`);
      for (const answer of answers) {
        await line();
        await send(`${answer}\r\n`);
      }
      said.push(await line());
      await send('* CAPABILITY IMAP4rev1 IDLE\r\na2 OK\r\n');
    });
    const imap = await openImap(connection, { clock: virtualClock(), tls: testTlsRequest() });
    expect(await imap.login(credentials)).toMatchObject({ ok: true });
    expect(said).toEqual(['a2 CAPABILITY']);
    expect(imap.capabilities.atoms).toEqual(['IMAP4REV1', 'IDLE']);
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
