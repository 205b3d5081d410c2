import { escapeText } from '@postern/probe/report';
import type { ProbeReport, Verdict } from '@postern/probe/report';
import type { Look } from './look.ts';
import type { Paint } from './paint.ts';
import type { Cell, Row } from './table.ts';

/** A sign for a verdict, told apart without colours too. */
export function sign(verdict: Verdict, paint: Paint): Cell {
  switch (verdict) {
    case 'works':
      return { text: '✓', paint: paint.good };
    case 'works-unverified':
      return { text: '!', paint: paint.unsure };
    case 'refused':
      return { text: '✗', paint: paint.bad };
    case 'silent':
      return { text: '…', paint: paint.bad };
    case 'could-not-tell':
      return { text: '?', paint: paint.unsure };
  }
}

/** One endpoint as a row: sign, protocol, host, port, method, verdict, detail. */
export function endpointRow(report: ProbeReport, look: Look): Row {
  const { endpoint, verdict } = report;
  const { texts, paint } = look;
  const mark = sign(verdict, paint);
  return [
    mark,
    texts.protocol[endpoint.protocol],
    escapeText(endpoint.host),
    String(endpoint.port),
    texts.method[endpoint.method],
    { ...mark, text: texts.verdict[verdict] },
    { text: detail(report, look), paint: paint.faint },
  ];
}

function detail(
  { verdict, reason, tls, certificate, attempts, endpoint }: ProbeReport,
  { texts }: Look,
): string {
  if (verdict === 'works' || verdict === 'works-unverified') {
    const version = tls && tlsVersion(tls.version);
    const until = certificate && texts.fact.validUntil(certificate.validTo.slice(0, 10));
    return [version, until].filter(Boolean).join(', ');
  }
  const other = attempts.find((attempt) => attempt.method !== endpoint.method && attempt.verdict === 'works');
  return other ? `${reason}, ${texts.worksThere(texts.method[other.method])}` : reason;
}

/** `TLSv1.3` as people write it. */
export function tlsVersion(version: string): string {
  return escapeText(version).replace(/^TLSv/, 'TLS ');
}
