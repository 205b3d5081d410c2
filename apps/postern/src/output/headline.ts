import { escapeText } from '@postern/probe/report';
import type { AccountReport } from '@postern/probe/report';
import type { Texts } from '../texts/texts.ts';
import type { Block, Cell, Paragraph } from './document.ts';
import type { View } from './look.ts';

const good: Cell = { text: '✓', tone: 'good' };
const bad: Cell = { text: '✗', tone: 'bad' };
const unsure: Cell = { text: '?', tone: 'unsure' };

/** The answer in a line or two: for mail programs, and for other servers. */
export function headline(report: AccountReport, view: View): readonly Block[] {
  return [...forPrograms(report, view), ...fromOthers(report, view)];
}

/** Whoever asks about an address reads mail, and is told of other servers only where mail may be lost. */
function fromOthers(
  { address, domain, findings, unfinished }: AccountReport,
  { texts }: View,
): readonly Block[] {
  if (!domain || domain.exchangers.length === 0 || unfinished) return [];
  const name = escapeText(domain.name);
  const about = findings.filter((finding) => finding.domain !== undefined);
  if (about.some(({ severity }) => severity === 'problem'))
    return [line(bad, texts.fromOthers.problem(name))];
  if (address !== null) return [];
  if (about.some(({ severity }) => severity === 'warning'))
    return [line(unsure, texts.fromOthers.warning(name))];
  const policies = (['dane', 'sts'] as const)
    .filter((policy) => domain.exchangers.every((host) => host[policy]?.verdict === 'passes'))
    .filter(
      (policy) => policy === 'dane' || (domain.sts?.status === 'policy' && domain.sts.mode === 'enforce'),
    )
    .map((policy) => ({ dane: 'DANE', sts: 'MTA-STS' })[policy]);
  return policies.length > 0 ? [line(good, texts.fromOthers.safe(policies))] : [];
}

function forPrograms(report: AccountReport, { texts, medium }: View): readonly Block[] {
  const { address, domain, recommendation, probes, unfinished } = report;
  const account = escapeText(address ?? domain?.name ?? '');
  if (unfinished !== undefined) {
    const places = unfinished.map(({ host, port }) => `${escapeText(host)} ${port}`).join(', ');
    return [line(unsure, texts.notFinished(places))];
  }
  if (probes.length === 0) return nothingToProbe(account, report, texts);
  const { incoming, outgoing } = recommendation;
  if (incoming && outgoing && medium === 'terminal') return [line(good, texts.bothWork(account))];
  return (['incoming', 'outgoing'] as const).map((service) => {
    if (recommendation[service]) return line(good, texts.safe[service]);
    return isUndecided(report, service)
      ? line(unsure, texts.undecided[service])
      : line(bad, texts.nothingSafe[service]);
  });
}

/** Whether nobody knows if a service works: none was seen to, and of some endpoints nothing could be found out. */
export function isUndecided(
  { recommendation, probes }: Pick<AccountReport, 'recommendation' | 'probes'>,
  service: 'incoming' | 'outgoing',
): boolean {
  return (
    recommendation[service] === null &&
    probes.some(
      ({ endpoint: { protocol }, verdict }) =>
        verdict === 'could-not-tell' &&
        protocol !== 'smtp' &&
        (protocol === 'submission') === (service === 'outgoing'),
    )
  );
}

function line(mark: Cell, text: string): Paragraph {
  return { type: 'paragraph', text, mark, outdented: true };
}

/** Nothing was found: because there is nothing, or because nobody could be asked. */
function nothingToProbe(account: string, { domain }: AccountReport, texts: Texts): readonly Block[] {
  const { reason, explanation } = domain ?? {};
  if (!explanation || reason?.startsWith('dns-') !== true) return [line(bad, texts.nothingFound(account))];
  const { summary, cause, action } = explanation;
  return [line(unsure, `${summary} (${reason})`), { type: 'item', text: cause, action }];
}
