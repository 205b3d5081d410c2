import type { Endpoint, Instant, Milliseconds } from '@postern/wire';

/** What an attempt learned about a port. */
export interface Observation {
  /**
   * `answered`: TCP stood. `refused`: it was refused, which is an answer and no silence. `silent`: at least two SYNs went
   * unanswered.
   */
  readonly type: 'answered' | 'refused' | 'silent';
  readonly endpoint: Endpoint;
  /** When it became known. */
  readonly at: Instant;
  /** How long the answer took, or how long it was waited for. */
  readonly ms: Milliseconds;
  /** How many SYNs it took, or how many went unanswered. */
  readonly syns: number;
  /**
   * Whether another port of the same address answered in the same race, be it with a refusal. Silence without that may be a
   * dead host or a lost route; a memory of *ports* does not believe it.
   */
  readonly sibling: boolean;
  /** How many sockets dialled the port; with several, an answer does not tell which SYN it answers. Default 1. */
  readonly sockets?: number;
}

/**
 * What a memory says of a port. `try`: nothing against it. `try-last`: silent lately, so it is dialled after all others. `recheck`:
 * silent for so long that it is worth another look; it is dialled after all others, and once the caller is served also if
 * nobody needed it. No port is ever left out for good.
 */
export type Judgement = 'try' | 'try-last' | 'recheck';

/**
 * What a pool remembers about ports. Synchronous, so that no acquire ever waits for it; an app may mirror it elsewhere. One
 * memory may serve several pools. A memory that throws loses that note or that judgement, and harms nothing else.
 */
export interface Memory {
  /** When an endpoint is to be tried, by what is known of it. */
  judge(endpoint: Endpoint, now: Instant): Judgement;
  /** Takes in what an attempt learned. */
  note(observation: Observation): void;
  /** What is remembered about a port, while it is. */
  recall?(endpoint: Endpoint, now: Instant): Remembered | undefined;
  /**
   * The share of SYNs that open ports leave unanswered, as estimated at that instant from the answers that were noted; by it a pool decides how
   * many it takes to call a port silent. Without it the network counts as clean.
   */
  loss?(now: Instant): number;
}

/** What is remembered about a silent port. */
export interface Remembered {
  readonly endpoint: Endpoint;
  /** When it was first seen silent. */
  readonly since: Instant;
  /** When it was last seen silent. */
  readonly seen: Instant;
  /** Until when it is tried last. */
  readonly until: Instant;
  /** How often it was seen silent, observations within a minute counted as one. */
  readonly observations: number;
  /** The most SYNs that went unanswered. */
  readonly syns: number;
}

/** Two readings of clocks at one moment: what ties the instants of a memory to times that another process understands. */
export interface Moment {
  /** The pool's clock. */
  readonly now: Instant;
  /** Milliseconds since 1970, as `Date.now()` gives them. */
  readonly unixTime: number;
}
