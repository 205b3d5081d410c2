import type { Milliseconds } from '../time.ts';

/** What happens to a connection request, in firewall words. */
export type Weather =
  /** Passed through to whoever listens; nobody listening is `reject`. */
  | { readonly type: 'accept' }
  /** Answered with a reset: `connection-refused` after one round trip. */
  | { readonly type: 'reject' }
  /** Answered by a router (ICMP): `unreachable` after one round trip. */
  | { readonly type: 'unreachable' }
  /** Swallowed: nothing ever comes back; the system gives up after 134 s, as Linux does. */
  | { readonly type: 'drop' }
  /** Each packet of the connection's opening is lost with this probability; the system repeats its SYN. */
  | { readonly type: 'loss'; readonly probability: number }
  /** Connects, then breaks with a reset after so many bytes from the server. */
  | { readonly type: 'reset-after'; readonly bytes: number }
  /** Connects, then nothing more arrives from the server after so many bytes. */
  | { readonly type: 'stall-after'; readonly bytes: number };

/**
 * When Linux sends its connection requests, in milliseconds (kernel 6.18, `tcp_syn_linear_timeouts` 4, measured); it gives
 * up after 134 s.
 */
export const SYN_TIMES: readonly Milliseconds[] = [
  0, 1020, 2050, 3070, 4100, 6100, 10_200, 18_400, 34_500, 67_000,
];

/** When the system reports ETIMEDOUT for an unanswered request. */
export const SYSTEM_GIVES_UP: Milliseconds = 134_000;

/** How packets travel on a path. */
export interface Path {
  readonly weather?: Weather;
  /** One way. Default 10 ms. */
  readonly latency?: Milliseconds;
  /** The largest piece in which bytes arrive; a smaller random size is drawn for each. Default: as written. */
  readonly segmentBytes?: number;
}

/** A small seeded generator (mulberry32): the same seed gives the same weather. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
