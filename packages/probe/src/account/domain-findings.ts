/**
 * What the operator of a domain should know about what he publishes for other servers, and what to publish instead. How grave it is:
 * `problem` where senders that follow the policies deliver nothing, or where a protection that was meant is void;
 * `warning` where it will come to that, or where nobody could find out; `note` for what could be better.
 */
import type { EpochMilliseconds } from '@postern/starttls';
import { domainTexts } from '../advice/domain-texts.ts';
import type { DomainFinding } from '../advice/domain-texts.ts';
import { explain } from '../advice/explain.ts';
import { phrase } from '../advice/phrases.ts';
import { render } from '../advice/render.ts';
import type { DomainReport, Finding, Setting } from '../report/account-report.ts';
import type { ServiceEndpoint } from '../report/endpoint.ts';
import type { Explanation, Lang } from '../report/explanation.ts';
import { announcementOf, srvOf } from './findings/announced.ts';
import { daneOf } from './findings/dane.ts';
import { mxRecords } from './findings/exchangers.ts';
import { stsOf } from './findings/mta-sts.ts';
import type { Observation } from './findings/observation.ts';
import { tlsrptOf } from './findings/tlsrpt.ts';

/** What {@link domainFindings} needs besides the report of the domain. */
export interface DomainFindingsOptions {
  /** Settings of mail programs that were seen to work, best first. */
  readonly settings: readonly Setting[];
  /** The civil time, for the `id` of a policy. */
  readonly now: EpochMilliseconds;
  readonly lang: Lang;
}

/** Finds what is to be told about what a domain publishes, gravest first. Pure. */
export function domainFindings(report: DomainReport, options: DomainFindingsOptions): readonly Finding[] {
  const receives = report.exchangers.length > 0;
  const seen = [
    ...(receives ? mxRecords(report) : []),
    ...report.exchangers.flatMap(daneOf),
    ...(receives ? stsOf(report, options.now) : []),
    ...(receives ? tlsrptOf(report) : []),
    ...srvOf(report, options.settings),
    ...(receives ? announcementOf(report) : []),
  ];
  const groups = Map.groupBy(seen, ({ name, severity, reason, record }) =>
    [name, severity, reason, record].join(' '),
  );
  return [...groups.values()].flatMap((group) => worded(group, report, options.lang));
}

/** The same observation at several hosts is one finding; the first speaks, and all there is to publish is in it. */
function worded(
  group: readonly Observation[],
  { name: domain }: DomainReport,
  lang: Lang,
): readonly Finding[] {
  const [first] = group;
  if (!first) return [];
  const { name, severity, reason = 'none', record } = first;
  const places = group.flatMap((one) => placeOf(one) ?? []);
  const [place] = places;
  const zone = [...new Set(group.flatMap(({ publish }) => publish?.zone ?? []))];
  const file = group.find(({ publish }) => publish?.file)?.publish?.file;
  const facts = {
    domain,
    ...(record !== undefined && { name: record }),
    ...place,
  };
  const finding: Finding = {
    name,
    severity,
    reason,
    endpoints: places,
    explanation:
      name in domainTexts ? ownText(name as DomainFinding, facts, lang) : explain(reason, { lang, facts }),
    domain,
  };
  return [zone.length > 0 || file ? { ...finding, publish: { zone, ...(file && { file }) } } : finding];
}

function ownText(name: DomainFinding, facts: Parameters<typeof phrase>[0], lang: Lang): Explanation {
  const words = phrase(facts, lang);
  const { summary, cause, action } = domainTexts[name][lang];
  return {
    lang,
    summary: render(summary, words),
    cause: render(cause, words),
    action: render(action, words),
  };
}

function placeOf({ host, endpoint }: Observation): ServiceEndpoint | undefined {
  if (endpoint || host === undefined) return endpoint;
  return { protocol: 'smtp', host, port: 25, method: 'starttls' };
}
