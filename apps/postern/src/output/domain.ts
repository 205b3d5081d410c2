import { escapeText } from '@postern/probe/report';
import type { DomainReport, PolicyReport, PolicyVerdict, ProbeReport } from '@postern/probe/report';
import type { Block, Cell, Row } from './document.ts';
import { endpointRow, endpointTable } from './endpoint-row.ts';
import type { View } from './look.ts';
import type { Texts } from '../texts/texts.ts';

/** How a domain receives mail from other servers. */
export function domainBlocks(report: DomainReport, view: View): readonly Block[] {
  const { route, exchangers, announcedExchangers = [], unanswered = [] } = report;
  const { texts } = view;
  const rows = exchangers.flatMap(({ preference, probes, others = [] }) => {
    const name = route === 'implicit' ? 'SMTP' : `MX ${preference}`;
    return [
      ...probes.map((probe) => exchangerRow(probe, { name, isPromised: isPromised(probe, report) }, view)),
      ...others.map(({ probe }) => {
        const host = texts.alsoAt(escapeText(probe.connectTo ?? ''));
        return exchangerRow(probe, { name, host, isPromised: false }, view);
      }),
    ];
  });
  // What only the announcement names: of the others it is said above.
  const shown = new Set(exchangers.flatMap(({ probes }) => probes));
  const announced = announcedExchangers.flatMap(({ preference, probes }) =>
    probes
      .filter((probe) => !shown.has(probe))
      .map((probe) => exchangerRow(probe, { name: `SRV ${preference}`, isPromised: true }, view)),
  );
  const services = unanswered.map(({ service }) => service).join(', ');
  return [
    ...(route === 'exchangers' ? [] : [{ type: 'paragraph', text: texts.route[route] } as const]),
    endpointTable([...rows, ...announced], texts),
    ...(exchangers.length > 0 ? [...policyBlocks(report, view), ...verdictBlocks(report, view)] : []),
    ...(services === ''
      ? []
      : [{ type: 'paragraph', text: texts.unanswered(services), tone: 'unsure' } as const]),
  ];
}

function policyBlocks(report: DomainReport, { texts }: View): readonly Block[] {
  const { policies, authenticated, announcement } = report;
  const tones = { present: 'good', absent: 'faint', failed: 'unsure' } as const;
  const row = policies.map((policy): Cell => ({
    text: `${policy.name.toUpperCase()} ${policyWord(policy, report, texts)}`,
    tone: tones[policy.status],
  }));
  const more = [
    ...(authenticated ? [{ text: texts.mxSigned, tone: 'good' } as const] : []),
    ...(announcement?.status === 'announced' ? [{ text: texts.announced, tone: 'good' } as const] : []),
  ];
  return [row, more]
    .filter((cells) => cells.length > 0)
    .map((cells) => ({ type: 'table', columns: cells.map(() => ''), rows: [cells] }));
}

/** What somebody published and nobody uses is another thing than what could not be looked up. */
function policyWord({ name, status, reason }: PolicyReport, { sts }: DomainReport, texts: Texts): string {
  if (name === 'mta-sts' && sts?.status === 'policy') return texts.stsMode[sts.mode];
  const unknown = reason?.startsWith('dns-') === true || reason === 'sts-timeout';
  return status === 'failed' && !unknown ? texts.doesNotCount : texts.policy[status];
}

/** What senders that follow the policies make of each host, where there is one to follow. */
function verdictBlocks({ exchangers }: DomainReport, { texts }: View): readonly Block[] {
  const tones = { passes: 'good', fails: 'bad', none: 'faint', 'could-not-tell': 'unsure' } as const;
  const cell = (name: string, judged: PolicyVerdict | undefined): Cell => {
    const { verdict, reason } = judged ?? { verdict: 'none', reason: 'none' };
    const why = reason === 'none' ? '' : ` (${reason})`;
    const said = `${texts.policyVerdict[verdict]}${why}`;
    return { text: `${name}: ${said}`, titled: said, tone: tones[verdict] };
  };
  const rows = exchangers
    .filter(({ dane, sts }) =>
      [dane, sts].some((judged) => judged !== undefined && judged.verdict !== 'none'),
    )
    .map(({ host, dane, sts }): Row => [escapeText(host), cell('DANE', dane), cell('MTA-STS', sts)]);
  return rows.length > 0
    ? [{ type: 'table', columns: [texts.column.host, 'DANE', 'MTA-STS'], named: 0, rows }]
    : [];
}

/** Whether the domain announces TLS from the first byte there. */
function isPromised({ endpoint }: ProbeReport, { announcedExchangers = [] }: DomainReport): boolean {
  return announcedExchangers.some(({ host, port }) => host === endpoint.host && port === endpoint.port);
}

/** TLS from the first byte between servers is no standard: where it is missing and was not promised, nothing is wrong. */
function exchangerRow(
  probe: ProbeReport,
  {
    name,
    host = escapeText(probe.endpoint.host),
    isPromised: promised,
  }: { readonly name: string; readonly host?: string; readonly isPromised: boolean },
  view: View,
): Row {
  const { texts } = view;
  const { endpoint, verdict, phase } = probe;
  const [mark = '', , , ...rest] = endpointRow(probe, view);
  const isMissing = endpoint.method === 'implicit-tls' && verdict !== 'works' && phase === 'connect';
  if (!isMissing || promised) return [mark, name, host, ...rest];
  const faint = (text: string): Cell => ({ text, tone: 'faint' });
  return [
    faint('·'),
    name,
    faint(host),
    faint(String(endpoint.port)),
    faint(texts.method[endpoint.method]),
    faint(texts.notOffered),
    faint(texts.noStandard),
  ];
}
