import { onCancel, WireError } from '@postern/wire';
import type {
  Clock,
  Connection,
  ConnectOptions,
  Endpoint,
  Fault,
  Milliseconds,
  Network,
  TlsRequest,
} from '@postern/wire';
import { MappedConnection, named, publicRequest } from './mapped-connection.ts';

/** Where a public endpoint leads. */
export type Route =
  /** To a listener of the lab (or, for a refused port, to a port where nobody listens). */
  | { readonly type: 'to'; readonly endpoint: Endpoint }
  /** Nowhere: the request is swallowed in silence. */
  | { readonly type: 'swallowed' }
  /** Nowhere: a router says so at once. */
  | { readonly type: 'unreachable' };

/** What the map consists of. */
export interface Routes {
  /** The route of a TCP port; `undefined` where the lab has no such address. */
  stream(endpoint: Endpoint): Route | undefined;
  /** Where datagrams go; `undefined` where nobody takes them. */
  datagram(endpoint: Endpoint): Endpoint | undefined;
}

/** How long the network lives. */
export interface Life {
  readonly clock: Clock;
  /** Aborts when the lab closes. */
  readonly signal: AbortSignal;
}

/** When a system stops repeating a connection request that nobody answers; Linux by default (measured). */
const systemGivesUp: Milliseconds = 134_000;

/**
 * A network on which the lab's hosts have their public addresses and standard ports. Ports below 1024 belong to root, so the
 * real ones are free ports on loopback; this maps one to the other and hides the difference. What is not of the lab is
 * `unreachable`: no packet leaves for the world. Once the lab is closed everything is, also requests that were swallowed
 * before: the real ports belong to others then.
 */
export function labNetwork(inner: Network, routes: Routes, life: Life): Network {
  return {
    async connect(endpoint, options) {
      const open = life.signal.aborted ? undefined : routes.stream(endpoint);
      const route = open ?? { type: 'unreachable' };
      switch (route.type) {
        case 'to': {
          const connection = inner.connect(route.endpoint, publicOptions(options, endpoint));
          return new MappedConnection(await named(connection, endpoint), endpoint);
        }
        case 'swallowed':
          return swallowed(endpoint, options, life);
        case 'unreachable':
          throw unreachable(endpoint, 0);
      }
    },
    async exchange(endpoint, datagram, options) {
      const real = life.signal.aborted ? undefined : routes.datagram(endpoint);
      if (!real) throw failure({ kind: 'dns', reason: 'dns-unreachable', phase: 'dns', after: 0, endpoint });
      return named(inner.exchange(real, datagram, options), endpoint);
    },
  };
}

/** The options as given, by inheritance: a `signal` that is made when read must not be read here. */
function publicOptions(options: ConnectOptions | undefined, endpoint: Endpoint): ConnectOptions | undefined {
  if (!options?.tls) return options;
  const tls: TlsRequest = publicRequest(options.tls, endpoint);
  return Object.create(options, { tls: { value: tls, enumerable: true } }) as ConnectOptions;
}

/** An attempt that is never answered: over when it is cancelled, when the system would give up, or when the lab closes. */
function swallowed(
  endpoint: Endpoint,
  options: ConnectOptions | undefined,
  { clock, signal: life }: Life,
): Promise<Connection> {
  const begun = clock.now();
  return new Promise((_resolve, reject) => {
    const register = options?.[onCancel];
    const signal = register ? undefined : options?.signal;
    const settle = (reason: unknown): void => {
      stop();
      signal?.removeEventListener('abort', aborted);
      life.removeEventListener('abort', closed);
      reject(reason);
    };
    const closed = (): void => {
      settle(unreachable(endpoint, clock.now() - begun));
    };
    const aborted = (): void => {
      settle(signal?.reason);
    };
    const stop = clock.alarm(begun + systemGivesUp, () => {
      const after = clock.now() - begun;
      settle(failure({ kind: 'timeout', reason: 'timeout-connect', phase: 'connect', after, endpoint }));
    });
    life.addEventListener('abort', closed, { once: true });
    register?.(settle);
    if (signal?.aborted) aborted();
    else signal?.addEventListener('abort', aborted, { once: true });
  });
}

function unreachable(endpoint: Endpoint, after: Milliseconds): WireError {
  return failure({ kind: 'connect', reason: 'unreachable', phase: 'connect', after, endpoint });
}

function failure(fault: Fault): WireError {
  return new WireError(fault);
}
