import { escapeText } from '@postern/probe/report';
import type { DomainReport, ProbeReport } from '@postern/probe/report';
import type { Block, Cell, Row } from './document.ts';
import { endpointRow, endpointTable } from './endpoint-row.ts';
import type { View } from './look.ts';

/** How a domain receives mail from other servers. */
export function domainBlocks(report: DomainReport, view: View): readonly Block[] {
  const { route, exchangers, unanswered = [] } = report;
  const { texts } = view;
  const rows = exchangers.flatMap(({ preference, probes }) =>
    probes.map((probe): Row => {
      const [mark = '', , ...rest] = exchangerRow(probe, view);
      return [mark, route === 'implicit' ? 'SMTP' : `MX ${preference}`, ...rest];
    }),
  );
  const services = unanswered.map(({ service }) => service).join(', ');
  return [
    ...(route === 'exchangers' ? [] : [{ type: 'paragraph', text: texts.route[route] } as const]),
    endpointTable(rows, texts),
    ...(exchangers.length > 0 ? policyBlocks(report, view) : []),
    ...(services === ''
      ? []
      : [{ type: 'paragraph', text: texts.unanswered(services), tone: 'unsure' } as const]),
  ];
}

function policyBlocks({ policies }: DomainReport, { texts }: View): readonly Block[] {
  const tones = { present: 'good', absent: 'faint', failed: 'unsure' } as const;
  const row = policies.map(({ name, status }): Cell => ({
    text: `${name.toUpperCase()} ${texts.policy[status]}`,
    tone: tones[status],
  }));
  const columns = policies.map(() => '');
  return row.length > 0 ? [{ type: 'table', columns, rows: [row] }] : [];
}

/** TLS from the first byte between servers is no standard: where it is missing, nothing is wrong. */
function exchangerRow(probe: ProbeReport, view: View): Row {
  const row = endpointRow(probe, view);
  const { endpoint, verdict, phase } = probe;
  if (endpoint.method !== 'implicit-tls' || verdict === 'works' || phase !== 'connect') return row;
  const { texts } = view;
  const faint = (text: string): Cell => ({ text, tone: 'faint' });
  return [
    faint('·'),
    '',
    faint(escapeText(endpoint.host)),
    faint(String(endpoint.port)),
    faint(texts.method[endpoint.method]),
    faint(texts.notOffered),
    faint(texts.noStandard),
  ];
}
