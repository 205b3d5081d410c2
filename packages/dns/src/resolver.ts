import type { Milliseconds } from '@postern/wire';
import { domainName } from './name.ts';
import type { Records, RecordType } from './records.ts';

/** What every answer says about itself. */
export interface AnswerMarks {
  /** The AD bit as received: the resolver says that it validated the data (RFC 4035 §3.2.3). */
  readonly authenticated: boolean;
  /** Whether the resolver was declared trusted; without it nobody may rely on `authenticated` (RFC 6840 §5.8). */
  readonly trusted: boolean;
  /** The name at the end of the alias chain; the name asked for where there was no alias. */
  readonly canonical: string;
  /** How long the answer may be kept: the least of all its parts; 0 means not at all. */
  readonly ttl: Milliseconds;
}

/** There are records. */
export interface RecordsAnswer<T> extends AnswerMarks {
  readonly status: 'records';
  /** At least one, in the order of the message. */
  readonly records: readonly T[];
}

/** The name exists, without records of this type. That is knowledge; a failure to find out is thrown. */
export interface NoDataAnswer extends AnswerMarks {
  readonly status: 'no-data';
}

/** The name does not exist, for any type. That is knowledge; a failure to find out is thrown. */
export interface NoSuchDomainAnswer extends AnswerMarks {
  readonly status: 'no-such-domain';
}

/** What was learnt about one name and type. */
export type DnsAnswer<T> = RecordsAnswer<T> | NoDataAnswer | NoSuchDomainAnswer;

/** Options of {@link Resolver.query}. */
export interface QueryOptions {
  /** Ends the wait; `signal.reason` is rethrown untouched. */
  readonly signal?: AbortSignal;
}

/** Somebody who answers questions about names. One method, so a fixture is a few lines and every wrapper has the same face. */
export interface Resolver {
  /**
   * Asks for the records of one type. The name is absolute, with or without a trailing dot: no search list is ever
   * applied (RFC 5321 §2.3.5). Aliases are followed, at most ten.
   *
   * Rejects with a `WireError` of kind `dns`: `dns-servfail`, `dns-bogus`, `dns-refused`, `dns-timeout`,
   * `dns-unreachable`, `dns-malformed`, `dns-formerr`, `dns-notimp`, `dns-cname-loop` or `dns-bad-name`.
   */
  query<K extends RecordType>(name: string, type: K, options?: QueryOptions): Promise<DnsAnswer<Records[K]>>;
}

/**
 * Whether an answer is secure in the sense of RFC 4035 §4.3: validated, by a resolver that is trusted over a trusted path.
 * Policies ask this and nothing less.
 */
export function isSecure(answer: Pick<AnswerMarks, 'authenticated' | 'trusted'>): boolean {
  return answer.authenticated && answer.trusted;
}

/** How many aliases are followed. Ours: validating resolvers stop between 8 and 16, so a longer chain works for nobody. */
export const MAX_ALIASES = 10;

/** Owner names with underscores exist for these types; CNAME, because such a name may be an alias (RFC 7671 §7). */
const underscoreTypes: ReadonlySet<RecordType> = new Set<RecordType>(['SRV', 'TLSA', 'TXT', 'CNAME', 'SOA']);

/** Checks a name to be asked for and brings it into our form; throws `dns-bad-name`. */
export function questionName(name: string, type: RecordType): string {
  return domainName(name, { underscores: underscoreTypes.has(type) });
}
