/**
 * Decides which TLS is required, upgrades a connection, and verifies the peer.
 *
 * @packageDocumentation
 */
export {};
