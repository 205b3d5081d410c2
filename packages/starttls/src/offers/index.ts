/**
 * Remembers which servers offered STARTTLS, so that an offer that is missing one day is noticed (RFC 7435 §3).
 *
 * @packageDocumentation
 */
export { offerMemory } from './offer-memory.ts';
export type { OfferMemory, OfferMemoryOptions, OfferPeer } from './offer-memory.ts';
export type { KeptText } from '../kept-text.ts';
