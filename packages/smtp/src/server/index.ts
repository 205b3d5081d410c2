/**
 * The server side of the SMTP dialogue.
 *
 * @packageDocumentation
 */
export {};
