/**
 * Reports as data and text, safe to load in a browser.
 *
 * @packageDocumentation
 */
export {};
