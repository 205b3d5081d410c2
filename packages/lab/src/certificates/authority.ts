import 'reflect-metadata';
import {
  AuthorityInfoAccessExtension,
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { Extension, X509Certificate } from '@peculiar/x509';
import type { TlsIdentity } from '@postern/wire';
import type { CertificateVariant } from './variant.ts';
import type { WebCrypto, WebKey, WebKeyPair } from './web-crypto.ts';

/** A throw-away certificate authority: a root, an intermediate, and leaves with one flaw each. */
export interface Authority {
  /** PEM of the root, to be given to clients as their only trust anchor. */
  readonly roots: readonly string[];
  /**
   * The identity of a server with these DNS names (the first also becomes the subject). Made when first asked for, a few
   * milliseconds each, and then kept: the same names and variant give the same object.
   */
  identity(variant: CertificateVariant, names: readonly string[]): Promise<TlsIdentity>;
  /** SHA-256 of the public key of all leaves but the weak ones, as a TLSA record `3 1 1` has it (RFC 6698 §2.1). */
  publicKeySha256(): Promise<string>;
}

/** What an authority is made with. */
export interface AuthorityOptions {
  /** Web Crypto, for keys and signatures; `globalThis.crypto` on every platform of today. */
  readonly crypto: WebCrypto;
  /** The present, in milliseconds since 1970: certificates have dates. */
  readonly wallClock: () => number;
  /** For serial numbers, and in the lab for the salts and nonces of SCRAM. Keys come from `crypto`. */
  readonly random: () => number;
}

const day = 86_400_000;
const elliptic = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** A signer: the subject that issues, and its keys. */
interface Issuer {
  readonly certificate: X509Certificate;
  readonly keys: WebKeyPair;
}

/**
 * Makes a certificate authority that nobody else trusts. Root and intermediate are made at once, leaves on request, because
 * a run that needs three hosts should not wait for forty certificates. Curve P-256: a key costs a fraction of RSA's.
 */
export async function createAuthority(options: AuthorityOptions): Promise<Authority> {
  const maker = new CertificateMaker(options);
  const root = await maker.authority('Postern Lab Root', undefined);
  const intermediate = await maker.authority('Postern Lab Intermediate', root);
  const leaves = new Map<string, Promise<TlsIdentity>>();
  return {
    roots: [root.certificate.toString('pem')],
    identity(variant, names) {
      const key = [variant, ...names].join(' ');
      let leaf = leaves.get(key);
      if (!leaf) {
        leaf = maker.leaf(variant, names, intermediate);
        leaves.set(key, leaf);
      }
      return leaf;
    },
    publicKeySha256: () => maker.leafKeySha256(),
  };
}

class CertificateMaker {
  readonly #crypto: WebCrypto;
  readonly #options: AuthorityOptions;
  /** One key pair serves all good leaves: nothing in the lab depends on their being different. */
  #leafKeys: Promise<WebKeyPair> | undefined;

  constructor(options: AuthorityOptions) {
    this.#crypto = options.crypto;
    this.#options = options;
  }

  /** A root (no issuer) or an intermediate. */
  async authority(commonName: string, issuer: Issuer | undefined): Promise<Issuer> {
    const keys = await this.#newKeys();
    const certificate = await this.#certificate({
      commonName,
      publicKey: keys.publicKey,
      issuer: issuer ?? 'self',
      keys,
      from: -365 * day,
      until: 365 * day,
      extensions: [
        // RFC 5280 §4.2.1.9: the intermediate may sign leaves and no further authority.
        new BasicConstraintsExtension(true, issuer ? 0 : 1, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      ],
    });
    return { certificate, keys };
  }

  async leaf(
    variant: CertificateVariant,
    names: readonly string[],
    intermediate: Issuer,
  ): Promise<TlsIdentity> {
    const keys = await (variant === 'weak-key' ? this.#weakKeys() : this.#ownKeys());
    const { commonName, alternatives } = leafNames(variant, names);
    const certificate = await this.#certificate({
      commonName,
      publicKey: keys.publicKey,
      issuer: variant === 'self-signed' ? 'self' : intermediate,
      keys,
      from: variant === 'not-yet-valid' ? day : -30 * day,
      until: variant === 'expired' ? -day : 30 * day,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment, true),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
        // Where the issuer's certificate is to be had, as public authorities say it (RFC 5280 §4.2.2.1): it tells a chain that
        // was sent incomplete from an authority that nobody knows.
        new AuthorityInfoAccessExtension({ caIssuers: 'http://ca.lab.test/intermediate.cer' }),
        ...(alternatives.length > 0
          ? [new SubjectAlternativeNameExtension(alternatives.map((value) => ({ type: 'dns', value })))]
          : []),
      ],
    });
    const alone = variant === 'self-signed' || variant === 'incomplete-chain';
    const chain = alone ? [certificate] : [certificate, intermediate.certificate];
    return {
      key: pem('PRIVATE KEY', await this.#crypto.subtle.exportKey('pkcs8', keys.privateKey)),
      chain: chain.map((one) => one.toString('pem')).join('\n'),
    };
  }

  async leafKeySha256(): Promise<string> {
    const { publicKey } = await this.#ownKeys();
    const { subtle } = this.#crypto;
    const digest = await subtle.digest('SHA-256', await subtle.exportKey('spki', publicKey));
    return Array.from(new Uint8Array(digest), (octet) => octet.toString(16).padStart(2, '0')).join('');
  }

  #ownKeys(): Promise<WebKeyPair> {
    return (this.#leafKeys ??= this.#newKeys());
  }

  #newKeys(): Promise<WebKeyPair> {
    return this.#crypto.subtle.generateKey(elliptic, true, ['sign', 'verify']);
  }

  #weakKeys(): Promise<WebKeyPair> {
    return this.#crypto.subtle.generateKey(
      {
        name: 'RSASSA-PKCS1-v1_5',
        modulusLength: 1024,
        publicExponent: new Uint8Array([1, 0, 1]),
        hash: 'SHA-256',
      },
      true,
      ['sign', 'verify'],
    );
  }

  async #certificate(wanted: {
    readonly commonName: string;
    readonly publicKey: WebKey;
    readonly issuer: Issuer | 'self';
    readonly keys: WebKeyPair;
    readonly from: number;
    readonly until: number;
    readonly extensions: readonly Extension[];
  }): Promise<X509Certificate> {
    const { issuer, publicKey } = wanted;
    const signer = issuer === 'self' ? wanted.keys : issuer.keys;
    const now = this.#options.wallClock();
    const subject = `CN=${wanted.commonName}`;
    return X509CertificateGenerator.create(
      {
        serialNumber: this.#serialNumber(),
        subject,
        issuer: issuer === 'self' ? subject : issuer.certificate.subject,
        notBefore: moment(now + wanted.from),
        notAfter: moment(now + wanted.until),
        publicKey,
        signingKey: signer.privateKey,
        signingAlgorithm: elliptic,
        extensions: [
          ...wanted.extensions,
          // RFC 5280 §4.2.1.1 and §4.2.1.2: by these a client finds the issuer among several of one name.
          await SubjectKeyIdentifierExtension.create(publicKey, false, this.#crypto),
          await AuthorityKeyIdentifierExtension.create(signer.publicKey, false, this.#crypto),
        ],
      },
      this.#crypto,
    );
  }

  /** RFC 5280 §4.1.2.2: positive, at most 20 octets. */
  #serialNumber(): string {
    let digits = '4';
    while (digits.length < 32) digits += Math.floor(this.#options.random() * 16).toString(16);
    return digits;
  }
}

function leafNames(
  variant: CertificateVariant,
  names: readonly string[],
): { readonly commonName: string; readonly alternatives: readonly string[] } {
  const first = names[0] ?? 'nobody.test';
  switch (variant) {
    case 'wrong-name':
      return { commonName: 'shared.hosting.test', alternatives: ['shared.hosting.test'] };
    case 'common-name-only':
      return { commonName: first, alternatives: [] };
    case 'wildcard': {
      const parent = first.slice(first.indexOf('.') + 1);
      return { commonName: parent, alternatives: [`*.${parent}`, parent] };
    }
    case 'good':
    case 'expired':
    case 'not-yet-valid':
    case 'self-signed':
    case 'incomplete-chain':
    case 'weak-key':
      return { commonName: first, alternatives: names };
  }
}

/** A point in time as the certificate library wants it. */
function moment(milliseconds: number): Date {
  // oxlint-disable-next-line no-restricted-globals -- computes only: the present came in as a parameter
  return new Date(milliseconds);
}

function pem(label: string, der: ArrayBuffer): string {
  const base64 = btoa(String.fromCharCode(...new Uint8Array(der)));
  const lines = base64.match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}
