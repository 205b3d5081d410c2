import { distance } from 'fastest-levenshtein';

/**
 * The known word that somebody who typed this most likely meant: at most two letters off, or a third of its length. A word
 * that shares no letter with what was typed is not meant, however short both are.
 */
export function nearest(typed: string, known: readonly string[]): string | undefined {
  let best: { readonly word: string; readonly off: number } | undefined;
  for (const word of known) {
    const off = distance(typed.toLowerCase(), word.toLowerCase());
    if (!best || off < best.off) best = { word, off };
  }
  return best &&
    best.off < Math.min(typed.length, best.word.length) &&
    best.off <= Math.max(2, Math.floor(best.word.length / 3))
    ? best.word
    : undefined;
}
