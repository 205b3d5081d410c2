import { escapeText } from '@postern/probe/report';
import type { CertificateReport, ControlReport, LocalBlockReport, ProbeReport } from '@postern/probe/report';
import type { Texts } from '../texts/texts.ts';
import type { Row, Table } from './document.ts';
import { place, tlsVersion } from './endpoint-row.ts';
import type { View } from './look.ts';

/** As much of a list of names or capabilities as a glance takes in; all of it with `-v`. */
const GLANCE = 6;

/** What is known about one endpoint, whether it works or not. */
export function factsTable(report: ProbeReport, { texts, verbose }: View): Table {
  const { tls, certificate, capabilities, evidence, timeline, auth } = report;
  const { fact, column } = texts;
  const row = (label: string, text: string | undefined): readonly Row[] =>
    text === undefined || text === '' ? [] : [[{ text: label, tone: 'faint' }, text]];
  const shorten = (list: readonly string[]): string => {
    const shown = (verbose ? list : list.slice(0, GLANCE)).map((text) =>
      escapeText(text, { maxLength: verbose ? 500 : 60 }),
    );
    return shown.join(', ') + (shown.length < list.length ? ', …' : '');
  };
  const greeting = timeline.find(({ event }) => event === 'greeting')?.detail;
  const reply = evidence?.reply?.trimEnd();
  const [only, ...more] = report.attempts;
  const offered = capabilities.insideTls ?? capabilities.beforeTls ?? [];
  const rows = [
    ...row(fact.encryption, tls ? `${tlsVersion(tls.version)}, ${escapeText(tls.cipher)}` : undefined),
    ...(certificate ? certificateRows(certificate, texts, row, shorten) : []),
    ...row(fact.greeting, greeting === undefined ? undefined : escapeText(greeting, { maxLength: 160 })),
    ...row(fact.offers, shorten(offered)),
    // What was greeted with may be what decided; it is not told twice.
    ...row(
      fact.reply,
      reply === undefined || (greeting !== undefined && reply.endsWith(greeting))
        ? undefined
        : escapeText(reply, { maxLength: 160 }),
    ),
    ...row(fact.address, only && more.length === 0 ? `${place(only)}, ${Math.round(only.ms)} ms` : undefined),
    ...row(fact.ownNetwork, ownNetwork(evidence?.localBlock, texts)),
    ...row(fact.controls, controlWords(evidence?.controls ?? [], texts)),
    ...row(fact.login, login(auth, texts)),
  ];
  return { type: 'table', columns: [column.fact, column.detail], named: 0, rows };
}

function certificateRows(
  { names, validTo, issuer }: CertificateReport,
  { fact }: Texts,
  row: (label: string, text: string) => readonly Row[],
  shorten: (list: readonly string[]) => string,
): readonly Row[] {
  return [
    ...row(
      fact.certificate,
      `${fact.certificateOf(shorten(names))}, ${fact.validUntil(validTo.slice(0, 10))}`,
    ),
    ...row('', fact.issuedBy(escapeText(issuer))),
  ];
}

/** The controls: a host that answers on another port is not down. */
function ownNetwork(block: LocalBlockReport | undefined, { fact }: Texts): string | undefined {
  if (!block) return undefined;
  const places = block.silent.slice(0, GLANCE).map((silent, index) => {
    const control = block.answered[index];
    return control ? `${place(silent)} (${fact.butAnswers(control.port)})` : place(silent);
  });
  return fact.silentToward(places.join(', '));
}

/** What each control said. */
export function controlWords(controls: readonly ControlReport[], { fact }: Texts): string {
  const words = controls.map(({ host, port, verdict, reason, answered }) => {
    const at = escapeText(host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`);
    if (verdict === 'answers') return fact.controlAnswers(at);
    return verdict === 'silent' ? fact.controlSilent(at, answered) : `${at} (${reason})`;
  });
  return words.join(', ');
}

function login({ attempted, ok, reason }: ProbeReport['auth'], { fact }: Texts): string | undefined {
  if (!attempted) return undefined;
  return ok === true ? fact.loggedIn : fact.loginRefused(reason ?? '');
}
