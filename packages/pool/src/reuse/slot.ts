import type { Instant } from '@postern/wire';
import type { Candidate } from '../candidate.ts';
import type { Destination } from '../limits/destination.ts';
import type { Due } from '../race/due-queue.ts';

/** A connection that was granted: on loan, idle on the shelf, being looked at, or on its way out. */
export class Slot implements Due {
  due: Instant = 0;
  /** Its place among the idle ones that will be too old; −1 while it is not idle. */
  place = -1;
  readonly destination: Destination;
  readonly candidate: Candidate;
  /** Under which it may be used again; `undefined`: under none. */
  readonly terms: string | undefined;
  readonly born: Instant;
  /** How often it was on loan. */
  uses = 1;
  /** Whether it is being closed because somebody needs its place. */
  evicted = false;
  /** Whether it has been given back to the limits. */
  gone = false;
  /** Whether it holds a place at its address and in its group. */
  readonly address: boolean;
  readonly group: boolean;
  /** What `open` made: the driver's business. */
  value: unknown = undefined;

  constructor(
    destination: Destination,
    candidate: Candidate,
    terms: string | undefined,
    born: Instant,
    holds: { readonly address: boolean; readonly group: boolean },
  ) {
    this.destination = destination;
    this.candidate = candidate;
    this.terms = terms;
    this.born = born;
    this.address = holds.address;
    this.group = holds.group;
  }
}
