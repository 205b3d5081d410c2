import { reasonGroup, reasons } from '@postern/wire';
import type { Reason, ReasonGroup } from '@postern/wire';
import { describe, expect, test } from 'vitest';
import { tlsrptResult } from './result-type.ts';

describe('result types of TLS reports', () => {
  test.each([
    ['starttls-not-offered', 'starttls-not-supported'],
    ['starttls-masked', 'starttls-not-supported'],
    ['downgrade-suspected', 'starttls-not-supported'],
    ['cert-name-mismatch', 'certificate-host-mismatch'],
    ['cert-expired', 'certificate-expired'],
    ['cert-self-signed', 'certificate-not-trusted'],
    ['cert-not-yet-valid', 'certificate-not-trusted'],
    ['dane-mismatch', 'certificate-not-trusted'],
    ['tlsa-unusable', 'tlsa-invalid'],
    ['dns-servfail', 'dnssec-invalid'],
    ['dns-bogus', 'dnssec-invalid'],
    ['dane-required', 'dane-required'],
    ['sts-cert', 'sts-webpki-invalid'],
    ['sts-syntax', 'sts-policy-invalid'],
    ['sts-redirect', 'sts-policy-fetch-error'],
    ['sts-timeout', 'sts-policy-fetch-error'],
    ['sts-mx-not-listed', 'validation-failure'],
    ['tls-not-spoken', 'validation-failure'],
    ['tls-alert-handshake-failure', 'validation-failure'],
    ['plaintext-after-starttls', 'validation-failure'],
    ['timeout-connect', undefined],
    ['timeout-tls-handshake', undefined],
    ['connection-refused', undefined],
    ['auth-failed', undefined],
  ] as const)('TLS-071 %s is reported as %s', (reason, result) => {
    expect(tlsrptResult({ reason })).toBe(result);
  });

  test('TLS-071 every certificate problem and every alert is reportable, no login and no delivery is', () => {
    const reported = reasons.filter((reason) => tlsrptResult({ reason }) !== undefined);
    const of = (...groups: readonly ReasonGroup[]): readonly Reason[] =>
      reasons.filter((reason) => groups.includes(reasonGroup(reason)));
    expect(reported).toEqual(expect.arrayContaining([...of('certificate')]));
    expect(reported).toEqual(
      expect.arrayContaining(reasons.filter((reason) => reason.startsWith('tls-alert-'))),
    );
    expect(of('auth', 'delivery', 'connect').filter((reason) => reported.includes(reason))).toEqual([]);
  });
});
