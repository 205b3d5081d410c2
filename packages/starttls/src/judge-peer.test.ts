import { isUsageError } from '@postern/wire';
import type { TlsFault, TlsPeer } from '@postern/wire';
import { describe, expect, test } from 'vitest';
import { alternativeNames, ascii, der, noon, selfSigned } from '../test/certificates.ts';
import { host, peerOf } from '../test/peers.ts';
import { judgePeer, problemOrder } from './judge-peer.ts';

const root = await selfSigned();
const intermediate = await root.issue({ subject: 'Intermediate', authority: true });
const good = await root.issue({ names: [`dns:${host}`] });

const judge = (peer: TlsPeer, names: readonly string[] = [host], now = noon): readonly TlsFault[] =>
  judgePeer(peer, names, { now });
const reasons = (...parameters: Parameters<typeof judge>): readonly string[] =>
  judge(...parameters).map(({ reason }) => reason);

describe('judgement of a peer', () => {
  test('TLS-030 a good certificate has no problem', () => {
    expect(judge(peerOf([good]))).toEqual([]);
  });

  test('TLS-035 the evidence tells names expected and presented, the certificate and the platform’s code', async () => {
    const other = await root.issue({ names: ['dns:a.test', 'srv:_imaps.a.test'] });
    const [trust, name] = judge(peerOf([other], 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'));
    const names = { expectedNames: [host], presentedNames: ['a.test', '_imaps.a.test'] };
    expect(trust).toEqual({
      kind: 'tls',
      reason: 'cert-untrusted',
      phase: 'tls',
      after: 0,
      evidence: {
        ...names,
        rule: 'RFC 5280 §6',
        certificate: other.der,
        code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      },
    });
    expect(name).toMatchObject({
      reason: 'cert-name-mismatch',
      evidence: { ...names, rule: 'RFC 9525 §6', certificate: other.der },
    });
    expect(name?.evidence).not.toHaveProperty('code');
  });

  test('TLS-032 the common name is never used', async () => {
    const old = await root.issue({ subject: host });
    const withAddress = await root.issue({ subject: host, names: ['ip:192.0.2.1', `email:a@${host}`] });
    expect(reasons(peerOf([old]))).toEqual(['cert-name-mismatch']);
    expect(reasons(peerOf([withAddress]))).toEqual(['cert-name-mismatch']);
  });

  test('TLS-034 a SRVName counts only where the server was found by SRV', async () => {
    const service = peerOf([await root.issue({ names: ['srv:_imaps.example.test'] })]);
    expect(reasons(service, ['example.test', '_imaps.example.test'])).toEqual([]);
    expect(reasons(service, ['example.test'])).toEqual(['cert-name-mismatch']);
  });

  test.each([
    ['a NUL', `${host}\0.evil.test`],
    ['a comma', `evil.test, DNS:${host}`],
    ['a quotation mark', `evil.test", DNS:"${host}`],
  ])('TLS-031 a name with %s in it stays one name', async (_, text) => {
    const odd = await root.issue({ extensions: [alternativeNames(der(0x82, ascii(text)))] });
    expect(reasons(peerOf([odd]))).toEqual(['cert-name-mismatch']);
  });

  test('TLS-035 several problems are all listed, the name last', async () => {
    const bad = await selfSigned({
      authority: false,
      names: ['dns:evil.test'],
      notAfter: Date.UTC(2021, 0),
      key: 'rsa-1024',
      purposes: ['1.3.6.1.5.5.7.3.2'],
    });
    expect(reasons(peerOf([bad], 'CERT_HAS_EXPIRED'))).toEqual([
      'cert-self-signed',
      'cert-expired',
      'cert-key-too-small',
      'cert-purpose',
      'cert-name-mismatch',
    ]);
  });

  test('TLS-035 every certificate problem has its place, and the name is the last of them', () => {
    expect(new Set(problemOrder).size).toBe(problemOrder.length);
    expect(problemOrder.at(-1)).toBe('cert-name-mismatch');
  });

  test('TLS-030 a name that can be in no certificate is the caller’s mistake', () => {
    expect(() => judge(peerOf([good]), ['*.example.test'])).toThrow(expect.toSatisfy(isUsageError));
  });

  test('TLS-030 without names nothing matches', () => {
    expect(reasons(peerOf([good]), [])).toEqual(['cert-name-mismatch']);
  });
});

describe('validity by the clock that is given', () => {
  test('TLS-036 both ends belong to it', () => {
    const peer = peerOf([good]);
    expect(reasons(peer, [host], Date.UTC(2020, 0))).toEqual([]);
    expect(reasons(peer, [host], Date.UTC(2020, 0) - 1)).toEqual(['cert-not-yet-valid']);
    expect(reasons(peer, [host], Date.UTC(2080, 0))).toEqual([]);
    expect(reasons(peer, [host], Date.UTC(2080, 0) + 1)).toEqual(['cert-expired']);
  });

  test('TLS-036 the platform’s word counts where only an issuer has expired', async () => {
    const leaf = await intermediate.issue({ names: [`dns:${host}`] });
    expect(reasons(peerOf([leaf, intermediate], 'CERT_HAS_EXPIRED'))).toEqual(['cert-expired']);
  });

  test('TLS-036 an expired certificate that happens to be sent along does no harm', async () => {
    const leaf = await intermediate.issue({ names: [`dns:${host}`] });
    const old = await root.issue({ subject: 'Intermediate', authority: true, notAfter: Date.UTC(2021, 0) });
    expect(reasons(peerOf([leaf, intermediate, old]))).toEqual([]);
  });
});

describe('strength', () => {
  test.each([
    ['rsa-1024', ['cert-key-too-small']],
    ['p-192', ['cert-key-too-small']],
    ['rsa-2048', []],
    ['p-256', []],
    ['ed25519', []],
  ] as const)('TLS-021 a key of kind %s: %j', async (key, expected) => {
    expect(reasons(peerOf([await root.issue({ names: [`dns:${host}`], key })]))).toEqual(expected);
  });

  test('TLS-021 a SHA-1 signature is weak', async () => {
    const weak = await root.issue({ names: [`dns:${host}`], hash: 'SHA-1' });
    expect(reasons(peerOf([weak]))).toEqual(['cert-weak-signature']);
  });

  test('TLS-021 the signature of a self-signed root is not looked at', async () => {
    const old = await selfSigned({ hash: 'SHA-1', key: 'p-256' });
    const leaf = await old.issue({ names: [`dns:${host}`] });
    expect(reasons(peerOf([leaf, old]))).toEqual([]);
  });

  test('TLS-021 the key of a root that is sent along does not count: it is trusted for being in the store', async () => {
    const old = await selfSigned({ key: 'rsa-1024' });
    const leaf = await old.issue({ names: [`dns:${host}`] });
    expect(reasons(peerOf([leaf, old]))).toEqual([]);
  });

  test('TLS-021 the key of an issuer counts, and the evidence shows the issuer', async () => {
    const small = await root.issue({ subject: 'Small', authority: true, key: 'rsa-1024' });
    const leaf = await small.issue({ names: [`dns:${host}`] });
    expect(judge(peerOf([leaf, small]))).toMatchObject([
      { reason: 'cert-key-too-small', evidence: { certificate: small.der } },
    ]);
  });

  test('TLS-021 the key of a certificate off the path does not count', async () => {
    const stray = await root.issue({ subject: 'Stray', authority: true, key: 'rsa-1024' });
    expect(reasons(peerOf([good, stray]))).toEqual([]);
  });
});

describe('results that the platform has no word for', () => {
  test('TLS-036 a weak signature of an issuer explains them', async () => {
    const weak = await root.issue({ subject: 'Weak', authority: true, hash: 'SHA-1' });
    const leaf = await weak.issue({ names: [`dns:${host}`] });
    expect(judge(peerOf([leaf, weak], 'UNSPECIFIED'))).toMatchObject([
      { reason: 'cert-weak-signature', evidence: { code: 'UNSPECIFIED', certificate: weak.der } },
    ]);
  });

  test.each([
    [['dns:mail.example.test'], ['example.test'], []],
    [['dns:mail.example.test'], ['.example.test'], []],
    [['dns:mail.example.test'], ['mail.example.test'], []],
    [['dns:mail.example.test', 'dns:a.evil.test'], ['example.test'], ['cert-name-constraint']],
    [['dns:mail.example.test'], ['ple.test'], ['cert-name-constraint']],
    [['dns:mail.example.test'], ['.mail.example.test'], ['cert-name-constraint']],
  ] as const)('TLS-036 names %j under the permitted %j: %j', async (names, permitted, expected) => {
    const bounded = await root.issue({ subject: 'Bounded', authority: true, permitted });
    const leaf = await bounded.issue({ names });
    const said = reasons(peerOf([leaf, bounded], 'UNSPECIFIED'));
    expect(said).toEqual(expected.length > 0 ? expected : ['cert-untrusted']);
  });

  test('TLS-036 what nothing explains stays untrusted', async () => {
    expect(reasons(peerOf([good], 'UNSPECIFIED'))).toEqual(['cert-untrusted']);
    const alone = await selfSigned({ authority: false, names: [`dns:${host}`] });
    expect(reasons(peerOf([alone], 'UNSPECIFIED'))).toEqual(['cert-self-signed']);
  });

  test('TLS-036 a date does not hide that nobody vouches for a certificate', async () => {
    const alone = await selfSigned({ authority: false, names: [`dns:${host}`], notAfter: Date.UTC(2021, 0) });
    const peer = peerOf([alone], 'CERT_HAS_EXPIRED');
    expect(reasons(peer)).toEqual(['cert-self-signed', 'cert-expired']);
    const given = judgePeer(peer, [host], { now: noon, roots: [root.pem, alone.pem] });
    expect(given.map(({ reason }) => reason)).toEqual(['cert-expired']);
  });
});

describe('purpose', () => {
  test.each([
    [['1.3.6.1.5.5.7.3.1'], []],
    [['1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.1'], []],
    [['2.5.29.37.0'], []],
    [[], []],
    [['1.3.6.1.5.5.7.3.2'], ['cert-purpose']],
  ])('TLS-036 purposes %j: %j', async (purposes, expected) => {
    expect(reasons(peerOf([await root.issue({ names: [`dns:${host}`], purposes })]))).toEqual(expected);
  });
});

describe('hostile peers', () => {
  test('TLS-035 no certificate at all, or one that cannot be read', () => {
    expect(reasons(peerOf([], 'UNSPECIFIED'))).toEqual(['cert-malformed']);
    const garbage = { ...peerOf([]), chain: [ascii('no certificate')] };
    expect(judge(garbage)).toMatchObject([
      { reason: 'cert-malformed', evidence: { certificate: ascii('no certificate'), presentedNames: [] } },
    ]);
  });

  test('TLS-035 garbage behind a good leaf does no harm', () => {
    const { chain, ...rest } = peerOf([good]);
    expect(reasons({ ...rest, chain: [...chain, ascii('garbage')] })).toEqual([]);
  });

  test('TLS-035 a thousand certificates that issue each other in a circle end soon', async () => {
    const a = await root.issue({ subject: 'B', authority: true });
    const first = await a.issue({ subject: 'A', authority: true, names: [`dns:${host}`] });
    const second = await first.issue({ subject: 'B', authority: true });
    const circle = Array.from({ length: 1000 }, (_, at) => (at % 2 === 0 ? first : second));
    expect(reasons(peerOf(circle))).toEqual([]);
  });
});
