import type { TlsPeer } from '@postern/wire';
import type { AnnouncedExchanger } from '../report/account-report.ts';
import { sameEndpoint } from '../report/endpoint.ts';
import type { ServiceEndpoint } from '../report/endpoint.ts';
import type { ProbeReport } from '../report/probe-report.ts';
import type { AnnouncementReport, StsReport } from '../report/published-report.ts';
import { freshEndpoints } from './fresh-endpoints.ts';
import { judgeBySts } from './judge-exchanger.ts';
import type { Judging } from './judge-exchanger.ts';

/** As many as of MX records: the fifth has told nobody anything the first four did not. */
const MOST_ANNOUNCED = 4;

/** The hosts that an announcement names, in its order. */
function hostsOf(announcement: AnnouncementReport | undefined): readonly AnnouncedHost[] {
  return announcement?.status === 'announced' ? announcement.hosts.slice(0, MOST_ANNOUNCED) : [];
}

type AnnouncedHost = Extract<AnnouncementReport, { readonly status: 'announced' }>['hosts'][number];

function endpointOf({ host, port }: Pick<AnnouncedHost, 'host' | 'port'>): ServiceEndpoint {
  return { protocol: 'smtp', host, port, method: port === 25 ? 'starttls' : 'implicit-tls' };
}

/**
 * What to ask the hosts that an announcement names: the announced port, and STARTTLS on 25, where senders that use it go next. What is
 * in `known` is asked already.
 */
export function announcedEndpoints(
  announcement: AnnouncementReport | undefined,
  known: readonly ServiceEndpoint[],
): readonly ServiceEndpoint[] {
  const wanted = hostsOf(announcement).flatMap(({ host, port }) =>
    [...new Set([port, 25])].map((one) => endpointOf({ host, port: one })),
  );
  return freshEndpoints(wanted, known);
}

/** How those hosts were found. */
export function announcedExchangers(
  announcement: AnnouncementReport | undefined,
  nextHop: string,
  {
    probes,
    peers,
    sts,
  }: {
    readonly probes: readonly ProbeReport[];
    readonly peers: ReadonlyMap<string, TlsPeer>;
    readonly sts: StsReport | undefined;
  },
  judging: Judging,
): readonly AnnouncedExchanger[] {
  return hostsOf(announcement).map((announced) => {
    const { host, port, preference } = announced;
    const own = probes.filter(({ endpoint }) => endpoint.protocol === 'smtp' && endpoint.host === host);
    const probe = own.find(({ endpoint }) => sameEndpoint(endpoint, endpointOf(announced)));
    const peer = peers.get(`${host} ${port}`);
    const facts = { host, nextHop, named: 'insecure' } as const;
    return {
      host,
      port,
      preference,
      probes: own.filter(({ endpoint }) => endpoint.port === port || endpoint.port === 25),
      ...(sts && { sts: judgeBySts({ facts, probe, peer }, sts, judging) }),
    };
  });
}
