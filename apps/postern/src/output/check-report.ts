import { escapeText } from '@postern/probe/report';
import type { AccountReport, Setting } from '@postern/probe/report';
import { domainLines } from './domain.ts';
import { endpointRow } from './endpoint-line.ts';
import { findingLines } from './findings.ts';
import type { Look } from './look.ts';
import { programLines } from './programs.ts';
import { reasonLines, worthExplaining } from './reasons.ts';
import { paragraph, spaced, table } from './table.ts';
import type { Row } from './table.ts';

/**
 * The report of an account for people: what to do first, then why. What a reader who only wants mail to work needs stands on
 * top, what an operator wants to know below.
 */
export function checkLines(report: AccountReport, look: Look): readonly string[] {
  const { texts, paint } = look;
  const failed = worthExplaining(report, look.verbose);
  const toType = settings(report, look);
  const sections: readonly (readonly string[])[] = [
    headline(report, look),
    toType.length > 0
      ? section(texts.heading.toType, [...toType, ...hints(report, look)], look)
      : hints(report, look),
    section(texts.heading.programs, programLines(report, look), look),
    section(texts.heading.tried, tried(report, look), look),
    section(texts.heading.why, reasonLines(report, failed, look), look),
    section(texts.heading.findings, findingLines(report, failed, look), look),
    report.domain
      ? section(texts.heading.domain(escapeText(report.domain.name)), domainLines(report.domain, look), look)
      : [],
    [paint.faint(texts.took(report.probes.length, (report.elapsedMs / 1000).toFixed(1)))],
  ];
  return spaced(sections);
}

function section(title: string, lines: readonly string[], { paint }: Look): readonly string[] {
  return lines.length > 0 ? [paint.strong(title), ...lines] : [];
}

/** The answer in a line or two. */
function headline(
  { address, domain, recommendation, probes, unfinished }: AccountReport,
  { texts, paint, width }: Look,
): readonly string[] {
  const account = escapeText(address ?? domain?.name ?? '');
  const good = { text: '✓', paint: paint.good };
  const bad = { text: '✗', paint: paint.bad };
  if (unfinished !== undefined) {
    const places = unfinished.map(({ host, port }) => `${escapeText(host)} ${port}`).join(', ');
    return paragraph(texts.notFinished(places), {
      width,
      indent: 0,
      mark: { text: '?', paint: paint.unsure },
    });
  }
  if (probes.length === 0) return paragraph(texts.nothingFound(account), { width, indent: 0, mark: bad });
  const { incoming, outgoing } = recommendation;
  if (incoming && outgoing) return paragraph(texts.bothWork(account), { width, indent: 0, mark: good });
  return (['incoming', 'outgoing'] as const).flatMap((service) =>
    paragraph(recommendation[service] ? texts.safe[service] : texts.nothingSafe[service], {
      width,
      indent: 0,
      mark: recommendation[service] ? good : bad,
    }),
  );
}

function settings(
  { recommendation, address }: AccountReport,
  { texts, paint, width }: Look,
): readonly string[] {
  const rows = (['incoming', 'outgoing'] as const).flatMap((service): readonly Row[] => {
    const setting = recommendation[service];
    if (!setting) return [];
    return [
      [
        service === 'incoming' ? texts.heading.receiving : texts.heading.sending,
        texts.protocol[setting.protocol],
        { text: escapeText(setting.host), paint: paint.strong },
        texts.port(setting.port),
        { text: texts.method[setting.method], paint: paint.strong },
        texts.userName(userName(setting, address)),
      ],
    ];
  });
  return table(rows, { width });
}

/** A template is the provider's own form; its name for the user is on the provider's pages, not here. */
function userName({ userName: form }: Setting, address: string | null): string {
  if (address === null || form === 'template') return '…';
  return escapeText(form === 'local-part' ? address.slice(0, address.lastIndexOf('@')) : address);
}

function hints({ recommendation }: AccountReport, { width, paint }: Look): readonly string[] {
  const mark = { text: '·', paint: paint.faint };
  return recommendation.hints.flatMap((hint) => paragraph(hint, { width, mark }));
}

/** The endpoints of mail programs. Guessed hosts where nothing works are left out where another one works. */
function tried({ probes }: AccountReport, look: Look): readonly string[] {
  const all = probes.filter(({ endpoint }) => endpoint.protocol !== 'smtp');
  const good = new Set(all.filter(({ verdict }) => verdict === 'works').map(({ endpoint }) => endpoint.host));
  const shown = look.verbose || good.size === 0 ? all : all.filter(({ endpoint }) => good.has(endpoint.host));
  const lines = table(
    shown.map((probe) => endpointRow(probe, look)),
    look,
  );
  const hidden = new Set(all.filter((probe) => !shown.includes(probe)).map(({ endpoint }) => endpoint.host));
  if (hidden.size === 0) return lines;
  const hosts = Array.from(hidden, (host) => escapeText(host)).join(', ');
  return [
    ...lines,
    ...paragraph(look.texts.alsoTried(hosts), { width: look.width, paint: look.paint.faint }),
  ];
}
