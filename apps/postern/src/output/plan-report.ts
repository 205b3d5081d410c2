import { escapeText } from '@postern/probe/report';
import type { Explanation } from '@postern/probe/report';
import type { DeliveryPlan, PlanStep } from '@postern/starttls';
import { section } from './document.ts';
import type { Block, Row, Section } from './document.ts';
import type { View } from './look.ts';
import { explained } from './reasons.ts';

/** A plan for people: whether there is a way, which ones, and why. */
export function planSections(
  plan: DeliveryPlan,
  explanation: Explanation | undefined,
  view: View,
): readonly Section[] {
  const { texts } = view;
  const { heading, answer } = texts.delivery;
  const signs = {
    deliver: { text: '✓', tone: 'good' },
    defer: { text: '?', tone: 'unsure' },
    refuse: { text: '✗', tone: 'bad' },
  } as const;
  const first: Block = {
    type: 'paragraph',
    text: answer[plan.status](escapeText(plan.domain)),
    mark: signs[plan.status],
    outdented: true,
  };
  return [
    ...section(undefined, [first, ...(explanation ? [explained(explanation)] : [])]),
    ...section(heading.ways, [waysTable(plan, view)]),
    ...section(heading.because, becauseBlocks(plan, view)),
  ];
}

/** Every rule that was applied, a sentence each. */
export function becauseBlocks({ trace }: Pick<DeliveryPlan, 'trace'>, { texts }: View): readonly Block[] {
  return trace.map((step) => ({
    type: 'paragraph',
    text: texts.delivery.step(escaped(step)),
    mark: { text: '·', tone: 'faint' },
  }));
}

function waysTable(plan: DeliveryPlan, { texts }: View): Block {
  const { demand, by, when } = texts.delivery;
  const rows =
    plan.status !== 'deliver'
      ? []
      : plan.hosts.flatMap(({ host, preference, ways }) =>
          ways.map((way): Row => {
            const { decision } = way;
            const requirement = decision.status === 'try' ? decision.requirement : undefined;
            const source =
              requirement === undefined || requirement.level === 'opportunistic' ? '' : by[requirement.by];
            return [
              { text: `MX ${preference}`, tone: 'faint' },
              escapeText(host),
              String(way.port),
              texts.method[way.method],
              demand[requirement?.level ?? 'nothing'],
              source,
              { text: when[way.when], tone: 'faint' },
            ];
          }),
        );
  const { column } = texts;
  const columns = ['', column.host, column.port, column.method, column.detail, '', ''];
  return { type: 'table', columns, named: 1, rows };
}

/** Names in a step come from a stranger's zone. */
function escaped(step: PlanStep): PlanStep {
  return 'host' in step ? { ...step, host: escapeText(step.host) } : step;
}
