import { constants } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { SecureContext, SecureContextOptions } from 'node:tls';
import { UsageError } from '../faults.ts';
import type { TlsIdentity, TlsOffer, TlsRequest } from '../tls.ts';

/** RFC 9325 §3.5, §3.3: no renegotiation, no compression. */
const secureOptions = constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_NO_COMPRESSION;

/** A caller that makes up roots for each connection must not fill the memory. */
const maxClientContexts = 64;

/** By everything a client's context is made of, the one used longest ago first. */
const clientContexts = new Map<string, SecureContext>();

/**
 * The context for a client's request. One per identity, trust roots and versions, kept: making one costs more than a handshake.
 * Versions must stand in the context, because `tls.connect` ignores them beside one. Roots that cannot be read are no roots
 * to OpenSSL, and versions that contradict each other show in the handshake.
 */
export function clientContext(request: TlsRequest): SecureContext {
  const { roots, identity } = request;
  const contexts = identity ? contextsWith(identity) : clientContexts;
  const versions = versionsOf(request);
  const key = JSON.stringify([versions, roots]);
  const context =
    contexts.get(key) ??
    make({
      ...versions,
      ...(roots ? { ca: [...roots] } : {}),
      ...(identity ? { key: identity.key, cert: identity.chain } : {}),
    });
  contexts.delete(key);
  contexts.set(key, context);
  for (const oldest of contexts.keys()) {
    if (contexts.size <= maxClientContexts) break;
    contexts.delete(oldest);
  }
  return context;
}

/** The contexts of clients that have a certificate: no private key becomes part of a name. */
const identifiedContexts = new WeakMap<TlsIdentity, Map<string, SecureContext>>();

function contextsWith(identity: TlsIdentity): Map<string, SecureContext> {
  const contexts = identifiedContexts.get(identity) ?? new Map<string, SecureContext>();
  identifiedContexts.set(identity, contexts);
  return contexts;
}

/** By identity, which is never changed, and by versions, of which there are few. */
const serverContexts = new WeakMap<TlsIdentity, Map<string, SecureContext>>();

/**
 * The context for a server's identity under an offer, kept as long as the identity object lives. Throws a
 * {@link UsageError} for a key or certificates that cannot be used.
 */
export function serverContext(identity: TlsIdentity, offer: TlsOffer): SecureContext {
  const contexts = serverContexts.get(identity) ?? new Map<string, SecureContext>();
  const versions = versionsOf(offer);
  const { clientCertificate, clientRoots } = offer;
  const key = JSON.stringify([versions, clientCertificate, clientRoots]);
  const context =
    contexts.get(key) ??
    make({
      ...versions,
      key: identity.key,
      cert: identity.chain,
      // OpenSSL resumes no session that may hold a client's certificate unless it is told whose sessions they are.
      ...(clientCertificate ? { sessionIdContext: 'postern' } : {}),
      ...(clientRoots ? { ca: [...clientRoots] } : {}),
    });
  contexts.set(key, context);
  serverContexts.set(identity, contexts);
  return context;
}

type Versions = Pick<SecureContextOptions, 'minVersion' | 'maxVersion' | 'ciphers'>;

/** RFC 9325 §3.1.1: TLS 1.2 at least; what is older needs ciphers that OpenSSL has put away. */
function versionsOf({ minVersion = 'TLSv1.2', maxVersion = 'TLSv1.3' }: TlsRequest | TlsOffer): Versions {
  const legacy = minVersion === 'TLSv1' || minVersion === 'TLSv1.1';
  return { minVersion, maxVersion, ...(legacy ? { ciphers: 'DEFAULT@SECLEVEL=0' } : {}) };
}

function make(options: SecureContextOptions): SecureContext {
  try {
    return createSecureContext({ ...options, secureOptions });
  } catch (error) {
    // The words of OpenSSL are left in the cause.
    throw new UsageError('TLS cannot use the key and certificates given', 'TLS options', 'argument-refused', {
      cause: error,
    });
  }
}
