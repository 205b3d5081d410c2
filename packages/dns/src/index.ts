/**
 * The questions mail needs answered: exchangers and null MX, SRV, TLSA, addresses, with the DNSSEC status kept. A name that
 * has nothing is an answer; a failure to find out is an error. The two never look alike here.
 *
 * It is *not* a recursive or a validating resolver: it asks one, over UDP, TCP or TLS through the network it is given, and
 * says what that one said. It decides no policy: DANE and MTA-STS are `@postern/starttls`, racing of addresses `@postern/pool`.
 *
 * RFCs: 1035, 2181, 2308 (messages, caching); 6891, 7766, 7858, 8914 (EDNS, TCP, TLS, extended errors); 5321 §5.1, 7505 (MX);
 * 2782, 6186, 8314 §5.1 (SRV); 6698, 7672, 7673 (TLSA names); 4035, 6840 (AD, CD); 5452 (forged answers); 5890, 4343 (names).
 *
 * @example
 * ```ts run
 * import { mailRoute, zoneResolver } from '@postern/dns';
 *
 * const resolver = zoneResolver('example.test. MX 10 mx1.example.test.');
 * const route = await mailRoute(resolver, 'example.test');
 * if (route.status === 'exchangers') console.log(route.hosts); // [ { preference: 10, exchange: 'mx1.example.test' } ]
 * ```
 *
 * @packageDocumentation
 */
export { specialRange } from './address/special-ranges.ts';
export type { SpecialRange } from './address/special-ranges.ts';
export { addresses } from './addresses.ts';
export type { AddressOptions, FamilyResult, HostAddresses, SpecialAddress } from './addresses.ts';
export { cachedResolver } from './cache.ts';
export type { CacheOptions } from './cache.ts';
export type { DnsFailure } from './failure.ts';
export { mailRoute } from './mail-route.ts';
export type * from './mail-route.ts';
export { mailServices } from './services/mail-services.ts';
export type {
  MailServices,
  MailServicesOptions,
  ServiceOffer,
  ServiceResult,
} from './services/mail-services.ts';
export { domainName, sameName, tlsaName } from './name.ts';
export type { DomainNameOptions } from './name.ts';
export { taggedTexts } from './records.ts';
export type { Mx, Records, RecordType, Soa, Srv, Tlsa } from './records.ts';
export { parseResolvConf } from './resolv-conf.ts';
export { isSecure } from './resolver.ts';
export type * from './resolver.ts';
export { announcedRoute } from './route/announced-route.ts';
export type * from './route/announced-route.ts';
export { routeHosts } from './route/route-hosts.ts';
export type * from './route/route-hosts.ts';
export { serviceLabels } from './services/service-labels.ts';
export type { Service, ServiceLabel } from './services/service-labels.ts';
export { serviceTargets } from './service-targets.ts';
export type * from './service-targets.ts';
export { stubResolver } from './stub-resolver.ts';
export type { ResolverPatience, StubResolverOptions } from './stub-resolver.ts';
export type { DnsServer } from './stub/servers.ts';
export { listenDns } from './zone/listen-dns.ts';
export { zoneAnswers } from './zone/zone-answers.ts';
export type { DnsAnswerer, Transport } from './zone/zone-answers.ts';
export type { ZoneOptions } from './zone/zone-options.ts';
export { tlsaRecords } from './tlsa-records.ts';
export type * from './tlsa-records.ts';
export { zoneResolver } from './zone-resolver.ts';
export type { ZoneResolverOptions } from './zone-resolver.ts';
