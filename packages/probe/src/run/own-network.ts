import { explain } from '../advice/explain.ts';
import { factsAround } from '../context.ts';
import type { ProbeReport } from '../report/probe-report.ts';
import { verdictOf } from '../report/verdict.ts';
import type { ProbeEnvironment } from './environment.ts';

/** A report that blames silence on our own network, where the watch has the evidence for it; any other as it is. */
export function judgeOwnNetwork(
  report: ProbeReport,
  { blocks, clock, lang = 'en' }: Pick<ProbeEnvironment, 'blocks' | 'clock' | 'lang'>,
): ProbeReport {
  if (report.reason !== 'timeout-connect') return report;
  const now = clock.now();
  const block = blocks?.judge(report.endpoint.port, now);
  if (!block) return report;
  const { reason, since, silent, answered } = block;
  const blamed = {
    ...report,
    reason,
    verdict: verdictOf(reason),
    evidence: {
      ...report.evidence,
      localBlock: { forMs: Math.round(now - since), silent, answered },
    },
    timeline: report.timeline.map((entry) => (entry.event === 'end' ? { ...entry, detail: reason } : entry)),
  };
  return { ...blamed, explanation: explain(reason, { lang, facts: factsAround(blamed, [blamed]) }) };
}
