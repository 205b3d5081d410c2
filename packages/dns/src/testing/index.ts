/**
 * What every resolver has to do alike, as tests: the zone resolver and the stub resolver here run them, and so can a
 * resolver of one's own. It is *not* needed in production, and imports no test framework.
 *
 * @packageDocumentation
 */
export { conformanceZone } from './conformance-zone.ts';
export { resolverConformance } from './resolver-conformance.ts';
export type {
  ConformanceOptions,
  Expectation,
  ResolverTestFramework,
  ResolverUnderTest,
} from './resolver-conformance.ts';
