import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { TlsIdentity } from '@postern/wire';

/** A certificate that is valid today, and the authority that vouches for it, PEM. Without names it has a common name only. */
export async function certifiedFor(
  names: readonly string[],
): Promise<{ readonly identity: TlsIdentity; readonly authority: string }> {
  x509.cryptoProvider.set(webcrypto);
  const curve = { name: 'ECDSA', namedCurve: 'P-256' };
  const valid = { notBefore: new Date(Date.now() - 3_600_000), notAfter: new Date(Date.now() + 3_600_000) };
  const signingAlgorithm = { name: 'ECDSA', hash: 'SHA-256' };
  const [root, own] = await Promise.all(
    [0, 1].map(() => webcrypto.subtle.generateKey(curve, true, ['sign', 'verify'])),
  );
  if (!root || !own) throw new Error('no keys');
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=Policy Authority',
    keys: root,
    ...valid,
    signingAlgorithm,
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
  });
  const certificate = await x509.X509CertificateGenerator.create({
    subject: 'CN=mta-sts.example.test',
    issuer: authority.subject,
    publicKey: own.publicKey,
    signingKey: root.privateKey,
    ...valid,
    signingAlgorithm,
    extensions:
      names.length === 0
        ? []
        : [new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: 'dns' as const, value })))],
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', own.privateKey)).toString('base64');
  return {
    identity: {
      key: `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`,
      chain: certificate.toString('pem'),
    },
    authority: authority.toString('pem'),
  };
}
