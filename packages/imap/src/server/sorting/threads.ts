/** Messages in threads: nodes are numbers, of the messages or, above these, of parents that are not there (RFC 5256 §3). */
export interface Threads {
  /** In order. */
  readonly roots: readonly number[];
  /** The children of a node, in order. */
  childrenOf(node: number): readonly number[];
}

/**
 * Writes threads as THREAD does (RFC 5256 §4): `nameOf` gives the number of a message, and nothing for a parent that is not there. Nests as
 * deep as the threads branch, and does not recurse.
 */
export function threadsText(threads: Threads, nameOf: (node: number) => number | undefined): string {
  const pieces: string[] = [];
  /** What is still to be written, the next at the end. */
  const left: (number | ')')[] = threads.roots.toReversed();
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (next === ')') {
      pieces.push(')');
      continue;
    }
    pieces.push('(');
    let space = '';
    let children: readonly number[] = [];
    // One that answers one is written behind it.
    for (let node: number | undefined = next; node !== undefined;) {
      const name = nameOf(node);
      if (name !== undefined) {
        pieces.push(`${space}${name}`);
        space = ' ';
      }
      children = threads.childrenOf(node);
      node = children.length === 1 ? children[0] : undefined;
    }
    if (children.length > 0) pieces.push(space);
    left.push(')');
    for (const child of children.toReversed()) left.push(child);
  }
  return pieces.join('');
}
