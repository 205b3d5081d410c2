import { escapeText } from '@postern/probe/report';
import type {
  AccountReport,
  ClientAdvice,
  ClientField,
  ClientId,
  ServiceEndpoint,
} from '@postern/probe/report';
import type { Look } from './look.ts';
import { paragraph, table } from './table.ts';
import type { Cell, Row } from './table.ts';

type Service = ClientAdvice['service'];

/** What one mail program says, for receiving and for sending. */
type Program = Readonly<Partial<Record<Service, ClientAdvice>>>;

const services: readonly Service[] = ['incoming', 'outgoing'];

/** Shown only where everything is wanted: who still uses these knows that they do. */
const rare: ReadonlySet<ClientId> = new Set<ClientId>(['outlook-2003', 'evolution', 'mutt']);

/** The word that decides, receiving and sending beside each other; every field of every dialog where that is wanted. */
export function programLines(report: AccountReport, look: Look): readonly string[] {
  const { texts, paint, verbose, width } = look;
  const shown = report.clients.filter(({ client }) => verbose || !rare.has(client));
  if (shown.length === 0) return [];
  const programs = Map.groupBy(shown, ({ client }) => client);
  const others = new Set(report.clients.filter((advice) => !shown.includes(advice)).map(({ name }) => name));
  const notes = [
    ...(shown.some(({ unconfirmed }) => unconfirmed) ? [`* ${texts.unconfirmed}`] : []),
    ...(others.size > 0 ? [texts.morePrograms([...others])] : []),
  ];
  return [
    ...[...programs.values()].flatMap((advices) => (verbose ? dialogs(advices, look) : [])),
    ...(verbose ? [] : words([...programs.values()].map(programOf), report, look)),
    ...notes.flatMap((note) => paragraph(note, { width, paint: paint.faint })),
  ];
}

function programOf(advices: readonly ClientAdvice[]): Program {
  return Object.fromEntries(advices.map((advice) => [advice.service, advice]));
}

function words(
  programs: readonly Program[],
  { recommendation }: AccountReport,
  look: Look,
): readonly string[] {
  const { texts, paint, width } = look;
  const wanted = services.filter((service) => recommendation[service] !== null);
  const titles = { incoming: texts.heading.receiving, outgoing: texts.heading.sending };
  const header = ['', ...wanted.map((service) => titles[service]), texts.heading.field];
  const rows = programs.flatMap((program): readonly Row[] => {
    const first = program.incoming ?? program.outgoing;
    if (!first) return [];
    const cells = wanted.map((service): Cell => {
      const advice = program[service];
      return advice ? word(advice, recommendation[service], look) : { text: '' };
    });
    const labels = wanted.flatMap((service) => {
      const advice = program[service];
      return (advice && deciding(advice)?.field) ?? [];
    });
    return [
      [first.name, ...cells, { text: escapeText([...new Set(labels)].join(' / ')), paint: paint.faint }],
    ];
  });
  return table([header.map((text) => ({ text, paint: paint.faint })), ...rows], { width });
}

function word(advice: ClientAdvice, recommended: ServiceEndpoint | null, { texts, paint }: Look): Cell {
  if (advice.status === 'not-possible') return { text: texts.notPossible, paint: paint.unsure };
  const mark = advice.unconfirmed ? '*' : '';
  return {
    text: `${escapeText(deciding(advice)?.choose ?? '')}${mark}${elsewhere(advice, recommended)}`,
    paint: paint.strong,
  };
}

/** A program that cannot do what is recommended shows something else that works; then the port must be said. */
function elsewhere({ endpoint }: ClientAdvice, recommended: ServiceEndpoint | null): string {
  const same = recommended?.host === endpoint.host && recommended.port === endpoint.port;
  return same ? '' : ` (${endpoint.port})`;
}

/** The field that decides: the one whose choice means a method. */
function deciding({ fields }: ClientAdvice): ClientField | undefined {
  return fields.find(({ meaning }) => meaning !== undefined) ?? fields[0];
}

/** A program's whole dialogs, with the traps in them. */
function dialogs(advices: readonly ClientAdvice[], { texts, paint, width }: Look): readonly string[] {
  const titles = { incoming: texts.heading.receiving, outgoing: texts.heading.sending };
  return advices.flatMap((advice) => [
    `  ${paint.strong(advice.name)}, ${titles[advice.service]}${advice.unconfirmed ? '*' : ''}`,
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
  ]);
}
