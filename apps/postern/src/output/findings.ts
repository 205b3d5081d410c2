import { escapeText } from '@postern/probe/report';
import type { AccountReport, Finding, ProbeReport } from '@postern/probe/report';
import type { Look } from './look.ts';
import { explanationLines } from './reasons.ts';
import { paragraph } from './table.ts';

/** What else is worth knowing: findings that were not explained above already. */
export function findingLines(
  { findings }: AccountReport,
  explained: readonly ProbeReport[],
  look: Look,
): readonly string[] {
  const { paint, width } = look;
  const marks = {
    problem: { text: '!', paint: paint.bad },
    warning: { text: '!', paint: paint.unsure },
    note: { text: '·', paint: paint.faint },
  } as const;
  const left = findings.filter((finding) => !isExplained(finding, explained));
  // The same observation at several places is told once; what to do may differ, so the first place speaks.
  const groups = Map.groupBy(left, ({ name, severity, reason }) => `${name} ${severity} ${reason}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const places = placesOf(group.flatMap(({ endpoints }) => endpoints));
    return [
      ...paragraph(places, { width, mark: marks[first.severity] }),
      ...explanationLines({ ...first.explanation, cause: look.verbose ? first.explanation.cause : '' }, look),
    ];
  });
}

function isExplained({ reason, endpoints }: Finding, explained: readonly ProbeReport[]): boolean {
  return (
    reason !== 'none' &&
    endpoints.some(({ host, port }) =>
      explained.some(
        ({ endpoint, reason: told }) => told === reason && endpoint.host === host && endpoint.port === port,
      ),
    )
  );
}

function placesOf(endpoints: readonly { readonly host: string; readonly port: number }[]): string {
  const hosts = Map.groupBy(endpoints, ({ host }) => host);
  return Array.from(hosts, ([host, at]) => {
    const ports = [...new Set(at.map(({ port }) => port))];
    return `${escapeText(host)} ${ports.join(', ')}`;
  }).join(', ');
}
