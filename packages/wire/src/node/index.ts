/**
 * The Node side of `@postern/wire`: real sockets and the system's clock. Everything else of the toolkit is pure.
 *
 * @packageDocumentation
 */
export { systemClock } from './clock.ts';
export { deflateLayer } from './deflate-layer.ts';
export { diagnosticsChannels } from './diagnostics.ts';
export { nodeNetwork } from './network.ts';
export type { NodeNetworkOptions } from './network.ts';
export { systemRandom } from './random.ts';
