import 'reflect-metadata';
import { createPrivateKey, createPublicKey, generateKeyPairSync, webcrypto } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { Extension, X509CertificateGenerator, cryptoProvider } from '@peculiar/x509';

/**
 * Makes certificates for tests, good ones and every kind of bad one, in the test's own process. Extensions are written octet
 * by octet, because a library that makes certificates refuses what a test of bad ones needs.
 */
cryptoProvider.set(webcrypto);

/** The civil time of tests without sockets. Certificates are valid from 2020 to 2080 unless a test says otherwise. */
export const noon: number = Date.UTC(2026, 0, 15, 12);

/** The kind of a key. */
type KeyKind =
  'p-256' | 'p-192' | 'p-384' | 'rsa-1024' | 'rsa-2048' | 'rsa-2048-signs-pss' | 'rsa-pss-2048' | 'ed25519';

/** A subject alternative name: `dns:…`, `ip:…` (IPv4), `srv:…`, `email:…`, `uri:…`. */
export type NameText = `${'dns' | 'ip' | 'srv' | 'email' | 'uri'}:${string}`;

/** What a certificate shall be; every default makes a good one. */
export interface Wish {
  /** Common name of the subject. Default `test`. */
  readonly subject?: string;
  /** Subject alternative names; none = no extension. */
  readonly names?: readonly NameText[];
  readonly notBefore?: number;
  readonly notAfter?: number;
  readonly key?: KeyKind;
  /** Another certificate whose key this one certifies too, instead of a new key. Its kind is to be given as `key`. */
  readonly keyOf?: Identity;
  readonly hash?: 'SHA-1' | 'SHA-256' | 'SHA-384';
  readonly authority?: boolean;
  /** Extended key usages as dotted identifiers. Default serverAuth; empty = no extension. */
  readonly purposes?: readonly string[];
  /** Where the issuer's certificate can be fetched (authority information access). */
  readonly issuerLocation?: string;
  /** Permitted DNS subtrees (name constraints). */
  readonly permitted?: readonly string[];
  readonly extensions?: readonly Extension[];
  /** No other extensions than those. */
  readonly bareExtensions?: boolean;
}

/** A certificate with its key, able to sign others. */
export interface Identity {
  readonly der: Uint8Array;
  readonly pem: string;
  /** Private key, PKCS #8 PEM. */
  readonly key: string;
  /** Signs another certificate; its `chain` is not filled in. */
  issue(wish?: Wish): Promise<Identity>;
}

/** A self-signed certificate: a root, or a leaf that vouches for itself. */
export function selfSigned(wish: Wish = {}): Promise<Identity> {
  return make({ authority: true, subject: 'Test Root', ...wish }, undefined);
}

interface Signer {
  readonly subject: string;
  readonly key: webcrypto.CryptoKey;
}

async function make(wish: Wish, signer: Signer | undefined): Promise<Identity> {
  const { subject = 'test', key = 'p-256', hash = 'SHA-256' } = wish;
  const keys = await makeKeys(key, wish.keyOf);
  const certificate = await X509CertificateGenerator.create({
    serialNumber: webcrypto
      .getRandomValues(new Uint8Array(8))
      .reduce((text, octet) => text + octet.toString(16).padStart(2, '0'), '0'),
    subject: `CN=${subject}`,
    issuer: `CN=${signer?.subject ?? subject}`,
    notBefore: new Date(wish.notBefore ?? Date.UTC(2020, 0)),
    notAfter: new Date(wish.notAfter ?? Date.UTC(2080, 0)),
    publicKey: keys.spki,
    signingKey: signer?.key ?? keys.signing,
    signingAlgorithm: signingAlgorithm(signer?.key ?? keys.signing, hash),
    extensions: [...(wish.bareExtensions ? [] : standardExtensions(wish)), ...(wish.extensions ?? [])],
  });
  return {
    der: new Uint8Array(certificate.rawData),
    pem: certificate.toString('pem'),
    key: keys.pem,
    issue: (next = {}) => make(next, { subject, key: keys.signing }),
  };
}

interface Keys {
  readonly spki: Uint8Array<ArrayBuffer>;
  readonly pem: string;
  readonly signing: webcrypto.CryptoKey;
}

async function makeKeys(kind: KeyKind, holder?: Identity): Promise<Keys> {
  const { publicKey, privateKey } = holder
    ? { publicKey: createPublicKey(holder.key), privateKey: createPrivateKey(holder.key) }
    : generate(kind);
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const spki = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }));
  // Web Crypto does not know every kind; such a key is certified, it signs nothing.
  const foreign = kind === 'p-192' || kind === 'rsa-pss-2048';
  const signing = foreign ? (await makeKeys('p-256')).signing : await importKey(kind, privateKey);
  return { spki, pem, signing };
}

function generate(kind: KeyKind): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  switch (kind) {
    case 'rsa-1024':
      return generateKeyPairSync('rsa', { modulusLength: 1024 });
    case 'rsa-2048':
    case 'rsa-2048-signs-pss':
      return generateKeyPairSync('rsa', { modulusLength: 2048 });
    case 'rsa-pss-2048':
      return generateKeyPairSync('rsa-pss', { modulusLength: 2048 });
    case 'ed25519':
      return generateKeyPairSync('ed25519');
    case 'p-192':
      return generateKeyPairSync('ec', { namedCurve: 'prime192v1' });
    case 'p-256':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' });
    case 'p-384':
      return generateKeyPairSync('ec', { namedCurve: 'P-384' });
  }
}

function importKey(kind: KeyKind, key: KeyObject): Promise<webcrypto.CryptoKey> {
  const pkcs8 = new Uint8Array(key.export({ type: 'pkcs8', format: 'der' }));
  const algorithm =
    kind === 'p-256' || kind === 'p-384'
      ? { name: 'ECDSA', namedCurve: kind.toUpperCase() }
      : kind === 'ed25519'
        ? { name: 'Ed25519' }
        : { name: kind === 'rsa-2048-signs-pss' ? 'RSA-PSS' : 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  return webcrypto.subtle.importKey('pkcs8', pkcs8, algorithm, true, ['sign']);
}

function signingAlgorithm(key: webcrypto.CryptoKey, hash: string): webcrypto.Algorithm {
  const { name } = key.algorithm;
  const ecdsa: webcrypto.EcdsaParams = { name, hash };
  const rsa: webcrypto.RsaPssParams & webcrypto.Algorithm = { ...key.algorithm, saltLength: 32 };
  return name === 'ECDSA' ? ecdsa : rsa;
}

function standardExtensions(wish: Wish): Extension[] {
  const { names = [], purposes = wish.authority ? [] : ['1.3.6.1.5.5.7.3.1'] } = wish;
  return [
    new Extension('2.5.29.19', true, der(0x30, wish.authority ? der(0x01, [0xff]) : [])),
    // keyCertSign and cRLSign, or digitalSignature and keyEncipherment.
    new Extension('2.5.29.15', true, der(0x03, wish.authority ? [1, 0x06] : [5, 0xa0])),
    ...(purposes.length > 0 ? [new Extension('2.5.29.37', false, der(0x30, ...purposes.map(oid)))] : []),
    ...(names.length > 0 ? [alternativeNames(...names.map(generalName))] : []),
    ...(wish.issuerLocation
      ? [
          new Extension(
            '1.3.6.1.5.5.7.1.1',
            false,
            der(0x30, der(0x30, oid('1.3.6.1.5.5.7.48.2'), der(0x86, ascii(wish.issuerLocation)))),
          ),
        ]
      : []),
    ...(wish.permitted
      ? [
          new Extension(
            '2.5.29.30',
            true,
            der(0x30, der(0xa0, ...wish.permitted.map((domain) => der(0x30, der(0x82, ascii(domain)))))),
          ),
        ]
      : []),
  ];
}

/** An extension with this content. */
export function extension(id: string, critical: boolean, content: Uint8Array<ArrayBuffer>): Extension {
  return new Extension(id, critical, content);
}

/** A subjectAltName extension of GeneralNames that are already encoded. */
export function alternativeNames(...names: readonly Uint8Array[]): Extension {
  return new Extension('2.5.29.17', false, der(0x30, ...names));
}

/** The encoding of a GeneralName. */
export function generalName(text: NameText): Uint8Array {
  const value = text.slice(text.indexOf(':') + 1);
  switch (text.slice(0, text.indexOf(':'))) {
    case 'ip':
      return der(0x87, value.split('.').map(Number));
    case 'srv':
      return der(0xa0, oid('1.3.6.1.5.5.7.8.7'), der(0xa0, der(0x16, ascii(value))));
    case 'email':
      return der(0x81, ascii(value));
    case 'uri':
      return der(0x86, ascii(value));
    default:
      return der(0x82, ascii(value));
  }
}

/** One octet per character. */
export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** An element of DER: identifier octet, length, content. */
export function der(
  tag: number,
  ...parts: readonly (Uint8Array | readonly number[])[]
): Uint8Array<ArrayBuffer> {
  const content = parts.flatMap((part) => [...part]);
  const length = content.length;
  const head =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Uint8Array.from([tag, ...head, ...content]);
}

/** An OBJECT IDENTIFIER. */
export function oid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const arcs = [first * 40 + second, ...rest].flatMap((arc) => {
    const octets = [arc & 0x7f];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) {
      octets.unshift((left & 0x7f) | 0x80);
    }
    return octets;
  });
  return der(0x06, arcs);
}
