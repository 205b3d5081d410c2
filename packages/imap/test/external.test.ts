import { testTlsOffer, testTlsRequest } from '@postern/wire/testing';
import { expect, test } from 'vitest';
import { authenticate, open, reasonOf } from './dialogue.ts';

const identity = testTlsOffer.identity(undefined);

/** A server that asks for certificates, and knows whose they are. */
function knowing(user: string | undefined): Parameters<typeof open>[0] {
  return {
    tls: { ...testTlsOffer, clientCertificate: 'wanted' },
    auth: { authenticate, external: { user: ({ chain }) => (chain.length === 1 ? user : undefined) } },
  };
}

test('SASL-060 EXTERNAL logs in whom the certificate names, at our own server', async () => {
  const { imap, seen } = await open(knowing('fred'));
  await imap.startTls({ ...testTlsRequest(), identity });
  expect(await imap.login({ type: 'certificate' })).toMatchObject({
    ok: true,
    value: { mechanism: 'EXTERNAL' },
  });
  expect(seen).toContainEqual(expect.objectContaining({ type: 'login', user: 'fred', accepted: true }));
});

test('SASL-060 EXTERNAL is not offered without a certificate, and refused for one that is nobody’s', async () => {
  const without = await open(knowing('fred'));
  await without.imap.startTls(testTlsRequest());
  expect(await reasonOf(without.imap.login({ type: 'certificate' }))).toBe('auth-not-offered');
  const { imap } = await open(knowing(undefined));
  await imap.startTls({ ...testTlsRequest(), identity });
  expect(await imap.login({ type: 'certificate' })).toMatchObject({ ok: false, reason: 'auth-failed' });
});
