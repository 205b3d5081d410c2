import { escapeText } from '@postern/probe/report';
import type { AccountReport, Explanation, ProbeReport } from '@postern/probe/report';
import type { Texts } from '../texts/texts.ts';
import type { Item } from './document.ts';
import { sign } from './endpoint-row.ts';

/** The probes whose failure is explained: those of mail programs that say something about this account. */
export function worthExplaining(report: AccountReport, verbose: boolean): readonly ProbeReport[] {
  const usable = report.recommendation.incoming !== null && report.recommendation.outgoing !== null;
  return report.probes.filter(
    (probe) =>
      probe.verdict !== 'works' &&
      probe.endpoint.protocol !== 'smtp' &&
      (verbose || !usable || telling(probe, report)),
  );
}

/** What was guessed and simply is not there tells nobody anything; a host where the other method works does. */
function telling({ endpoint, reason }: ProbeReport, { probes, domain }: AccountReport): boolean {
  const { protocol, host, port } = endpoint;
  const announced = domain?.announced.some((offer) => offer.host === host && offer.port === port) ?? false;
  if (announced) return true;
  const works = probes.filter(({ verdict }) => verdict === 'works').map((probe) => probe.endpoint);
  if (!works.some((other) => other.host === host)) return false;
  // A host with IMAP need not have POP3 too.
  return (
    reason !== 'connection-refused' ||
    works.some((other) => other.protocol === protocol && other.host === host)
  );
}

/** Each cause of a host once, with the ports it concerns. */
export function causes(probes: readonly ProbeReport[], texts: Texts): readonly Item[] {
  const groups = Map.groupBy(probes, ({ endpoint: { protocol, host }, verdict, reason }) =>
    // A DNS server that fails, fails for every name; and what to do instead is another thing for sending than for receiving.
    reason.startsWith('dns-') ? reason : [host, protocol === 'submission', verdict, reason].join(' '),
  );
  return [...groups.values()].flatMap((group) => causeOf(group, texts));
}

function causeOf(group: readonly ProbeReport[], texts: Texts): readonly Item[] {
  const [first, ...others] = group;
  if (!first) return [];
  const { reason, explanation, verdict } = first;
  const named = reason.startsWith('dns-');
  const ports = named ? [] : [...new Set(others.map(({ endpoint }) => endpoint.port))];
  const same = ports.length > 0 ? ` ${texts.likewise(ports)}` : '';
  return [
    {
      ...explained({ ...explanation, summary: `${explanation.summary}${same}` }),
      title: `${named ? hostsOf(group) : portsOf(group, texts)} (${reason})`,
      mark: sign(verdict),
    },
  ];
}

/** The hosts of some probes, each once. */
export function hostsOf(probes: readonly ProbeReport[]): string {
  return Array.from(new Set(probes.map(({ endpoint }) => endpoint.host)), (host) => escapeText(host)).join(
    ', ',
  );
}

function portsOf(group: readonly ProbeReport[], texts: Texts): string {
  const places = group.map(
    ({ endpoint: { protocol, port, method } }) =>
      `${texts.protocol[protocol]} ${port} ${texts.method[method]}`,
  );
  return `${hostsOf(group)}: ${places.join(', ')}`;
}

/** What was seen and what lies behind it, then what to do. */
export function explained({ summary, cause, action }: Omit<Explanation, 'lang'>): Item {
  return { type: 'item', text: [summary, cause].filter((text) => text !== '').join(' '), action };
}
