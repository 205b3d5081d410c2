import { escapeText } from '@postern/probe/report';
import type { AccountReport, Finding, Publication } from '@postern/probe/report';
import type { Block } from './document.ts';
import { marks, placesOf } from './findings.ts';
import type { View } from './look.ts';
import { explained } from './reasons.ts';
import type { Texts } from '../texts/texts.ts';

/**
 * What the operator of a domain should know about what he publishes, with the lines to publish. What could merely be better is told
 * to who asked about the domain; who asked about an address wants to read mail.
 */
export function domainFindingBlocks({ findings, address }: AccountReport, view: View): readonly Block[] {
  const { texts, verbose, medium } = view;
  const about = findings.filter(({ domain }) => domain !== undefined);
  const shown = address === null || verbose ? about : about.filter(({ severity }) => severity !== 'note');
  const hidden = about.length - shown.length;
  return [
    ...shown.flatMap((finding) => findingBlocks(finding, texts)),
    ...(hidden > 0 && medium === 'terminal'
      ? [{ type: 'paragraph', text: texts.moreAdvice(hidden), tone: 'faint' } as const]
      : []),
  ];
}

function findingBlocks(
  { endpoints, domain, reason, severity, explanation, publish }: Finding,
  texts: Texts,
): readonly Block[] {
  const place = endpoints.length > 0 ? placesOf(endpoints) : escapeText(domain ?? '');
  return [
    {
      ...explained(explanation),
      title: `${texts.severity[severity]}: ${reason === 'none' ? place : `${place} (${reason})`}`,
      mark: marks[severity],
    },
    ...(publish ? listings(publish, texts) : []),
  ];
}

function listings({ zone, file }: Publication, texts: Texts): readonly Block[] {
  return [
    ...(file
      ? [
          {
            type: 'listing',
            title: texts.publishFile(escapeText(file.url)),
            lines: file.content
              .trimEnd()
              .split('\n')
              .map((line) => escapeText(line)),
          } as const,
        ]
      : []),
    ...(zone.length > 0
      ? [
          {
            type: 'listing',
            title: texts.publishZone,
            lines: zone.map((line) => escapeText(line, { maxLength: 1000 })),
          } as const,
        ]
      : []),
  ];
}
