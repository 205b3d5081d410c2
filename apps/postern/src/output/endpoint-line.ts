import { escapeText } from '@postern/probe/report';
import type { ProbeReport, Verdict } from '@postern/probe/report';
import type { Texts } from '../texts/texts.ts';
import type { Paint } from './paint.ts';

/** A sign for a verdict, told apart without colours too. */
export function sign(verdict: Verdict, paint: Paint): string {
  switch (verdict) {
    case 'works':
      return paint.good('✓');
    case 'works-unverified':
      return paint.unsure('!');
    case 'refused':
      return paint.bad('✗');
    case 'silent':
      return paint.bad('…');
    case 'could-not-tell':
      return paint.unsure('?');
  }
}

/** One endpoint as the cells of a table row. */
export function endpointCells(report: ProbeReport, texts: Texts, paint: Paint): readonly string[] {
  const { endpoint, verdict } = report;
  const { protocol, host, port, method } = endpoint;
  const worded = texts.verdict[verdict];
  return [
    sign(verdict, paint),
    texts.protocol[protocol],
    escapeText(host),
    String(port),
    texts.method[method],
    verdict === 'works'
      ? paint.good(worded)
      : verdict === 'works-unverified'
        ? paint.unsure(worded)
        : paint.bad(worded),
    paint.faint(detail(report, texts)),
  ];
}

function detail(
  { verdict, reason, tls, certificate, attempts, endpoint }: ProbeReport,
  texts: Texts,
): string {
  if (verdict === 'works' || verdict === 'works-unverified') {
    const version = tls?.version.replace(/^TLSv/, 'TLS ') ?? '';
    const until = certificate && texts.validUntil(certificate.validTo.slice(0, 10));
    return [version, until].filter(Boolean).join(', ');
  }
  const other = attempts.find((attempt) => attempt.method !== endpoint.method && attempt.verdict === 'works');
  const works = other ? `, ${texts.method[other.method]} ${texts.verdict.works}` : '';
  return `${reason}${works}`;
}
