import { UsageError } from '@postern/wire';
import type { Endpoint, Instant, Milliseconds } from '@postern/wire';
import type { Loaded } from './memory/blackhole.ts';
import type { Moment, Observation } from './memory/memory.ts';
import { formatSeen, parseSeen } from './memory/seen-lines.ts';
import { prefixOf } from './memory/prefix.ts';

/** Options of {@link localBlockWatch}. */
export interface LocalBlockOptions {
  /** Unrelated networks that must be silent on a port. Default 3: two providers may share a fault, three hardly do. */
  readonly networks?: number;
  /** How long an observation counts. Default 1 h. */
  readonly window?: Milliseconds;
  /** Networks that are remembered for each port. Default 100. */
  readonly limit?: number;
  /** The network we are in, as in a `blackholeMemory`: what is loaded is used only where it was seen. Default: empty. */
  readonly network?: string;
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
  /** Forgets everything. */
  clear(): void;
  /** How often an observation changed what is known, and how often it was forgotten on request; for {@link keepMemory}. */
  readonly changes: number;
  readonly cleared: number;
  /** Writes what was seen as JSON lines, times as milliseconds since 1970. */
  save(moment: Moment): string;
  /** Takes in what {@link LocalBlockWatch.save} wrote, in addition to what is known. Never throws: other lines are refused. */
  load(lines: string, moment: Moment): Loaded;
}

interface Seen {
  readonly endpoint: Endpoint;
  readonly at: Instant;
}

/** A host that was silent on a port, again and again with no longer a gap than an observation counts. */
interface Silence {
  readonly endpoint: Endpoint;
  /** The first time. */
  since: Instant;
  /** The last time. */
  at: Instant;
}

/** What is known of one port: where it was silent, by network and address, and when it last answered anywhere. */
interface Port {
  readonly silent: Map<string, Map<string, Silence>>;
  answered: Instant;
}

/** Hosts that are remembered for each network: one of them may be down and prove nothing. */
const HOSTS = 8;

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
  const { networks = 3, window = 3_600_000, limit = 100, network = '' } = options ?? {};
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
  return new Watch(networks, window, limit, network);
}

class Watch implements LocalBlockWatch {
  readonly #networks: number;
  readonly #window: Milliseconds;
  readonly #limit: number;
  readonly #network: string;
  readonly #ports = new Map<number, Port>();
  /** By address: the last times that ports answered there. */
  readonly #controls = new Map<string, Map<number, Seen>>();
  changes = 0;
  cleared = 0;

  constructor(networks: number, window: Milliseconds, limit: number, network: string) {
    this.#networks = networks;
    this.#window = window;
    this.#limit = limit;
    this.#network = network;
  }

  note({ type, endpoint, at }: Pick<Observation, 'type' | 'endpoint' | 'at'>): void {
    this.changes += 1;
    const port = this.#port(endpoint.port);
    if (type === 'silent') this.#silent(port, { endpoint, at });
    else this.#answered(port, { endpoint, at });
  }

  judge(number: number, now: Instant): LocalBlock | undefined {
    const port = this.#ports.get(number);
    if (!port || now - port.answered <= this.#window) return undefined;
    const silent: Silence[] = [];
    const answered: Endpoint[] = [];
    for (const hosts of port.silent.values()) {
      for (const host of hosts.values()) {
        const control = now - host.at <= this.#window ? this.#control(host.endpoint, now) : undefined;
        // A host of which nothing answers may be down; it proves nothing.
        if (!control) continue;
        silent.push(host);
        answered.push(control);
        break;
      }
    }
    if (silent.length < this.#networks) return undefined;
    return {
      reason: 'local-block',
      port: number,
      since: Math.min(...silent.map(({ since }) => since)),
      silent: silent.map(({ endpoint }) => endpoint),
      answered,
    };
  }

  clear(): void {
    this.changes += 1;
    this.cleared += 1;
    this.#ports.clear();
    this.#controls.clear();
  }

  save(moment: Moment): string {
    const lines: string[] = [];
    const write = (type: 'silent' | 'answered', { endpoint, at }: Seen): void => {
      if (moment.now - at <= this.#window)
        lines.push(`${formatSeen({ type, endpoint, at }, moment, this.#network)}\n`);
    };
    const silences = [...this.#ports.values()].flatMap(({ silent }) => [...silent.values()]);
    for (const { endpoint, since, at } of silences.flatMap((hosts) => [...hosts.values()])) {
      if (since < at) write('silent', { endpoint, at: since });
      write('silent', { endpoint, at });
    }
    for (const ports of this.#controls.values()) for (const seen of ports.values()) write('answered', seen);
    return lines.join('');
  }

  load(lines: string, moment: Moment): Loaded {
    let loaded = 0;
    const refused: { line: number; reason: string }[] = [];
    for (const [index, line] of lines.split('\n').entries()) {
      if (line.trim() === '') continue;
      const seen = parseSeen(line, moment, this.#window, this.#network);
      if (typeof seen === 'string') {
        if (refused.length < 100) refused.push({ line: index + 1, reason: seen });
        continue;
      }
      this.note(seen);
      loaded += 1;
    }
    // What was written before is no news.
    this.changes -= loaded;
    return { loaded, refused };
  }

  /** Another port of the host that answered lately. */
  #control({ address, port }: Endpoint, now: Instant): Endpoint | undefined {
    const answered = [...(this.#controls.get(address)?.values() ?? [])];
    return answered.find(({ endpoint, at }) => endpoint.port !== port && now - at <= this.#window)?.endpoint;
  }

  #silent(port: Port, { endpoint, at }: Seen): void {
    // Lines of a file come in any order: what was seen before an answer is disproved by it.
    if (at <= port.answered) return;
    const network = prefixOf(endpoint.address);
    const hosts = port.silent.get(network) ?? new Map<string, Silence>();
    const known = hosts.get(endpoint.address);
    if (!known || at - known.at > this.#window) {
      hosts.set(endpoint.address, { endpoint, since: at, at });
    } else {
      if (at > known.at) known.at = at;
      if (known.since - at <= this.#window) known.since = Math.min(known.since, at);
    }
    bound(hosts, HOSTS);
    port.silent.set(network, hosts);
    bound(port.silent, this.#limit);
  }

  #answered(port: Port, seen: Seen): void {
    const { endpoint, at } = seen;
    port.answered = Math.max(port.answered, at);
    for (const [network, hosts] of port.silent) {
      for (const [address, silence] of hosts) {
        if (silence.at <= at) hosts.delete(address);
        else if (silence.since <= at) silence.since = silence.at;
      }
      if (hosts.size === 0) port.silent.delete(network);
    }
    const here = this.#controls.get(endpoint.address) ?? new Map<number, Seen>();
    if ((here.get(endpoint.port)?.at ?? -Infinity) < at) here.set(endpoint.port, seen);
    bound(here, 8);
    this.#controls.delete(endpoint.address);
    this.#controls.set(endpoint.address, here);
    bound(this.#controls, this.#limit * 10);
  }

  #port(number: number): Port {
    let port = this.#ports.get(number);
    if (!port) {
      port = { silent: new Map(), answered: -Infinity };
      this.#ports.set(number, port);
      bound(this.#ports, this.#limit);
    }
    return port;
  }
}

/** Forgets what was heard of first when there is too much. */
function bound<K>(map: Map<K, unknown>, limit: number): void {
  if (map.size <= limit) return;
  for (const key of map.keys()) {
    map.delete(key);
    return;
  }
}
