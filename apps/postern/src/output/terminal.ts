import type { Block, Cell, Command, Dialog, Item, Listing, Section, Table } from './document.ts';
import type { Look } from './look.ts';
import { paragraph, table } from './table.ts';
import type { Cell as PaintedCell } from './table.ts';

/** How a report is shown on a terminal. */
type Screen = Pick<Look, 'paint' | 'width'>;

/** A report as lines: sections with a blank line between them. */
export function terminalLines(sections: readonly Section[], screen: Screen): readonly string[] {
  return sections.flatMap(({ heading, blocks }, index) => [
    ...(index === 0 ? [] : ['']),
    ...(heading === undefined ? [] : [screen.paint.strong(heading)]),
    ...blocks.flatMap((block, at) => [
      // What is to be copied ends visibly.
      ...(blocks[at - 1]?.type === 'listing' && block.type !== 'listing' ? [''] : []),
      ...blockLines(block, screen),
    ]),
  ]);
}

function blockLines(block: Block, screen: Screen): readonly string[] {
  switch (block.type) {
    case 'paragraph': {
      const { text, mark, tone, outdented } = block;
      const { width, paint } = screen;
      return paragraph(text, {
        width,
        indent: outdented === true ? 0 : 2,
        ...(mark && { mark: painted(mark, screen) }),
        ...(tone && { paint: paint[tone] }),
      });
    }
    case 'table':
      return tableLines(block, screen);
    case 'item':
      return itemLines(block, screen);
    case 'dialog':
      return dialogLines(block, screen);
    case 'command':
      return commandLines(block, screen);
    case 'listing':
      return listingLines(block, screen);
  }
}

function painted(cell: Cell | string, { paint }: Screen): PaintedCell {
  const { text, tone } = typeof cell === 'string' ? { text: cell } : cell;
  return tone === undefined ? { text } : { text, paint: paint[tone] };
}

function tableLines({ columns, titled, rows, outdented }: Table, screen: Screen): readonly string[] {
  const faint = screen.paint.faint;
  const title = titled === true ? [columns.map((text) => ({ text, paint: faint }))] : [];
  const shown = rows.map((row) => row.map((cell) => painted(cell, screen)));
  return table([...title, ...shown], { width: screen.width, indent: outdented === true ? 0 : 2 });
}

function itemLines({ title, mark, text, action }: Item, screen: Screen): readonly string[] {
  const { width, paint } = screen;
  const indent = title === undefined ? 2 : 4;
  return [
    ...paragraph(title ?? '', { width, ...(mark && { mark: painted(mark, screen) }) }),
    ...paragraph(text, { width, indent }),
    ...paragraph(action, { width, indent, mark: { text: '→', paint: paint.faint } }),
  ];
}

function dialogLines(
  { program, service, fields, because, notes }: Dialog,
  screen: Screen,
): readonly string[] {
  const { width, paint } = screen;
  return [
    `  ${paint.strong(program)}, ${service}`,
    ...table(
      fields.map((row) => row.map((cell) => painted(cell, screen))),
      { width, indent: 4 },
    ),
    ...paragraph(because, { width, indent: 4 }),
    ...notes.flatMap((note) => paragraph(note, { width, indent: 4, mark: { text: '·' } })),
  ];
}

/** From the margin, unbroken: in a zone a line that begins with a blank is one of the name before (RFC 1035 §5.1). */
function listingLines({ title, lines }: Listing, { width, paint }: Screen): readonly string[] {
  return [...paragraph(title, { width, indent: 4, paint: paint.faint }), ...lines];
}

/** The terminal breaks a long command: so it can still be copied as one. */
function commandLines({ text, does }: Command, { width, paint }: Screen): readonly string[] {
  return [`  ${text}`, ...paragraph(does, { width, indent: 4, paint: paint.faint })];
}
