import type { ThreadMessage } from './thread-message.ts';
import type { ThreadTree } from './thread-tree.ts';

/** Puts threads with the same subject together: step 5 of RFC 5256 §3. */
export function mergeSubjects(tree: ThreadTree): void {
  const table = subjectTable(tree);
  const merged = new Set<number>();
  const roots: number[] = [];
  // Step 5 C.
  for (const root of tree.roots) {
    // Below another meanwhile.
    if (merged.has(root)) continue;
    const speaker = tree.speaker(root);
    const other = speaker && speaker.subject !== '' ? table.get(speaker.subject) : undefined;
    if (!speaker || other === undefined || other === root) {
      roots.push(root);
      continue;
    }
    merged.add(root);
    if (tree.isAbsent(root) && tree.isAbsent(other)) {
      tree.adopt(other, tree.childrenOf(root));
      tree.orphan(root);
    } else if (tree.isAbsent(other) || (speaker.isReply && tree.speaker(other)?.isReply !== true)) {
      tree.adopt(other, [root]);
    } else {
      const parent = tree.absent([other, root]);
      table.set(speaker.subject, parent);
      merged.add(other);
      roots.push(parent);
    }
  }
  tree.roots = roots.filter((root) => !merged.has(root));
}

/** Step 5 B: of each subject the thread that others go to: better no message than a reply, and better none that is a reply. */
function subjectTable(tree: ThreadTree): Map<string, number> {
  const table = new Map<string, number>();
  for (const root of tree.roots) {
    const speaker = tree.speaker(root);
    if (!speaker || speaker.subject === '') continue;
    const other = table.get(speaker.subject);
    if (other === undefined || isBetter(tree, root, speaker, other)) table.set(speaker.subject, root);
  }
  return table;
}

function isBetter(tree: ThreadTree, root: number, speaker: ThreadMessage, other: number): boolean {
  if (tree.isAbsent(other)) return false;
  return tree.isAbsent(root) || (tree.speaker(other)?.isReply === true && !speaker.isReply);
}
