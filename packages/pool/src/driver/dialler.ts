import { dial } from '@postern/wire';
import type { BulkDialling, Connection, Dialling, DialHandlers, Endpoint, Network } from '@postern/wire';
import { createCancellation } from './cancellation.ts';

/** Dials for a driver: with the network's light way where it has one, else by promises. */
export type Dialler<T> = (endpoint: Endpoint, token: T) => Dialling;

export function diallerOf<T>(
  network: Network,
  handlers: DialHandlers<T>,
  late: (connection: Connection) => void,
): Dialler<T> {
  if (isBulk(network)) {
    return (endpoint, token) => {
      try {
        return network[dial](endpoint, token, handlers);
      } catch (error) {
        return failing(token, error, handlers);
      }
    };
  }
  return (endpoint, token) => {
    const cancellation = createCancellation();
    let pending: Promise<Connection>;
    try {
      pending = Promise.resolve(network.connect(endpoint, cancellation));
    } catch (error) {
      return failing(token, error, handlers);
    }
    pending.then(
      (connection) => {
        cancellation.done();
        // It connected while it was being cancelled.
        if (cancellation.cancelled) late(connection);
        else handlers.connected(token, connection);
      },
      (error: unknown) => {
        cancellation.done();
        if (!cancellation.cancelled) handlers.failed(token, error);
      },
    );
    return cancellation;
  };
}

function isBulk(network: Network): network is Network & BulkDialling {
  return dial in network;
}

/** A network that throws where it should reject. */
function failing<T>(token: T, error: unknown, handlers: DialHandlers<T>): Dialling {
  let cancelled = false;
  queueMicrotask(() => {
    if (!cancelled) handlers.failed(token, error);
  });
  return {
    cancel: () => {
      cancelled = true;
    },
  };
}
