import { unlessAborted } from '../abort.ts';
import { sample } from '../bytes.ts';
import { cancelSignal } from '../cancelling.ts';
import { UsageError, WireError } from '../faults.ts';
import type { Reason } from '../reasons.ts';
import { onCancel } from '../network.ts';
import type {
  Connection,
  ConnectOptions,
  Endpoint,
  ExchangeOptions,
  Host,
  Listener,
  Network,
} from '../network.ts';
import type { Clock, Milliseconds } from '../time.ts';
import type { ChainTrust } from '../tls.ts';
import { connectionPair } from './memory-connection.ts';
import type { MemoryConnection } from './memory-connection.ts';
import { opening } from './opening.ts';
import { pathCarrier } from './path-carrier.ts';
import { seededRandom } from './weather.ts';
import type { Path } from './weather.ts';

/** Options of {@link simulatedNetwork}. */
export interface SimulatedNetworkOptions {
  readonly clock: Clock;
  /** Default 1. Print it when a test fails: the same seed gives the same run. */
  readonly seed?: number;
  /** For endpoints without a path of their own. */
  readonly path?: Path;
  /** What the platform would say about a chain. Default: trusted. */
  readonly trust?: (chain: readonly Uint8Array[]) => ChainTrust;
}

/** A network in memory, in virtual time, with a path to each endpoint. */
export interface SimulatedNetwork extends Network, Host {
  /** Sets the path to `address` or `address:port` (v6: `[address]:port`); the more specific one counts. */
  setPath(where: string, path: Path): void;
  /** What is open and what was asked for: a leak shows here. */
  readonly counts: {
    readonly connecting: number;
    readonly open: number;
    readonly attempts: number;
    readonly datagrams: number;
  };
}

type Accept = (connection: Connection) => Promise<void>;
type Answer = (datagram: Uint8Array, from: Endpoint) => Promise<Uint8Array | undefined>;

/**
 * A network whose weather and time a test decides. Reads poison what they lent before, so that kept bytes show.
 *
 * @example
 * ```ts
 * import { simulatedNetwork, virtualClock } from '@postern/wire/testing';
 * const clock = virtualClock();
 * const network = simulatedNetwork({ clock });
 * network.setPath('192.0.2.1:465', { weather: { type: 'drop' } });
 * ```
 */
export function simulatedNetwork(options: SimulatedNetworkOptions): SimulatedNetwork {
  const { clock } = options;
  const random = seededRandom(options.seed ?? 1);
  const paths = new Map<string, Path>();
  const listeners = new Map<string, { readonly accept: Accept; readonly open: Set<MemoryConnection> }>();
  const answerers = new Map<string, Answer>();
  const counts = { connecting: 0, open: 0, attempts: 0, datagrams: 0 };
  let nextPort = 49_152;

  const pathTo = (endpoint: Endpoint): Path =>
    paths.get(name(endpoint)) ?? paths.get(endpoint.address) ?? options.path ?? {};

  const freePort = (): number => {
    nextPort = nextPort >= 65_535 ? 49_152 : nextPort + 1;
    return nextPort;
  };

  function established(endpoint: Endpoint, path: Path): MemoryConnection | undefined {
    const listener = listeners.get(name(endpoint));
    if (!listener) return undefined;
    let serverEnd: MemoryConnection | undefined;
    const [client, server] = connectionPair({
      clientEndpoint: { address: endpoint.address.includes(':') ? '::1' : '127.0.0.1', port: freePort() },
      serverEndpoint: endpoint,
      carrier: pathCarrier(path, { clock, random }, () => serverEnd ?? server),
      trust: options.trust ?? (() => ({ ok: true })),
      now: () => clock.now(),
      closed: () => {
        counts.open -= 1;
      },
    });
    serverEnd = server;
    counts.open += 1;
    listener.open.add(server);
    (async () => listener.accept(server))()
      .catch(() => {
        server.reset();
      })
      .finally(() => listener.open.delete(server));
    return client;
  }

  function open(endpoint: Endpoint, connectOptions?: ConnectOptions): Promise<Connection> {
    const begun = clock.now();
    const path = pathTo(endpoint);
    const { after, reason } = opening(path.weather ?? { type: 'accept' }, 2 * (path.latency ?? 10), random);
    counts.attempts += 1;
    counts.connecting += 1;
    return new Promise<Connection>((resolve, reject) => {
      const register = connectOptions?.[onCancel];
      const signal = register ? undefined : connectOptions?.signal;
      const fail = (why: Reason): void => {
        reject(
          new WireError({
            kind: why === 'timeout-connect' ? 'timeout' : 'connect',
            reason: why,
            phase: 'connect',
            after: clock.now() - begun,
            endpoint,
          }),
        );
      };
      let settled = false;
      const cancel = (why: unknown): void => {
        if (settled) return;
        settled = true;
        counts.connecting -= 1;
        stop();
        reject(why);
      };
      const abort = (): void => {
        cancel(signal?.reason);
      };
      const stop = clock.alarm(begun + after, () => {
        settled = true;
        counts.connecting -= 1;
        signal?.removeEventListener('abort', abort);
        if (reason) {
          fail(reason);
          return;
        }
        const connection = established(endpoint, path);
        if (connection) resolve(connection);
        else fail('connection-refused');
      });
      register?.(cancel);
      if (signal?.aborted) abort();
      else signal?.addEventListener('abort', abort, { once: true });
    });
  }

  return {
    counts,
    setPath(where, path) {
      paths.set(where, path);
    },
    async connect(endpoint: Endpoint, connectOptions?: ConnectOptions): Promise<Connection> {
      const tls = connectOptions?.tls;
      if (!tls) return open(endpoint, connectOptions);
      const signal = cancelSignal(connectOptions);
      const abortable = signal ? { signal } : {};
      const connection = await open(endpoint, abortable);
      await connection.handshake(tls, abortable);
      return connection;
    },
    exchange(
      endpoint: Endpoint,
      datagram: Uint8Array,
      { accept, signal }: ExchangeOptions,
    ): Promise<Uint8Array> {
      const begun = clock.now();
      const path = pathTo(endpoint);
      const latency = path.latency ?? 10;
      const weather = path.weather ?? { type: 'accept' };
      counts.datagrams += 1;
      const lost = (): boolean =>
        weather.type === 'drop' || (weather.type === 'loss' && random() < weather.probability);
      const sent = sample(datagram, datagram.length);
      const from = { address: '127.0.0.1', port: freePort() };
      const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
      /** What is still to happen, taken back when nobody waits any more. */
      let stop = (): void => undefined;
      const later = (act: () => void): void => {
        stop = clock.alarm(clock.now() + latency, act);
      };
      const arrive = (): void => {
        const answerer = answerers.get(name(endpoint));
        if (!answerer || weather.type === 'reject' || weather.type === 'unreachable') {
          later(() => {
            reject(unreachable(endpoint, clock.now() - begun));
          });
          return;
        }
        const answered = (async () => answerer(sent, from))();
        answered.then(
          (reply) => {
            if (!reply || lost()) return;
            later(() => {
              try {
                if (accept(reply)) resolve(reply);
              } catch (error) {
                reject(error);
              }
            });
          },
          // The asker waits and asks again: silence is what UDP has for a failure.
          () => undefined,
        );
      };
      if (signal?.aborted !== true && !lost()) later(arrive);
      return unlessAborted(promise, signal).finally(() => {
        stop();
      });
    },
    async listen(endpoint: Endpoint, accept: Accept): Promise<Listener> {
      const real = { address: endpoint.address, port: endpoint.port || freePort() };
      refuseTaken(listeners, real);
      const entry = { accept, open: new Set<MemoryConnection>() };
      listeners.set(name(real), entry);
      return {
        endpoint: real,
        async [Symbol.asyncDispose]() {
          if (listeners.get(name(real)) === entry) listeners.delete(name(real));
          for (const connection of entry.open) connection.reset();
        },
      };
    },
    async listenDatagrams(endpoint: Endpoint, answer: Answer): Promise<Listener> {
      const real = { address: endpoint.address, port: endpoint.port || freePort() };
      refuseTaken(answerers, real);
      const entry: Answer = (datagram, from) => answer(datagram, from);
      answerers.set(name(real), entry);
      return {
        endpoint: real,
        async [Symbol.asyncDispose]() {
          if (answerers.get(name(real)) === entry) answerers.delete(name(real));
        },
      };
    },
  };
}

function name(endpoint: Endpoint): string {
  return endpoint.address.includes(':')
    ? `[${endpoint.address}]:${endpoint.port}`
    : `${endpoint.address}:${endpoint.port}`;
}

function refuseTaken(taken: ReadonlyMap<string, unknown>, { address, port }: Endpoint): void {
  if (!taken.has(name({ address, port }))) return;
  throw new UsageError(`cannot listen on ${address}, port ${port}: EADDRINUSE`, 'listen', 'argument-refused');
}

function unreachable(endpoint: Endpoint, after: Milliseconds): WireError {
  return new WireError({ kind: 'dns', reason: 'dns-unreachable', phase: 'dns', after, endpoint });
}
