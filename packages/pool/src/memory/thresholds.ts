import type { Instant } from '@postern/wire';
import type { Thresholds } from '../race/rules.ts';
import type { Silence } from '../timing.ts';
import type { Memory } from './memory.ts';

/** Below this share of lost SYNs an estimate says nothing any more. */
const CLEANEST = 0.02;

/**
 * A port is followed over so many SYNs at most: the ninth goes out after 34 s, when nobody has time any more. Where that is not
 * enough, which is when more than 56 % of SYNs are lost, there is no verdict.
 */
const MOST = 8;

/**
 * How many unanswered SYNs it takes to call a port silent, when a share `loss` of SYNs gets no answer though the port is open and
 * a share `falsePositive` of open ports may be called silent. k SYNs go unanswered with the probability loss^k at most; that is
 * exact for independent loss and one SYN, and less where a repeated answer arrives.
 */
function synsNeeded(falsePositive: number, loss: number): number {
  const share = Math.min(0.999, Math.max(CLEANEST, loss));
  return Math.ceil(Math.log(falsePositive) / Math.log(share) - 1e-9);
}

/** The thresholds under the loss that is estimated now. */
export function thresholdsFor(silence: Silence, loss: number | undefined): Thresholds {
  const needed = synsNeeded(silence.falsePositive, loss ?? 0);
  const most = Math.min(silence.syns.length, Math.max(MOST, silence.remember, silence.report));
  const within = (least: number): number => {
    const count = Math.max(least, needed);
    return count <= most ? count : Infinity;
  };
  return { remember: within(silence.remember), report: within(silence.report), most };
}

/** What a memory says of the loss; one that throws says nothing. */
export function lossOf(memory: Memory | undefined, now: Instant): number | undefined {
  try {
    return memory?.loss?.(now);
  } catch {
    return undefined;
  }
}
