import { isWireError, UsageError } from '@postern/wire';
import type { Fault, WireError } from '@postern/wire';
import { mailAddressLiteral, normalAddress } from './address/literal.ts';
import { isForbidden, specialRange } from './address/special-ranges.ts';
import type { SpecialRange } from './address/special-ranges.ts';
import { mostTelling } from './failure.ts';
import { domainName } from './name.ts';
import type { DnsAnswer, Resolver } from './resolver.ts';

/** Options of {@link addresses}. */
export interface AddressOptions {
  /**
   * Returns loopback, documentation and other special addresses too. Default `false`: names belong to strangers, and a
   * probe that dials whatever they name can be turned against its own network.
   */
  readonly allowSpecial?: boolean;
  /**
   * How many are returned at most, both families together. Default 32: more than the largest providers have, and a
   * stranger's zone must not decide how many connections a program opens.
   */
  readonly maxAddresses?: number;
  /** Ends the wait; `signal.reason` is rethrown untouched. */
  readonly signal?: AbortSignal;
}

/** What the look-up for one address family came to. */
export type FamilyResult =
  { readonly ok: true; readonly answer: DnsAnswer<string> } | { readonly ok: false; readonly fault: Fault };

/** An address in a special range. */
export interface SpecialAddress {
  readonly address: string;
  readonly range: SpecialRange;
}

/** The addresses of a host. */
export interface HostAddresses {
  /**
   * `addresses`: there is one to dial. `no-addresses`: the host exists, but has none. `forbidden`: all of them are in
   * ranges that are not dialled. `no-such-domain`: the name does not exist. The last three are knowledge: neither is said
   * while a look-up has failed.
   */
  readonly status: 'addresses' | 'no-addresses' | 'forbidden' | 'no-such-domain';
  /** The name asked for, in our form; an address literal stands for itself. */
  readonly host: string;
  /** The name the addresses belong to; different from `host` where that is an alias. */
  readonly canonical: string;
  /**
   * What may be dialled: families take turns, IPv6 first, each in the resolver's order (RFC 8305 §4); none twice, and no
   * more than `maxAddresses`. All of them stand in `v4` and `v6`.
   */
  readonly addresses: readonly string[];
  /** Left out by the guard. */
  readonly forbidden: readonly SpecialAddress[];
  /** What of the found addresses is only reachable from the own network. */
  readonly internal: readonly SpecialAddress[];
  /** The A look-up; `undefined` for an address literal. */
  readonly v4: FamilyResult | undefined;
  /** The AAAA look-up; `undefined` for an address literal. */
  readonly v6: FamilyResult | undefined;
  /** Whether all answers that were used had the AD bit. */
  readonly authenticated: boolean;
  /** Whether the resolver was declared trusted. */
  readonly trusted: boolean;
}

/**
 * The addresses of a host, by AAAA and A look-ups at the same time. One family that fails does not spoil the other: its
 * fault stands in the result. IP literals, also in the form of mail (`[192.0.2.1]`), are returned without a look-up.
 *
 * Rejects with a `WireError` of kind `dns` where there is nothing to dial and a look-up failed, for then nobody knows
 * whether there is; of two failures with the one that says more. With `dns-bad-name` for what is no host name, and with a
 * `UsageError` for a `maxAddresses` below 1.
 *
 * @example
 * ```ts
 * import { addresses, zoneResolver } from '@postern/dns';
 *
 * const resolver = zoneResolver('mx.example.test. A 192.0.2.1\nmx.example.test. AAAA 2001:db8::1');
 * const found = await addresses(resolver, 'mx.example.test', { allowSpecial: true });
 * found.addresses; // ['2001:db8::1', '192.0.2.1']
 * ```
 */
export async function addresses(
  resolver: Resolver,
  host: string,
  options?: AddressOptions,
): Promise<HostAddresses> {
  const { signal, allowSpecial = false, maxAddresses = 32 } = options ?? {};
  if (signal?.aborted) throw signal.reason;
  // Without a place for an address "there is none" would be a lie about the host.
  if (!(maxAddresses >= 1)) throw new UsageError('a host needs an address to be dialled', 'maxAddresses');
  const literal = normalAddress(host) ?? mailAddressLiteral(host);
  if (literal !== undefined) {
    const guarded = guard([literal], allowSpecial, maxAddresses);
    const marks = { v4: undefined, v6: undefined, authenticated: false, trusted: false };
    return { status: statusOf(guarded), host: literal, canonical: literal, ...guarded, ...marks };
  }
  const name = domainName(host);
  const queryOptions = signal === undefined ? {} : { signal };
  // RFC 8305 §3: AAAA goes out first, A at once after it.
  const [v6, v4] = await Promise.allSettled([
    resolver.query(name, 'AAAA', queryOptions),
    resolver.query(name, 'A', queryOptions),
  ]);
  if (signal?.aborted) throw signal.reason;
  const families = [familyResult(v6), familyResult(v4)] as const;
  const answers = families.flatMap((family) => (family.result.ok ? [family.result.answer] : []));
  const guarded = guard(interleave(...families.map(recordsOf)), allowSpecial, maxAddresses);
  // RFC 2308 §5: that a name does not exist holds for every type. But some servers say so of names that only have no AAAA
  // record (RFC 4074 §4.2), so beside a failed look-up only the denial for A is believed.
  const failed = mostTelling(families.flatMap(({ error }) => error ?? []));
  const denied = (failed === undefined ? answers : [v4Answer(families[1])]).some(
    (answer) => answer?.status === 'no-such-domain',
  );
  if (guarded.addresses.length === 0 && !denied && failed !== undefined) throw failed;
  const nothing = guarded.addresses.length === 0 && guarded.forbidden.length === 0;
  const withRecords = answers.filter((answer) => answer.status === 'records');
  const used = withRecords.length > 0 ? withRecords : answers;
  return {
    status: nothing && denied ? 'no-such-domain' : statusOf(guarded),
    host: name,
    canonical: used[0]?.canonical ?? name,
    ...guarded,
    v6: families[0].result,
    v4: families[1].result,
    authenticated: used.every((answer) => answer.authenticated),
    trusted: used.every((answer) => answer.trusted),
  };
}

interface Guarded {
  readonly addresses: readonly string[];
  readonly forbidden: readonly SpecialAddress[];
  readonly internal: readonly SpecialAddress[];
}

function guard(found: readonly string[], allowSpecial: boolean, maxAddresses: number): Guarded {
  const allowed: string[] = [];
  const forbidden: SpecialAddress[] = [];
  const internal: SpecialAddress[] = [];
  for (const address of new Set(found)) {
    const range = specialRange(address);
    if (range !== undefined && isForbidden(range) && !allowSpecial) {
      forbidden.push({ address, range });
      continue;
    }
    if (range !== undefined && !isForbidden(range)) internal.push({ address, range });
    allowed.push(address);
  }
  return { addresses: allowed.slice(0, maxAddresses), forbidden, internal };
}

function statusOf(guarded: Guarded): 'addresses' | 'no-addresses' | 'forbidden' {
  if (guarded.addresses.length > 0) return 'addresses';
  return guarded.forbidden.length > 0 ? 'forbidden' : 'no-addresses';
}

interface Family {
  readonly result: FamilyResult;
  readonly error: WireError | undefined;
}

function familyResult(settled: PromiseSettledResult<DnsAnswer<string>>): Family {
  if (settled.status === 'fulfilled')
    return { result: { ok: true, answer: settled.value }, error: undefined };
  const error: unknown = settled.reason;
  if (!isWireError(error)) throw error;
  return { result: { ok: false, fault: error.fault }, error };
}

function v4Answer({ result }: Family): DnsAnswer<string> | undefined {
  return result.ok ? result.answer : undefined;
}

function recordsOf(family: Family): readonly string[] {
  return family.result.ok && family.result.answer.status === 'records' ? family.result.answer.records : [];
}

function interleave(...lists: readonly (readonly string[])[]): readonly string[] {
  const longest = Math.max(...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, index) => lists.flatMap((list) => list[index] ?? [])).flat();
}
