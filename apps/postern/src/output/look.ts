import type { Texts } from '../texts/texts.ts';
import type { Paint } from './paint.ts';

/** In which words, colours and width a report is shown, and how much of it. */
export interface Look {
  readonly texts: Texts;
  readonly paint: Paint;
  readonly verbose: boolean;
  /** Columns to use. */
  readonly width: number;
}
