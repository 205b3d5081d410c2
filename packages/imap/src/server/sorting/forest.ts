/** No node. */
const NONE = -1;

/**
 * Trees of nodes that are numbers, which tell at once whether a link would close a loop: to walk up from a node would cost as much as the
 * tree is deep, and a chain of a hundred thousand messages is deep. It is a link-cut tree (Sleator and Tarjan): each path from a node to its
 * root is kept as a search tree by depth that splays, so a step costs log n on average, and nothing recurses.
 */
export class Forest {
  /** Of the search trees: a child whose parent does not know it hangs below that parent's path. */
  readonly #up: number[] = [];
  readonly #left: number[] = [];
  readonly #right: number[] = [];
  /** Of the trees themselves. */
  readonly #parents: number[] = [];

  /** How many nodes there are; they are numbered from 0. */
  get size(): number {
    return this.#parents.length;
  }

  /** Adds a node that has no parent and gives its number. */
  add(): number {
    this.#up.push(NONE);
    this.#left.push(NONE);
    this.#right.push(NONE);
    return this.#parents.push(NONE) - 1;
  }

  /** The parent of a node, if it has one. */
  parentOf(node: number): number | undefined {
    const parent = this.#parents[node] ?? NONE;
    return parent === NONE ? undefined : parent;
  }

  /** Makes one node the parent of another, which has none; not where that would close a loop. */
  link(parent: number, child: number): void {
    if (this.#rootOf(parent) === child) return;
    // The child is a root, so alone on its path once that has come to the top.
    this.#expose(child);
    this.#set(this.#up, child, parent);
    this.#set(this.#parents, child, parent);
  }

  /** Takes a node away from its parent. */
  cut(child: number): void {
    if (this.parentOf(child) === undefined) return;
    this.#expose(child);
    // All that is above it on its path.
    const above = this.#get(this.#left, child);
    this.#set(this.#left, child, NONE);
    this.#set(this.#up, above, NONE);
    this.#set(this.#parents, child, NONE);
  }

  #rootOf(node: number): number {
    this.#expose(node);
    let root = node;
    for (let left = this.#get(this.#left, root); left !== NONE; left = this.#get(this.#left, root))
      root = left;
    this.#splay(root);
    return root;
  }

  /** Makes the path from the root to a node one search tree with the node on top, and nothing below it on the path. */
  #expose(node: number): void {
    let below = NONE;
    for (let at = node; at !== NONE; at = this.#get(this.#up, at)) {
      this.#splay(at);
      this.#set(this.#right, at, below);
      below = at;
    }
    this.#splay(node);
  }

  #splay(node: number): void {
    while (!this.#isTop(node)) {
      const parent = this.#get(this.#up, node);
      if (!this.#isTop(parent)) {
        const grandparent = this.#get(this.#up, parent);
        const straight =
          (this.#get(this.#left, parent) === node) === (this.#get(this.#left, grandparent) === parent);
        this.#rotate(straight ? parent : node);
      }
      this.#rotate(node);
    }
  }

  /** Whether a node is on top of its search tree. */
  #isTop(node: number): boolean {
    const up = this.#get(this.#up, node);
    return up === NONE || (this.#get(this.#left, up) !== node && this.#get(this.#right, up) !== node);
  }

  /** Puts a node in the place of its parent in the search tree; the order stays. */
  #rotate(node: number): void {
    const parent = this.#get(this.#up, node);
    const above = this.#get(this.#up, parent);
    const wasTop = this.#isTop(parent);
    const [near, far] =
      this.#get(this.#left, parent) === node ? [this.#left, this.#right] : [this.#right, this.#left];
    const between = this.#get(far, node);
    this.#set(near, parent, between);
    if (between !== NONE) this.#set(this.#up, between, parent);
    this.#set(far, node, parent);
    this.#set(this.#up, parent, node);
    this.#set(this.#up, node, above);
    if (!wasTop) this.#set(this.#get(this.#left, above) === parent ? this.#left : this.#right, above, node);
  }

  #get(list: readonly number[], at: number): number {
    return list[at] ?? NONE;
  }

  #set(list: number[], at: number, value: number): void {
    list[at] = value;
  }
}
