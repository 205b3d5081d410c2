/**
 * The Node side of `@postern/wire`: real sockets and the system's clock.
 *
 * @packageDocumentation
 */
export { systemClock } from './clock.ts';
