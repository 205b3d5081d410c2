/** The languages that advice is written in. */
export type Lang = 'en' | 'de';

/** A reason in words for people: what happened, why it happens, what to do. Plain text, one paragraph each. */
export interface Explanation {
  /** The language of the three texts. */
  readonly lang: Lang;
  /** What was seen, in one sentence. */
  readonly summary: string;
  /** What usually lies behind it. */
  readonly cause: string;
  /** What the reader can do, or who can. */
  readonly action: string;
}
