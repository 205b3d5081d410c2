import type { Instant, Milliseconds } from '@postern/wire';
import type { AdmissionRules } from '../limits/admission.ts';

/** Unanswered SYNs at which something is done. */
export interface Thresholds {
  /** At which a loser is given up and noted. */
  readonly remember: number;
  /** From which `timeout-connect` is reported. */
  readonly report: number;
  /** Over how many a port is followed at most; where the others are more than that there is no verdict. */
  readonly most: number;
}

/** When an idle connection is no longer kept. */
export interface ShelfRules {
  readonly idle: Milliseconds;
  readonly age: Milliseconds;
  readonly uses: number;
}

/** The rules of all races of one scheduler. */
export interface RaceRules {
  readonly deadline: Milliseconds;
  readonly connect: Milliseconds;
  readonly open: Milliseconds;
  readonly stagger: Milliseconds;
  readonly openStagger: Milliseconds;
  /** Asked anew for every verdict: they follow the loss of the network. */
  readonly thresholds: (now: Instant) => Thresholds;
  /** When SYNs go out, over all sockets of an attempt. */
  readonly syns: readonly Milliseconds[];
  /** The least wait after a SYN before it counts as unanswered. */
  readonly margin: Milliseconds;
  /** How many sockets an attempt may dial, and how far apart. */
  readonly sockets: number;
  readonly socketGap: Milliseconds;
  /**
   * Whether every candidate's outcome is wanted: then there is no `open`, the first connection is granted, and the others
   * go on until they are judged.
   */
  readonly every: boolean;
  readonly admission: AdmissionRules;
  readonly shelf: ShelfRules;
}
