import { normalAddress } from './address/literal.ts';
import { specialRange } from './address/special-ranges.ts';
import type { DnsServer } from './stub/servers.ts';

/** resolv.conf(5): more than three are ignored by the C library; so they are here, for one machine asks one set of servers. */
const MAX_SERVERS = 3;

/** The port of DNS over UDP and TCP (RFC 1035 §4.2). */
const DNS_PORT = 53;

/**
 * The name servers of a `resolv.conf`, in order; without one, the server on this machine, as resolv.conf(5) says. They are
 * marked `trusted` where the file says `options trust-ad`, with which an administrator vouches for them and for the path
 * to them, and where they run on this machine, so that nobody is in between (RFC 6840 §5.8).
 *
 * `search`, `domain` and `options ndots` are ignored on purpose: every name is absolute here (RFC 5321 §2.3.5). Lines that
 * cannot be read are skipped.
 *
 * @example
 * ```ts run
 * import { parseResolvConf } from '@postern/dns';
 * console.log(parseResolvConf('search corp.test\nnameserver 192.0.2.53')); // [ { address: '192.0.2.53', port: 53, trusted: false } ]
 * ```
 */
export function parseResolvConf(text: string): readonly DnsServer[] {
  const addresses: string[] = [];
  let trustAd = false;
  for (const line of text.split(/\r?\n/)) {
    const [keyword, ...words] = line.replace(/[ \t]+[#;].*$/, '').split(/[ \t]+/);
    if (keyword === 'options') trustAd ||= words.includes('trust-ad');
    const address = keyword === 'nameserver' ? serverAddress(words[0] ?? '') : undefined;
    if (address !== undefined && addresses.length < MAX_SERVERS) addresses.push(address);
  }
  return (addresses.length > 0 ? addresses : ['127.0.0.1']).map((address) => ({
    address,
    port: DNS_PORT,
    trusted: trustAd || specialRange(address) === 'loopback',
  }));
}

/** A link-local server is reached through one interface only, which its zone identifier names (RFC 4007 §11). */
function serverAddress(word: string): string | undefined {
  const zoneId = /%[!-~]+$/.exec(word)?.[0] ?? '';
  const address = normalAddress(word.slice(0, word.length - zoneId.length));
  return address && address + zoneId;
}
