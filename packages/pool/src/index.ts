/**
 * Gets an open connection to a destination in time: candidates race with a stagger under one deadline, and ports that
 * swallow connection requests are remembered, so that no wait depends on somebody's firewall.
 *
 * It is *not* a mail library: what is spoken on a connection, and how candidates are found, are hooks of the caller. It limits
 * connections by descriptors, destination, address and provider, and lends them again under terms that the caller writes out.
 *
 * RFCs: 8305 §4, §5 and §8 (order of addresses, Connection Attempt Delay, first answer wins).
 *
 * Limits: SYNs are counted by a table of when the system sends them, since no system call tells; the default is Linux's.
 * NAT64 is not detected (RFC 8305 §7): an IPv4 address on an IPv6-only host is `unreachable`.
 *
 * @example
 * ```ts
 * import { createPool } from '@postern/pool';
 * import { nodeNetwork, systemClock } from '@postern/wire/node';
 *
 * await using pool = createPool({
 *   network: nodeNetwork(),
 *   clock: systemClock(),
 *   key: (address: string) => address,
 *   candidates: async (address) => [
 *     { endpoint: { address, port: 465 }, method: 'implicit-tls', rank: 0 },
 *     { endpoint: { address, port: 587 }, method: 'starttls', rank: 1 },
 *   ],
 *   open: async (connection) => connection,
 * });
 * await using lease = await pool.acquire('192.0.2.1');
 * lease.candidate.method; // 'implicit-tls', or 'starttls' a quarter of a second later where 465 is silent
 * ```
 *
 * @packageDocumentation
 */
export type { Attempt, Outcome } from './attempt.ts';
export type { Candidate } from './candidate.ts';
export { connectAll } from './connect-all.ts';
export type { ConnectAllOptions, Connecting } from './connect-all.ts';
export type { Lease } from './lease.ts';
export { blackholeMemory } from './memory/blackhole.ts';
export type { BlackholeMemory, BlackholeMemoryOptions, Loaded } from './memory/blackhole.ts';
export { keepMemory } from './memory/keep.ts';
export type { Keepable, KeepOptions, KeptMemory, MemoryStore } from './memory/keep.ts';
export type { Judgement, Memory, Moment, Observation, Remembered } from './memory/memory.ts';
export type { AttemptEvent, LostEvent, PoolEvent, SilentEvent, WonEvent } from './events.ts';
export type { BackOff, Limits } from './limits/limits.ts';
export type { Reuse } from './reuse/reuse.ts';
export { sessionCache } from './reuse/session-cache.ts';
export type { SessionCache, SessionCacheOptions } from './reuse/session-cache.ts';
export { localBlockWatch } from './local-block.ts';
export type { LocalBlock, LocalBlockOptions, LocalBlockWatch } from './local-block.ts';
export type { Terms } from './reuse/terms.ts';
export type { PoolStats, Totals } from './stats.ts';
export { createPool } from './pool.ts';
export type { Pool, PoolCounts, PoolOptions } from './pool.ts';
export { PoolError } from './pool-error.ts';
export type { PoolErrorEnd } from './pool-error.ts';
export { linuxSyns } from './syn.ts';
export type { Silence, Timing } from './timing.ts';
