/**
 * The SMTP, submission and LMTP dialogue as machines, for client and server.
 *
 * @packageDocumentation
 */
export {};
