/**
 * A report before it is shown: what is said, in which order, and what each part means. A terminal and a page show the same
 * parts, each in its way. Text of a peer in it is escaped already.
 */
export interface Section {
  /** Nothing stands above the first and the last section. */
  readonly heading?: string;
  readonly blocks: readonly Block[];
}

/** A part of a section. */
export type Block = Paragraph | Table | Item | Dialog | Command | Listing;

/** What a text means: a colour on a terminal, a class on a page. */
type Tone = 'good' | 'bad' | 'unsure' | 'faint' | 'strong';

/** A piece of text with a meaning. */
export interface Cell {
  readonly text: string;
  /** The same where the title of the column says the rest. */
  readonly titled?: string;
  readonly tone?: Tone;
}

/** Running text. */
export interface Paragraph {
  readonly type: 'paragraph';
  readonly text: string;
  /** A sign in front of it. */
  readonly mark?: Cell;
  readonly tone?: Tone;
  /** Begins at the margin, as an answer does, and not below a heading. */
  readonly outdented?: boolean;
}

/** Rows of cells. */
export interface Table {
  readonly type: 'table';
  /** What the columns hold; empty for a sign. A terminal shows them only where `titled` says so. */
  readonly columns: readonly string[];
  readonly titled?: boolean;
  /** The column that names the row; without it no row has a name. */
  readonly named?: number;
  readonly rows: readonly Row[];
  readonly outdented?: boolean;
}

/** A row of cells. */
export type Row = readonly (Cell | string)[];

/** One thing that is to be explained: where, what was seen and what lies behind it, what to do. */
export interface Item {
  readonly type: 'item';
  /** Absent where the heading, or the line above, says it. */
  readonly title?: string;
  readonly mark?: Cell;
  readonly text: string;
  readonly action: string;
}

/** The fields of one dialog of a mail program. */
export interface Dialog {
  readonly type: 'dialog';
  readonly program: string;
  /** Receiving or sending. */
  readonly service: string;
  readonly fields: readonly Row[];
  readonly because: string;
  readonly notes: readonly string[];
}

/** Something to type, in one piece however long it is, and what it does. */
export interface Command {
  readonly type: 'command';
  readonly text: string;
  readonly does: string;
}

/** Lines to be copied as they are, and where they belong. */
export interface Listing {
  readonly type: 'listing';
  readonly title: string;
  readonly lines: readonly string[];
}

/** A section, unless there is nothing to say. */
export function section(heading: string | undefined, blocks: readonly Block[]): readonly Section[] {
  const full = blocks.filter((block) => block.type !== 'table' || block.rows.length > 0);
  if (full.length === 0) return [];
  return [heading === undefined ? { blocks: full } : { heading, blocks: full }];
}
