import { createHash } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { ChannelBinding } from '../tls.ts';
import { elements, lastSequence } from './der.ts';

/** RFC 9266 §2. */
const exporterLabel = 'EXPORTER-Channel-Binding';
const exporterBytes = 32;

/** What a login can be tied to on this connection, best first. `certificate` is the server's, DER. */
export function channelBindings(
  tls: TLSSocket,
  certificate: Uint8Array | undefined,
): readonly ChannelBinding[] {
  const version = tls.getProtocol();
  const unique = version === 'TLSv1.3' || (version === 'TLSv1.2' && hasExtendedMasterSecret(tls));
  // RFC 7677 §4: without extended master secret a resumed session could be somebody else's as well.
  if (!unique && tls.isSessionReused()) return [];
  const bindings: ChannelBinding[] = [];
  const exported = unique ? exporter(tls) : undefined;
  if (exported) bindings.push({ type: 'tls-exporter', data: exported });
  const hash = certificate && signatureHash(certificate);
  if (hash !== undefined) {
    const data = new Uint8Array(
      createHash(hash)
        .update(certificate ?? '')
        .digest(),
    );
    bindings.push({ type: 'tls-server-end-point', data });
  }
  return bindings;
}

function exporter(tls: TLSSocket): Uint8Array | undefined {
  try {
    // The empty context is no detail: left out, TLS 1.2 gives another value.
    return new Uint8Array(tls.exportKeyingMaterial(exporterBytes, exporterLabel, Buffer.alloc(0)));
  } catch {
    return undefined; // The connection has gone.
  }
}

/**
 * RFC 9266 §4.2: without it the exporter of TLS 1.2 does not belong to one connection alone. Node has no call that tells; it
 * stands in the session as OpenSSL writes it, in bit 0 of element [13]. Newer versions of Node put a header before that.
 */
function hasExtendedMasterSecret(tls: TLSSocket): boolean {
  const session = tls.getSession();
  const content = session && lastSequence(session, 256);
  const flags = content && elements(content).find(({ tag }) => tag === 0xad);
  const [value] = flags ? elements(flags.content) : [];
  return ((value?.content.at(-1) ?? 0) & 1) === 1;
}

/** RFC 5929 §4.1: the certificate's own hash function, SHA-256 in place of MD5 and SHA-1. By object identifier, in hex. */
const hashes: Readonly<Record<string, string>> = {
  '2a864886f70d010104': 'sha256', // md5WithRSAEncryption
  '2a864886f70d010105': 'sha256', // sha1WithRSAEncryption
  '2a864886f70d01010b': 'sha256', // sha256WithRSAEncryption
  '2a864886f70d01010c': 'sha384',
  '2a864886f70d01010d': 'sha512',
  '2a864886f70d01010e': 'sha224',
  '2a8648ce3d0401': 'sha256', // ecdsa-with-SHA1
  '2a8648ce3d040301': 'sha224',
  '2a8648ce3d040302': 'sha256', // ecdsa-with-SHA256
  '2a8648ce3d040303': 'sha384',
  '2a8648ce3d040304': 'sha512',
};

/** Names no single hash (Ed25519, RSASSA-PSS with parameters of its own): undefined, and there is no such binding. */
function signatureHash(certificate: Uint8Array): string | undefined {
  const [whole] = elements(certificate);
  const [, algorithm] = whole ? elements(whole.content) : [];
  const [identifier] = algorithm ? elements(algorithm.content) : [];
  return identifier && hashes[Buffer.from(identifier.content).toString('hex')];
}
