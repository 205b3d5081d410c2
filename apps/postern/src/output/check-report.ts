import { escapeText } from '@postern/probe/report';
import type { AccountReport, ClientAdvice, ProbeReport, Setting } from '@postern/probe/report';
import type { Texts } from '../texts/texts.ts';
import { endpointCells, sign } from './endpoint-line.ts';
import type { Paint } from './paint.ts';
import { table, wrap } from './table.ts';

/** How much is shown. */
export interface Look {
  readonly texts: Texts;
  readonly paint: Paint;
  readonly verbose: boolean;
  /** Width for running text. */
  readonly width: number;
}

/** The report of an account for people. */
export function checkLines(report: AccountReport, look: Look): readonly string[] {
  const { texts, paint } = look;
  const sections = [
    section(texts.heading.receiving, services(report, ['imap', 'pop3'], look), paint),
    section(texts.heading.sending, services(report, ['submission'], look), paint),
    section(texts.heading.toType, toType(report, look), paint),
    section(texts.heading.programs, programs(report.clients, look), paint),
    section(texts.heading.why, reasons(report, look), paint),
    section(
      texts.heading.hints,
      report.recommendation.hints.flatMap((hint) => wrap(hint, look.width, 2)),
      paint,
    ),
    section(texts.heading.findings, findings(report, look), paint),
    report.domain
      ? section(texts.heading.domain(escapeText(report.domain.name)), domain(report, look), paint)
      : [],
  ];
  return sections.flatMap((lines) => (lines.length > 0 ? [...lines, ''] : []));
}

function section(title: string, lines: readonly string[], paint: Paint): readonly string[] {
  return lines.length > 0 ? [paint.strong(title), ...lines] : [];
}

/** Endpoints of some protocols. Guessed hosts of which nothing is heard are left out unless everything is wanted. */
function services(
  report: AccountReport,
  protocols: readonly string[],
  { texts, paint, verbose }: Look,
): readonly string[] {
  const all = report.probes.filter(({ endpoint }) => protocols.includes(endpoint.protocol));
  const hosts = new Set(
    all.filter(({ verdict }) => verdict === 'works').map(({ endpoint }) => endpoint.host),
  );
  const shown = verbose || hosts.size === 0 ? all : all.filter(({ endpoint }) => hosts.has(endpoint.host));
  return table(shown.map((probe) => endpointCells(probe, texts, paint)));
}

function toType(
  { recommendation, address }: AccountReport,
  { texts, paint, width }: Look,
): readonly string[] {
  const rows: (readonly string[])[] = [];
  const missing: string[] = [];
  for (const service of ['incoming', 'outgoing'] as const) {
    const setting = recommendation[service];
    const title = service === 'incoming' ? texts.heading.receiving : texts.heading.sending;
    if (!setting) {
      missing.push(...wrap(paint.bad(texts.nothingSafe[service]), width, 2));
      continue;
    }
    rows.push([
      title,
      texts.protocol[setting.protocol],
      paint.strong(escapeText(setting.host)),
      texts.port(setting.port),
      paint.strong(texts.method[setting.method]),
      texts.userName(userName(setting, address)),
    ]);
  }
  return [...table(rows), ...missing];
}

function userName({ userName: form }: Setting, address: string | null): string {
  if (address === null) return '…';
  return escapeText(form === 'local-part' ? address.slice(0, address.lastIndexOf('@')) : address);
}

/** Programs that take the same words side by side would hide their differences: one line per program and service. */
function programs(
  clients: readonly ClientAdvice[],
  { texts, paint, verbose, width }: Look,
): readonly string[] {
  const rows = clients.map((advice) => [
    advice.name,
    advice.service === 'incoming' ? texts.heading.receiving : texts.heading.sending,
    advice.status === 'possible' ? deciding(advice, paint) : paint.unsure(texts.notPossible),
    paint.faint(advice.unconfirmed ? `(${texts.unconfirmed})` : ''),
  ]);
  const lines = [...table(rows)];
  if (!verbose) return lines;
  return lines.flatMap((line, index) => {
    const advice = clients[index];
    if (!advice) return [line];
    const fields = table(
      advice.fields.map(({ field, choose, meaning }) => [
        field,
        choose,
        meaning === undefined ? '' : `[${meaning}]`,
      ]),
      6,
    );
    return [
      line,
      ...fields,
      ...wrap(advice.because, width, 6),
      ...advice.notes.flatMap((note) => wrap(`· ${note}`, width, 6)),
    ];
  });
}

/** The field that decides, and the word to choose there. */
function deciding({ fields }: ClientAdvice, paint: Paint): string {
  const field = fields.find(({ meaning }) => meaning !== undefined) ?? fields[0];
  return field ? `${escapeText(field.field)}: ${paint.strong(escapeText(field.choose))}` : '';
}

/** Each cause once, with the endpoints it concerns. */
function reasons(report: AccountReport, { texts, paint, verbose, width }: Look): readonly string[] {
  const usable = report.recommendation.incoming !== null && report.recommendation.outgoing !== null;
  const shown = report.probes.filter(
    (probe) =>
      probe.verdict !== 'works' &&
      probe.endpoint.protocol !== 'smtp' &&
      (verbose || !usable || telling(probe, report)),
  );
  return shown.flatMap(({ endpoint, verdict, reason, explanation }) => [
    `  ${sign(verdict, paint)} ${texts.protocol[endpoint.protocol]} ${escapeText(endpoint.host)} ${endpoint.port} ${texts.method[endpoint.method]} ${paint.faint(`(${reason})`)}`,
    ...wrap(explanation.summary, width, 4),
    ...wrap(explanation.cause, width, 4),
    ...wrap(explanation.action, width, 4),
  ]);
}

/** What was guessed and simply is not there tells nobody anything; a host where the other method works does. */
function telling({ endpoint, reason }: ProbeReport, { probes, domain }: AccountReport): boolean {
  const announced =
    domain?.announced.some(({ host, port }) => host === endpoint.host && port === endpoint.port) ?? false;
  const sibling = probes.some(
    ({ endpoint: other, verdict }) => other.host === endpoint.host && verdict === 'works',
  );
  return (
    announced || (sibling && reason !== 'connection-refused') || (sibling && endpoint.protocol !== 'pop3')
  );
}

function findings({ findings: found }: AccountReport, { paint, width }: Look): readonly string[] {
  const colours = { problem: paint.bad, warning: paint.unsure, note: paint.faint } as const;
  return found.flatMap(({ severity, explanation }) => {
    const [first = '', ...rest] = wrap(explanation.summary, width, 4);
    const mark = severity === 'note' ? '·' : '!';
    return [
      `  ${colours[severity](mark)} ${first.trimStart()}`,
      ...rest,
      ...wrap(explanation.action, width, 4),
    ];
  });
}

function domain({ domain: report }: AccountReport, { texts, paint, width }: Look): readonly string[] {
  if (!report) return [];
  const note = report.route === 'exchangers' ? [] : wrap(texts.route[report.route], width, 2);
  const rows = report.exchangers.flatMap(({ preference, probes }) =>
    probes.map((probe) => [
      ...endpointCells(probe, texts, paint).slice(0, 1),
      `MX ${preference}`,
      ...endpointCells(probe, texts, paint).slice(2),
    ]),
  );
  const policies = report.policies.map(
    ({ name, status }) =>
      `${name.toUpperCase()} ${status === 'present' ? paint.good(texts.policy[status]) : texts.policy[status]}`,
  );
  return [...note, ...table(rows), ...(report.exchangers.length > 0 ? [`  ${policies.join('  ')}`] : [])];
}
