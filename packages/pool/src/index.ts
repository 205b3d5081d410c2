/**
 * Gets an open connection to a destination in time: racing, deadlines, memory of silent ports, limits, reuse.
 *
 * @packageDocumentation
 */
export {};
