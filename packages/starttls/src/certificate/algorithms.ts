import { bitLength, context, DerReader, readOctetBits, readOid, single, tag } from './der.ts';

/** How a certificate is signed. */
export interface SignatureAlgorithm {
  /** Its name, as `sha256WithRSAEncryption` or `ecdsa-with-SHA384`; the dotted identifier where it is not known. */
  readonly name: string;
  /** Whether it stands on MD2, MD4, MD5 or SHA-1 (RFC 9325 §4.5). */
  readonly weak: boolean;
}

/** The public key of a certificate. */
export interface PublicKey {
  /** `rsa`, `rsa-pss`, `ec`, `dsa`, `ed25519`, `ed448`, `ml-dsa-44`…; the dotted identifier where it is not known. */
  readonly type: string;
  /** The size by which its strength is judged; `undefined` where the type is not known. */
  readonly bits: number | undefined;
}

// RFC 3279 §2.2, RFC 4055, RFC 5758 §3, RFC 8410 §3, RFC 9881 and the older identifiers that are still seen.
const signatureNames: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.2': 'md2WithRSAEncryption',
  '1.2.840.113549.1.1.3': 'md4WithRSAEncryption',
  '1.2.840.113549.1.1.4': 'md5WithRSAEncryption',
  '1.2.840.113549.1.1.5': 'sha1WithRSAEncryption',
  '1.3.14.3.2.3': 'md5WithRSA',
  '1.3.14.3.2.27': 'dsaWithSHA1',
  '1.3.14.3.2.29': 'sha1WithRSA',
  '1.2.840.10040.4.3': 'dsa-with-sha1',
  '1.2.840.10045.4.1': 'ecdsa-with-SHA1',
  '1.2.840.113549.1.1.14': 'sha224WithRSAEncryption',
  '1.2.840.113549.1.1.11': 'sha256WithRSAEncryption',
  '1.2.840.113549.1.1.12': 'sha384WithRSAEncryption',
  '1.2.840.113549.1.1.13': 'sha512WithRSAEncryption',
  '2.16.840.1.101.3.4.3.1': 'dsa-with-sha224',
  '2.16.840.1.101.3.4.3.2': 'dsa-with-sha256',
  '1.2.840.10045.4.3.1': 'ecdsa-with-SHA224',
  '1.2.840.10045.4.3.2': 'ecdsa-with-SHA256',
  '1.2.840.10045.4.3.3': 'ecdsa-with-SHA384',
  '1.2.840.10045.4.3.4': 'ecdsa-with-SHA512',
  '1.3.101.112': 'ed25519',
  '1.3.101.113': 'ed448',
  '2.16.840.1.101.3.4.3.17': 'ml-dsa-44',
  '2.16.840.1.101.3.4.3.18': 'ml-dsa-65',
  '2.16.840.1.101.3.4.3.19': 'ml-dsa-87',
};

const weakSignatures: ReadonlySet<string> = new Set([
  '1.2.840.113549.1.1.2',
  '1.2.840.113549.1.1.3',
  '1.2.840.113549.1.1.4',
  '1.2.840.113549.1.1.5',
  '1.3.14.3.2.3',
  '1.3.14.3.2.27',
  '1.3.14.3.2.29',
  '1.2.840.10040.4.3',
  '1.2.840.10045.4.1',
]);

const pss = '1.2.840.113549.1.1.10';

const hashes: Readonly<Record<string, string>> = {
  '1.2.840.113549.2.5': 'md5',
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.4': 'sha224',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};

/** Reads an AlgorithmIdentifier that names a signature (RFC 5280 §4.1.1.2). */
export function readSignatureAlgorithm(reader: DerReader): SignatureAlgorithm {
  const oid = readOid(reader.next(tag.oid).content);
  if (oid === pss) return readPss(reader);
  return { name: signatureNames[oid] ?? oid, weak: weakSignatures.has(oid) };
}

/** RFC 4055 §3.1: the hash stands in the parameters; where it does not, it is SHA-1. */
function readPss(reader: DerReader): SignatureAlgorithm {
  const parameters = reader.optional(tag.sequence);
  const first = parameters && new DerReader(parameters.content).optional(context(0, 'constructed'));
  const hash = first
    ? readOid(new DerReader(single(first.content, tag.sequence).content).next(tag.oid).content)
    : '1.3.14.3.2.26';
  const name = hashes[hash] ?? hash;
  return { name: `rsassa-pss-${name}`, weak: name === 'sha1' || name === 'md5' };
}

// SEC 2 and RFC 5639 curves, by the size of their order.
const curveBits: Readonly<Record<string, number>> = {
  '1.2.840.10045.3.1.1': 192,
  '1.3.132.0.8': 160,
  '1.3.132.0.9': 160,
  '1.3.132.0.30': 160,
  '1.3.132.0.31': 192,
  '1.3.132.0.32': 224,
  '1.3.132.0.33': 224,
  '1.2.840.10045.3.1.7': 256,
  '1.3.132.0.10': 256,
  '1.3.132.0.34': 384,
  '1.3.132.0.35': 521,
  '1.3.36.3.3.2.8.1.1.1': 160,
  '1.3.36.3.3.2.8.1.1.3': 192,
  '1.3.36.3.3.2.8.1.1.5': 224,
  '1.3.36.3.3.2.8.1.1.7': 256,
  '1.3.36.3.3.2.8.1.1.9': 320,
  '1.3.36.3.3.2.8.1.1.11': 384,
  '1.3.36.3.3.2.8.1.1.13': 512,
};

const fixedKeys: Readonly<Record<string, { readonly type: string; readonly bits: number }>> = {
  '1.3.101.112': { type: 'ed25519', bits: 256 },
  '1.3.101.113': { type: 'ed448', bits: 456 },
  '2.16.840.1.101.3.4.3.17': { type: 'ml-dsa-44', bits: 10_496 },
  '2.16.840.1.101.3.4.3.18': { type: 'ml-dsa-65', bits: 15_616 },
  '2.16.840.1.101.3.4.3.19': { type: 'ml-dsa-87', bits: 20_736 },
};

/** Reads a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7, RFC 3279 §2.3, RFC 5480 §2). */
export function readPublicKey(reader: DerReader): PublicKey {
  const algorithm = reader.enter(tag.sequence);
  const oid = readOid(algorithm.next(tag.oid).content);
  const key = reader.next(tag.bitString).content;
  reader.end();
  switch (oid) {
    case '1.2.840.113549.1.1.1':
    case pss: {
      const modulus = new DerReader(readOctetBits(key)).enter(tag.sequence).next(tag.integer).content;
      return { type: oid === pss ? 'rsa-pss' : 'rsa', bits: bitLength(modulus) };
    }
    case '1.2.840.10045.2.1': {
      // Explicit curve parameters are forbidden (RFC 5480 §2.1.1), so their size stays unknown.
      const curve = algorithm.optional(tag.oid);
      return { type: 'ec', bits: curve && curveBits[readOid(curve.content)] };
    }
    case '1.2.840.10040.4.1': {
      const prime = algorithm.optional(tag.sequence);
      return {
        type: 'dsa',
        bits: prime && bitLength(new DerReader(prime.content).next(tag.integer).content),
      };
    }
    default:
      return fixedKeys[oid] ?? { type: oid, bits: undefined };
  }
}

/**
 * Whether a key is below what is still tolerable: RSA and DSA under 2048 bits (RFC 9325 §4.5), curves under 224
 * (RFC 9325 §4.5). A key whose size is not known counts as fine here: the platform then did not know it either.
 */
export function isKeyTooSmall({ type, bits }: PublicKey): boolean {
  if (bits === undefined) return false;
  if (type === 'rsa' || type === 'rsa-pss' || type === 'dsa') return bits < 2048;
  return type === 'ec' && bits < 224;
}
