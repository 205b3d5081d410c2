import type {
  DnsAnswer,
  HostAddresses,
  MailRoute,
  Mx,
  Resolver,
  RouteHosts,
  ServiceAnswer,
  Tlsa,
} from '@postern/dns';

/** Every union is used up by its statuses; a status that is added makes this file fail to compile. */
export function everyStatus(
  answer: DnsAnswer<string>,
  route: MailRoute,
  hosts: RouteHosts,
  service: ServiceAnswer,
  found: HostAddresses,
): void {
  if (answer.status !== 'records' && answer.status !== 'no-data' && answer.status !== 'no-such-domain') {
    answer satisfies never;
  }
  switch (route.status) {
    case 'exchangers':
    case 'implicit':
    case 'null-mx':
    case 'no-such-domain':
    case 'unusable':
    case 'address-literal':
      break;
    default:
      route satisfies never;
  }
  switch (hosts.status) {
    case 'hosts':
    case 'deferred':
    case 'unusable':
      break;
    default:
      hosts satisfies never;
  }
  switch (service.status) {
    case 'targets':
    case 'not-offered':
    case 'no-records':
    case 'unusable':
      break;
    default:
      service satisfies never;
  }
  switch (found.status) {
    case 'addresses':
    case 'no-addresses':
    case 'forbidden':
    case 'no-such-domain':
      break;
    default:
      found.status satisfies never;
  }
}

/** The type of the records follows from the type that is asked for. */
export async function recordTypes(resolver: Resolver): Promise<void> {
  (await resolver.query('example.test', 'MX')) satisfies DnsAnswer<Mx>;
  (await resolver.query('example.test', 'TLSA')) satisfies DnsAnswer<Tlsa>;
  (await resolver.query('example.test', 'A')) satisfies DnsAnswer<string>;
  // @ts-expect-error ANY is never asked.
  await resolver.query('example.test', 'ANY');
}
