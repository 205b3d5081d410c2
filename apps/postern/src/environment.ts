import { getRandomValues, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { getServers } from 'node:dns';
import { isIP } from 'node:net';
import { cachedResolver, parseResolvConf, specialRange, stubResolver } from '@postern/dns';
import type { DnsServer, Resolver } from '@postern/dns';
import type { ProbeEnvironment } from '@postern/probe';
import { parseEndpoint } from '@postern/probe/report';
import type { Clock, Endpoint, Network } from '@postern/wire';
import { nodeNetwork, systemClock, systemRandom } from '@postern/wire/node';
import type { Options } from './options.ts';
import { policyFetch } from './policy-fetch.ts';
import { textsFor } from './texts/texts.ts';
import type { Texts } from './texts/texts.ts';
import { UsageMistake } from './usage-error.ts';

/** Where a Unix system names its resolvers. */
const RESOLV_CONF = '/etc/resolv.conf';

/** Everything a probe needs, made from the options: the network of this machine, its clock, a resolver, trust. */
export function environmentFor(options: Options, given?: Partial<ProbeEnvironment>): ProbeEnvironment {
  const texts = textsFor(options.lang);
  const network = given?.network ?? nodeNetwork({ evidence: 'first-bytes' });
  const clock = given?.clock ?? systemClock();
  const roots = options.ca === undefined ? given?.roots : [readAuthorities(options.ca, texts)];
  const resolver =
    given?.resolver && options.resolver === undefined
      ? given.resolver
      : ownResolver(network, clock, resolvers(options, texts));
  // A network that was given, such as the lab's, does not reach the policy hosts of the world, and must not.
  const fetch = given?.network
    ? given.fetch
    : (given?.fetch ?? policyFetch({ resolver, ...(roots && { roots }) }));
  return {
    network,
    clock,
    resolver,
    ...(fetch && { fetch }),
    wallClock: given?.wallClock ?? (() => Date.now()),
    secureRandom: given?.secureRandom ?? systemRandom,
    lang: options.lang,
    // Whoever types the command may look into the own network: no stranger chooses its targets.
    allowSpecial: true,
    ...(roots ? { roots } : {}),
    ...(given?.sockets === undefined ? {} : { sockets: given.sockets }),
    ...(options.connectTo === undefined
      ? {}
      : { connectTo: hostName('--connect-to', options.connectTo, texts) }),
    ...(options.serverName === undefined
      ? {}
      : { serverName: hostName('--server-name', options.serverName, texts) }),
    ...(options.controls.length > 0 && {
      controls: options.controls.map((typed) => hostName('--control', typed, texts)),
    }),
    ...(options.anyCertificate ? { certificate: 'any' } : {}),
  };
}

/** Asks these servers, with IDs that nobody can foresee (RFC 5452 §9.2). */
function ownResolver(network: Network, clock: Clock, servers: readonly DnsServer[]): Resolver {
  const random = (): number => (getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32;
  return cachedResolver(stubResolver({ network, clock, random, servers }), { clock });
}

/**
 * A server that was named to us. What it says about DNSSEC is believed where it runs on this machine: nobody is in between
 * then (RFC 6840 §5.8, RFC 7672 §2.1.1).
 */
function named(server: Endpoint): DnsServer {
  return { ...server, trusted: specialRange(server.address) === 'loopback' };
}

/** A name or an IP address given with an option, read as the host of an endpoint is. */
export function hostName(option: string, typed: string, texts: Texts): string {
  const bare = isIP(typed) === 6 ? `[${typed}]` : typed;
  const parsed = parseEndpoint(`imaps://${bare}`);
  if (!parsed.ok || bare.replace(/^\[.*\]$/, '').includes(':'))
    throw new UsageMistake(texts.noHost(option, typed));
  return parsed.endpoint.host;
}

/** Reads trust anchors; what is no certificate is refused here and not as a failed handshake later. */
function readAuthorities(path: string, texts: Texts): string {
  let pem: string;
  try {
    pem = readFileSync(path, 'utf8');
  } catch {
    throw new UsageMistake(texts.noFile('--ca', path));
  }
  try {
    void new X509Certificate(pem);
  } catch {
    throw new UsageMistake(texts.noPem(path));
  }
  return pem;
}

function resolvers(options: Options, texts: Texts): readonly DnsServer[] {
  if (options.resolver !== undefined) return [named(parseServer(options.resolver, '--resolver', texts))];
  try {
    return parseResolvConf(readFileSync(RESOLV_CONF, 'utf8'));
  } catch {
    // A system without that file keeps its settings elsewhere; Node knows where.
    return getServers().map((server) => named(parseServer(server, '--resolver', texts)));
  }
}

/** Reads `192.0.2.53`, `192.0.2.53:5353`, `2001:db8::53` or `[2001:db8::53]:5353`. */
export function parseServer(typed: string, option: string, texts: Texts): Endpoint {
  const bracketed = /^\[([^\]]+)\](?::(\d+))?$/.exec(typed);
  const plain = isIP(typed) === 6 ? [typed, typed, undefined] : /^([^:]+)(?::(\d+))?$/.exec(typed);
  const [, address = '', port = '53'] = bracketed ?? plain ?? [];
  const number = Number(port);
  if (isIP(address) === 0 || number < 1 || number > 65_535)
    throw new UsageMistake(texts.noAddress(option, typed));
  return { address, port: number };
}
