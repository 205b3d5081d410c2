import type { Milliseconds } from '@postern/wire';
import type { Message } from '../message.ts';
import { isWithin } from '../name.ts';
import { hasType } from '../records.ts';
import type { Records, RecordType, Soa } from '../records.ts';
import { dnsError } from '../failure.ts';
import { MAX_ALIASES } from '../resolver.ts';

/** What one message says about a name, once its aliases are followed. TTLs are in seconds. */
export type Finding<T> =
  | {
      readonly status: 'records';
      readonly records: readonly T[];
      readonly canonical: string;
      readonly ttl: number;
    }
  /** `alias`: the message ends in an alias and says nothing about its target, so that has to be asked. */
  | {
      readonly status: 'no-data' | 'no-such-domain' | 'alias';
      readonly canonical: string;
      readonly ttl: number;
    };

/** The names a look-up went through, over all the messages it needed; guards length and loops. */
export interface AliasChain {
  /**
   * Goes to the target of an alias and returns it. Throws `dns-cname-loop` at a name seen before and at the eleventh alias,
   * `dns-malformed` where a name has several targets.
   */
  follow(targets: readonly string[]): string;
}

/** Begins a chain at the name that was asked for; `elapsed` says how long the look-up has taken, for the fault. */
export function aliasChain(start: string, elapsed: () => Milliseconds): AliasChain {
  const seen = new Set([start]);
  return {
    follow(targets) {
      const [target = start, ...others] = new Set(targets);
      // To choose one would let whoever added the other choose who gets the mail.
      if (others.length > 0) {
        throw dnsError('dns-malformed', { after: elapsed(), evidence: { rule: 'RFC 2181 §10.1' } });
      }
      if (seen.has(target) || seen.size > MAX_ALIASES) {
        throw dnsError('dns-cname-loop', { after: elapsed(), evidence: { rule: 'RFC 1034 §3.6.2' } });
      }
      seen.add(target);
      return target;
    },
  };
}

/**
 * Reads the answer to (`name`, `type`) out of a message: follows its aliases, whatever their order, and takes the least
 * TTL of all parts (RFC 2181 §5.2 for the set; the chain is ours). DNAME needs no code: servers synthesise the alias
 * (RFC 6672 §3.1).
 */
export function readFinding<K extends RecordType>(
  message: Message,
  name: string,
  type: K,
  nxdomain: boolean,
  chain: AliasChain,
): Finding<Records[K]> {
  let canonical = name;
  let ttl = Number.POSITIVE_INFINITY;
  for (;;) {
    const here = message.answers.filter((record) => record.name === canonical);
    const found = here.filter((record) => hasType(record, type));
    if (found.length > 0) {
      for (const record of found) ttl = Math.min(ttl, record.ttl);
      return { status: 'records', records: found.map((record) => record.data), canonical, ttl };
    }
    const aliases = here.filter((record) => hasType(record, 'CNAME'));
    if (aliases.length === 0) break;
    for (const alias of aliases) ttl = Math.min(ttl, alias.ttl);
    canonical = chain.follow(aliases.map(({ data }) => data));
  }
  const negative = negativeTtl(message, canonical);
  // RFC 6604 §3: the response code speaks of the last name of the chain.
  if (nxdomain) return { status: 'no-such-domain', canonical, ttl: Math.min(ttl, negative ?? 0) };
  // An alias out of the server's zone comes without its target's data and without an SOA that could deny it.
  if (canonical !== name && negative === undefined) return { status: 'alias', canonical, ttl };
  return { status: 'no-data', canonical, ttl: Math.min(ttl, negative ?? 0) };
}

/** RFC 2308 §5: the lesser of the SOA's TTL and its MINIMUM; without an SOA for this name the absence is not kept. */
function negativeTtl(message: Message, name: string): number | undefined {
  const soa = message.authorities.find((record) => hasType(record, 'SOA') && isWithin(name, record.name));
  return soa && Math.min(soa.ttl, (soa.data as Soa).minimum);
}
