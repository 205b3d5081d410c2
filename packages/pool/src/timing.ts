import { UsageError } from '@postern/wire';
import type { Milliseconds } from '@postern/wire';
import { linuxSyns } from './syn.ts';

/** The durations of a race. */
export interface Timing {
  /**
   * One budget for everything: finding candidates, connecting, opening. When it runs out the caller gets a `PoolError`.
   * Default 30 s: the patience of a person, and enough for a mail server that looks up our name before it greets.
   */
  readonly deadline: Milliseconds;
  /**
   * How long one attempt may wait for TCP while nothing has been won. Default 5 s: five SYNs of a Linux system, which
   * misses 0.7 % of open ports when 30 % of all packets get lost, and none at 10 %.
   */
  readonly connect: Milliseconds;
  /**
   * The wait before the next candidate is dialled while the newest is unanswered (RFC 8305 §5, Connection Attempt Delay).
   * Default 250 ms (RFC 8305 §8); at least 10 ms. A failure starts the next at once. It says nothing about the port.
   */
  readonly stagger: Milliseconds;
  /**
   * The wait before the next candidate is dialled once TCP of the newest stands. Default 1 s: TLS and a greeting take
   * several round trips, and a server that answers should not be dialled twice; a device that accepts and then says
   * nothing costs this much.
   */
  readonly openStagger: Milliseconds;
  /**
   * How long one attempt may take from TCP to the end of `open`. Default: as `deadline`, so that only the whole is limited. A
   * smaller one lets a later candidate have its turn where all of them hang.
   */
  readonly open: Milliseconds;
}

/** What it takes to call a port silent. Three decisions have three thresholds: falling back is `timing.stagger`. */
export interface Silence {
  /**
   * Unanswered SYNs after which a losing attempt is given up and noted in the memory, at least. Default 2, at least 2: with 10 %
   * of packets lost in each direction one unanswered SYN condemns 20 % of all open ports, two 2 %. Where the memory has seen
   * answers come late, more are waited for, see `falsePositive`.
   */
  readonly remember: number;
  /** Unanswered SYNs from which `timeout-connect` is reported, at least. Default 3, at least 3: 0.2 % at 10 % loss. */
  readonly report: number;
  /**
   * The share of open ports that may be called silent by mistake. Default 0.01. With the share q of SYNs that get no answer, which
   * the memory estimates by the answers it sees, k SYNs are wrong q^k times at most: so many are waited for.
   */
  readonly falsePositive: number;
  /** When the system sends its SYNs, from 0 upwards. Default {@link linuxSyns}. */
  readonly syns: readonly Milliseconds[];
}

const numberRule = 'durations are positive, finite numbers of milliseconds';

function checkDuration(name: string, value: number): void {
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) {
    throw new UsageError(`${name} is ${String(value)}`, numberRule);
  }
}

/** Fills in the defaults and refuses numbers that contradict each other; throws {@link UsageError} with the rule. */
export function checkTiming(given: Partial<Timing> | undefined): Timing {
  const deadline = given?.deadline ?? 30_000;
  const stagger = given?.stagger ?? 250;
  const timing: Timing = {
    deadline,
    stagger,
    // A default never contradicts what was given.
    connect: given?.connect ?? Math.max(5000, stagger),
    openStagger: given?.openStagger ?? Math.max(1000, stagger),
    open: given?.open ?? deadline,
  };
  checkDuration('timing.deadline', timing.deadline);
  checkDuration('timing.connect', timing.connect);
  checkDuration('timing.stagger', timing.stagger);
  checkDuration('timing.openStagger', timing.openStagger);
  checkDuration('timing.open', timing.open);
  if (stagger < 10) {
    throw new UsageError(
      `timing.stagger is ${stagger} ms`,
      'RFC 8305 §5: the Connection Attempt Delay is at least 10 ms',
    );
  }
  if (deadline < stagger) {
    throw new UsageError(
      `timing.deadline (${deadline} ms) is shorter than timing.stagger (${stagger} ms)`,
      'the deadline leaves room for a second candidate',
    );
  }
  if (timing.connect < stagger) {
    throw new UsageError(
      `timing.connect (${timing.connect} ms) is shorter than timing.stagger (${stagger} ms)`,
      'an attempt lasts at least until the next one starts',
    );
  }
  if (timing.openStagger < stagger) {
    throw new UsageError(
      `timing.openStagger (${timing.openStagger} ms) is shorter than timing.stagger (${stagger} ms)`,
      'a peer that answered is given at least as much time as one that did not',
    );
  }
  return timing;
}

/** The same for {@link Silence}. */
export function checkSilence(given: Partial<Silence> | undefined): Silence {
  const silence: Silence = {
    remember: given?.remember ?? 2,
    report: given?.report ?? 3,
    falsePositive: given?.falsePositive ?? 0.01,
    syns: given?.syns ?? linuxSyns,
  };
  if (!Number.isInteger(silence.remember) || silence.remember < 2) {
    throw new UsageError(
      `silence.remember is ${String(silence.remember)}`,
      'one unanswered SYN is never remembered: at least 2',
    );
  }
  if (!Number.isInteger(silence.report) || silence.report < 3) {
    throw new UsageError(
      `silence.report is ${String(silence.report)}`,
      'timeout-connect is reported after 3 unanswered SYNs or more',
    );
  }
  const { syns, falsePositive } = silence;
  if (!(falsePositive > 0 && falsePositive < 0.5)) {
    throw new UsageError(
      `silence.falsePositive is ${String(falsePositive)}`,
      'a probability of error is above 0 and below a half',
    );
  }
  const ascending =
    Array.isArray(syns) &&
    syns[0] === 0 &&
    syns.every((at, index) => Number.isFinite(at) && (index === 0 || at > (syns[index - 1] ?? Infinity)));
  if (!ascending) {
    throw new UsageError('silence.syns is not a table of times', 'SYN times begin with 0 and ascend');
  }
  if (syns.length < silence.report || syns.length < silence.remember) {
    throw new UsageError(
      `silence.syns holds ${syns.length} times`,
      'the table holds as many SYNs as the thresholds count',
    );
  }
  return silence;
}
