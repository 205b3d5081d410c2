import { escapeText } from '@postern/probe/report';
import type { AccountReport, Finding, ProbeReport, Severity } from '@postern/probe/report';
import type { Cell, Item } from './document.ts';
import type { View } from './look.ts';
import { explained } from './reasons.ts';

/** A sign for how grave a finding is. */
export const marks: Readonly<Record<Severity, Cell>> = {
  problem: { text: '!', tone: 'bad' },
  warning: { text: '!', tone: 'unsure' },
  note: { text: '·', tone: 'faint' },
};

/** What else is worth knowing: findings that were not explained above already. */
export function findingItems(
  { findings }: AccountReport,
  told: readonly ProbeReport[],
  { verbose }: View,
): readonly Item[] {
  // What is about the domain stands in its own section.
  const left = findings.filter((finding) => finding.domain === undefined && !isTold(finding, told));
  // The same observation at several places is told once; what to do may differ, so the first place speaks.
  const groups = Map.groupBy(left, ({ name, severity, reason }) => `${name} ${severity} ${reason}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const { explanation, severity } = first;
    return {
      ...explained({ ...explanation, cause: verbose ? explanation.cause : '' }),
      title: placesOf(group.flatMap(({ endpoints }) => endpoints)),
      mark: marks[severity],
    };
  });
}

function isTold({ reason, endpoints }: Finding, told: readonly ProbeReport[]): boolean {
  return (
    reason !== 'none' &&
    endpoints.some(({ host, port }) =>
      told.some(
        (probe) => probe.reason === reason && probe.endpoint.host === host && probe.endpoint.port === port,
      ),
    )
  );
}

/** Hosts with their ports, each once. */
export function placesOf(endpoints: readonly { readonly host: string; readonly port: number }[]): string {
  const hosts = Map.groupBy(endpoints, ({ host }) => host);
  return Array.from(hosts, ([host, at]) => {
    const ports = [...new Set(at.map(({ port }) => port))];
    return `${escapeText(host)} ${ports.join(', ')}`;
  }).join(', ');
}
