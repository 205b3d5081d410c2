/** The facts of a case as words; `undefined` where a fact is not known. */
export type Words = Readonly<Record<string, string | undefined>>;

const parts = /\[([^\][|]*)(?:\|([^\][]*))?\]|\{(\w+)\}/g;
const names = /\{(\w+)\}/g;

function fill(template: string, words: Words): string | undefined {
  let complete = true;
  const filled = template.replace(names, (_, name: string) => {
    const word = words[name];
    if (word === undefined) complete = false;
    return word ?? '';
  });
  return complete ? filled : undefined;
}

/**
 * Fills a template. `{name}` is replaced by its word; `[text {name}]` is left out, and `[text {name}|other text]` becomes
 * the other text, where a word in it is unknown. Words are inserted as they are: nothing in them is read as a template.
 */
export function render(template: string, words: Words): string {
  return template.replace(parts, (_, wanted?: string, otherwise?: string, name?: string) => {
    if (name !== undefined) return words[name] ?? '…';
    return fill(wanted ?? '', words) ?? fill(otherwise ?? '', words) ?? '';
  });
}

/** Every placeholder of a template, and whether it stands where it must have a word. */
export function placeholdersOf(
  template: string,
): readonly { readonly name: string; readonly required: boolean }[] {
  const found: { name: string; required: boolean }[] = [];
  for (const [, wanted, otherwise, name] of template.matchAll(parts)) {
    if (name !== undefined) found.push({ name, required: true });
    for (const [, inside] of (wanted ?? '').matchAll(names))
      found.push({ name: inside ?? '', required: false });
    for (const [, inside] of (otherwise ?? '').matchAll(names))
      found.push({ name: inside ?? '', required: true });
  }
  return found;
}
