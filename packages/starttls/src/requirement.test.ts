import { isUsageError } from '@postern/wire';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { policyLevels, requirementFor, strictest } from './requirement.ts';
import type { Facts, Method, PolicyLevel, Requirement } from './requirement.ts';

const names = ['mail.example.test'];
const fingerprints = ['ab'.repeat(32)];
const mistake = expect.toSatisfy((error) => isUsageError(error) && error.code === 'argument-refused');

describe('requirements', () => {
  test('TLS-001 a method is one of three words', () => {
    expectTypeOf<Method>().toEqualTypeOf<'implicit-tls' | 'starttls' | 'plaintext'>();
  });

  test('TLS-042 without a wish a mail client demands an authenticated peer', () => {
    expect(requirementFor({ names })).toEqual({ level: 'authenticated', by: 'default', names });
  });

  test.each<[Facts, Requirement]>([
    [{ user: 'may', names }, { level: 'opportunistic' }],
    [{ user: 'opportunistic' }, { level: 'opportunistic' }],
    [{ user: 'encrypt' }, { level: 'encrypted', by: 'user' }],
    [{ user: 'encrypted' }, { level: 'encrypted', by: 'user' }],
    [
      { user: 'verify', names },
      { level: 'authenticated', by: 'user', names },
    ],
    [
      { user: 'secure', names },
      { level: 'authenticated', by: 'user', names },
    ],
    [
      { user: 'authenticated', names },
      { level: 'authenticated', by: 'user', names },
    ],
    [
      { user: 'fingerprint', fingerprints },
      { level: 'authenticated', by: 'user', names: [], fingerprints },
    ],
    [
      { user: 'fingerprint', fingerprints, names },
      { level: 'authenticated', by: 'user', names, fingerprints },
    ],
    [{ user: { level: 'encrypted', by: 'announcement' } }, { level: 'encrypted', by: 'announcement' }],
  ])('TLS-040 %j', (facts, requirement) => {
    expect(requirementFor(facts)).toEqual(requirement);
  });

  test.each<Facts>([
    {},
    { user: 'authenticated' },
    { user: 'verify', names: [] },
    { user: 'fingerprint', names },
    { user: 'fingerprint', fingerprints: ['abcd'] },
    { names: ['*.example.test'] },
    { user: { level: 'authenticated', by: 'user', names: [] } },
  ])('TLS-040 %j cannot be told from an impostor, which is the caller’s mistake', (facts) => {
    expect(() => requirementFor(facts)).toThrow(mistake);
  });

  const sts: Requirement = { level: 'authenticated', by: 'mta-sts', names };
  const announced: Requirement = { level: 'encrypted', by: 'announcement' };

  test('TLS-041 of what others have published the strictest wins', () => {
    expect(requirementFor({ published: [{ level: 'opportunistic' }, announced, sts] })).toBe(sts);
    expect(strictest([])).toBeUndefined();
    expect(strictest([{ ...sts, by: 'dane' }, sts])).toMatchObject({ by: 'dane' });
  });

  test('TLS-041 explicit local policy comes before what others have published', () => {
    expect(requirementFor({ user: 'may', published: [sts] })).toEqual({ level: 'opportunistic' });
  });

  test('TLS-040 the levels of Postfix, and sts, are data', () => {
    expectTypeOf<keyof typeof policyLevels>().toEqualTypeOf<PolicyLevel>();
    expect(Object.keys(policyLevels)).toEqual([
      'none',
      'may',
      'encrypt',
      'dane',
      'dane-only',
      'fingerprint',
      'verify',
      'secure',
      'sts',
    ]);
    for (const row of Object.values(policyLevels))
      expect(row.tls === 'required').toBe(row.otherwise === 'fail');
  });
});
