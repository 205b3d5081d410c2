import type { Endpoint, Instant, Milliseconds } from '@postern/wire';
import type { BlackholeMemory, Loaded } from './blackhole.ts';
import { formatLine, parseLine } from './lines.ts';
import { LossEstimate } from './loss.ts';
import type { Judgement, Moment, Observation, Remembered } from './memory.ts';
import { prefixOf } from './prefix.ts';

/** Observations closer together than this are one: many races see the same firewall at once. */
const ONE_OBSERVATION: Milliseconds = 60_000;

/** How long an answer of one port is evidence that the host and the route were alive. */
const EVIDENCE: Milliseconds = 600_000;

/** What is known about one port. An address has few, so they are kept in a list. */
interface Port {
  readonly number: number;
  answered: Instant | undefined;
  silent: Silent | undefined;
}

/** What two addresses of one network say about the third. */
interface Prefix {
  /** At most two: more would prove nothing more. */
  readonly addresses: string[];
  until: Instant;
}

interface Silent {
  since: Instant;
  seen: Instant;
  until: Instant;
  observations: number;
  syns: number;
  /** Whether a sibling has answered; until then it is a suspicion and no verdict. */
  proven: boolean;
  /** When somebody was asked to look again. */
  asked: Instant;
}

/** What is known of ports, and what follows from it. Its options are checked. */
export class Blackholes implements BlackholeMemory {
  readonly #forget: Milliseconds;
  readonly #forgetConfirmed: Milliseconds;
  readonly #limit: number;
  /** In the order in which they were first heard of, or last seen silent. */
  readonly #addresses = new Map<string, Port[]>();
  /** By network and port: the addresses that were found silent there, and whether one answered. */
  readonly #prefixes = new Map<string, Prefix>();
  readonly #loss = new LossEstimate();
  readonly #network: string;
  changes = 0;
  cleared = 0;

  constructor(forget: Milliseconds, forgetConfirmed: Milliseconds, limit: number, network: string) {
    this.#network = network;
    this.#forget = forget;
    this.#forgetConfirmed = forgetConfirmed;
    this.#limit = limit;
  }

  loss(now: Instant): number {
    return this.#loss.share(now);
  }

  judge(endpoint: Endpoint, now: Instant): Judgement {
    const port = this.#find(endpoint);
    const silent = port?.silent;
    if (silent?.proven === true) {
      if (now < silent.until) return 'try-last';
      // It decays in two steps: first it is looked at again behind the back of a caller, then it is as any other.
      if (now >= silent.until + (silent.until - silent.seen)) return 'try';
      return this.#recheck(silent, now);
    }
    if (port?.answered !== undefined) return 'try';
    return this.#prefixSilent(endpoint, now) ? 'try-last' : 'try';
  }

  note({ type, endpoint, at, syns, sibling, sockets = 1 }: Observation): void {
    // A refusal tells nothing about the packets before it that the firewall would not have answered either.
    if (type === 'answered' && sockets === 1) this.#loss.add(syns, at);
    const ports = this.#ports(endpoint.address, type === 'silent');
    const port = portIn(ports, endpoint.port);
    if (type === 'silent') {
      if (syns < 2) return;
      const proven = sibling || ports.some((other) => other !== port && isEvidence(other.answered, at));
      port.silent = this.#again(port.silent, at, syns, proven);
      port.answered = undefined;
      if (proven) this.#notePrefix(endpoint, at, port.silent.until);
      this.changes += 1;
      return;
    }
    if (port.silent) this.changes += 1;
    port.silent = undefined;
    port.answered = at;
    this.#prefixes.delete(`${prefixOf(endpoint.address)} ${endpoint.port}`);
    // The answer that proves a suspicion may come after it.
    for (const other of ports) {
      if (other === port || !other.silent || !isEvidence(other.silent.seen, at)) continue;
      if (!other.silent.proven) this.changes += 1;
      other.silent.proven = true;
      this.#notePrefix({ address: endpoint.address, port: other.number }, at, other.silent.until);
    }
  }

  recall(endpoint: Endpoint, now: Instant): Remembered | undefined {
    const silent = this.#find(endpoint)?.silent;
    return silent?.proven === true && now < silent.until ? remembered(endpoint, silent) : undefined;
  }

  entries(now: Instant): readonly Remembered[] {
    const result: Remembered[] = [];
    for (const [address, ports] of this.#addresses) {
      for (const { number, silent } of ports) {
        if (silent?.proven && now < silent.until) result.push(remembered({ address, port: number }, silent));
      }
    }
    return result;
  }

  clear(endpoint?: Endpoint): void {
    this.changes += 1;
    this.cleared += 1;
    if (!endpoint) {
      this.#addresses.clear();
      this.#prefixes.clear();
      this.#loss.clear();
      return;
    }
    const left =
      this.#addresses.get(endpoint.address)?.filter(({ number }) => number !== endpoint.port) ?? [];
    if (left.length > 0) this.#addresses.set(endpoint.address, left);
    else this.#addresses.delete(endpoint.address);
    // Else what its neighbours did would speak for it at once.
    this.#prefixes.delete(`${prefixOf(endpoint.address)} ${endpoint.port}`);
  }

  save(moment: Moment): string {
    return this.entries(moment.now)
      .map((one) => `${formatLine(one, moment, this.#network)}\n`)
      .join('');
  }

  load(lines: string, moment: Moment): Loaded {
    let loaded = 0;
    const refused: { line: number; reason: string }[] = [];
    let number = 0;
    for (const line of lines.split('\n')) {
      number += 1;
      if (line.trim() === '') continue;
      const parsed = parseLine(line, moment, this.#forgetConfirmed, this.#network);
      if (typeof parsed === 'string') {
        if (refused.length < 100) refused.push({ line: number, reason: parsed });
        continue;
      }
      const { endpoint, since, seen, until, observations, syns } = parsed;
      const port = portIn(this.#ports(endpoint.address, true), endpoint.port);
      loaded += 1;
      // What this process saw itself later than the file did is the better knowledge, and what it wrote itself is no news. A
      // suspicion knows less than a verdict, whenever that was.
      if (port.silent?.proven === true && port.silent.seen > seen - ONE_OBSERVATION) continue;
      if ((port.answered ?? -Infinity) > seen) continue;
      port.silent = { since, seen, until, observations, syns, proven: true, asked: -Infinity };
      this.#notePrefix(endpoint, seen, until);
    }
    return { loaded, refused };
  }

  /** Once in a while one caller is asked to look again; it costs him nothing, but every further one would be a connection too many. */
  #recheck(silent: Silent, now: Instant): Judgement {
    if (now < silent.asked + ONE_OBSERVATION) return 'try-last';
    silent.asked = now;
    return 'recheck';
  }

  #notePrefix({ address, port }: Endpoint, at: Instant, until: Instant): void {
    const key = `${prefixOf(address)} ${port}`;
    const known = this.#prefixes.get(key);
    // An address whose own verdict is long over is no witness any more.
    if (!known || known.until <= at) {
      this.#prefixes.set(key, { addresses: [address], until });
      if (this.#prefixes.size > this.#limit) {
        const [oldest] = this.#prefixes.keys();
        if (oldest !== undefined) this.#prefixes.delete(oldest);
      }
      return;
    }
    if (!known.addresses.includes(address) && known.addresses.length < 2) known.addresses.push(address);
    known.until = Math.max(known.until, until);
  }

  /** Two addresses of a network silent on a port, and none open: the next one is believed to be so as well. */
  #prefixSilent({ address, port }: Endpoint, now: Instant): boolean {
    if (this.#prefixes.size === 0) return false;
    const known = this.#prefixes.get(`${prefixOf(address)} ${port}`);
    return known !== undefined && known.addresses.length > 1 && now < known.until;
  }

  #again(before: Silent | undefined, at: Instant, syns: number, proven: boolean): Silent {
    const gone = before === undefined || at - before.seen > this.#forgetConfirmed;
    if (gone)
      return {
        since: at,
        seen: at,
        until: at + this.#forget,
        observations: 1,
        syns,
        proven,
        asked: -Infinity,
      };
    if (at - before.seen < ONE_OBSERVATION) {
      return { ...before, syns: Math.max(before.syns, syns), proven: before.proven || proven };
    }
    // A suspicion that was never proven confirms nothing.
    const observations = before.proven ? before.observations + 1 : 1;
    const until = at + (observations > 1 ? this.#forgetConfirmed : this.#forget);
    const most = Math.max(before.syns, syns);
    return { since: before.since, seen: at, until, observations, syns: most, proven, asked: -Infinity };
  }

  #find({ address, port }: Endpoint): Port | undefined {
    return this.#addresses.get(address)?.find(({ number }) => number === port);
  }

  /** What is known of an address; `refresh` moves it to the end of those that may have to go. */
  #ports(address: string, refresh: boolean): Port[] {
    const known = this.#addresses.get(address);
    if (known && !refresh) return known;
    const ports = known ?? [];
    if (known) this.#addresses.delete(address);
    this.#addresses.set(address, ports);
    if (this.#addresses.size > this.#limit) {
      const [oldest] = this.#addresses.keys();
      if (oldest !== undefined) this.#addresses.delete(oldest);
    }
    return ports;
  }
}

function portIn(ports: Port[], number: number): Port {
  const known = ports.find((port) => port.number === number);
  if (known) return known;
  const port: Port = { number, answered: undefined, silent: undefined };
  ports.push(port);
  return port;
}

/** Whether what was seen then still says something about the host now. */
function isEvidence(seen: Instant | undefined, at: Instant): boolean {
  return seen !== undefined && at - seen <= EVIDENCE;
}

function remembered(endpoint: Endpoint, { since, seen, until, observations, syns }: Silent): Remembered {
  return { endpoint, since, seen, until, observations, syns };
}
