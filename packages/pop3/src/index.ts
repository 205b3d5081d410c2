/**
 * The POP3 dialogue as machines, for client and server.
 *
 * @packageDocumentation
 */
export {};
