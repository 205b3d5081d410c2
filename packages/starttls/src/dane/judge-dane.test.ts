import { X509Certificate } from 'node:crypto';
import type { Tlsa } from '@postern/dns';
import * as fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { der, extension, noon, selfSigned } from '../../test/certificates.ts';
import type { Identity, Wish } from '../../test/certificates.ts';
import { host, peerOf } from '../../test/peers.ts';
import { record } from '../../test/tlsa.ts';
import { requirementFor } from '../requirement.ts';
import { verifier } from '../verify-peer.ts';
import { judgeDane } from './judge-dane.ts';
import { usableTlsa } from './usable-tlsa.ts';

const flipped = (data: Uint8Array): Uint8Array => data.map((octet, at) => (at === 0 ? octet ^ 1 : octet));

const root = await selfSigned();
const stranger = await selfSigned({ subject: 'Stranger' });
const intermediate = await root.issue({ subject: 'Intermediate', authority: true });
const leaf = (wish: Wish = {}): Promise<Identity> => intermediate.issue({ names: [`dns:${host}`], ...wish });
const good = await leaf();
const expired = await leaf({ notAfter: Date.UTC(2021, 0), names: ['dns:other.test'] });

/** What becomes of a chain under records; `none` = authenticated. The platform trusts nobody here. */
function judged(
  records: readonly Tlsa[],
  chain: readonly Identity[],
  names: readonly string[] = [host],
): string {
  const peer = peerOf(chain, 'SELF_SIGNED_CERT_IN_CHAIN');
  return judgeDane(peer, { tlsa: usableTlsa(records), names, now: noon })?.reason ?? 'none';
}

describe('DANE-EE', () => {
  test.each(['3 0 0', '3 0 1', '3 0 2', '3 1 0', '3 1 1', '3 1 2'])(
    'TLS-055 %s matches its certificate and no other',
    (text) => {
      expect(judged([record(text, good)], [good, intermediate])).toBe('none');
      expect(judged([record(text, stranger)], [good, intermediate])).toBe('dane-mismatch');
      // Changed data is another digest, or no certificate and no key any more.
      expect(judged([record(text, good, flipped)], [good])).toBe('dane-mismatch');
    },
  );

  test('TLS-054 neither names nor dates count', () => {
    expect(judged([record('3 1 1', expired)], [expired])).toBe('none');
    expect(judged([record('3 1 1', expired)], [expired], ['whatever.test'])).toBe('none');
  });

  test('TLS-054 the server’s own certificate is meant, not another one in its chain', () => {
    expect(judged([record('3 1 1', intermediate)], [good, intermediate])).toBe('dane-mismatch');
  });

  test('TLS-059 of an old and a new key one is enough', () => {
    expect(judged([record('3 1 1', stranger), record('3 1 1', good)], [good])).toBe('none');
  });
});

describe('DANE-TA', () => {
  test.each(['2 0 0', '2 0 1', '2 0 2', '2 1 0', '2 1 1', '2 1 2'])(
    'TLS-054 %s matches an authority that is sent',
    (text) => {
      expect(judged([record(text, intermediate)], [good, intermediate])).toBe('none');
      expect(judged([record(text, root)], [good, intermediate, root])).toBe('none');
      expect(judged([record(text, stranger)], [good, intermediate, root])).toBe('dane-mismatch');
    },
  );

  test('TLS-059 an authority published whole, or its key, need not be sent; a digest of it must', () => {
    for (const text of ['2 0 0', '2 1 0'])
      expect(judged([record(text, root)], [good, intermediate])).toBe('none');
    for (const text of ['2 0 1', '2 1 1'])
      expect(judged([record(text, root)], [good, intermediate])).toBe('dane-mismatch');
    expect(judged([record('2 0 0', intermediate)], [good])).toBe('none');
  });

  test('TLS-054 expiry and names count', async () => {
    expect(judged([record('2 1 1', intermediate)], [expired, intermediate])).toBe('cert-expired');
    const future = await leaf({ notBefore: Date.UTC(2079, 0) });
    expect(judged([record('2 1 1', intermediate)], [future, intermediate])).toBe('cert-not-yet-valid');
    expect(judged([record('2 1 1', intermediate)], [good, intermediate], ['other.test'])).toBe(
      'cert-name-mismatch',
    );
    expect(judged([record('2 1 1', intermediate)], [good, intermediate], ['other.test', host])).toBe('none');
    const oldCa = await root.issue({ subject: 'Old', authority: true, notAfter: Date.UTC(2021, 0) });
    const under = await oldCa.issue({ names: [`dns:${host}`] });
    expect(judged([record('2 1 1', oldCa)], [under, oldCa])).toBe('cert-expired');
  });

  test('TLS-054 an authority is only what may be one', async () => {
    // A leaf that signs another leaf; its name and signature fit.
    const server = await root.issue({ subject: 'Server', names: ['dns:evil.test'] });
    const forged = await server.issue({ names: [`dns:${host}`] });
    expect(judged([record('2 1 1', root)], [forged, server, root])).toBe('dane-mismatch');
    expect(judged([record('2 1 1', server)], [forged, server, root])).toBe('dane-mismatch');
    const basic = (length: number) =>
      extension('2.5.29.19', true, der(0x30, der(0x01, [0xff]), der(0x02, [length])));
    const bare: Wish = { authority: true, bareExtensions: true };
    const short = await root.issue({ ...bare, subject: 'Short', extensions: [basic(0)] });
    const below = await short.issue({ subject: 'Below', authority: true });
    const deep = await below.issue({ names: [`dns:${host}`] });
    expect(judged([record('2 1 1', short)], [deep, below, short])).toBe('dane-mismatch');
    expect(judged([record('2 1 1', below)], [deep, below, short])).toBe('none');
    const signsNothing = extension('2.5.29.15', true, der(0x03, [5, 0xa0]));
    const mute = await root.issue({ ...bare, subject: 'Mute', extensions: [basic(5), signsNothing] });
    expect(judged([record('2 1 1', mute)], [await mute.issue({ names: [`dns:${host}`] }), mute])).toBe(
      'dane-mismatch',
    );
    const odd = extension('1.2.3.4', true, der(0x05));
    const critical = await root.issue({ ...bare, subject: 'Odd', extensions: [basic(5), odd] });
    const underOdd = await critical.issue({ names: [`dns:${host}`] });
    expect(judged([record('2 1 1', critical)], [underOdd, critical])).toBe('dane-mismatch');
  });

  test('TLS-054 signatures are checked, not only names', async () => {
    const twin = await stranger.issue({ subject: 'Intermediate', authority: true });
    expect(judged([record('2 1 1', twin)], [good, twin])).toBe('dane-mismatch');
    expect(judged([record('2 1 0', stranger)], [good, intermediate])).toBe('dane-mismatch');
    // With the twin in front the true issuer is found all the same.
    expect(judged([record('2 1 1', root)], [good, twin, intermediate, root])).toBe('none');
  });

  test('TLS-054 purpose, strength and name constraints count', async () => {
    const clients = await leaf({ purposes: ['1.3.6.1.5.5.7.3.2'] });
    expect(judged([record('2 1 1', intermediate)], [clients, intermediate])).toBe('cert-purpose');
    const small = await leaf({ key: 'rsa-1024' });
    expect(judged([record('2 1 1', intermediate)], [small, intermediate])).toBe('cert-key-too-small');
    const weak = await leaf({ hash: 'SHA-1' });
    expect(judged([record('2 1 1', intermediate)], [weak, intermediate])).toBe('cert-weak-signature');
    const bounded = await root.issue({ subject: 'Bounded', authority: true, permitted: ['example.org'] });
    const outside = await bounded.issue({ names: [`dns:${host}`] });
    expect(judged([record('2 1 1', bounded)], [outside, bounded])).toBe('cert-name-constraint');
    expect(judged([record('2 1 1', root)], [outside, bounded, root])).toBe('cert-name-constraint');
    const around = await root.issue({ subject: 'Around', authority: true, permitted: [host] });
    const inside = await around.issue({ names: [`dns:${host}`] });
    expect(judged([record('2 1 1', around)], [inside, around])).toBe('none');
  });

  test('TLS-054 a self-signed certificate is no authority over itself', async () => {
    const alone = await selfSigned({ subject: host, names: [`dns:${host}`] });
    expect(judged([record('2 1 1', alone)], [alone])).toBe('dane-mismatch');
    expect(judged([record('3 1 1', alone)], [alone])).toBe('none');
  });

  test('TLS-054 an issuer is who has the name, not only the key', async () => {
    const alias = await root.issue({ subject: 'Alias', authority: true, keyOf: intermediate });
    expect(judged([record('2 0 1', alias)], [good, alias])).toBe('dane-mismatch');
    expect(judged([record('2 0 1', intermediate)], [good, alias, intermediate])).toBe('none');
  });

  test('TLS-054 issuers of one name and one key, which sign each other in every order, end the search', async () => {
    const twins = await Promise.all(
      Array.from({ length: 6 }, () =>
        intermediate.issue({ subject: 'Intermediate', authority: true, keyOf: intermediate }),
      ),
    );
    const checks = vi.spyOn(X509Certificate.prototype, 'verify');
    expect(judged([record('2 1 1', stranger)], [good, ...twins])).toBe('dane-mismatch');
    expect(checks.mock.calls.length).toBeLessThanOrEqual(40);
    checks.mockRestore();
  });
});

describe('usable records', () => {
  const ok = record('3 1 1', good);

  test.each<readonly [string, Partial<Tlsa>]>([
    ['usage 0, PKIX-TA', { usage: 0 }],
    ['usage 1, PKIX-EE', { usage: 1 }],
    ['usage 4', { usage: 4 }],
    ['usage 255', { usage: 255 }],
    ['selector 2', { selector: 2 }],
    ['matching 3', { matching: 3 }],
    ['a SHA-256 of 31 octets', { data: new Uint8Array(31) }],
    ['a SHA-512 of 32 octets', { matching: 2 }],
    ['no data', { data: new Uint8Array() }],
    ['a certificate that is none', { selector: 0, matching: 0, data: new Uint8Array(40) }],
    ['a key that is none', { matching: 0, data: new Uint8Array(40) }],
    ['a certificate where a key belongs', { matching: 0, data: good.der }],
  ])('TLS-055 not usable: %s', (_, change) => {
    expect(usableTlsa([{ ...ok, ...change }])).toEqual([]);
    expect(usableTlsa([{ ...ok, ...change }, ok])).toEqual([ok]);
  });

  test('TLS-056 of the digests of one usage and selector the strongest counts, after the unusable are gone', () => {
    const right = { short: record('3 1 1', good), long: record('3 1 2', good) };
    const wrong = { short: record('3 1 1', good, flipped), long: record('3 1 2', good, flipped) };
    expect(judged([wrong.short, right.long], [good])).toBe('none');
    expect(judged([right.short, wrong.long], [good])).toBe('dane-mismatch');
    expect(judged([right.short, { ...right.long, data: new Uint8Array(32) }], [good])).toBe('none');
    // Other usages and selectors, and data without a digest, stay.
    const others = [record('2 1 1', root), record('3 0 1', good), record('3 1 0', good), wrong.long];
    expect(usableTlsa(others)).toEqual(others);
    expect(judged([record('3 0 1', good), wrong.long], [good])).toBe('none');
    expect(judged([record('3 1 0', good), wrong.long], [good])).toBe('none');
  });

  test('TLS-055 the number of records that count is bounded', () => {
    const many = Array.from({ length: 2000 }, () => ok);
    expect(usableTlsa(many).length).toBe(32);
  });
});

describe('hostile peers', () => {
  test('TLS-054 any octets in place of certificates and records come to a verdict', () => {
    const octets = fc.uint8Array({ maxLength: 200 });
    const records = fc.array(
      fc.record({ usage: fc.nat(4), selector: fc.nat(2), matching: fc.nat(3), data: octets }),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(fc.array(octets, { maxLength: 4 }), records, (chain, tlsa) => {
        const peer = { ...peerOf([]), chain };
        expect(judgeDane(peer, { tlsa, names: [host], now: noon })?.reason).toMatch(/^(dane|cert)-/);
        expect(usableTlsa(tlsa).length).toBeLessThanOrEqual(tlsa.length);
      }),
    );
  });

  test('TLS-054 a chain that was changed anywhere is never taken for another', async () => {
    const chain = [good.der, intermediate.der];
    const [tlsa] = [usableTlsa([record('2 0 1', root), record('2 0 1', intermediate)])];
    fc.assert(
      fc.property(fc.nat(1), fc.nat(2000), fc.integer({ min: 1, max: 255 }), (which, at, bits) => {
        const changed = chain.map((one, index) =>
          one.map((octet, place) => (index === which && place === at % one.length ? octet ^ bits : octet)),
        );
        const peer = { ...peerOf([]), chain: changed };
        expect(judgeDane(peer, { tlsa, names: [host], now: noon })).toBeDefined();
      }),
    );
  });
});

describe('a requirement with TLSA records', () => {
  const tlsa = [record('3 1 1', good)];
  const requirement = requirementFor({ user: { level: 'authenticated', by: 'dane', names: [host], tlsa } });

  test('TLS-057 is fulfilled by DANE alone, whatever the platform says', () => {
    const verify = verifier(requirement, { wallClock: () => noon });
    expect(verify(peerOf([good], 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'))).toEqual({
      status: 'verified',
      by: 'dane',
    });
    expect(verify(peerOf([expired]))).toMatchObject({
      status: 'rejected',
      fault: { reason: 'dane-mismatch', evidence: { certificate: expired.der } },
    });
    const silent = verify(peerOf([]));
    expect(silent.status === 'rejected' && silent.fault.evidence).not.toHaveProperty('certificate');
  });

  test('TLS-041 demands both where both are wanted', () => {
    const both = verifier({ ...requirement, proof: 'dane-and-pkix' } as typeof requirement, {
      wallClock: () => noon,
    });
    expect(both(peerOf([good]))).toEqual({ status: 'verified', by: 'dane' });
    expect(both(peerOf([good], 'SELF_SIGNED_CERT_IN_CHAIN'))).toMatchObject({
      fault: { reason: 'cert-untrusted' },
    });
    expect(both(peerOf([expired]))).toMatchObject({ fault: { reason: 'dane-mismatch' } });
  });

  test('TLS-057 without a record there is nothing to know a peer by', () => {
    expect(() =>
      requirementFor({ user: { level: 'authenticated', by: 'dane', names: [host], tlsa: [] } }),
    ).toThrow(/nothing is given/);
  });
});
