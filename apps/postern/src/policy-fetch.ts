import { request } from 'node:https';
import type { LookupFunction } from 'node:net';
import { Readable } from 'node:stream';
import { checkServerIdentity } from 'node:tls';
import type { PeerCertificate } from 'node:tls';
import { addresses } from '@postern/dns';
import type { Resolver } from '@postern/dns';
import type { ProbeEnvironment } from '@postern/probe';

type Fetch = NonNullable<ProbeEnvironment['fetch']>;

/** What a fetch of policies needs. */
export interface PolicyFetchOptions {
  /** Finds the policy host. */
  readonly resolver: Resolver;
  /** Trust anchors in place of the system's, PEM. */
  readonly roots?: readonly string[];
  /** Default 443. */
  readonly port?: number;
  /** The address where every policy host really is, whatever the DNS says: for a laboratory. Default: where the DNS says. */
  readonly at?: string;
}

/**
 * Fetches MTA-STS policies over HTTPS as RFC 8461 §3.3 wants it: no redirect is followed, nothing is kept, and the certificate
 * must hold the name of the host as a DNS name. The host is found by our own resolver, so `--resolver` counts here too.
 */
export function policyFetch({ resolver, roots, port = 443, at }: PolicyFetchOptions): Fetch {
  return (url, { method, headers, signal }) =>
    new Promise((resolve, reject) => {
      const sent = request(url, {
        method,
        port,
        headers: { ...headers },
        signal,
        // A connection of its own, which ends with the answer.
        agent: false,
        minVersion: 'TLSv1.2',
        // Said aloud, because an environment variable can change the default.
        rejectUnauthorized: true,
        checkServerIdentity: dnsNameOnly,
        lookup: lookupBy(resolver, at, signal),
        ...(roots && { ca: [...roots] }),
      });
      sent.once('error', reject);
      sent.once('response', (response) => {
        const { statusCode: status = 0, headers: fields } = response;
        resolve({
          status,
          headers: {
            get: (name) => {
              const value = fields[name.toLowerCase()];
              return typeof value === 'string' ? value : null;
            },
          },
          body: Readable.toWeb(response),
        });
      });
      sent.end();
    });
}

/** RFC 8461 §3.3, RFC 9525 §2: a common name is no name. Node takes one where the certificate holds no other. */
function dnsNameOnly(host: string, certificate: PeerCertificate): Error | undefined {
  if (certificate.subjectaltname?.includes('DNS:') === true) return checkServerIdentity(host, certificate);
  const error = new Error('the certificate holds no DNS name');
  return Object.assign(error, { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
}

function lookupBy(resolver: Resolver, at: string | undefined, signal: AbortSignal): LookupFunction {
  return (host, { all }, callback) => {
    addresses(resolver, host, { signal, allowSpecial: true }).then(
      (found) => {
        const list = found.addresses
          .map((named) => at ?? named)
          .map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
        const [first] = list;
        if (!first) callback(Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), []);
        else if (all === true) callback(null, list);
        else callback(null, first.address, first.family);
      },
      (error: unknown) => {
        callback(error instanceof Error ? error : new Error('no answer'), []);
      },
    );
  };
}
