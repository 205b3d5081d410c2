import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { createAuthority } from './authority.ts';
import type { Authority } from './authority.ts';
import type { CertificateVariant } from './variant.ts';

const now = Date.UTC(2030, 0, 15);

function certificates(chain: string): X509Certificate[] {
  return chain
    .split(/(?=-----BEGIN)/)
    .filter((part) => part.trim() !== '')
    .map((part) => new X509Certificate(part));
}

describe('the throw-away authority', () => {
  let authority: Authority;
  beforeAll(async () => {
    authority = await createAuthority({ crypto, wallClock: () => now, random: () => 0.5 });
  });

  async function chainOf(variant: CertificateVariant, names: string[]): Promise<X509Certificate[]> {
    return certificates((await authority.identity(variant, names)).chain);
  }
  function root(): X509Certificate {
    return new X509Certificate(authority.roots[0] ?? '');
  }

  it('signs leaf by intermediate by root', async () => {
    const [leaf, intermediate] = await chainOf('good', ['mail.allgood.test', 'allgood.test']);
    expect(leaf?.subjectAltName).toBe('DNS:mail.allgood.test, DNS:allgood.test');
    expect(
      leaf && intermediate && leaf.checkIssued(intermediate) && leaf.verify(intermediate.publicKey),
    ).toBe(true);
    expect(intermediate?.checkIssued(root()) && intermediate.verify(root().publicKey)).toBe(true);
    expect(root().ca).toBe(true);
    expect(leaf?.ca).toBe(false);
  });

  it('gives the same identity for the same names, and another for others', async () => {
    expect(await authority.identity('good', ['a.test'])).toBe(await authority.identity('good', ['a.test']));
    expect(await authority.identity('good', ['a.test'])).not.toBe(
      await authority.identity('good', ['b.test']),
    );
  });

  it('makes one flaw per variant', async () => {
    const [expired] = await chainOf('expired', ['a.test']);
    expect(Date.parse(expired?.validTo ?? '')).toBeLessThan(now);
    const [early] = await chainOf('not-yet-valid', ['a.test']);
    expect(Date.parse(early?.validFrom ?? '')).toBeGreaterThan(now);
    const [wrong] = await chainOf('wrong-name', ['a.test']);
    expect(wrong?.checkHost('a.test')).toBeUndefined();
    const [selfSigned, ...noIssuer] = await chainOf('self-signed', ['a.test']);
    expect(selfSigned?.verify(selfSigned.publicKey)).toBe(true);
    expect(noIssuer).toEqual([]);
    expect(await chainOf('incomplete-chain', ['a.test'])).toHaveLength(1);
    const [nameless] = await chainOf('common-name-only', ['a.test']);
    expect(nameless?.subjectAltName).toBeUndefined();
    expect(nameless?.subject).toBe('CN=a.test');
    const [wildcard] = await chainOf('wildcard', ['a.zoo.test']);
    expect(wildcard?.checkHost('b.zoo.test')).toBe('*.zoo.test');
    const [weak] = await chainOf('weak-key', ['a.test']);
    expect(weak?.publicKey.asymmetricKeyDetails?.modulusLength).toBe(1024);
  });
});
