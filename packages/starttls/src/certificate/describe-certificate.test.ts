import { createHash, X509Certificate } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { alternativeNames, ascii, der, generalName, oid, selfSigned } from '../../test/certificates.ts';
import { describeCertificate } from './describe-certificate.ts';

const root = await selfSigned({ subject: 'Test Root' });
const leaf = await root.issue({
  subject: 'mail.example.test',
  names: ['dns:mail.example.test', 'email:a@b.test', 'srv:_imaps.example.test', 'ip:192.0.2.1', 'uri:sip:x'],
});

describe('TLS-035 a certificate as data', () => {
  test('TLS-035 says what a report needs, as the platform sees it', () => {
    const platform = new X509Certificate(leaf.der);
    const key = platform.publicKey.export({ type: 'spki', format: 'der' });
    expect(describeCertificate(leaf.der)).toEqual({
      subject: 'CN=mail.example.test',
      issuer: 'CN=Test Root',
      names: ['mail.example.test', '_imaps.example.test', '192.0.2.1'],
      notBefore: Date.UTC(2020, 0),
      notAfter: Date.UTC(2080, 0),
      serialNumber: platform.serialNumber.toLowerCase(),
      fingerprint: platform.fingerprint256,
      publicKeySha256: createHash('sha256').update(key).digest('hex'),
      keyType: 'ec',
      keyBits: 256,
      signatureAlgorithm: 'ecdsa-with-SHA256',
      selfSigned: false,
    });
  });

  test('TLS-035 tells a self-signed one', () => {
    expect(describeCertificate(root.der)?.selfSigned).toBe(true);
  });

  test('TLS-036 a certificate that only names itself as issuer is not self-signed', async () => {
    const other = await root.issue({ subject: 'Test Root' });
    expect(describeCertificate(other.der)?.selfSigned).toBe(false);
  });

  test.each([
    ['p-192', 'ec', 192],
    ['p-384', 'ec', 384],
    ['rsa-1024', 'rsa', 1024],
    ['rsa-2048', 'rsa', 2048],
    ['rsa-pss-2048', 'rsa-pss', 2048],
    ['ed25519', 'ed25519', 256],
  ] as const)('TLS-021 knows the size of a %s key', async (key, keyType, keyBits) => {
    expect(describeCertificate((await root.issue({ key })).der)).toMatchObject({ keyType, keyBits });
  });

  test.each([
    ['rsa-2048', 'sha256WithRSAEncryption'],
    ['rsa-2048-signs-pss', 'rsassa-pss-sha256'],
    ['ed25519', 'ed25519'],
  ] as const)('TLS-021 knows the signature by a %s key', async (key, signatureAlgorithm) => {
    const signer = await selfSigned({ key });
    expect(describeCertificate(signer.der)).toMatchObject({ signatureAlgorithm, selfSigned: true });
  });

  test('TLS-035 a subject cannot act on a terminal', async () => {
    const odd = await selfSigned({ subject: String.raw`a\0D\0A\1B[2J\, b` });
    const text = describeCertificate(odd.der)?.subject ?? '';
    expect(text).toMatch(/^CN=a/);
    expect(text).not.toMatch(/\p{Cc}/u);
  });

  test('TLS-033 a host name that poses as an address is shown with its kind', async () => {
    const odd = await root.issue({ names: ['dns:192.0.2.1', 'ip:192.0.2.1'] });
    expect(describeCertificate(odd.der)?.names).toEqual(['DNS:192.0.2.1', '192.0.2.1']);
  });
});

describe('TLS-032 bytes that are no certificate', () => {
  test('TLS-035 gives nothing for garbage', () => {
    expect(describeCertificate(new Uint8Array())).toBeUndefined();
    expect(describeCertificate(ascii('-----BEGIN CERTIFICATE-----'))).toBeUndefined();
    expect(describeCertificate(new Uint8Array(70_000).fill(0x30))).toBeUndefined();
  });

  test('TLS-035 refuses bytes behind the certificate', () => {
    expect(describeCertificate(Uint8Array.from([...leaf.der, 0]))).toBeUndefined();
  });

  test('TLS-034 refuses two lists of names', async () => {
    const name = generalName('dns:mail.example.test');
    const odd = root.issue({ names: ['dns:a.test'], extensions: [alternativeNames(name)] });
    expect(describeCertificate((await odd).der)).toBeUndefined();
  });

  test('TLS-034 refuses lengths that are longer than need be and indefinite ones', async () => {
    for (const name of [Uint8Array.from([0x82, 0x81, 1, 0x61]), Uint8Array.from([0x82, 0x80, 0x61, 0, 0])]) {
      const odd = await root.issue({ extensions: [alternativeNames(name)] });
      expect(describeCertificate(odd.der)).toBeUndefined();
    }
  });

  test('TLS-034 ignores other names of unknown kinds, however they look', async () => {
    const upn = der(0xa0, oid('1.3.6.1.4.1.311.20.2.3'), der(0xa0, der(0x0c, ascii('mail.example.test'))));
    const odd = await root.issue({ extensions: [alternativeNames(upn, generalName('dns:a.test'))] });
    expect(describeCertificate(odd.der)?.names).toEqual(['a.test']);
  });

  test('TLS-035 never throws on a damaged certificate', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: leaf.der.length - 1 }),
        fc.integer({ min: 0, max: 255 }),
        fc.nat({ max: leaf.der.length }),
        (at, octet, end) => {
          const damaged = leaf.der.slice();
          damaged[at] = octet;
          describeCertificate(damaged);
          expect(end === damaged.length || describeCertificate(damaged.subarray(0, end)) === undefined).toBe(
            true,
          );
        },
      ),
      { numRuns: 500 },
    );
  });

  test('TLS-035 never throws on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(describeCertificate(der(0x30, der(0x30, bytes)))).toBeUndefined();
      }),
    );
  });
});
