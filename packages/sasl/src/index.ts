/**
 * SASL mechanisms as machines, for client and server: challenge in, response out.
 *
 * @packageDocumentation
 */
export {};
