import { createHash } from 'node:crypto';
import { testTlsRequest } from '@postern/wire/testing';
import { expect, test } from 'vitest';
import { authenticate, open, reasonOf } from '../test/dialogue.ts';
import type { ApopLogin } from './index.ts';
import type { ServePop3Options } from './server/index.ts';

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

// RFC 1939 §7
const timestamp = '<1896.697170952@dbc.mtview.ca.us>';
const login: ApopLogin = { user: 'mrose', digest: (stamp) => md5(`${stamp}tanstaaf`) };

const server = {
  greeting: { type: 'ready', timestamp },
  apop: ({ user, timestamp: stamp, digest }) => user === 'mrose' && digest === md5(`${stamp}tanstaaf`),
} satisfies Partial<ServePop3Options>;

test('POP3-026 the digest of RFC 1939 §7 logs in, and is shown nowhere', async () => {
  const { pop3, shown } = await open({ ...server, implicitTls: true }, { tls: testTlsRequest() });
  expect(login.digest(timestamp)).toBe('c4c9334bac560ecc979e58001b3e22fb');
  expect(await pop3.apop(login)).toMatchObject({ ok: true, value: { mechanism: 'APOP' } });
  expect(await pop3.maildrop.stat()).toMatchObject({ ok: true });
  expect(shown()).toContain('APOP mrose <redacted 32 octets>');
  expect(shown()).not.toContain('c4c9334b');
});

test('POP3-026 a wrong digest is a wrong password', async () => {
  const { pop3 } = await open({ ...server, implicitTls: true }, { tls: testTlsRequest() });
  const answer = await pop3.apop({ ...login, digest: () => md5('x') });
  expect(answer).toMatchObject({ ok: false, reason: 'auth-failed' });
});

test('POP3-026 nothing is said where the greeting has no timestamp', async () => {
  const { pop3, seen } = await open({ implicitTls: true }, { tls: testTlsRequest() });
  expect(await reasonOf(pop3.apop(login))).toBe('auth-not-offered');
  expect(seen).toEqual([{ type: 'command', verb: 'CAPA' }]);
});

test('POP3-041 a timestamp that came before STLS counts no more, on either side', async () => {
  const { pop3 } = await open(server);
  await pop3.startTls(testTlsRequest());
  expect(await reasonOf(pop3.apop(login, { where: 'anywhere' }))).toBe('auth-not-offered');
});

test('POP3-044 APOP stays out of the clear unless the caller wants it there', async () => {
  const { pop3 } = await open({ ...server, auth: { authenticate, insideTlsOnly: false } });
  expect(await reasonOf(pop3.apop(login))).toBe('plaintext-login-refused');
  expect(await pop3.apop(login, { where: 'anywhere' })).toMatchObject({ ok: true });
});
