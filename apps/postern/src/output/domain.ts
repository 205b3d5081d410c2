import { escapeText } from '@postern/probe/report';
import type { DomainReport, ProbeReport } from '@postern/probe/report';
import { endpointRow } from './endpoint-line.ts';
import type { Look } from './look.ts';
import { paragraph, table } from './table.ts';
import type { Row } from './table.ts';

/** How a domain receives mail from other servers. */
export function domainLines({ route, exchangers, policies }: DomainReport, look: Look): readonly string[] {
  const { texts, paint, width } = look;
  const note = route === 'exchangers' ? [] : paragraph(texts.route[route], { width });
  const rows = exchangers.flatMap(({ preference, probes }) =>
    probes.map((probe): Row => {
      const [mark = '', , ...rest] = exchangerRow(probe, look);
      return [mark, route === 'implicit' ? 'SMTP' : `MX ${preference}`, ...rest];
    }),
  );
  const published = policies.map(({ name, status }) => {
    const word = texts.policy[status];
    const shown =
      status === 'present' ? paint.good(word) : status === 'absent' ? paint.faint(word) : paint.unsure(word);
    return `${name.toUpperCase()} ${shown}`;
  });
  return [
    ...note,
    ...table(rows, look),
    ...(exchangers.length > 0 && published.length > 0 ? [`  ${published.join('   ')}`] : []),
  ];
}

/** TLS from the first byte between servers is no standard: where it is missing, nothing is wrong. */
function exchangerRow(probe: ProbeReport, look: Look): Row {
  const row = endpointRow(probe, look);
  const { endpoint, verdict, phase } = probe;
  if (endpoint.method !== 'implicit-tls' || verdict === 'works' || phase !== 'connect') return row;
  const { paint, texts } = look;
  const faint = (text: string): Row[number] => ({ text, paint: paint.faint });
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
