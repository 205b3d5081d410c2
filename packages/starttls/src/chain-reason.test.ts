import { describe, expect, test } from 'vitest';
import { selfSigned } from '../test/certificates.ts';
import { readCertificate } from './certificate/read-certificate.ts';
import type { Certificate } from './certificate/read-certificate.ts';
import { chainReason } from './chain-reason.ts';

const root = await selfSigned();
const intermediate = await root.issue({ authority: true, subject: 'I' });
const read = async (made: Promise<{ readonly der: Uint8Array }>): Promise<Certificate> => {
  const certificate = readCertificate((await made).der);
  if (!certificate) throw new Error('the test’s own certificate cannot be read');
  return certificate;
};
const issuerLocation = 'http://ca.example.test/i.der';
const plain = await read(intermediate.issue());
const located = await read(intermediate.issue({ issuerLocation }));
const issuer = await read(Promise.resolve(intermediate));

describe('TLS-036 results of OpenSSL', () => {
  test.each([
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'cert-self-signed'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'cert-untrusted'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'cert-untrusted'],
    ['CERT_HAS_EXPIRED', 'cert-expired'],
    ['CERT_NOT_YET_VALID', 'cert-not-yet-valid'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'cert-name-mismatch'],
    ['INVALID_PURPOSE', 'cert-purpose'],
    ['EE_KEY_TOO_SMALL', 'cert-key-too-small'],
    ['CA_KEY_TOO_SMALL', 'cert-key-too-small'],
    ['CA_MD_TOO_WEAK', 'cert-weak-signature'],
    ['PERMITTED_VIOLATION', 'cert-name-constraint'],
    ['EXCLUDED_VIOLATION', 'cert-name-constraint'],
    ['UNSPECIFIED', 'cert-untrusted'],
  ])('TLS-036 %s means %s', (code, reason) => {
    expect(chainReason(code, [plain])).toBe(reason);
  });

  test('TLS-036 a lone leaf that says where its issuer is lacks its intermediate', () => {
    expect(chainReason('UNABLE_TO_VERIFY_LEAF_SIGNATURE', [located])).toBe('cert-chain-incomplete');
  });

  test('TLS-036 a lone leaf that does not comes from an unknown authority', () => {
    expect(chainReason('UNABLE_TO_VERIFY_LEAF_SIGNATURE', [plain])).toBe('cert-untrusted');
  });

  test('TLS-036 with its issuer sent nothing is missing', () => {
    expect(chainReason('UNABLE_TO_VERIFY_LEAF_SIGNATURE', [located, issuer])).toBe('cert-untrusted');
  });

  test.each(['SOMETHING_OF_TOMORROW', 'constructor', '__proto__', ''])(
    'TLS-036 the unknown result %j means untrusted, never trusted',
    (code) => {
      expect(chainReason(code, [plain])).toBe('cert-untrusted');
    },
  );
});
