import type { Milliseconds } from '@postern/wire';

/**
 * When a Linux system sends its connection requests (SYNs), counted from the first: measured on kernel 6.18 with the
 * defaults `tcp_syn_retries` 6 and `tcp_syn_linear_timeouts` 4. It gives up after 133.6 s. Other systems, and Linux
 * before 6.5 (0, 1, 3, 7, 15, 31, 63 s), keep other times: hand their table to the pool as `silence.syns`.
 *
 * Why a table: between two SYNs there is nothing an open port could answer, so the time that passed proves nothing. What
 * proves something is the number of SYNs that went out and came to nothing.
 */
export const linuxSyns: readonly Milliseconds[] = [
  0, 1020, 2050, 3070, 4100, 6100, 10_200, 18_400, 34_500, 67_000,
];

/** Instants are fractions; a tick at the very instant of a verdict must not miss it by the last digit. */
const ROUNDING: Milliseconds = 0.001;

/** How many SYNs had gone out when so much time had passed since the first. */
export function synsSent(elapsed: Milliseconds, syns: readonly Milliseconds[]): number {
  let count = 1;
  while (count < syns.length && (syns[count] ?? Infinity) <= elapsed) count += 1;
  return count;
}

/** The table says when a SYN has certainly gone out; timers ring up to a twentieth earlier (measured: from 1,005 ms on). */
const EARLIEST = 0.95;

/**
 * How many SYNs it took until an answer came. One that comes just before the table's time answers the SYN that went out a moment
 * earlier: counted for the one before, half of all late answers would pass for prompt ones, and loss be underestimated.
 */
export function synsAnswered(elapsed: Milliseconds, syns: readonly Milliseconds[]): number {
  return synsSent(elapsed / EARLIEST, syns);
}

/**
 * When the `count`-th SYN counts as unanswered: so long after the first SYN. An answer takes one round trip; three allow
 * for its scatter.
 */
export function unansweredAfter(
  count: number,
  syns: readonly Milliseconds[],
  margin: Milliseconds,
  roundTrip: Milliseconds,
): Milliseconds {
  return (syns[count - 1] ?? Infinity) + Math.max(margin, 3 * roundTrip);
}

/** How many SYNs count as unanswered when so much time has passed since the first. */
export function synsUnanswered(
  elapsed: Milliseconds,
  syns: readonly Milliseconds[],
  margin: Milliseconds,
  roundTrip: Milliseconds,
): number {
  let count = 0;
  while (count < syns.length && unansweredAfter(count + 1, syns, margin, roundTrip) <= elapsed + ROUNDING)
    count += 1;
  return count;
}

/** The table of several sockets that dial the same port, each `gap` after the one before. */
export function synsOfSockets(
  syns: readonly Milliseconds[],
  sockets: number,
  gap: Milliseconds,
): readonly Milliseconds[] {
  if (sockets === 1) return syns;
  return Array.from({ length: sockets }, (_, socket) => syns.map((at) => at + socket * gap))
    .flat()
    .toSorted((a, b) => a - b);
}
