import { createHash, X509Certificate } from 'node:crypto';
import { isUsageError } from '@postern/wire';
import { describe, expect, test } from 'vitest';
import { noon, selfSigned } from '../test/certificates.ts';
import { host, peerOf } from '../test/peers.ts';
import { describeCertificate } from './certificate/describe-certificate.ts';
import { requirementFor } from './requirement.ts';
import { verifier } from './verify-peer.ts';

const root = await selfSigned();
const good = await root.issue({ names: [`dns:${host}`] });
const bad = await selfSigned({ authority: false, names: ['dns:evil.test'] });
const badPeer = peerOf([bad], 'DEPTH_ZERO_SELF_SIGNED_CERT');
const options = { wallClock: () => noon };

describe('verification is always made and recorded', () => {
  test('TLS-042 no options given: a bad certificate is rejected', () => {
    expect(verifier(requirementFor({ names: [host] }), options)(badPeer)).toMatchObject({
      status: 'rejected',
      fault: { reason: 'cert-self-signed' },
    });
  });

  test.each(['opportunistic', 'encrypted'] as const)(
    'TLS-022 %s: a bad certificate is unverified, with its fault',
    (user) => {
      const verify = verifier(requirementFor({ user }), options);
      expect(verify(badPeer)).toMatchObject({ status: 'unverified', fault: { reason: 'cert-self-signed' } });
      expect(verify(peerOf([good], undefined, { serverName: 'other.test' }))).toMatchObject({
        status: 'unverified',
        fault: { reason: 'cert-name-mismatch', evidence: { expectedNames: ['other.test'] } },
      });
    },
  );

  test.each(['opportunistic', 'encrypted', 'authenticated'] as const)(
    'TLS-022 %s: a good certificate is verified',
    (user) => {
      const verify = verifier(requirementFor({ user, names: [host] }), options);
      expect(verify(peerOf([good]))).toEqual({ status: 'verified', by: 'pkix' });
    },
  );

  test('TLS-030 a server found by SRV is judged by its names under any requirement', async () => {
    const service = peerOf([await root.issue({ names: ['srv:_imaps.example.test'] })]);
    const judged = { ...options, names: ['example.test', '_imaps.example.test'] };
    expect(verifier(requirementFor({ user: 'encrypt' }), judged)(service).status).toBe('verified');
    expect(verifier(requirementFor({ user: 'encrypt' }), options)(service).status).toBe('unverified');
  });

  test('TLS-035 a mismatch tells names, expiry and fingerprint', () => {
    const judged = verifier(requirementFor({ names: ['a.test', 'b.test'] }), options)(peerOf([good]));
    const evidence = judged.status === 'rejected' ? judged.fault.evidence : undefined;
    expect(evidence).toMatchObject({ expectedNames: ['a.test', 'b.test'], presentedNames: [host] });
    expect(describeCertificate(evidence?.certificate ?? new Uint8Array())).toMatchObject({
      notAfter: Date.UTC(2080, 0),
      fingerprint: new X509Certificate(good.der).fingerprint256,
    });
  });

  test('TLS-036 the clock is asked at each handshake, not when the verifier is made', () => {
    let now = noon;
    const verify = verifier(requirementFor({ names: [host] }), { wallClock: () => now });
    expect(verify(peerOf([good])).status).toBe('verified');
    now = Date.UTC(2090, 0);
    expect(verify(peerOf([good]))).toMatchObject({ status: 'rejected', fault: { reason: 'cert-expired' } });
  });

  test('TLS-036 a certificate that was given as root is not called self-signed, under any requirement', async () => {
    const own = await selfSigned({ names: [`dns:${host}`], notAfter: Date.UTC(2021, 0) });
    const peer = peerOf([own], 'CERT_HAS_EXPIRED');
    const judged = { ...options, roots: [own.pem] };
    for (const requirement of [requirementFor({ user: 'encrypt' }), requirementFor({ names: [host] })])
      expect(verifier(requirement, judged)(peer)).toMatchObject({ fault: { reason: 'cert-expired' } });
  });

  test('TLS-030 a name that can be in no certificate shows before any handshake', () => {
    const requirement = { level: 'authenticated', by: 'user', names: ['*.test'] } as const;
    expect(() => verifier(requirement, options)).toThrow(expect.toSatisfy(isUsageError));
    const judged = { ...options, names: ['*.test'] };
    expect(() => verifier(requirementFor({ user: 'encrypt' }), judged)).toThrow(
      expect.toSatisfy(isUsageError),
    );
  });
});

describe('fingerprints', () => {
  const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
  const ofCertificate = sha256(bad.der);
  const ofKey = sha256(new X509Certificate(bad.der).publicKey.export({ type: 'spki', format: 'der' }));
  const pinned = (...fingerprints: readonly string[]): ReturnType<typeof verifier> =>
    verifier(requirementFor({ user: 'fingerprint', fingerprints }), options);

  test('TLS-040 the certificate or its public key, in any spelling, whatever else is wrong', () => {
    const colons = ofCertificate.toUpperCase().replaceAll(/(..)(?=.)/g, '$1:');
    for (const text of [ofCertificate, ofKey, colons]) {
      expect(pinned('00'.repeat(32), text)(badPeer)).toEqual({ status: 'verified', by: 'fingerprint' });
    }
  });

  test('TLS-040 another certificate is rejected, however good', () => {
    expect(pinned(ofCertificate)(peerOf([good]))).toMatchObject({
      status: 'rejected',
      fault: {
        reason: 'cert-fingerprint-mismatch',
        evidence: { presentedNames: [host], certificate: good.der },
      },
    });
    expect(pinned(ofCertificate)(peerOf([])).status).toBe('rejected');
  });
});
