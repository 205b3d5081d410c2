import type { Forest } from './forest.ts';
import type { ThreadMessage } from './thread-message.ts';
import type { Threads } from './threads.ts';

/** Threads while they are put together: parents that are not there are left at the top only, with two children or more. */
export class ThreadTree implements Threads {
  roots: number[] = [];
  readonly #messages: readonly ThreadMessage[];
  readonly #children = new Map<number, number[]>();
  #next: number;

  /** Steps 2 to 4 of RFC 5256 §3. */
  constructor(messages: readonly ThreadMessage[], forest: Forest) {
    this.#messages = messages;
    this.#next = forest.size;
    const present = ancestors(messages.length, forest);
    for (const node of messages.keys()) {
      const above = present(node);
      if (above === undefined) this.roots.push(node);
      else this.#childrenFor(above).push(node);
    }
    // A parent that is not there and has one child gives its place to that.
    for (const [node, children] of this.#children) {
      if (!this.isAbsent(node)) continue;
      const [first] = children;
      if (first !== undefined && children.length === 1) {
        this.roots.push(first);
        this.#children.delete(node);
      } else {
        this.roots.push(node);
        this.#children.set(node, this.#sorted(children));
      }
    }
    this.roots = this.#sorted(this.roots);
  }

  childrenOf(node: number): readonly number[] {
    return this.#children.get(node) ?? [];
  }

  /** Whether a node is a parent that is not there. */
  isAbsent(node: number): boolean {
    return node >= this.#messages.length;
  }

  /** The message that stands for a thread: its root, or the first that has that for its parent. */
  speaker(root: number): ThreadMessage | undefined {
    return this.#messages[this.#firstOf(root)];
  }

  /** Puts nodes below another, behind those that are there. */
  adopt(node: number, children: readonly number[]): void {
    const list = this.#childrenFor(node);
    for (const child of children) list.push(child);
  }

  /** Makes a parent that is not there. */
  absent(children: readonly number[]): number {
    const node = this.#next;
    this.#next += 1;
    this.adopt(node, children);
    return node;
  }

  /** Takes the children of a node away. */
  orphan(node: number): void {
    this.#children.delete(node);
  }

  /** Step 6 of RFC 5256 §3. */
  sortAll(): void {
    for (const [node, children] of this.#children) this.#children.set(node, this.#sorted(children));
    this.roots = this.#sorted(this.roots);
  }

  #childrenFor(node: number): number[] {
    const known = this.#children.get(node);
    if (known) return known;
    const list: number[] = [];
    this.#children.set(node, list);
    return list;
  }

  #firstOf(node: number): number {
    return this.isAbsent(node) ? (this.#children.get(node)?.[0] ?? node) : node;
  }

  /** By the sent date, among equals by the number (RFC 5256 §2.2). */
  #sorted(siblings: readonly number[]): number[] {
    return siblings.toSorted((left, right) => {
      const [one, other] = [this.#firstOf(left), this.#firstOf(right)];
      return (this.#messages[one]?.sent ?? 0) - (this.#messages[other]?.sent ?? 0) || one - other;
    });
  }
}

/**
 * The parent that a node has once those that are not there are gone: the nearest that is there or, at the top, the one that is not. Each node
 * is walked over once.
 */
function ancestors(count: number, forest: Forest): (node: number) => number | undefined {
  const known = new Map<number, number>();
  return (node) => {
    const path: number[] = [];
    let found = forest.parentOf(node);
    while (found !== undefined && found >= count) {
      const further: number | undefined = known.get(found) ?? forest.parentOf(found);
      if (further === undefined) break;
      path.push(found);
      found = further;
    }
    if (found !== undefined) for (const passed of path) known.set(passed, found);
    return found;
  };
}
