import type { Connection } from '@postern/wire';
import { simulatedNetwork, virtualClock } from '@postern/wire/testing';
import type { Path, SimulatedNetwork, VirtualClock } from '@postern/wire/testing';
import type { Candidate } from '../src/index.ts';

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
