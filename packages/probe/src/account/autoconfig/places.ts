import { getDomain } from 'tldts-icann';
import type { WebSource } from '../../report/account-report.ts';

/** Where a file may be. */
export interface Place {
  readonly url: string;
  readonly source: WebSource;
  /** `mx`: found by way of an exchanger, and so by an answer of the DNS that may be forged. */
  readonly by: 'domain' | 'mx';
}

/** The public database of providers that Thunderbird keeps. */
const ISPDB = 'https://v1.ispdb.net/';

/**
 * Where a domain may have its file (draft-ietf-mailmaint-autoconfig, steps 1.1, 1.2 and 2.1), best first. Plain HTTP, step 1.3, is not
 * used: whoever is on the way could answer. The address is told to the domain's own host only.
 */
export function placesOf(domain: string, address: string | undefined): readonly Place[] {
  const query = address === undefined ? '' : `?emailaddress=${encodeURIComponent(address)}`;
  return [
    ownPlace(domain, 'domain', query),
    {
      url: `https://${domain}/.well-known/autoconfig/mail/config-v1.1.xml`,
      source: 'autoconfig',
      by: 'domain',
    },
    { url: `${ISPDB}${domain}`, source: 'ispdb', by: 'domain' },
  ];
}

/** Where the provider of the best exchanger may have it (steps 3.1 to 3.4), best first. */
export function exchangerPlaces(exchanger: string, domain: string): readonly Place[] {
  const names = exchangerDomains(exchanger).filter((name) => name !== domain);
  return [
    ...names.map((name) => ownPlace(name, 'mx', '')),
    ...names.map((name): Place => ({ url: `${ISPDB}${name}`, source: 'ispdb', by: 'mx' })),
  ];
}

/** The host without its first label, where that is longer than the registrable domain, and that domain. */
export function exchangerDomains(exchanger: string): readonly string[] {
  const base = getDomain(exchanger);
  if (base === null) return [];
  const full = exchanger.slice(exchanger.indexOf('.') + 1);
  return full.length > base.length ? [full, base] : [base];
}

function ownPlace(domain: string, by: Place['by'], query: string): Place {
  return { url: `https://autoconfig.${domain}/mail/config-v1.1.xml${query}`, source: 'autoconfig', by };
}
