import { isWireError, UsageError } from '@postern/wire';
import type { Connection, Endpoint, Listener, TlsIdentity } from '@postern/wire';
import type { Authority } from '../certificates/authority.ts';
import type { LabWebHost } from '../endpoint.ts';
import type { Route } from '../network/lab-network.ts';
import { once } from '../once.ts';
import { loopback } from '../open-hosts.ts';
import type { ProviderPlan } from '../providers/plan.ts';
import type { Reception } from '../reception.ts';
import { serveFile } from './serve-files.ts';

const HTTPS = 443;

/** The web servers of the lab, with policies and settings: one listener for all of them, told apart by SNI and `Host`. */
export interface WebHosts {
  readonly hosts: readonly LabWebHost[];
  /** The route of a port; `undefined` for an address that no web server has. */
  route(endpoint: Endpoint): Route | undefined;
  /** Makes ready to put a file at its URL; the call does it. Throws a `UsageError` where the lab has no such host. */
  putting(file: { readonly url: string; readonly content: string }): () => void;
}

/** Opens them. */
export async function openWebHosts(
  plans: readonly ProviderPlan[],
  { reception, authority }: { readonly reception: Reception; readonly authority: Authority },
): Promise<WebHosts> {
  const planned = plans.flatMap(({ webHosts = [] }) => webHosts);
  const files = new Map(
    planned.flatMap(({ hostName, files: own }) =>
      Object.entries(own).map(([path, content]) => [`${hostName}${path}`, content] as const),
    ),
  );
  const identities = once(async () => {
    const names = planned.map(({ hostName }) => hostName);
    const made = await Promise.all(names.map((name) => authority.identity('good', [name])));
    return new Map(made.map((identity, at) => [names[at], identity]));
  });
  const listener: Listener = await reception.listen(loopback, (connection) =>
    serve(connection, identities, files, reception.signal),
  );
  const to: Route = { type: 'to', endpoint: listener.endpoint };
  return {
    hosts: planned.map(({ hostName, address }) => ({
      hostName,
      endpoint: { address, port: HTTPS },
      real: listener.endpoint,
    })),
    route: ({ address, port }) =>
      port === HTTPS && planned.some((host) => host.address === address) ? to : undefined,
    putting({ url, content }) {
      const [, hostName = '', path = ''] = /^https:\/\/([^/]+)(\/.*)$/.exec(url) ?? [];
      if (!planned.some((host) => host.hostName === hostName))
        throw new UsageError(`the lab has no web server for ${url}`, 'url');
      return () => files.set(`${hostName}${path}`, content);
    },
  };
}

async function serve(
  connection: Connection,
  identities: () => Promise<ReadonlyMap<string | undefined, TlsIdentity>>,
  files: ReadonlyMap<string, string>,
  signal: AbortSignal,
): Promise<void> {
  try {
    const known = await identities();
    const [any] = known.values();
    if (!any) return;
    await connection.acceptTls({ identity: (name) => known.get(name) ?? any }, { signal });
    await serveFile(connection, (host, path) => files.get(`${host}${path}`), signal);
  } catch (error) {
    // A visitor that goes away, or does not like the certificate, is no defect.
    if (!isWireError(error) && !signal.aborted) throw error;
  } finally {
    await connection[Symbol.asyncDispose]();
  }
}
