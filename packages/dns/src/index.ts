/**
 * Questions mail needs answered - MX, null MX, SRV, TLSA, addresses - with the DNSSEC status kept.
 *
 * @packageDocumentation
 */
export {};
