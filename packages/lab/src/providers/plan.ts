import type { LabAccount } from '../endpoint.ts';
import type { HabitName } from '../habits/habit-name.ts';
import { mailPorts } from '../ports.ts';
import type { MailPort } from '../ports.ts';

/** A host and what its ports do. A port that is not listed is refused. */
export interface HostPlan {
  readonly hostName: string;
  /** Documentation addresses (RFC 5737, RFC 3849), IPv4 first. An address that no host has is unreachable. */
  readonly addresses: readonly string[];
  readonly ports: Readonly<Partial<Record<MailPort, HabitName>>>;
}

/** A mail provider of the lab. */
export interface ProviderPlan {
  readonly domain: string;
  readonly hosts: readonly HostPlan[];
  readonly account: LabAccount;
  /** Master-file lines beside the addresses of the hosts. */
  readonly records: readonly string[];
  /**
   * Master-file lines for other servers; a provider that has some has a signed zone. `key` is the SHA-256 of the public key of its
   * servers, in hexadecimal. Default: none.
   */
  readonly published?: (key: string) => readonly string[];
  /** Its web servers, for HTTPS. Default: none. */
  readonly webHosts?: readonly WebHostPlan[];
}

/** A web server and its files, by path. */
interface WebHostPlan {
  readonly hostName: string;
  readonly address: string;
  readonly files: Readonly<Record<string, string>>;
}

/** The ports of a plan with their habits, as pairs. */
export function portsOf(host: HostPlan): readonly (readonly [MailPort, HabitName])[] {
  return Object.entries(host.ports).map(([port, habit]) => [Number(port) as MailPort, habit] as const);
}

/** Names of the services in SRV records (RFC 6186 §3, RFC 8314 §5.1). */
const serviceNames: Readonly<Partial<Record<MailPort, string>>> = {
  110: '_pop3',
  143: '_imap',
  465: '_submissions',
  587: '_submission',
  993: '_imaps',
  995: '_pop3s',
};

/** SRV records for a host's ports, TLS from the first octet preferred (RFC 8314 §3), and MX where it has a port 25. */
export function announce(domain: string, host: HostPlan): readonly string[] {
  return portsOf(host).flatMap(([port]) => {
    if (port === 25) return [`${domain}. MX 10 ${host.hostName}.`];
    const name = serviceNames[port];
    const priority = mailPorts[port].method === 'implicit-tls' ? 0 : 10;
    return name === undefined ? [] : [`${name}._tcp.${domain}. SRV ${priority} 1 ${port} ${host.hostName}.`];
  });
}
