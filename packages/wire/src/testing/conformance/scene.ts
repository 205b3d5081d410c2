import { latin1, utf8 } from '../../bytes.ts';
import { isWireError } from '../../faults.ts';
import type { Connection, ConnectOptions, Endpoint, Host, Listener, Network } from '../../network.ts';
import type { Reason } from '../../reasons.ts';
import type { TlsIdentity, TlsRequest } from '../../tls.ts';

/** A network under test. */
export interface NetworkUnderTest {
  readonly network: Network & Host;
  /** An address on which it can listen. */
  readonly address: string;
  /** A certificate for `mail.example.test` with its key. */
  readonly identity: TlsIdentity;
  /** Runs a task to its end; a network in virtual time moves its clock here. Default: awaits it. */
  readonly run?: (task: () => Promise<void>) => Promise<void>;
}

/** Defines a test on a network of its own. */
export type DefineTest = (name: string, body: (scene: Scene) => Promise<void>) => void;

/** What a test works with; everything in it is closed behind the test. */
export class Scene {
  readonly under: NetworkUnderTest;
  readonly #owned: AsyncDisposable[] = [];

  constructor(under: NetworkUnderTest) {
    this.under = under;
  }

  /** Connects to a server that behaves as told. */
  async connect(
    server: (connection: Connection) => Promise<void>,
    tls?: TlsRequest,
    options?: ConnectOptions,
  ): Promise<Connection> {
    const listener: Listener = await this.under.network.listen(
      { address: this.under.address, port: 0 },
      server,
    );
    this.#owned.push(listener);
    const connection = await this.under.network.connect(listener.endpoint, {
      ...options,
      ...(tls && { tls }),
    });
    this.#owned.unshift(connection);
    return connection;
  }

  /** A whole conversation elsewhere: by its end everything that was under way has arrived. */
  async meanwhile(): Promise<void> {
    const other = await this.connect(echo);
    for (let round = 0; round < 3; round += 1) {
      await other.write(utf8('meanwhile'));
      equal(await readText(other, 9), 'meanwhile');
    }
  }

  /** A moment, in which other things may go on. */
  async turn(): Promise<void> {
    for (let step = 0; step < 5; step += 1) await Promise.resolve();
  }

  /** An endpoint that was free a moment ago. */
  async unused(): Promise<Endpoint> {
    const listener = await this.under.network.listen(
      { address: this.under.address, port: 0 },
      async () => undefined,
    );
    await listener[Symbol.asyncDispose]();
    return listener.endpoint;
  }

  async close(): Promise<void> {
    for (const owned of this.#owned) {
      if ('reset' in owned && typeof owned.reset === 'function') owned.reset();
      await owned[Symbol.asyncDispose]();
    }
  }
}

export function accepting(): TlsRequest {
  return { serverName: 'mail.example.test', verify: () => ({ status: 'verified', by: 'pkix' }) };
}

export async function echo(server: Connection): Promise<void> {
  for (let bytes = await server.read(); bytes; bytes = await server.read()) await server.write(bytes.slice());
}

export async function readText(connection: Connection, length: number): Promise<string> {
  let text = '';
  while (text.length < length) {
    const bytes = await connection.read();
    if (!bytes) break;
    text += latin1(bytes);
  }
  return text;
}

export function equal(actual: unknown, expected: unknown): void {
  if (actual !== expected) throw new Error(`expected ${String(expected)}, got ${String(actual)}`);
}

export async function rejects(promise: Promise<unknown>, reason: Reason): Promise<void> {
  const error = await promise.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (!isWireError(error)) throw new Error(`expected ${reason}, got ${String(error)}`, { cause: error });
  equal(error.code, reason);
}
