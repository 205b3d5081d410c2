import { UsageError } from '@postern/wire';
import { normalName } from '../name.ts';
import type { DnsFailure } from '../failure.ts';

/** How a zone answers beyond its records. */
export interface ZoneOptions {
  /** The origin of relative names before any `$ORIGIN`. Default `.`, so they are absolute. */
  readonly origin?: string;
  /**
   * The AD bit of answers: for all names, or by owner name, so that parts of a zone are unsigned. An alias chain has it
   * only where every link does. Default `false`.
   */
  readonly authenticated?: boolean | ((name: string) => boolean);
  /**
   * Names whose look-up fails, for tests: a name, or a name and a type, with the reason; `{ 'mx1.example.test':
   * 'dns-servfail', 'mx2.example.test AAAA': 'dns-timeout' }`. Over the wire `dns-timeout` is silence, `dns-bogus`
   * SERVFAIL unless checking is disabled, `dns-malformed` a broken message.
   */
  readonly failures?: Readonly<Record<string, DnsFailure>>;
}

/** The failure that was set for a name and type. */
export type FailureLookup = (name: string, type: string) => DnsFailure | undefined;

/** Brings the failures of the options into the form they are looked up in. */
export function failureLookup(failures: ZoneOptions['failures']): FailureLookup {
  const table = new Map<string, DnsFailure>();
  for (const [key, reason] of Object.entries(failures ?? {})) {
    const [name, type, ...rest] = key.split(' ');
    if (name === undefined || name === '' || rest.length > 0) {
      throw new UsageError(`failures: "${key}" is not a name, or a name and a type`, 'failures');
    }
    table.set(type === undefined ? normalName(name) : `${normalName(name)} ${type.toUpperCase()}`, reason);
  }
  return (name, type) => table.get(`${name} ${type}`) ?? table.get(name);
}

/** Whether the data of a name counts as signed. */
export function signedLookup(authenticated: ZoneOptions['authenticated']): (name: string) => boolean {
  return typeof authenticated === 'function' ? authenticated : () => authenticated === true;
}
