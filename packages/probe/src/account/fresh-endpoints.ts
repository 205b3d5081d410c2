import { sameEndpoint } from '../report/endpoint.ts';
import type { ServiceEndpoint } from '../report/endpoint.ts';

/** The endpoints of a list that are not asked already, each once. */
export function freshEndpoints(
  wanted: readonly ServiceEndpoint[],
  known: readonly ServiceEndpoint[],
): readonly ServiceEndpoint[] {
  return wanted
    .filter((one) => !known.some((other) => sameEndpoint(one, other)))
    .filter((one, at, all) => all.findIndex((other) => sameEndpoint(one, other)) === at)
    .map(({ protocol, host, port, method }) => ({ protocol, host, port, method }));
}
