/**
 * Entries that are kept in memory and, where there is a text to write to, there too: what both the policies of domains and the
 * offers of hosts need.
 */

/** A text that outlives the process, such as a file that is replaced as a whole. */
export interface KeptText {
  /** The whole text; `undefined` = there is none yet. */
  readonly read: () => Promise<string | undefined>;
  /** Puts a text in place of the one before. Calls do not overlap. */
  readonly write: (text: string) => Promise<void>;
}

/** How entries stand in a text. */
export interface KeptForm<V> {
  /** Reads at most so many entries. Never throws: what is no entry is none. */
  readonly parse: (text: string, maxEntries: number) => Map<string, V>;
  readonly print: (kept: ReadonlyMap<string, V>) => string;
}

/** Entries by key; of more than `maxEntries` the one set longest ago goes. What the text throws is passed on. */
export interface KeptEntries<V> {
  readonly get: (key: string) => Promise<V | undefined>;
  readonly set: (key: string, value: V) => Promise<void>;
}

/** Opens them: the text is read once, before the first answer. */
export function keptEntries<V>(
  maxEntries: number,
  text: KeptText | undefined,
  { parse, print }: KeptForm<V>,
): KeptEntries<V> {
  let opened: Promise<Map<string, V>> | undefined;
  let written: Promise<void> = Promise.resolve();
  const open = (): Promise<Map<string, V>> => {
    opened ??= (async () => {
      try {
        return parse((await text?.read()) ?? '', maxEntries);
      } catch (error) {
        // What cannot be read now may be readable for the next who asks.
        opened = undefined;
        throw error;
      }
    })();
    return opened;
  };
  return {
    get: async (key) => (await open()).get(key),
    async set(key, value) {
      const kept = await open();
      kept.delete(key);
      kept.set(key, value);
      for (const oldest of kept.keys()) {
        if (kept.size <= maxEntries) break;
        kept.delete(oldest);
      }
      if (text === undefined) return;
      // One after the other, each with all there is by then; a failure concerns its own caller only.
      const mine = written.then(() => text.write(print(kept)));
      written = mine.catch(() => undefined);
      await mine;
    },
  };
}
