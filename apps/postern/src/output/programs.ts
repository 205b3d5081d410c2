import { escapeText } from '@postern/probe/report';
import type { AccountReport, ClientAdvice, ClientField, ServiceEndpoint } from '@postern/probe/report';
import type { Look } from './look.ts';
import { paragraph, table } from './table.ts';
import type { Cell, Row } from './table.ts';

type Service = ClientAdvice['service'];

/** What one mail program says, for receiving and for sending. */
type Program = Readonly<Partial<Record<Service, ClientAdvice>>>;

/** The word that decides, per program, receiving and sending beside each other; everything of each dialog where wanted. */
export function programLines(report: AccountReport, look: Look): readonly string[] {
  const { texts, paint, verbose, width } = look;
  const programs = byProgram(report.clients);
  if (programs.length === 0) return [];
  const services = (['incoming', 'outgoing'] as const).filter(
    (service) => report.recommendation[service] !== null,
  );
  const titles = { incoming: texts.heading.receiving, outgoing: texts.heading.sending };
  const lines = verbose
    ? programs.flatMap((program) => dialog(program, look))
    : table(
        [
          ['', '', ...services.map((service) => ({ text: titles[service], paint: paint.faint }))],
          ...programs.flatMap((program) => programRows(program, services, report, look)),
        ],
        { width },
      );
  const unsure = report.clients.some(({ unconfirmed }) => unconfirmed);
  return [...lines, ...(unsure ? paragraph(`* ${texts.unconfirmed}`, { width, paint: paint.faint }) : [])];
}

function byProgram(clients: readonly ClientAdvice[]): readonly Program[] {
  const programs = new Map<string, Program>();
  for (const advice of clients)
    programs.set(advice.client, { ...programs.get(advice.client), [advice.service]: advice });
  return [...programs.values()];
}

function programRows(
  program: Program,
  services: readonly Service[],
  { recommendation }: AccountReport,
  { texts, paint }: Look,
): readonly Row[] {
  const shown = services.flatMap((service) => program[service] ?? []);
  const [first] = shown;
  if (!first) return [];
  if (first.client === 'mutt') return [[first.name, shown.map(muttLine).join('  ')]];
  const word = (advice: ClientAdvice): Cell => {
    if (advice.status === 'not-possible') return { text: texts.notPossible, paint: paint.unsure };
    const mark = advice.unconfirmed ? '*' : '';
    return {
      text:
        escapeText(deciding(advice)?.choose ?? '') + mark + elsewhere(advice, recommendation[advice.service]),
      paint: paint.strong,
    };
  };
  // Label and word in a line of its own per service where the two dialogs call the list differently.
  const labels = [...new Set(shown.map((advice) => escapeText(deciding(advice)?.field ?? '')))];
  const named = labels.filter((label) => label !== '');
  const rows = named.length > 1 ? named : [named[0] ?? ''];
  return rows.map((label, index) => [
    index === 0 ? first.name : '',
    label,
    ...services.map((service): Cell => {
      const advice = program[service];
      const own = advice && escapeText(deciding(advice)?.field ?? '');
      const here = advice && (own === label || (own === '' && index === 0));
      return here ? word(advice) : { text: '' };
    }),
  ]);
}

/** A program that cannot do what is recommended shows something else that works; then the port must be said. */
function elsewhere({ endpoint }: ClientAdvice, recommended: ServiceEndpoint | null): string {
  const same = recommended?.host === endpoint.host && recommended.port === endpoint.port;
  return same ? '' : ` (${endpoint.port})`;
}

function muttLine({ fields, unconfirmed }: ClientAdvice): string {
  const [url] = fields;
  return url ? `${escapeText(url.field)} = ${escapeText(url.choose)}${unconfirmed ? '*' : ''}` : '';
}

/** The field that decides: the one whose choice means a method. */
function deciding({ fields }: ClientAdvice): ClientField | undefined {
  return fields.find(({ meaning }) => meaning !== undefined) ?? fields[0];
}

/** A program's whole dialogs, with the traps in them. */
function dialog(program: Program, { texts, paint, width }: Look): readonly string[] {
  const titles = { incoming: texts.heading.receiving, outgoing: texts.heading.sending };
  return (['incoming', 'outgoing'] as const).flatMap((service) => {
    const advice = program[service];
    if (!advice) return [];
    return [
      `  ${paint.strong(advice.name)}, ${titles[service]}${advice.unconfirmed ? '*' : ''}`,
      ...table(
        advice.fields.map(({ field, choose, meaning }) => [
          escapeText(field),
          { text: escapeText(choose), paint: paint.strong },
          { text: meaning ?? '', paint: paint.faint },
        ]),
        { width, indent: 4 },
      ),
      ...paragraph(advice.because, { width, indent: 4 }),
      ...advice.notes.flatMap((note) => paragraph(note, { width, indent: 4, mark: { text: '·' } })),
    ];
  });
}
