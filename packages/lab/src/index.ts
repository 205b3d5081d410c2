/**
 * Mail servers, DNS and firewall weather in one process: what others test against.
 *
 * @packageDocumentation
 */
export {};
