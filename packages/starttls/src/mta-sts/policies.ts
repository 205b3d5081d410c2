/**
 * The policies of domains, kept as RFC 8461 §3.3 and §5.1 want it. What a look-up does:
 *
 * 1. The TXT record is asked for. It says whether there is a policy and which (`id`), and it can be suppressed by whoever
 *    can forge DNS. So it only ever makes us fetch; it never makes a policy go away.
 * 2. A kept policy with the same id is used as it is, without HTTPS.
 * 3. A new id, or none kept: the policy is fetched, and replaces the kept one whatever its mode.
 * 4. Where record or fetch fail, a policy that is kept and not yet too old is used all the same; without one there is none.
 *
 * `refresh` fetches whatever the record says, so that a policy in use never runs out while an attacker hides the record.
 */
import type { DnsAnswer } from '@postern/dns';
import { isWireError, sharedTasks } from '@postern/wire';
import type { Clock, Fault, Milliseconds } from '@postern/wire';
import { keptEntries } from '../kept-text.ts';
import type { KeptText } from '../kept-text.ts';
import type { EpochMilliseconds, WallClock } from '../wall-clock.ts';
import { fetchStsPolicy } from './fetch-policy.ts';
import type { StsFetch } from './fetch-policy.ts';
import type { MtaStsPolicy } from './policy.ts';
import { parseStsRecord } from './record.ts';
import { policiesAsText, policiesOfText } from './stored-text.ts';

/** RFC 8461 §3.3: "SHOULD NOT attempt to fetch more often than every five minutes" after a failure. */
const BETWEEN_FAILURES: Milliseconds = 300_000;
/** Domains whose last fetch failed that are remembered; the oldest goes first. */
const MAX_FAILURES = 1000;

/** A policy as it is kept. Plain data, so that a store can be a file or a table. */
export interface StoredPolicy {
  /** The `id` of the record it was fetched for; `undefined` where there was none to be had at the time. */
  readonly id: string | undefined;
  readonly policy: MtaStsPolicy;
  /** When it was fetched. */
  readonly fetchedAt: EpochMilliseconds;
}

/**
 * Where policies are kept, by domain. Its failures are the caller's: they are passed on. A store that outlives the process
 * keeps a domain protected over a restart (RFC 8461 §5.1), so prefer one for a mail server.
 */
export interface StsStore {
  /** The policy that was kept, however old. */
  readonly get: (domain: string) => Promise<StoredPolicy | undefined>;
  /** Keeps a policy in place of the one before. */
  readonly set: (domain: string, stored: StoredPolicy) => Promise<void>;
}

/** A text that outlives the process, such as a file that is replaced as a whole. */
export type StsText = KeptText;

/** Options of {@link memoryStsStore}. */
export interface MemoryStsStoreOptions {
  /** Of more than these the one set longest ago goes. Default 10 000. */
  readonly maxEntries?: number;
  /**
   * Where the policies are written down as well, so that they survive a restart: a line of JSON each. It is read once, before the
   * first answer; lines that hold no policy are left out. Default: nowhere.
   */
  readonly text?: StsText;
}

/** Keeps policies in memory and, where there is a text to write to, there too. What the text throws is passed on. */
export function memoryStsStore(options?: MemoryStsStoreOptions): StsStore {
  const { maxEntries = 10_000, text } = options ?? {};
  return keptEntries(maxEntries, text, { parse: policiesOfText, print: policiesAsText });
}

/** The part of a `Resolver` of `@postern/dns` that is needed. */
export interface TextResolver {
  /** Asks for the TXT records of a name. */
  readonly query: (
    name: string,
    type: 'TXT',
    options?: { readonly signal?: AbortSignal },
  ) => Promise<DnsAnswer<string>>;
}

/** What {@link stsPolicies} needs. */
export interface StsPoliciesOptions {
  /** Answers TXT questions; any `Resolver` of `@postern/dns`, best one with a cache. */
  readonly resolver: TextResolver;
  /** Fetches policies; see {@link StsFetch}. */
  readonly fetch: StsFetch;
  /** Keeps them. */
  readonly store: StsStore;
  /** Measures waits. */
  readonly clock: Clock;
  /** Tells the civil time, by which a policy runs out. */
  readonly wallClock: WallClock;
}

/** What is known about a domain's policy. */
export interface StsLookup {
  /** The policy to apply, mode `none` included; `undefined` = there is none. */
  readonly policy: MtaStsPolicy | undefined;
  /** Where it is from: fetched just now, or kept. */
  readonly from: 'fetched' | 'kept' | undefined;
  /**
   * Why there is no newer one, though there may be: the record could not be read (kind `dns`, or `sts-syntax`), or the
   * policy not be fetched. `undefined` where nothing went wrong; that a domain has no record is nothing wrong.
   */
  readonly failure: Fault | undefined;
  /** Whether that failure belongs into a TLS report (RFC 8460 §4.3.2.2, RFC 8461 §6). */
  readonly reportable: boolean;
}

/** The policies of domains. */
export interface StsPolicies {
  /**
   * The policy for mail to a domain: the recipient's own, never that of a domain above (RFC 8461 §3.4), as A-labels. Look-ups
   * of one domain at the same time share their fetch. Never rejects for what a domain does wrong; abort rejects with
   * `signal.reason` and leaves others who wait alone.
   */
  readonly policyFor: (domain: string, options?: { readonly signal?: AbortSignal }) => Promise<StsLookup>;
  /**
   * Fetches the policy anew whatever the record says, once a day and domain is the RFC's suggestion (RFC 8461 §3.3): then it
   * does not run out while somebody hides the record. A failure leaves the kept one as it is.
   */
  readonly refresh: (domain: string, options?: { readonly signal?: AbortSignal }) => Promise<StsLookup>;
}

/**
 * Makes the book of policies of a mail server.
 *
 * @example
 * ```ts
 * import { memoryStsStore, stsPolicies } from '@postern/starttls';
 * import type { StsPolicies, StsPoliciesOptions } from '@postern/starttls';
 *
 * const make = ({ resolver, clock }: Pick<StsPoliciesOptions, 'resolver' | 'clock'>): StsPolicies =>
 *   stsPolicies({ resolver, clock, fetch, store: memoryStsStore(), wallClock: () => Date.now() });
 * // (await make(…).policyFor('example.org')).policy?.mode: 'enforce'
 * ```
 */
export function stsPolicies(options: StsPoliciesOptions): StsPolicies {
  const { resolver, store, clock, wallClock, fetch } = options;
  const failures = new Map<
    string,
    { readonly id: string | undefined; readonly until: number; readonly fault: Fault }
  >();
  const share = sharedTasks<MtaStsPolicy>();

  /** The policy that is kept and not too old. */
  async function keptFor(domain: string): Promise<StoredPolicy | undefined> {
    const stored = await store.get(domain);
    // RFC 8461 §3.2: max_age counts from the fetch. After a clock was set back it lasts longer, which errs on the safe side.
    const age = wallClock() - (stored?.fetchedAt ?? 0);
    return stored && age < stored.policy.maxAge * 1000 ? stored : undefined;
  }

  async function fetchAndKeep(
    domain: string,
    id: string | undefined,
    signal: AbortSignal,
  ): Promise<MtaStsPolicy> {
    try {
      const policy = await fetchStsPolicy(domain, { fetch, clock, signal });
      await store.set(domain, { id, policy, fetchedAt: wallClock() });
      failures.delete(domain);
      return policy;
    } catch (error) {
      if (!signal.aborted && isWireError(error)) noteFailure(domain, id, error.fault);
      throw error;
    }
  }

  function noteFailure(domain: string, id: string | undefined, fault: Fault): void {
    failures.delete(domain);
    failures.set(domain, { id, fault, until: clock.now() + BETWEEN_FAILURES });
    for (const oldest of failures.keys()) {
      if (failures.size <= MAX_FAILURES) break;
      failures.delete(oldest);
    }
  }

  async function fetched(
    domain: string,
    id: string | undefined,
    kept: StoredPolicy | undefined,
    signal: AbortSignal | undefined,
  ): Promise<StsLookup> {
    const failed = failures.get(domain);
    // RFC 8461 §3.3: the same id is not tried again at once.
    if (failed?.id === id && failed !== undefined && failed.until > clock.now())
      return fallback(kept, failed.fault, id);
    try {
      const policy = await share(`${domain} ${id ?? ''}`, (stop) => fetchAndKeep(domain, id, stop), {
        signal,
      });
      return { policy, from: 'fetched', failure: undefined, reportable: false };
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (!isWireError(error)) throw error;
      return fallback(kept, error.fault, id);
    }
  }

  async function lookUp(
    domain: string,
    signal: AbortSignal | undefined,
    always: boolean,
  ): Promise<StsLookup> {
    if (signal?.aborted) throw signal.reason;
    const kept = await keptFor(domain);
    let record: ReturnType<typeof parseStsRecord>;
    try {
      const answer = await resolver.query(`_mta-sts.${domain}`, 'TXT', signal ? { signal } : {});
      record = parseStsRecord(answer.status === 'records' ? answer.records : []);
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (!isWireError(error)) throw error;
      if (always && error.code !== 'dns-bad-name') return fetched(domain, kept?.id, kept, signal);
      return fallback(kept, error.fault, undefined);
    }
    const id = record.ok ? record.id : undefined;
    if (!always && id === undefined)
      return fallback(kept, record.ok ? undefined : recordFault(record), undefined);
    if (!always && kept !== undefined && kept.id === id) return fallback(kept, undefined, undefined);
    return fetched(domain, id ?? kept?.id, kept, signal);
  }

  return {
    policyFor: (domain, lookupOptions) => lookUp(normal(domain), lookupOptions?.signal, false),
    refresh: (domain, lookupOptions) => lookUp(normal(domain), lookupOptions?.signal, true),
  };
}

function normal(domain: string): string {
  return domain.toLowerCase().replace(/\.$/, '');
}

/** What is kept, and why it is not newer. `id` is that of a valid record, if there was one. */
function fallback(
  kept: StoredPolicy | undefined,
  failure: Fault | undefined,
  id: string | undefined,
): StsLookup {
  const wanted = kept === undefined ? id !== undefined : kept.policy.mode !== 'none';
  return {
    policy: kept?.policy,
    from: kept && 'kept',
    failure,
    // RFC 8461 §6: a domain that says it has a policy, or had one, wants to know that it cannot be had.
    reportable: failure?.kind === 'policy' && wanted,
  };
}

/** Several records, or a bad one, count as none (RFC 8461 §3.1); but a mistake it is. */
function recordFault({ problem }: { readonly problem: string }): Fault | undefined {
  if (problem === 'no-record') return undefined;
  const evidence = { code: problem, rule: 'RFC 8461 §3.1' };
  return { kind: 'policy', reason: 'sts-syntax', phase: 'policy', after: 0, evidence };
}
