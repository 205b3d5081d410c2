import type { Endpoint } from '@postern/wire';
import { normalAddress } from './address/literal.ts';

/** resolv.conf(5): more than three are ignored by the C library; so they are here, for one machine asks one set of servers. */
const MAX_SERVERS = 3;

/**
 * The name servers of a `resolv.conf`, in order; without one, the server on this machine, as resolv.conf(5) says. `search`,
 * `domain` and `options ndots` are ignored on purpose: every name is absolute here (RFC 5321 §2.3.5). Lines that cannot be
 * read are skipped.
 *
 * @example
 * ```ts
 * import { parseResolvConf } from '@postern/dns';
 * parseResolvConf('search corp.test\nnameserver 192.0.2.53'); // [{ address: '192.0.2.53', port: 53 }]
 * ```
 */
export function parseResolvConf(text: string): readonly Endpoint[] {
  const servers: Endpoint[] = [];
  for (const line of text.split(/\r?\n/)) {
    const word = /^nameserver[ \t]+([^\s#;]+)/.exec(line)?.[1];
    if (word === undefined) continue;
    const zoneId = word.indexOf('%');
    const address = normalAddress(zoneId < 0 ? word : word.slice(0, zoneId));
    if (address === undefined || !/^[!-~]*$/.test(word)) continue;
    // A link-local server is reached through one interface only, which its zone identifier names (RFC 4007 §11).
    servers.push({ address: zoneId < 0 ? address : `${address}${word.slice(zoneId)}`, port: 53 });
    if (servers.length === MAX_SERVERS) break;
  }
  return servers.length > 0 ? servers : [{ address: '127.0.0.1', port: 53 }];
}
