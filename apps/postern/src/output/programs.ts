import { escapeText } from '@postern/probe/report';
import type {
  AccountReport,
  ClientAdvice,
  ClientField,
  ClientId,
  ServiceEndpoint,
} from '@postern/probe/report';
import type { Texts } from '../texts/texts.ts';
import type { Block, Cell, Dialog, Paragraph, Row, Table } from './document.ts';
import type { View } from './look.ts';

type Service = ClientAdvice['service'];

const services: readonly Service[] = ['incoming', 'outgoing'];

/** Shown only where everything is wanted: who still uses these knows that they do. */
const rare: ReadonlySet<ClientId> = new Set<ClientId>(['outlook-2003', 'evolution', 'mutt']);

/** Every field of every dialog. */
export function everyProgram(report: AccountReport, view: View): readonly Block[] {
  return [...programDialogs(report, view), ...notes(report.clients, [], view.texts)];
}

/** The word that decides, receiving and sending beside each other. */
export function programWords(report: AccountReport, { texts, medium }: View): readonly Block[] {
  const shown = report.clients.filter(({ client }) => !rare.has(client));
  const others = new Set(report.clients.filter(({ client }) => rare.has(client)).map(({ name }) => name));
  // A page has all dialogs, each behind the name of its program.
  const more = medium === 'page' ? [] : [...others];
  return [programTable(shown, report, texts), ...notes(shown, more, texts)];
}

/** The dialogs of all programs. */
export function programDialogs({ clients }: AccountReport, { texts }: View): readonly Dialog[] {
  return clients.map((advice) => dialog(advice, texts));
}

function notes(
  shown: readonly ClientAdvice[],
  others: readonly string[],
  texts: Texts,
): readonly Paragraph[] {
  return [
    ...(shown.some(({ unconfirmed }) => unconfirmed) ? [`* ${texts.unconfirmed}`] : []),
    ...(others.length > 0 ? [texts.morePrograms(others)] : []),
  ].map((text) => ({ type: 'paragraph', text, tone: 'faint' }));
}

function programTable(
  shown: readonly ClientAdvice[],
  { recommendation }: AccountReport,
  texts: Texts,
): Table {
  const wanted = services.filter((service) => recommendation[service] !== null);
  const titles = { incoming: texts.heading.receiving, outgoing: texts.heading.sending };
  const programs = Map.groupBy(shown, ({ client }) => client);
  const rows = Array.from(programs.values(), (advices): Row => {
    const of = (service: Service): ClientAdvice | undefined =>
      advices.find((advice) => advice.service === service);
    const cells = wanted.map((service): Cell => {
      const advice = of(service);
      return advice ? word(advice, recommendation[service], texts) : { text: '' };
    });
    const labels = wanted.flatMap((service) => deciding(of(service))?.field ?? []);
    return [
      advices[0]?.name ?? '',
      ...cells,
      { text: escapeText([...new Set(labels)].join(' / ')), tone: 'faint' },
    ];
  });
  return {
    type: 'table',
    columns: [texts.column.program, ...wanted.map((service) => titles[service]), texts.heading.field],
    titled: true,
    named: 0,
    rows,
  };
}

function word(advice: ClientAdvice, recommended: ServiceEndpoint | null, texts: Texts): Cell {
  if (advice.status === 'not-possible') return { text: texts.notPossible, tone: 'unsure' };
  const mark = advice.unconfirmed ? '*' : '';
  return {
    text: `${escapeText(deciding(advice)?.choose ?? '')}${mark}${elsewhere(advice, recommended)}`,
    tone: 'strong',
  };
}

/** A program that cannot do what is recommended shows something else that works; then the port must be said. */
function elsewhere({ endpoint }: ClientAdvice, recommended: ServiceEndpoint | null): string {
  const same = recommended?.host === endpoint.host && recommended.port === endpoint.port;
  return same ? '' : ` (${endpoint.port})`;
}

/** The field that decides: the one whose choice means a method. */
function deciding(advice: ClientAdvice | undefined): ClientField | undefined {
  return advice?.fields.find(({ meaning }) => meaning !== undefined) ?? advice?.fields[0];
}

/** A program's whole dialog, with the traps in it. */
function dialog(
  { name, service, unconfirmed, fields, because, notes: traps }: ClientAdvice,
  texts: Texts,
): Dialog {
  const title = service === 'incoming' ? texts.heading.receiving : texts.heading.sending;
  return {
    type: 'dialog',
    program: name,
    service: `${title}${unconfirmed ? '*' : ''}`,
    fields: fields.map(({ field, choose, meaning }) => [
      escapeText(field),
      { text: escapeText(choose), tone: 'strong' },
      { text: meaning ?? '', tone: 'faint' },
    ]),
    because,
    notes: traps,
  };
}
