/**
 * What tests of protocol code stand on: a virtual clock, networks without sockets, transcripts, and the conformance suites
 * that every network runs.
 *
 * @packageDocumentation
 */
export { virtualClock } from './virtual-clock.ts';
export type { VirtualClock } from './virtual-clock.ts';
