import { escapeText } from '@postern/probe/report';
import type { AccountReport, Explanation, ProbeReport } from '@postern/probe/report';
import { sign } from './endpoint-line.ts';
import type { Look } from './look.ts';
import { paragraph } from './table.ts';

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
export function reasonLines(
  report: AccountReport,
  probes: readonly ProbeReport[],
  look: Look,
): readonly string[] {
  // What to do instead is another thing for sending than for receiving.
  const groups = Map.groupBy(probes, ({ endpoint: { protocol, host }, verdict, reason }) =>
    [host, protocol === 'submission', verdict, reason].join(' '),
  );
  return [...groups.values()].flatMap((group) => groupLines(group, look));
}

function groupLines(group: readonly ProbeReport[], { texts, paint, width }: Look): readonly string[] {
  const [first, ...others] = group;
  if (!first) return [];
  const places = group.map(
    ({ endpoint: { protocol, port, method } }) =>
      `${texts.protocol[protocol]} ${port} ${texts.method[method]}`,
  );
  const title = `${escapeText(first.endpoint.host)}: ${places.join(', ')} (${first.reason})`;
  const ports = [...new Set(others.map(({ endpoint }) => endpoint.port))];
  const same = others.length > 0 ? ` ${texts.likewise(ports)}` : '';
  const { summary } = first.explanation;
  return [
    ...paragraph(title, { width, mark: sign(first.verdict, paint) }),
    ...explanationLines({ ...first.explanation, summary: `${summary}${same}` }, { texts, paint, width }),
  ];
}

/** What was seen and what lies behind it, then what to do. */
export function explanationLines(
  { summary, cause, action }: Pick<Explanation, 'summary' | 'cause' | 'action'>,
  { width, paint }: Pick<Look, 'texts' | 'paint' | 'width'>,
  indent = 4,
): readonly string[] {
  return [
    ...paragraph([summary, cause].filter((text) => text !== '').join(' '), { width, indent }),
    ...paragraph(action, { width, indent, mark: { text: '→', paint: paint.faint } }),
  ];
}
