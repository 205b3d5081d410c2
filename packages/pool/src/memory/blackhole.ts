import { UsageError } from '@postern/wire';
import type { Endpoint, Instant, Milliseconds } from '@postern/wire';
import { Blackholes } from './blackholes.ts';
import { LONGEST_NETWORK } from './lines.ts';
import type { Memory, Moment, Remembered } from './memory.ts';

/** Options of {@link blackholeMemory}. */
export interface BlackholeMemoryOptions {
  /**
   * How long a port counts as silent after it was seen so once. Default 10 min: an outage or a firewall being reloaded
   * passes in that time.
   */
  readonly forget?: Milliseconds;
  /**
   * The same after a second observation, made at least a minute after the first. Default 24 h, or `forget` if that is
   * longer: rules of firewalls live for years, and looking once a day costs one stagger.
   */
  readonly forgetConfirmed?: Milliseconds;
  /**
   * The network we are in: what is silent from here may be open from elsewhere. A text that changes with it, such as our own
   * address and the gateway's; what is loaded from a file is used only where it was seen. Default: empty, the same for all.
   */
  readonly network?: string;
  /** Addresses that are kept; the one whose silence was noted longest ago goes first. Default 100,000. */
  readonly limit?: number;
}

/** What {@link BlackholeMemory.load} made of a text. */
export interface Loaded {
  /** Lines that were taken in. */
  readonly loaded: number;
  /** Lines that were not, with the first hundred reasons. */
  readonly refused: readonly { readonly line: number; readonly reason: string }[];
}

/** The memory of silent ports. */
export interface BlackholeMemory extends Memory {
  /** What is remembered about a port itself, while it is; what its network makes likely is no knowledge of it. */
  recall(endpoint: Endpoint, now: Instant): Remembered | undefined;
  /** Everything that is remembered. */
  entries(now: Instant): readonly Remembered[];
  /** Forgets one port, or everything. */
  clear(endpoint?: Endpoint): void;
  /** How often an observation changed what is remembered, to see whether there is something new to keep. */
  readonly changes: number;
  /** How often something was forgotten on request. */
  readonly cleared: number;
  /** Writes what is remembered as JSON lines, times as milliseconds since 1970. */
  save(moment: Moment): string;
  /**
   * Takes in what {@link BlackholeMemory.save} wrote, in addition to what is known; the later observation counts. Never
   * throws: a line that is no entry, comes from the future or has expired is refused, and one that claims to be good for
   * longer than `forgetConfirmed` is cut to that.
   */
  load(lines: string, moment: Moment): Loaded;
}

/**
 * Makes a memory of silent ports. A verdict takes two facts: at least two SYNs to the port went unanswered, and another
 * port of the same address has answered, in the same race or within ten minutes. An answer or a refusal clears it. Two silent
 * addresses of a network (/24, /48) speak for the others until one of them answers. A verdict whose time is over is looked at
 * again by a caller who does not wait for it, and forgotten when its time has passed twice.
 *
 * @example
 * ```ts
 * import { blackholeMemory } from '@postern/pool';
 * const memory = blackholeMemory();
 * const endpoint = { address: '192.0.2.1', port: 465 };
 * memory.note({ type: 'silent', endpoint, at: 1120, ms: 1120, syns: 2, sibling: true });
 * memory.judge(endpoint, 2000); // 'try-last'
 * memory.judge(endpoint, 700_000); // 'recheck': after all others, but worth a look
 * memory.judge(endpoint, 1_300_000); // 'try'
 * ```
 */
export function blackholeMemory(options?: BlackholeMemoryOptions): BlackholeMemory {
  const forget = options?.forget ?? 600_000;
  const forgetConfirmed = options?.forgetConfirmed ?? Math.max(86_400_000, forget);
  const limit = options?.limit ?? 100_000;
  const network = options?.network ?? '';
  if (typeof network !== 'string' || network.length > LONGEST_NETWORK) {
    throw new UsageError(
      'network is no text, or a long one',
      `a network is named by at most ${LONGEST_NETWORK} characters`,
    );
  }
  if (!(forget > 0) || !Number.isFinite(forget) || !Number.isFinite(forgetConfirmed)) {
    throw new UsageError(
      `forget is ${String(forget)}`,
      'durations are positive, finite numbers of milliseconds',
    );
  }
  if (!(forgetConfirmed >= forget)) {
    throw new UsageError(
      `forgetConfirmed (${String(forgetConfirmed)} ms) is shorter than forget (${forget} ms)`,
      'a second observation makes a memory longer',
    );
  }
  if (!Number.isInteger(limit) || limit < 1) {
    throw new UsageError(`limit is ${String(limit)}`, 'a memory keeps at least one address');
  }
  return new Blackholes(forget, forgetConfirmed, limit, network);
}
