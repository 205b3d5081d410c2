/**
 * Composes the other packages into probes, account discovery, reports and advice for people.
 *
 * @packageDocumentation
 */
export {};
