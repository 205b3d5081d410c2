import { zoneResolver } from '../src/zone-resolver.ts';
import type { ZoneResolverOptions } from '../src/zone-resolver.ts';
import type { Resolver } from '../src/resolver.ts';

/** A zone resolver that writes down its questions. */
export function watched(
  zone: string,
  options?: ZoneResolverOptions,
): Resolver & { readonly asked: string[] } {
  const inner = zoneResolver(zone, options);
  const asked: string[] = [];
  return {
    asked,
    query(name, type, queryOptions) {
      asked.push(`${name} ${type}`);
      return inner.query(name, type, queryOptions);
    },
  };
}
