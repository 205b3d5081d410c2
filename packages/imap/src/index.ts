/**
 * The IMAP4rev1 and IMAP4rev2 dialogue as machines, for client and server.
 *
 * @packageDocumentation
 */
export {};
