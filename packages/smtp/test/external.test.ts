import { testTlsOffer, testTlsRequest } from '@postern/wire/testing';
import { expect, test } from 'vitest';
import type { Smtp } from '../src/smtp.ts';
import { auth, scene } from './client-scene.ts';
import type { Scene } from './client-scene.ts';

const identity = testTlsOffer.identity(undefined);

/** A server that asks for certificates, and knows whose they are. */
function knowing(user: string | undefined) {
  return {
    tls: { ...testTlsOffer, clientCertificate: 'wanted' as const },
    auth: { ...auth, external: { user: () => user } },
  };
}

/** A dialogue inside TLS, in which the client has shown its certificate. */
async function secured(open: Scene['open']): Promise<Smtp> {
  const smtp = await open();
  await smtp.ehlo('client.example');
  await smtp.startTls({ ...testTlsRequest(), identity });
  await smtp.ehlo('client.example');
  return smtp;
}

test('SASL-060 EXTERNAL logs in whom the certificate names, and may act as others where that is allowed', async () => {
  const server = knowing('fred');
  const mayActAs = (user: string, other: string): boolean => user === 'fred' && other === 'ann';
  await scene({ ...server, auth: { ...server.auth, mayActAs } }, async ({ open }) => {
    for (const authorizationId of [undefined, 'ann', 'bob']) {
      const smtp = await secured(open);
      const answer = await smtp.login({
        type: 'certificate',
        ...(authorizationId !== undefined && { authorizationId }),
      });
      expect(answer.ok).toBe(authorizationId !== 'bob');
      await smtp.quit();
    }
  });
});

test('SASL-060 EXTERNAL is refused for a certificate that is nobody’s', async () => {
  await scene(knowing(undefined), async ({ open }) => {
    const smtp = await secured(open);
    expect(await smtp.login({ type: 'certificate' })).toMatchObject({ ok: false, reason: 'auth-failed' });
    await smtp.quit();
  });
});
