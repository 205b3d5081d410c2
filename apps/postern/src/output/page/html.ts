import { escapeHtml, escapeText } from '@postern/probe/report';

/** Markup. Only the functions of this file make it, so that no text gets into a page unescaped. */
export interface Html {
  readonly markup: string;
}

/** Longer than anything a report says; a bound all the same, for what a peer sends. */
const LONGEST = 20_000;

/** Text as markup: nothing in it is a tag, and nothing in it acts on what shows it. */
function text(plain: string): Html {
  return { markup: escapeHtml(escapeText(plain, { maxLength: LONGEST })) };
}

/** Fills markup. What is text is escaped, lists are joined, and what is missing leaves nothing. */
export function markup(
  pieces: TemplateStringsArray,
  ...values: readonly (Html | string | readonly Html[] | undefined)[]
): Html {
  const filled = values.map((value) => {
    if (value === undefined) return '';
    if (typeof value === 'string') return text(value).markup;
    return 'markup' in value ? value.markup : value.map((piece) => piece.markup).join('');
  });
  return { markup: pieces.map((piece, index) => piece + (filled[index] ?? '')).join('') };
}
