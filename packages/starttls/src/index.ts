/**
 * Decides which TLS a mail connection needs, upgrades it, and verifies the peer: policy levels, DANE, MTA-STS, server identity
 * by RFC 9525, and certificate checks that give the same verdict on every platform.
 *
 * It is *not* a TLS implementation: handshakes and the chain of trust are the platform's, through `@postern/wire`. It opens
 * no connection, asks for no time and knows no mail protocol; anything with `startTls` can be secured. Look-ups are the
 * resolver's, fetching the caller's.
 *
 * RFCs: 9525 (server identity), 7817 and 6186 (mail clients, SRV), 8314 (implicit TLS, required levels), 3207, 2595 and 9051
 * (the upgrade), 7435 (opportunistic security), 9325 (strength), 5280 (certificates), 6698, 7671 and 7672 (DANE),
 * 8461 (MTA-STS), 8689 (REQUIRETLS), 8460 (TLS reports).
 *
 * @example
 * ```ts
 * import { describeCertificate, requirementFor, tlsRequest } from '@postern/starttls';
 * import { isWireError } from '@postern/wire';
 * import { nodeNetwork } from '@postern/wire/node';
 *
 * const serverName = 'imap.example.org';
 * const requirement = requirementFor({ names: [serverName] });
 * const tls = tlsRequest({ serverName, requirement, wallClock: () => Date.now() });
 * try {
 *   await using connection = await nodeNetwork().connect({ address: '192.0.2.1', port: 993 }, { tls });
 *   console.log(connection.tls?.verification); // { status: 'verified', by: 'pkix' }
 * } catch (error) {
 *   if (!isWireError(error)) throw error;
 *   const { certificate } = error.fault.evidence ?? {};
 *   console.log(error.code, certificate && describeCertificate(certificate)); // cert-expired { subject: … }
 * }
 * ```
 *
 * @packageDocumentation
 */
export { describeCertificate } from './certificate/describe-certificate.ts';
export type { CertificateDescription } from './certificate/describe-certificate.ts';
export { usableTlsa } from './dane/usable-tlsa.ts';
export { hostRequirement } from './host-requirement.ts';
export type * from './host-requirement.ts';
export type { KeptText } from './kept-text.ts';
export { referenceNames } from './identity.ts';
export type { Discovery } from './identity.ts';
export { judgePeer } from './judge-peer.ts';
export type { JudgeOptions } from './judge-peer.ts';
export { fetchStsPolicy } from './mta-sts/fetch-policy.ts';
export type * from './mta-sts/fetch-policy.ts';
export { memoryStsStore, stsPolicies } from './mta-sts/policies.ts';
export type * from './mta-sts/policies.ts';
export { mxAllowed, parseMtaSts } from './mta-sts/policy.ts';
export type * from './mta-sts/policy.ts';
export { parseStsRecord } from './mta-sts/record.ts';
export type { StsRecord } from './mta-sts/record.ts';
export type { NoTextRecord } from './text-fields.ts';
export { policyLevels, requirementFor } from './requirement.ts';
export type { Facts, Method, PolicyLevel, PolicyLevelRow, Requirement, SettledLevel } from './requirement.ts';
export { deliveryPlan } from './plan.ts';
export type * from './plan.ts';
export type * from './plan/facts.ts';
export type * from './plan/steps.ts';
export type { LeftOutHost, PlannedHost, PlannedWay } from './plan/ways.ts';
export { requireTlsBounce, requireTlsProblem } from './requiretls.ts';
export type * from './requiretls.ts';
export { secure } from './secure.ts';
export type { Secured, SecureOptions, Upgradable, UpgradeAnswer, UpgradeOptions } from './secure.ts';
export { tlsRequest } from './tls-request.ts';
export type { TlsRequestOptions } from './tls-request.ts';
export { tlsrptResult } from './tlsrpt/result-type.ts';
export type { TlsrptResult } from './tlsrpt/result-type.ts';
export { verifier } from './verify-peer.ts';
export type { VerifierOptions } from './verify-peer.ts';
export type { EpochMilliseconds, WallClock } from './wall-clock.ts';
