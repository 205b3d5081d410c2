import { UsageError } from '@postern/wire';
import type { Clock, Milliseconds } from '@postern/wire';
import type { BlackholeMemory, Loaded } from './blackhole.ts';

/** What {@link keepMemory} keeps: a memory of silent ports, or a watch for local blocks. */
export type Keepable = Pick<BlackholeMemory, 'changes' | 'cleared' | 'save' | 'load'>;

/**
 * Where the lines of a memory are kept: a file, a table, a server that a fleet shares. Both may fail; nothing waits for them but
 * the beginning and the end of {@link keepMemory}.
 */
export interface MemoryStore {
  /** What was written last, or an empty text. */
  read(): Promise<string>;
  /** Replaces what is there. */
  write(lines: string): Promise<void>;
}

/** Options of {@link keepMemory}. */
export interface KeepOptions {
  readonly clock: Clock;
  /** The civil time, as `Date.now()` gives it. */
  readonly unixTime: () => number;
  /** How often it is written where there is something new. Default 1 min. */
  readonly every?: Milliseconds;
  /** Hears of a store that failed; the memory goes on without it. What it throws is ignored. */
  readonly failed?: (error: unknown) => void;
}

/** A memory that is being kept. Disposal writes it once more if there is something new. */
export interface KeptMemory extends AsyncDisposable {
  /** What the store had. */
  readonly loaded: Loaded;
}

/**
 * Keeps a memory in a store: reads it now, and writes it from time to time and at the end. Rejects with a `UsageError` for an
 * `every` that is no duration, and else never: a store that fails costs what it would have kept. What was written by others in the
 * meantime is read before it is replaced, so processes that share a store learn from each other.
 */
export async function keepMemory(
  memory: Keepable,
  store: MemoryStore,
  options: KeepOptions,
): Promise<KeptMemory> {
  const { clock, unixTime, every = 60_000 } = options;
  if (!Number.isFinite(every) || every <= 0) {
    throw new UsageError(
      `every is ${String(every)}`,
      'durations are positive, finite numbers of milliseconds',
    );
  }
  const failed = (error: unknown): void => {
    try {
      options.failed?.(error);
    } catch {
      // Whoever is told is not to change what is kept.
    }
  };
  const take = async (): Promise<Loaded> => {
    try {
      return memory.load(await store.read(), { now: clock.now(), unixTime: unixTime() });
    } catch (error) {
      failed(error);
      return { loaded: 0, refused: [] };
    }
  };
  const loaded = await take();
  // What was observed before, or while it was read, is news to the store.
  let written = 0;
  let forgotten = memory.cleared;
  const write = async (): Promise<void> => {
    const { changes } = memory;
    if (changes === written) return;
    // What was forgotten on purpose must not come back by the file.
    if (memory.cleared === forgotten) await take();
    try {
      await store.write(memory.save({ now: clock.now(), unixTime: unixTime() }));
      written = changes;
      forgotten = memory.cleared;
    } catch (error) {
      failed(error);
    }
  };
  let pending = Promise.resolve();
  let writing = false;
  const ring = (): void => {
    // A store that takes longer than that is not asked again before it is done.
    if (!writing) {
      writing = true;
      pending = write().finally(() => {
        writing = false;
      });
    }
    cancel = clock.alarm(clock.now() + every, ring);
  };
  let cancel = clock.alarm(clock.now() + every, ring);
  return {
    loaded,
    async [Symbol.asyncDispose]() {
      cancel();
      await pending;
      await write();
    },
  };
}
