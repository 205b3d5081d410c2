import { describe, expect, test } from 'vitest';
import { requireTlsBounce, requireTlsProblem } from './requiretls.ts';
import type { RequireTlsFacts } from './requiretls.ts';

const unverified = {
  status: 'unverified',
  fault: { kind: 'tls', reason: 'cert-self-signed', phase: 'tls', after: 0 },
} as const;

describe('REQUIRETLS', () => {
  const both = [true, false];
  for (const tls of both) {
    for (const proved of both) {
      for (const hostIsKnown of both) {
        for (const offered of both) {
          const verification: RequireTlsFacts['verification'] = !tls
            ? undefined
            : proved
              ? { status: 'verified', by: 'pkix' }
              : unverified;
          const expected = !(tls && proved && hostIsKnown)
            ? 'tls-required'
            : offered
              ? undefined
              : 'requiretls-not-offered';
          test(`TLS-074 TLS ${tls}, certificate ${proved}, host known ${hostIsKnown}, offered ${offered}: ${expected ?? 'allowed'}`, () => {
            expect(requireTlsProblem({ verification, hostIsKnown, offered })).toBe(expected);
          });
        }
      }
    }
  }

  test.each(['pkix', 'dane', 'fingerprint'] as const)('TLS-074 a certificate proved by %s is good', (by) => {
    const facts = { verification: { status: 'verified', by }, hostIsKnown: true, offered: true } as const;
    expect(requireTlsProblem(facts)).toBeUndefined();
  });

  test('TLS-074 tells the sender that support was missing as soon as one host lacked nothing else', () => {
    expect(requireTlsBounce(['tls-required', 'requiretls-not-offered']).code).toBe('5.7.30');
    expect(requireTlsBounce(['tls-required', 'tls-required']).code).toBe('5.7.10');
    expect(requireTlsBounce([]).code).toBe('5.7.10');
  });

  test('TLS-076 the bounce has no sender, carries headers only, and asks for REQUIRETLS without insisting', () => {
    expect(requireTlsBounce(['tls-required'])).toEqual({
      code: '5.7.10',
      reversePath: '',
      ret: 'HDRS',
      requireTls: 'if-offered',
    });
  });
});
