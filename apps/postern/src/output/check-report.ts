import { escapeText } from '@postern/probe/report';
import type { AccountReport, ProbeReport, Setting } from '@postern/probe/report';
import { section } from './document.ts';
import type { Block, Paragraph, Row, Section, Table } from './document.ts';
import { domainBlocks } from './domain.ts';
import { domainFindingBlocks } from './domain-findings.ts';
import { endpointRow, endpointTable } from './endpoint-row.ts';
import { controlWords } from './facts.ts';
import { findingItems } from './findings.ts';
import { headline } from './headline.ts';
import type { View } from './look.ts';
import { everyProgram, programWords } from './programs.ts';
import { causes, hostsOf, worthExplaining } from './reasons.ts';

/** The parts of an account's report; each is a section or nothing. */
export interface AccountParts {
  /** The answer in a line or two. */
  readonly answer: readonly Section[];
  readonly toType: readonly Section[];
  readonly programs: readonly Section[];
  readonly tried: readonly Section[];
  readonly why: readonly Section[];
  readonly findings: readonly Section[];
  readonly domain: readonly Section[];
  readonly took: readonly Section[];
}

/** Writes the parts of a report. */
export function accountParts(report: AccountReport, view: View, programs: readonly Block[]): AccountParts {
  const { texts, verbose } = view;
  const failed = worthExplaining(report, verbose);
  const settings = settingsTable(report, view);
  const hints = report.recommendation.hints.map((text): Paragraph => ({
    type: 'paragraph',
    text,
    mark: { text: '·', tone: 'faint' },
  }));
  // Where nothing was found because nothing could be looked up, the first lines say it all.
  const { domain } = report;
  const someWork = report.probes.some(
    ({ endpoint, verdict }) => endpoint.protocol !== 'smtp' && verdict === 'works',
  );
  const known = report.probes.length > 0 || domain?.reason?.startsWith('dns-') !== true;
  return {
    answer: section(undefined, headline(report, view)),
    toType: section(settings.rows.length > 0 ? texts.heading.toType : undefined, [settings, ...hints]),
    programs: section(texts.heading.programs, programs),
    tried: section(texts.heading.tried, tried(report, view)),
    why: section(someWork ? texts.heading.why : texts.heading.whyNothing, causes(failed, texts)),
    findings: section(texts.heading.findings, findingItems(report, failed, view)),
    domain:
      domain && known
        ? section(texts.heading.domain(escapeText(domain.name)), [
            ...domainBlocks(domain, view),
            ...domainFindingBlocks(report, view),
          ])
        : [],
    took:
      report.probes.length === 0
        ? []
        : section(undefined, [took(report.probes.length, report.elapsedMs, view)]),
  };
}

/**
 * The report of an account for a terminal: what to do first, then why. What a reader who only wants mail to work needs stands on
 * top, what an operator wants to know below.
 */
export function checkSections(report: AccountReport, view: View): readonly Section[] {
  const programs = (view.verbose ? everyProgram : programWords)(report, view);
  const parts = accountParts(report, view, programs);
  const { answer, toType, tried: all, why, findings, domain, took: end } = parts;
  return [answer, toType, parts.programs, all, why, findings, domain, end].flat();
}

/** The last line of a report. */
export function took(endpoints: number, ms: number, { texts }: View): Paragraph {
  return {
    type: 'paragraph',
    text: texts.took(endpoints, (ms / 1000).toFixed(1)),
    tone: 'faint',
    outdented: true,
  };
}

function settingsTable({ recommendation, address }: AccountReport, { texts }: View): Table {
  const { column, heading } = texts;
  const rows = (['incoming', 'outgoing'] as const).flatMap((service): readonly Row[] => {
    const setting = recommendation[service];
    if (!setting) return [];
    const user = userName(setting, address);
    return [
      [
        service === 'incoming' ? heading.receiving : heading.sending,
        texts.protocol[setting.protocol],
        { text: escapeText(setting.host), tone: 'strong' },
        { text: texts.port(setting.port), titled: String(setting.port) },
        { text: texts.method[setting.method], tone: 'strong' },
        { text: texts.userName(user), titled: user },
      ],
    ];
  });
  const columns = [column.service, column.protocol, column.host, column.port, column.method, column.userName];
  return { type: 'table', columns, named: 0, rows };
}

/** A template is the provider's own form; its name for the user is on the provider's pages, not here. */
function userName({ userName: form }: Setting, address: string | null): string {
  if (address === null || form === 'template') return '…';
  return escapeText(form === 'local-part' ? address.slice(0, address.lastIndexOf('@')) : address);
}

/** The endpoints of mail programs. Guessed hosts where nothing works are left out where another one works. */
function tried(report: AccountReport, view: View): readonly Block[] {
  const { probes } = report;
  const { texts, verbose, medium } = view;
  const more = medium === 'terminal' ? ` ${texts.detailsWithV}` : '';
  const all = probes.filter(({ endpoint }) => endpoint.protocol !== 'smtp');
  const unknown = verbose ? [] : all.filter(({ reason }) => reason.startsWith('dns-'));
  const looked = all.filter((probe) => !unknown.includes(probe));
  const good = new Set(
    looked.filter(({ verdict }) => verdict === 'works').map(({ endpoint }) => endpoint.host),
  );
  const shown =
    verbose || good.size === 0 ? looked : looked.filter(({ endpoint }) => good.has(endpoint.host));
  const hidden = looked.filter((probe) => !shown.includes(probe));
  const line = (probesOf: readonly ProbeReport[], say: (hosts: string) => string): readonly Paragraph[] =>
    probesOf.length > 0
      ? [{ type: 'paragraph', text: `${say(hostsOf(probesOf))}${more}`, tone: 'faint' }]
      : [];
  return [
    endpointTable(
      shown.map((probe) => endpointRow(probe, view)),
      texts,
    ),
    ...line(hidden, texts.alsoTried),
    ...line(unknown, texts.notLookedUp),
    ...controlLines(report, view),
    ...askedLines(report, view),
  ];
}

function controlLines({ controls = [] }: AccountReport, { texts }: View): readonly Paragraph[] {
  if (controls.length === 0) return [];
  return [
    { type: 'paragraph', text: `${texts.fact.controls}: ${controlWords(controls, texts)}`, tone: 'faint' },
  ];
}

/** Who learnt from our questions that somebody cares for the domain; nothing where the web was not in reach. */
function askedLines({ asked, notAsked = [] }: AccountReport, { texts }: View): readonly Paragraph[] {
  if (asked.length === 0 && notAsked.length === 0) return [];
  const own = asked.filter(({ source }) => source === 'autoconfig');
  const hosts = [...new Set(own.map(({ url }) => escapeText(new URL(url).host)))];
  const database = asked.length > own.length ? 'asked' : 'not-asked';
  const said = [texts.asked(hosts, database), ...(notAsked.length > 0 ? [texts.notAsked(notAsked)] : [])];
  return [{ type: 'paragraph', text: said.join(' '), tone: 'faint' }];
}
