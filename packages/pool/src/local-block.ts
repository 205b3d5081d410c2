import { UsageError } from '@postern/wire';
import type { Endpoint, Instant, Milliseconds } from '@postern/wire';
import type { Observation } from './memory/memory.ts';
import { prefixOf } from './memory/prefix.ts';

/** Options of {@link localBlockWatch}. */
export interface LocalBlockOptions {
  /** Unrelated networks that must be silent on a port. Default 3: two providers may share a fault, three hardly do. */
  readonly networks?: number;
  /** How long an observation counts. Default 1 h. */
  readonly window?: Milliseconds;
  /** Networks that are remembered for each port. Default 100. */
  readonly limit?: number;
}

/** A port that is silent toward everybody, while other ports of the same hosts answer: the block is on our side. */
export interface LocalBlock {
  readonly reason: 'local-block';
  readonly port: number;
  /** When the first of them was seen. */
  readonly since: Instant;
  /** Targets that were silent on the port, one for each network. */
  readonly silent: readonly Endpoint[];
  /** The controls: other ports that answered at those very hosts in the meantime. */
  readonly answered: readonly Endpoint[];
}

/** Tells a firewall before us from firewalls before others. */
export interface LocalBlockWatch {
  /** Takes in what a pool notes; hand each observation to it and to the memory. */
  note(observation: Observation): void;
  /** The block of a port, as far as what was seen lately shows one. */
  judge(port: number, now: Instant): LocalBlock | undefined;
}

interface Seen {
  readonly endpoint: Endpoint;
  readonly at: Instant;
}

/** What is known of one port: where it was silent, by network, and when it last answered anywhere. */
interface Port {
  readonly silent: Map<string, Seen>;
  answered: Instant;
}

/**
 * Watches for a port that our own network blocks. The evidence: the port was silent toward several unrelated networks, other ports of
 * those same hosts answered, and the port answered nowhere. One answer of it, also a refusal, disproves the block.
 *
 * @example
 * ```ts
 * import { localBlockWatch } from '@postern/pool';
 * const watch = localBlockWatch({ networks: 2 });
 * for (const address of ['192.0.2.1', '198.51.100.1']) {
 *   watch.note({ type: 'answered', endpoint: { address, port: 587 }, at: 1, ms: 20, syns: 1, sibling: false });
 *   watch.note({ type: 'silent', endpoint: { address, port: 465 }, at: 2, ms: 1120, syns: 2, sibling: true });
 * }
 * watch.judge(465, 3)?.reason; // 'local-block'
 * ```
 */
export function localBlockWatch(options?: LocalBlockOptions): LocalBlockWatch {
  const { networks = 3, window = 3_600_000, limit = 100 } = options ?? {};
  if (!Number.isInteger(networks) || networks < 2) {
    throw new UsageError(
      `networks is ${String(networks)}`,
      'a block is local when at least two networks show it',
    );
  }
  if (!Number.isFinite(window) || window <= 0) {
    throw new UsageError(
      `window is ${String(window)}`,
      'durations are positive, finite numbers of milliseconds',
    );
  }
  if (!Number.isInteger(limit) || limit < networks) {
    throw new UsageError(`limit is ${String(limit)}`, 'as many networks are remembered as it takes to judge');
  }
  const ports = new Map<number, Port>();
  /** By address: the last other port that answered there. */
  const controls = new Map<string, Map<number, Seen>>();
  const portOf = (number: number): Port => {
    let port = ports.get(number);
    if (!port) {
      port = { silent: new Map(), answered: -Infinity };
      ports.set(number, port);
      bound(ports, limit);
    }
    return port;
  };
  return {
    note({ type, endpoint, at }) {
      const port = portOf(endpoint.port);
      if (type === 'silent') {
        const network = prefixOf(endpoint.address);
        const first = port.silent.get(network);
        // The first time is kept while it counts: since when is the question.
        if (!first || at - first.at > window) port.silent.set(network, { endpoint, at });
        bound(port.silent, limit);
        return;
      }
      port.answered = at;
      port.silent.clear();
      const here = controls.get(endpoint.address) ?? new Map<number, Seen>();
      here.set(endpoint.port, { endpoint, at });
      bound(here, 8);
      controls.delete(endpoint.address);
      controls.set(endpoint.address, here);
      bound(controls, limit * 10);
    },
    judge(number, now) {
      const port = ports.get(number);
      if (!port || now - port.answered <= window) return undefined;
      const silent: Seen[] = [];
      const answered: Endpoint[] = [];
      for (const seen of port.silent.values()) {
        if (now - seen.at > window) continue;
        const control = [...(controls.get(seen.endpoint.address)?.values() ?? [])].find(
          ({ endpoint, at }) => endpoint.port !== number && now - at <= window,
        );
        // A host of which nothing answers may be down; it proves nothing.
        if (!control) continue;
        silent.push(seen);
        answered.push(control.endpoint);
      }
      if (silent.length < networks) return undefined;
      return {
        reason: 'local-block',
        port: number,
        since: Math.min(...silent.map(({ at }) => at)),
        silent: silent.map(({ endpoint }) => endpoint),
        answered,
      };
    },
  };
}

/** Forgets what was heard of first when there is too much. */
function bound<K>(map: Map<K, unknown>, limit: number): void {
  if (map.size <= limit) return;
  for (const key of map.keys()) {
    map.delete(key);
    return;
  }
}
