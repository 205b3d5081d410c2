import { escapeText } from '@postern/probe/report';
import type { AttemptReport, ProbeReport, Verdict } from '@postern/probe/report';
import type { Texts } from '../texts/texts.ts';
import type { Cell, Row, Table } from './document.ts';
import type { View } from './look.ts';

const signs: Readonly<Record<Verdict, Cell>> = {
  works: { text: '✓', tone: 'good' },
  'works-unverified': { text: '!', tone: 'unsure' },
  refused: { text: '✗', tone: 'bad' },
  silent: { text: '…', tone: 'bad' },
  'could-not-tell': { text: '?', tone: 'unsure' },
};

/** A sign for a verdict, told apart without colours too. */
export function sign(verdict: Verdict): Cell {
  return signs[verdict];
}

/** Endpoints as a table: sign, protocol, host, port, method, verdict, detail. */
export function endpointTable(rows: readonly Row[], { column }: Texts): Table {
  const columns = [
    '',
    column.protocol,
    column.host,
    column.port,
    column.method,
    column.verdict,
    column.detail,
  ];
  return { type: 'table', columns, rows };
}

/** One endpoint as a row of that table. */
export function endpointRow(report: ProbeReport, { texts }: View): Row {
  const { endpoint, verdict } = report;
  const mark = sign(verdict);
  return [
    mark,
    texts.protocol[endpoint.protocol],
    escapeText(endpoint.host),
    String(endpoint.port),
    texts.method[endpoint.method],
    { ...mark, text: texts.verdict[verdict] },
    { text: detail(report, texts), tone: 'faint' },
  ];
}

function detail(
  { verdict, reason, tls, certificate, attempts, endpoint }: ProbeReport,
  texts: Texts,
): string {
  if (verdict === 'works') {
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

/** An address with its port, as it is written. */
export function place({ address, port }: Pick<AttemptReport, 'address' | 'port'>): string {
  return address.includes(':') ? `[${escapeText(address)}]:${port}` : `${escapeText(address)}:${port}`;
}
