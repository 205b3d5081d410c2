import { constants } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { SecureContext } from 'node:tls';
import type { TlsIdentity, TlsOffer, TlsRequest } from '../tls.ts';

/** RFC 9325 §3.5, §3.3: no renegotiation, no compression. */
const secureOptions = constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_NO_COMPRESSION;

const clientContexts = new Map<string, SecureContext>();

/**
 * The context for a client's request. One per trust roots and versions, kept: making one costs more than a handshake.
 * Versions must stand in the context, because `tls.connect` ignores them beside one.
 */
export function clientContext(request: TlsRequest): SecureContext {
  const { roots, minVersion = 'TLSv1.2', maxVersion = 'TLSv1.3' } = request;
  const key = JSON.stringify([minVersion, maxVersion, roots]);
  let context = clientContexts.get(key);
  if (!context) {
    const legacy = minVersion === 'TLSv1' || minVersion === 'TLSv1.1';
    context = createSecureContext({
      minVersion,
      maxVersion,
      secureOptions,
      ...(roots ? { ca: [...roots] } : {}),
      ...(legacy ? { ciphers: 'DEFAULT@SECLEVEL=0' } : {}),
    });
    // A bounded number: a caller that makes up roots for each connection must not fill the memory.
    if (clientContexts.size >= 64) clientContexts.delete(clientContexts.keys().next().value ?? '');
    clientContexts.set(key, context);
  }
  return context;
}

const serverContexts = new WeakMap<TlsIdentity, SecureContext>();

/** The context for a server's identity, kept as long as the identity object lives. */
export function serverContext(identity: TlsIdentity, offer: TlsOffer): SecureContext {
  let context = serverContexts.get(identity);
  if (!context) {
    const { minVersion = 'TLSv1.2', maxVersion = 'TLSv1.3' } = offer;
    const legacy = minVersion === 'TLSv1' || minVersion === 'TLSv1.1';
    context = createSecureContext({
      key: identity.key,
      cert: identity.chain,
      minVersion,
      maxVersion,
      secureOptions,
      ...(legacy ? { ciphers: 'DEFAULT@SECLEVEL=0' } : {}),
    });
    serverContexts.set(identity, context);
  }
  return context;
}
