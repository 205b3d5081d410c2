import stringWidth from 'string-width';

/** A cell: plain text, and how to colour it. The colour comes last, so that breaking lines never cuts through it. */
export interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

/** A row of cells. */
export type Row = readonly (Cell | string)[];

/** Space between two columns. */
const GAP = 2;

/**
 * Rows of cells as aligned lines. Columns that do not fit into the width are narrowed, the widest first, and their cells
 * go on in the next line; a word is never broken.
 */
export function table(
  rows: readonly Row[],
  options: { readonly width: number; readonly indent?: number },
): readonly string[] {
  const indent = options.indent ?? 2;
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = columnWidths(rows, columns);
  const least = columnWidths(rows, columns, longestWord);
  const room = options.width - indent - GAP * (columns - 1);
  while (sum(widths) > room) {
    let widest = -1;
    for (const [column, width] of widths.entries()) {
      if (width > (least[column] ?? 0) && width > (widths[widest] ?? 0)) widest = column;
    }
    if (widest < 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return rows.flatMap((row) => rowLines(row, widths).map((line) => (' '.repeat(indent) + line).trimEnd()));
}

function rowLines(row: Row, widths: readonly number[]): readonly string[] {
  const last = row.length - 1;
  const cells = row.map((cell, column) => {
    const { text, paint } = typeof cell === 'string' ? { text: cell } : cell;
    const width = widths[column] ?? 0;
    return { parts: stringWidth(text) <= width ? [text] : breakWords(text, width), width, paint };
  });
  const height = Math.max(1, ...cells.map(({ parts }) => parts.length));
  return Array.from({ length: height }, (_, line) =>
    cells
      .map(({ parts, width, paint }, column) => {
        const part = parts[line] ?? '';
        const shown = paint && part !== '' ? paint(part) : part;
        return column === last ? shown : shown + ' '.repeat(Math.max(0, width - stringWidth(part)));
      })
      .join(' '.repeat(GAP)),
  );
}

function columnWidths(
  rows: readonly Row[],
  columns: number,
  measure: (text: string) => number = stringWidth,
): number[] {
  return Array.from({ length: columns }, (_, column) =>
    Math.max(
      0,
      ...rows.map((row) => {
        const cell = row[column];
        return cell === undefined ? 0 : measure(typeof cell === 'string' ? cell : cell.text);
      }),
    ),
  );
}

function longestWord(text: string): number {
  return Math.max(0, ...text.split(' ').map((word) => stringWidth(word)));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** How a paragraph is set. */
export interface Setting {
  /** Of the terminal, in columns. */
  readonly width: number;
  /** Columns left free on the left. Default 2. */
  readonly indent?: number;
  /** Stands before the first line; the others are indented by as much. */
  readonly mark?: Cell;
  readonly paint?: (text: string) => string;
}

/** A paragraph broken at word ends. */
export function paragraph(text: string, { width, indent = 2, mark, paint }: Setting): readonly string[] {
  const sign = mark ? `${mark.paint ? mark.paint(mark.text) : mark.text} ` : '';
  const left = indent + stringWidth(sign);
  return breakWords(text, Math.min(width, WIDEST_TEXT) - left).map(
    (line, index) =>
      (index === 0 ? ' '.repeat(indent) + sign : ' '.repeat(left)) + (paint ? paint(line) : line),
  );
}

/** Running text is not set wider than this: long lines are hard to read. */
const WIDEST_TEXT = 100;

/** Breaks at spaces. A word that is wider than the line keeps a line of its own: the terminal breaks it. */
function breakWords(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (word === '') continue;
    if (line !== '' && stringWidth(line) + 1 + stringWidth(word) > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return line === '' ? lines : [...lines, line];
}
