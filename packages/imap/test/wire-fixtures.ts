import type { TlsOffer, TlsRequest } from '@postern/wire';
import { testTlsOffer, testTlsRequest } from '@postern/wire/testing';

export { connectedTo as connected, scriptedPeer as scripted } from '@postern/wire/testing';

/** What a test server offers in a handshake in memory. */
export const offer: TlsOffer = testTlsOffer;

/** A client's request that accepts the peer as verified. */
export const verified: TlsRequest = testTlsRequest();

/** A client's request that accepts the peer without believing it. */
export const unverified: TlsRequest = testTlsRequest('unverified');
