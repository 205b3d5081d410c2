import { sleep } from '@postern/wire';
import type { Clock, Connection, Endpoint, Host, Listener, Milliseconds } from '@postern/wire';

/** How long a connection may take to end once it was broken. Ours: a farewell takes no longer, and a test should not wait. */
const LAST_WORDS: Milliseconds = 1000;

/** Everything the lab has opened, so that all of it can be closed; and everybody it serves, so that none is forgotten. */
export class Reception implements AsyncDisposable {
  readonly #host: Host;
  readonly #clock: Clock;
  readonly #onDefect: (error: unknown) => void;
  readonly #listeners: Listener[] = [];
  readonly #opening = new Set<Promise<unknown>>();
  readonly #served = new Set<Promise<void>>();
  readonly #closing = new AbortController();
  #closed: Promise<void> | undefined;

  /** `onDefect` gets what the lab itself did wrong. */
  constructor(host: Host, clock: Clock, onDefect: (error: unknown) => void) {
    this.#host = host;
    this.#clock = clock;
    this.#onDefect = onDefect;
  }

  /** Aborts when the lab closes. */
  get signal(): AbortSignal {
    return this.#closing.signal;
  }

  /** Opens a listener and owns it, also one that opens while the lab closes. Rejects, and opens none, once it is closing. */
  async keep<T extends Listener | undefined>(open: () => Promise<T>): Promise<T> {
    this.signal.throwIfAborted();
    const opening = open();
    const settled = opening.then(
      (listener) => {
        if (listener) this.#listeners.push(listener);
      },
      () => undefined,
    );
    this.#opening.add(settled);
    await settled;
    this.#opening.delete(settled);
    return opening;
  }

  /** Listens. What `serve` throws is a defect of the lab: it is told, and the connection breaks. */
  listen(endpoint: Endpoint, serve: (connection: Connection) => Promise<void>): Promise<Listener> {
    return this.keep(() =>
      this.#host.listen(endpoint, (connection) => {
        const task = serve(connection)
          .catch((error: unknown) => {
            connection.reset();
            if (!this.signal.aborted) this.#onDefect(error);
          })
          .finally(() => this.#served.delete(task));
        this.#served.add(task);
        return task;
      }),
    );
  }

  /** A port on which nobody listens: one that was free a moment ago. */
  async closedPort(endpoint: Endpoint): Promise<Endpoint> {
    const listener = await this.#host.listen(endpoint, async (connection) => {
      connection.reset();
    });
    await listener[Symbol.asyncDispose]();
    return listener.endpoint;
  }

  /** Closes all listeners and breaks all connections. Whoever asks again waits for the same end. */
  [Symbol.asyncDispose](): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#opening);
    await Promise.all(this.#listeners.splice(0).map((listener) => listener[Symbol.asyncDispose]()));
    const ended = new AbortController();
    const patience = sleep(this.#clock, LAST_WORDS, { signal: ended.signal }).then(
      () => this.#onDefect(new Error(`${this.#served.size} connections did not end`)),
      () => undefined,
    );
    await Promise.race([Promise.all(this.#served), patience]);
    ended.abort();
  }
}
