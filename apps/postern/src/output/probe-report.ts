import { escapeText } from '@postern/probe/report';
import type { AttemptReport, ProbeReport } from '@postern/probe/report';
import type { EventName, Texts } from '../texts/texts.ts';
import { endpointRow, sign, tlsVersion } from './endpoint-line.ts';
import type { Look } from './look.ts';
import { explanationLines } from './reasons.ts';
import { spaced, table } from './table.ts';
import type { Row } from './table.ts';

/** As much of a list of names or capabilities as a glance takes in; all of it with `-v`. */
const GLANCE = 6;

/** The report of one endpoint for people. */
export function probeLines(report: ProbeReport, look: Look): readonly string[] {
  const { texts, paint } = look;
  const sections: readonly (readonly string[])[] = [
    headline(report, look),
    report.verdict === 'works' ? [] : explanationLines(report.explanation, look, 2),
    table(facts(report, look), look),
    report.attempts.length > 1 ? attempts(report, look) : [],
    look.verbose ? timelineLines(report, look) : [],
    [paint.faint(texts.took(1, (report.elapsedMs / 1000).toFixed(1)))],
  ];
  return spaced(sections);
}

/** What is known of it stands below: here only whether it works, or the reason code. */
function headline(report: ProbeReport, look: Look): readonly string[] {
  const row = endpointRow(report, look);
  return table([report.verdict === 'works' ? row.slice(0, -1) : row], { ...look, indent: 0 });
}

/** What is known of an endpoint when the user stops waiting: no verdict, only what happened so far. */
export function interruptedLines(report: ProbeReport, look: Look): readonly string[] {
  const { texts, paint } = look;
  const [, ...cells] = endpointRow(report, look).slice(0, 5);
  const after = texts.interruptedAfter((report.elapsedMs / 1000).toFixed(1));
  const head: Row = [sign('could-not-tell', paint), ...cells, { text: after, paint: paint.unsure }];
  const timeline = report.timeline.filter(({ event }) => event !== 'end');
  return spaced([table([head], { ...look, indent: 0 }), timelineLines({ ...report, timeline }, look)]);
}

function facts(report: ProbeReport, { texts, paint, verbose }: Look): readonly Row[] {
  const { tls, certificate, capabilities, evidence, timeline, auth } = report;
  const { fact } = texts;
  const row = (label: string, text: string | undefined): readonly Row[] =>
    text === undefined || text === '' ? [] : [[{ text: label, paint: paint.faint }, text]];
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
  return [
    ...row(fact.encryption, tls ? `${tlsVersion(tls.version)}, ${escapeText(tls.cipher)}` : undefined),
    ...(certificate
      ? [
          ...row(
            fact.certificate,
            `${fact.certificateOf(shorten(certificate.names))}, ${fact.validUntil(certificate.validTo.slice(0, 10))}`,
          ),
          ...row('', fact.issuedBy(escapeText(certificate.issuer))),
        ]
      : []),
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
    ...row(fact.login, login(auth, texts)),
  ];
}

function login({ attempted, ok, reason }: ProbeReport['auth'], { fact }: Texts): string | undefined {
  if (!attempted) return undefined;
  return ok === true ? fact.loggedIn : fact.loginRefused(reason ?? '');
}

/** The addresses that were dialled and what became of each. */
function attempts({ attempts: all }: ProbeReport, look: Look): readonly string[] {
  const { texts, paint } = look;
  const rows = all.map((attempt): Row => {
    const { reason, verdict, method, ms } = attempt;
    const shown = reason === 'none' ? texts.verdict[verdict] : reason;
    return [
      sign(verdict, paint),
      place(attempt),
      texts.method[method],
      shown,
      { text: `${Math.round(ms)} ms`, paint: paint.faint },
    ];
  });
  return table(rows, look);
}

function place({ address, port }: AttemptReport): string {
  return address.includes(':') ? `[${escapeText(address)}]:${port}` : `${escapeText(address)}:${port}`;
}

function timelineLines({ timeline }: ProbeReport, look: Look): readonly string[] {
  const { texts, paint } = look;
  const times = timeline.map(({ ms }) => `${Math.round(ms)} ms`);
  const longest = Math.max(0, ...times.map((time) => time.length));
  const rows = timeline.map(({ event, detail }, index): Row => [
    { text: (times[index] ?? '').padStart(longest), paint: paint.faint },
    Object.hasOwn(texts.event, event) ? texts.event[event as EventName] : event,
    detail === undefined ? '' : escapeText(detail),
  ]);
  return [paint.strong(texts.heading.timeline), ...table(rows, look)];
}
