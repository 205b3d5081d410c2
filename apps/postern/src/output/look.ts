import type { Texts } from '../texts/texts.ts';
import type { Paint } from './paint.ts';

/** In which words a report is written, and how much of it. */
export interface View {
  readonly texts: Texts;
  readonly verbose: boolean;
}

/** The same on a terminal, in colours and columns. */
export interface Look extends View {
  readonly paint: Paint;
  /** Columns to use. */
  readonly width: number;
}
