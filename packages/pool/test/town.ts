import type { Connection } from '@postern/wire';
import { simulatedNetwork, virtualClock } from '@postern/wire/testing';
import type { Path, SimulatedNetwork, VirtualClock } from '@postern/wire/testing';
import { createPool } from '../src/index.ts';
import type { Candidate, Pool, PoolOptions } from '../src/index.ts';

/** A virtual clock and a simulated network with servers that say nothing and hang up when the client does. */
export interface Town {
  readonly clock: VirtualClock;
  readonly network: SimulatedNetwork;
  /** Opens a port behind a path; what is not opened refuses. */
  serve(address: string, port: number, path?: Path): Promise<void>;
  /** Puts weather in front of a port without a server. */
  weather(address: string, port: number, path: Path): void;
}

export function town(seed = 1): Town {
  const clock = virtualClock();
  const network = simulatedNetwork({ clock, seed });
  const where = (address: string, port: number): string =>
    address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  return {
    clock,
    network,
    async serve(address, port, path) {
      if (path) network.setPath(where(address, port), path);
      await network.listen({ address, port }, hangUp);
    },
    weather(address, port, path) {
      network.setPath(where(address, port), path);
    },
  };
}

async function hangUp(connection: Connection): Promise<void> {
  while (await connection.read()) continue;
  await connection[Symbol.asyncDispose]();
}

export function candidate(address: string, port: number, rank = 0, method = 'tls'): Candidate {
  return { endpoint: { address, port }, method, rank };
}

/** A hook that leases the bare connection. */
export async function bare(connection: Connection): Promise<Connection> {
  return connection;
}

/** The one who waits without wishing for an unhandled rejection. */
export function caught(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** Disposal as a promise, for the clock to run. */
export async function dispose(what: AsyncDisposable): Promise<void> {
  await what[Symbol.asyncDispose]();
}

export const HOST = '192.0.2.1';

/** A pool in a town whose destinations all have the same candidates. */
export function poolOf(
  { network, clock }: Town,
  candidates: readonly Candidate[],
  options?: Partial<PoolOptions<string, Connection>>,
): Pool<string, Connection> {
  return createPool<string, Connection>({
    network,
    clock,
    key: (destination) => destination,
    candidates: async () => candidates,
    open: bare,
    ...options,
  });
}

/** Implicit TLS first, STARTTLS second. */
export const both: readonly Candidate[] = [
  candidate(HOST, 465, 0, 'implicit-tls'),
  candidate(HOST, 587, 1, 'starttls'),
];

/** A town in which 465 is swallowed and 587 open. */
export async function silent465(): Promise<Town> {
  const scene = town();
  scene.weather(HOST, 465, { weather: { type: 'drop' } });
  await scene.serve(HOST, 587, { latency: 10 });
  return scene;
}
