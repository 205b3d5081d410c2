import { Forest } from './forest.ts';
import { mergeSubjects } from './merge-subjects.ts';
import type { ThreadMessage } from './thread-message.ts';
import { ThreadTree } from './thread-tree.ts';
import type { Threads } from './threads.ts';

/**
 * THREAD=REFERENCES (RFC 5256 §3) of messages in the order of their numbers; the steps are those of the RFC. A node below the number of
 * messages is one, one above it a parent that is not there. Costs n log n and does not recurse, whatever the headers say.
 */
export function threadByReferences(messages: readonly ThreadMessage[]): Threads {
  const tree = new ThreadTree(messages, linked(messages));
  mergeSubjects(tree);
  tree.sortAll();
  return tree;
}

/** Step 1: who answers whom. */
function linked(messages: readonly ThreadMessage[]): Forest {
  const forest = new Forest();
  const nodes = new Map<string, number>();
  for (const { id } of messages) {
    const node = forest.add();
    // Of several with one identifier the first has it.
    if (id !== undefined && !nodes.has(id)) nodes.set(id, node);
  }
  const nodeOf = (id: string): number => {
    const known = nodes.get(id);
    if (known !== undefined) return known;
    const absent = forest.add();
    nodes.set(id, absent);
    return absent;
  };
  for (const [node, { references }] of messages.entries()) {
    let above: number | undefined;
    // Step 1 A.
    for (const id of references) {
      const next = nodeOf(id);
      if (above !== undefined && forest.parentOf(next) === undefined) forest.link(above, next);
      above = next;
    }
    // Step 1 B: what a message says of itself goes before what others said of it.
    forest.cut(node);
    if (above !== undefined) forest.link(above, node);
  }
  return forest;
}
