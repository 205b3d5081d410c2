import { WireError } from '@postern/wire';
import type { Milliseconds } from '@postern/wire';
import type { ImapEvent } from '../events.ts';
import type { CallOptions } from '../imap.ts';
import type { Untagged } from '../parse/untagged.ts';
import type { StatusResponse } from '../parse/status.ts';

/** Something that happened in the selected mailbox: new messages, messages that are gone, flags that changed. */
export type Change = Extract<
  Untagged,
  { readonly type: 'exists' | 'expunge' | 'vanished' | 'fetch' | 'flags' | 'recent' }
>;

/** Options of `watch`. */
export interface WatchOptions extends CallOptions {
  /**
   * When IDLE is renewed. Default 25 minutes: RFC 9051 §6.3.13 asks for less than 30. Behind a mobile network five minutes are better.
   * A peer that is gone shows then, by the time-out of a reply.
   */
  readonly renewAfter?: Milliseconds;
}

/** What watching needs of a dialogue. */
export interface WatchSource {
  /** Hears every event until the function that it gives back is called. */
  listen(hear: (event: ImapEvent) => void): () => void;
  /** One IDLE: until the signal, the time, or another call ends it. The completion, unless there was no room for it. */
  idle(signal: AbortSignal, renewAfter: Milliseconds): Promise<StatusResponse | undefined>;
  readonly maxDataBytes: number;
}

const renewal = 25 * 60_000;

/**
 * Tells what happens in the selected mailbox, with IDLE (RFC 9051 §6.3.13). Other calls may be made meanwhile: IDLE makes room for them
 * and goes on. Ends when the server refuses IDLE, with its words as the return value; an abort rejects and leaves the connection usable.
 */
export async function* watch(
  source: WatchSource,
  { signal, renewAfter = renewal }: WatchOptions = {},
): AsyncGenerator<Change, StatusResponse | undefined, undefined> {
  const queue: { readonly change: Change; readonly octets: number }[] = [];
  let octets = 0;
  let news = Promise.withResolvers<void>();
  let outcome: { readonly refusal: StatusResponse } | { readonly error: unknown } | undefined;
  const over = new AbortController();
  const stop = source.listen((event) => {
    if (event.type !== 'untagged' || !isChange(event.data)) return;
    octets += event.octets;
    if (octets > source.maxDataBytes)
      outcome = {
        error: new WireError({ kind: 'peer', reason: 'reply-too-long', phase: 'idle', after: 0 }),
      };
    else queue.push({ change: event.data, octets: event.octets });
    news.resolve();
  });
  const abort = (): void => {
    outcome = { error: signal?.reason };
    news.resolve();
  };
  signal?.addEventListener('abort', abort, { once: true });
  const idling = (async () => {
    while (!over.signal.aborted && !outcome) {
      const reply = await source.idle(over.signal, renewAfter);
      if (reply && reply.status !== 'OK') outcome = { refusal: reply };
    }
  })()
    .catch((error: unknown) => {
      outcome ??= { error };
    })
    .finally(() => {
      news.resolve();
    });
  try {
    if (signal?.aborted) abort();
    for (;;) {
      for (let next = queue.shift(); next; next = queue.shift()) {
        octets -= next.octets;
        yield next.change;
      }
      if (outcome && 'error' in outcome) throw outcome.error;
      if (outcome) return outcome.refusal;
      await news.promise;
      news = Promise.withResolvers();
    }
  } finally {
    signal?.removeEventListener('abort', abort);
    stop();
    over.abort();
    await idling;
  }
}

function isChange(data: Untagged): data is Change {
  return ['exists', 'expunge', 'vanished', 'fetch', 'flags', 'recent'].includes(data.type);
}
