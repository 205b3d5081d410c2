import type { Connection, Endpoint, Host, Listener } from '@postern/wire';

/** Everything the lab has opened, so that all of it can be closed; and everybody it serves, so that none is forgotten. */
export class Reception implements AsyncDisposable {
  readonly #host: Host;
  readonly #onDefect: (error: unknown) => void;
  readonly #listeners: Listener[] = [];
  readonly #opening = new Set<Promise<unknown>>();
  readonly #served = new Set<Promise<void>>();
  readonly #closing = new AbortController();

  constructor(host: Host, onDefect: (error: unknown) => void) {
    this.#host = host;
    this.#onDefect = onDefect;
  }

  /** Aborts when the lab closes. */
  get signal(): AbortSignal {
    return this.#closing.signal;
  }

  /** Takes ownership of a listener, also of one that opens only after another one failed to. */
  async keep<T extends Listener | undefined>(opening: Promise<T>): Promise<T> {
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
    return this.keep(
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

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#opening);
    await Promise.all(this.#listeners.splice(0).map((listener) => listener[Symbol.asyncDispose]()));
    await Promise.all(this.#served);
  }
}
