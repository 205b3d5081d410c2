import type { Texts } from '../texts/texts.ts';
import type { Paint } from './paint.ts';

/** In which words a report is written, how much of it, and for what. */
export interface View {
  readonly texts: Texts;
  readonly verbose: boolean;
  /** A page has no options to point at, and its title says already what was looked at. */
  readonly medium: 'terminal' | 'page';
}

/** The same on a terminal, in colours and columns. */
export interface Look extends View {
  readonly paint: Paint;
  /** Columns to use. */
  readonly width: number;
}
