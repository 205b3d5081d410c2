/**
 * The lab on real sockets of this machine.
 *
 * @packageDocumentation
 */
export { startNodeLab } from './start.ts';
export type { NodeLabOptions } from './start.ts';
export { swallowOnLoopback } from './swallow.ts';
