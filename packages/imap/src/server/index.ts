/**
 * The server side of the IMAP dialogue.
 *
 * @packageDocumentation
 */
export {};
