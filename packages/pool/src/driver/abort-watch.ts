interface Group<T> {
  readonly members: Set<T>;
  readonly listener: () => void;
}

/**
 * Listens to the signals of callers: one listener for each signal, however many calls it was given to. Listeners on one
 * signal are kept in a list, so ten thousand of them take quadratic time to come and go (measured).
 */
export class AbortWatch<T> {
  readonly #groups = new Map<AbortSignal, Group<T>>();
  readonly #aborted: (member: T, reason: unknown) => void;

  constructor(aborted: (member: T, reason: unknown) => void) {
    this.#aborted = aborted;
  }

  add(signal: AbortSignal, member: T): void {
    const known = this.#groups.get(signal);
    if (known) {
      known.members.add(member);
      return;
    }
    const members = new Set([member]);
    const listener = (): void => {
      this.#groups.delete(signal);
      for (const one of members) this.#aborted(one, signal.reason);
    };
    this.#groups.set(signal, { members, listener });
    signal.addEventListener('abort', listener, { once: true });
  }

  delete(signal: AbortSignal, member: T): void {
    const group = this.#groups.get(signal);
    if (!group) return;
    group.members.delete(member);
    if (group.members.size > 0) return;
    this.#groups.delete(signal);
    signal.removeEventListener('abort', group.listener);
  }
}
