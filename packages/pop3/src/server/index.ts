/**
 * The server side of the POP3 dialogue.
 *
 * @packageDocumentation
 */
export {};
