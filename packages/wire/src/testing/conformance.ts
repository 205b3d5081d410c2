import { latin1, utf8 } from '../bytes.ts';
import { isUsageError, isWireError } from '../faults.ts';
import { onCancel } from '../network.ts';
import type { Connection, ConnectOptions, Endpoint, Host, Listener, Network } from '../network.ts';
import type { Reason } from '../reasons.ts';
import type { TlsIdentity, TlsRequest } from '../tls.ts';

/** What a test framework has to give: vitest, node:test and mocha all have these two. */
export interface TestFramework {
  /** Groups tests. */
  readonly describe: (name: string, body: () => void) => void;
  /** Defines a test. */
  readonly it: (name: string, body: () => Promise<void>) => void;
}

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

/**
 * What every network has to do alike, as tests: streams, ends, resets, aborts, handshakes and what comes in place of one,
 * datagrams. `skip` maps a test's name to the reason why it cannot run; the reason is printed in its place.
 */
export function networkConformance(
  { describe, it }: TestFramework,
  make: () => Promise<NetworkUnderTest>,
  options?: { readonly skip?: Readonly<Record<string, string>> },
): void {
  const test = (name: string, body: (scene: Scene) => Promise<void>): void => {
    const reason = options?.skip?.[name];
    if (reason !== undefined) {
      it(`${name} (not run: ${reason})`, async () => undefined);
      return;
    }
    it(name, async () => {
      const under = await make();
      const run = under.run ?? ((task) => task());
      await run(async () => {
        const scene = new Scene(under);
        try {
          await body(scene);
        } finally {
          await scene.close();
        }
      });
    });
  };

  describe('streams', () => {
    test('carries bytes both ways, in order', async (scene) => {
      const connection = await scene.connect(echo);
      await connection.write(utf8('one '));
      await connection.write(utf8('two'));
      equal(await readText(connection, 7), 'one two');
    });
    test('carries a megabyte against a slow reader', async (scene) => {
      const size = 1_048_576;
      const connection = await scene.connect(async (server) => {
        for (let sent = 0; sent < size; sent += 65_536)
          await server.write(new Uint8Array(65_536).fill(sent >> 16));
        await server.end();
      });
      let sum = 0;
      let count = 0;
      for (let bytes = await connection.read(); bytes; bytes = await connection.read()) {
        count += bytes.length;
        for (const byte of bytes) sum += byte;
      }
      equal(count, size);
      equal(sum, 65_536 * 120);
    });
    test('shows the end of the stream, and still writes after it', async (scene) => {
      const heard = Promise.withResolvers<string>();
      const connection = await scene.connect(async (server) => {
        await server.write(utf8('bye'));
        await server.end();
        heard.resolve(await readText(server, 4));
      });
      equal(await readText(connection, 3), 'bye');
      equal(await connection.read(), undefined);
      await connection.write(utf8('QUIT'));
      equal(await heard.promise, 'QUIT');
    });
    test('tells a reset from an end', async (scene) => {
      const connection = await scene.connect(async (server) => {
        await server.read();
        server.reset();
      });
      await connection.write(utf8('x'));
      await rejects(connection.read(), 'reset');
    });
    test('closes although it is broken off while it says goodbye', async (scene) => {
      const connection = await scene.connect(async (server) => {
        while (await server.read());
      });
      const closing = connection[Symbol.asyncDispose]();
      connection.reset();
      await closing;
      await connection[Symbol.asyncDispose]();
    });
    test('gives bytes to the next read when one was aborted', async (scene) => {
      const connection = await scene.connect(echo);
      const controller = new AbortController();
      const read = connection.read({ signal: controller.signal });
      controller.abort('enough');
      equal(await read.catch((reason: unknown) => reason), 'enough');
      await connection.write(utf8('kept'));
      equal(await readText(connection, 4), 'kept');
    });
    test('gives bytes that came behind an aborted read to the next read', async (scene) => {
      const go = Promise.withResolvers<void>();
      const connection = await scene.connect(async (server) => {
        await go.promise;
        await server.write(utf8('one'));
        await server.read();
        await server.write(utf8('two'));
      });
      const controller = new AbortController();
      const read = connection.read({ signal: controller.signal });
      controller.abort('enough');
      equal(await read.catch((reason: unknown) => reason), 'enough');
      go.resolve();
      await scene.meanwhile();
      equal(await readText(connection, 3), 'one');
      await connection.write(utf8('x'));
      equal(await readText(connection, 3), 'two');
    });
    test('a read that is aborted as the bytes arrive loses none', async (scene) => {
      const connection = await scene.connect(echo);
      const size = 200;
      let text = '';
      for (let count = 0; count < size; count += 1) {
        const controller = new AbortController();
        const read = connection.read({ signal: controller.signal });
        await connection.write(utf8('0123456789'));
        // Aborted at another moment each time, from before the arrival to after it.
        for (let turn = 0; turn < count % 10; turn += 1) await scene.turn();
        controller.abort('enough');
        text += await read.then(
          (bytes) => latin1(bytes ?? new Uint8Array()),
          () => '',
        );
      }
      text += await readText(connection, size * 10 - text.length);
      equal(text, '0123456789'.repeat(size));
    });
    test('an aborted write stops waiting, and what was handed over still goes', async (scene) => {
      const size = 33_554_432;
      const go = Promise.withResolvers<void>();
      const counted = Promise.withResolvers<number>();
      const connection = await scene.connect(async (server) => {
        await go.promise;
        let count = 0;
        while (count < size) count += (await server.read())?.length ?? size + 1;
        counted.resolve(count);
      });
      const controller = new AbortController();
      const writing = connection.write(new Uint8Array(size), { signal: controller.signal });
      await scene.meanwhile();
      controller.abort('enough');
      equal(await writing.catch((reason: unknown) => reason), 'enough');
      equal(
        await connection
          .write(utf8('never'), { signal: controller.signal })
          .catch((reason: unknown) => reason),
        'enough',
      );
      go.resolve();
      equal(await counted.promise, size);
    });
    test('a writer is told that the reader is gone', async (scene) => {
      const connection = await scene.connect(async (server) => {
        await server.read();
        server.reset();
      });
      let error: unknown;
      while (error === undefined) {
        error = await connection.write(new Uint8Array(65_536)).then(
          () => undefined,
          (caught: unknown) => caught,
        );
        await scene.turn();
      }
      equal(isWireError(error) && (error.code === 'reset' || error.code === 'closed'), true);
    });
    test('lends its buffers: what was read is valid until the next read', async (scene) => {
      const connection = await scene.connect(echo);
      await connection.write(utf8('first'));
      const first = await connection.read();
      equal(first && 'first'.startsWith(latin1(first)), true);
    });
  });

  describe('listening', () => {
    test('refuses a port that is taken, and gives it again when it is free', async (scene) => {
      const { network, address } = scene.under;
      const first = await network.listen({ address, port: 0 }, echo);
      const second = await network.listen(first.endpoint, echo).catch((error: unknown) => error);
      equal(isUsageError(second) && second.code, 'argument-refused');
      await first[Symbol.asyncDispose]();
      const third = await network.listen(first.endpoint, echo);
      await third[Symbol.asyncDispose]();
    });
  });

  describe('connecting', () => {
    test('reports a port on which nobody listens as refused', async (scene) => {
      await rejects(scene.under.network.connect(await scene.unused()), 'connection-refused');
    });
    test('rethrows the reason of an abort', async (scene) => {
      const controller = new AbortController();
      const attempt = scene.under.network.connect(await scene.unused(), { signal: controller.signal });
      controller.abort('changed my mind');
      equal(await attempt.catch((reason: unknown) => reason), 'changed my mind');
      const late = scene.under.network.connect(await scene.unused(), { signal: controller.signal });
      equal(await late.catch((reason: unknown) => reason), 'changed my mind');
    });
    test('in one go: an abort ends the handshake too, by signal and by the light slot, and closes', async (scene) => {
      for (const light of [false, true]) {
        const gone = Promise.withResolvers<void>();
        const asked = Promise.withResolvers<void>();
        const controller = new AbortController();
        let cancel: ((reason: unknown) => void) | undefined;
        const attempt = scene.connect(
          async (server) => {
            await server.read();
            asked.resolve();
            try {
              while (await server.read());
            } finally {
              gone.resolve();
            }
          },
          accepting(),
          light ? { [onCancel]: (given) => void (cancel = given) } : { signal: controller.signal },
        );
        await asked.promise;
        if (cancel) cancel('changed my mind');
        else controller.abort('changed my mind');
        equal(await attempt.catch((reason: unknown) => reason), 'changed my mind');
        await gone.promise;
      }
    });
  });

  describe('TLS', () => {
    test('implicit: handshake first, then bytes', async (scene) => {
      const connection = await scene.connect(async (server) => {
        await server.acceptTls({ identity: () => scene.under.identity });
        await server.write(utf8('220 inside'));
      });
      const tls = await connection.handshake(accepting());
      equal(tls.version, 'TLSv1.3');
      equal(tls.verification?.status, 'verified');
      equal(tls.peer?.serverName, 'mail.example.test');
      equal((tls.peer?.chain.length ?? 0) > 0, true);
      equal(await readText(connection, 10), '220 inside');
    });
    test('implicit: a server that begins late finds the ClientHello', async (scene) => {
      const go = Promise.withResolvers<void>();
      const connection = await scene.connect(async (server) => {
        await go.promise;
        await server.acceptTls({ identity: () => scene.under.identity });
        await server.write(utf8('220 inside'));
      });
      const handshake = connection.handshake(accepting());
      handshake.catch(() => undefined);
      // By its end the ClientHello has arrived.
      await scene.meanwhile();
      go.resolve();
      await handshake;
      equal(await readText(connection, 10), '220 inside');
    });
    test('a handshake on a connection that is gone fails and does not wait', async (scene) => {
      const go = Promise.withResolvers<void>();
      const failed = Promise.withResolvers<unknown>();
      const connection = await scene.connect(async (server) => {
        await go.promise;
        await server.acceptTls({ identity: () => scene.under.identity }).catch(failed.resolve);
      });
      connection.reset();
      await scene.meanwhile();
      go.resolve();
      const error = await failed.promise;
      equal(isWireError(error) && error.code, 'reset-during-tls');
    });
    test('implicit: in one go', async (scene) => {
      const connection = await scene.connect(async (server) => {
        await server.acceptTls({ identity: () => scene.under.identity });
        await echo(server);
      }, accepting());
      equal(connection.tls?.verification?.status, 'verified');
      const size = 300_000;
      const sent = new Uint8Array(size).fill(7);
      const writing = connection.write(sent);
      let count = 0;
      while (count < size) count += (await connection.read())?.length ?? size;
      await writing;
      equal(count, size);
    });
    test('implicit: in one go, against a server that speaks no TLS or refuses, or a peer that is refused', async (scene) => {
      const failing = async (
        server: (connection: Connection) => Promise<void>,
        request: TlsRequest,
      ): Promise<unknown> =>
        scene.connect(server, request).then(
          () => 'connected',
          (error: unknown) => (isWireError(error) ? error.fault.kind : error),
        );
      const bye = async (server: Connection): Promise<void> => {
        await server.read();
        await server.end();
      };
      equal(await failing(bye, accepting()), 'tls');
      const fault = { kind: 'tls', reason: 'cert-expired', phase: 'tls', after: 0 } as const;
      const refusing: TlsRequest = { serverName: 'x.test', verify: () => ({ status: 'rejected', fault }) };
      const accept = async (server: Connection): Promise<void> => {
        await server.acceptTls({ identity: () => scene.under.identity });
        await server.read();
      };
      equal(await failing(accept, refusing), 'tls');
      await rejects(
        scene.under.network.connect(await scene.unused(), { tls: accepting() }),
        'connection-refused',
      );
    });
    test('upgrade: plaintext first, then a handshake on the same connection', async (scene) => {
      const connection = await scene.connect(async (server) => {
        await server.write(utf8('220 hello'));
        equal(await readText(server, 8), 'STARTTLS');
        await server.write(utf8('220 go'));
        await server.acceptTls({ identity: () => scene.under.identity });
        equal(await readText(server, 4), 'EHLO');
        await server.write(utf8('250 inside'));
      });
      equal(await readText(connection, 9), '220 hello');
      await connection.write(utf8('STARTTLS'));
      equal(await readText(connection, 6), '220 go');
      await connection.handshake(accepting());
      await connection.write(utf8('EHLO'));
      equal(await readText(connection, 10), '250 inside');
    });
    test('a plaintext greeting in place of a handshake: plaintext-on-tls-port', async (scene) => {
      const connection = await scene.connect(async (server) => {
        await server.write(utf8('220 mx.example.test ESMTP\r\n'));
        await server.read();
      });
      await rejects(connection.handshake(accepting()), 'plaintext-on-tls-port');
    });
    test('a plaintext greeting that arrives in pieces: the same', async (scene) => {
      const connection = await scene.connect(async (server) => {
        await server.read();
        await server.write(utf8('2'));
        await server.write(utf8('20 mx'));
      });
      await rejects(connection.handshake(accepting()), 'plaintext-on-tls-port');
    });
    test('TLS-012 text behind the go-ahead: plaintext-after-starttls', async (scene) => {
      const connection = await scene.connect(async (server) => {
        await server.write(utf8('220 go'));
        await server.read();
        await server.write(utf8('250 injected\r\n'));
      });
      equal(await readText(connection, 6), '220 go');
      await rejects(connection.handshake(accepting()), 'plaintext-after-starttls');
    });
    test('TLS-012 noise in place of a handshake: tls-not-spoken', async (scene) => {
      const connection = await scene.connect(async (server) => {
        await server.write(utf8('220 go'));
        await server.read();
        await server.write(Uint8Array.of(0, 1, 2));
      });
      equal(await readText(connection, 6), '220 go');
      await rejects(connection.handshake(accepting()), 'tls-not-spoken');
    });
    test('an end during the handshake: closed-during-tls', async (scene) => {
      const connection = await scene.connect(async (server) => {
        await server.read();
        await server.end();
      });
      await rejects(connection.handshake(accepting()), 'closed-during-tls');
    });
    test('a reset during the handshake: reset-during-tls', async (scene) => {
      const connection = await scene.connect(async (server) => {
        await server.read();
        server.reset();
      });
      await rejects(connection.handshake(accepting()), 'reset-during-tls');
    });
    test('a refused peer: its fault, and not one byte of the application', async (scene) => {
      const heard = Promise.withResolvers<number>();
      const connection = await scene.connect(async (server) => {
        try {
          await server.acceptTls({ identity: () => scene.under.identity });
          heard.resolve((await server.read())?.length ?? 0);
        } catch {
          heard.resolve(0);
        }
      });
      const fault = { kind: 'tls', reason: 'cert-name-mismatch', phase: 'tls', after: 0 } as const;
      await rejects(
        connection.handshake({ serverName: 'x.test', verify: () => ({ status: 'rejected', fault }) }),
        'cert-name-mismatch',
      );
      equal(await heard.promise, 0);
    });
    test('a server that demands a certificate: tls-client-cert-required, at the latest with the first read', async (scene) => {
      const connection = await scene.connect(async (server) => {
        await server.acceptTls({ identity: () => scene.under.identity, clientCertificate: 'required' });
      });
      const attempt = connection.handshake(accepting()).then(() => connection.read());
      await rejects(attempt, 'tls-client-cert-required');
    });
    test('TLS-012 plaintext that came behind an aborted read makes the handshake fail', async (scene) => {
      const connection = await scene.connect(async (server) => {
        await server.write(utf8('220 go\r\n'));
        await server.read();
        await server.write(utf8('250 injected\r\n'));
        await server.read();
      });
      equal(await readText(connection, 8), '220 go\r\n');
      const controller = new AbortController();
      const read = connection.read({ signal: controller.signal });
      controller.abort('enough');
      equal(await read.catch((reason: unknown) => reason), 'enough');
      await connection.write(utf8('x'));
      await scene.meanwhile();
      await rejects(connection.handshake(accepting()), 'plaintext-after-starttls');
      equal(
        await connection.read().then(
          (bytes) => bytes && latin1(bytes),
          () => undefined,
        ),
        undefined,
      );
    });
    test('a read that waits when the handshake begins gets the first bytes inside TLS', async (scene) => {
      const connection = await scene.connect(async (server) => {
        const shaken = server.acceptTls({ identity: () => scene.under.identity });
        const first = server.read();
        await shaken;
        equal(latin1((await first) ?? new Uint8Array()), 'EHLO');
        await server.write(utf8('250 inside'));
      });
      const controller = new AbortController();
      const read = connection.read({ signal: controller.signal });
      await connection.handshake(accepting());
      await connection.write(utf8('EHLO'));
      equal(latin1((await read) ?? new Uint8Array()), '250 inside');
    });
    test('TLS-012 server: plaintext in place of a ClientHello is refused', async (scene) => {
      const go = Promise.withResolvers<void>();
      const failed = Promise.withResolvers<unknown>();
      const connection = await scene.connect(async (server) => {
        equal(await readText(server, 8), 'STARTTLS');
        await go.promise;
        await server.acceptTls({ identity: () => scene.under.identity }).catch(failed.resolve);
      });
      await connection.write(utf8('STARTTLS'));
      await scene.meanwhile();
      await connection.write(utf8('RSET\r\n'));
      await scene.meanwhile();
      go.resolve();
      const error = await failed.promise;
      equal(isWireError(error) && error.code, 'plaintext-after-starttls');
    });
    test('there is no handshake inside TLS', async (scene) => {
      const connection = await scene.connect(async (server) => {
        await server.acceptTls({ identity: () => scene.under.identity });
        while (await server.read());
      });
      await connection.handshake(accepting());
      equal(isUsageError(await connection.handshake(accepting()).catch((error: unknown) => error)), true);
    });
    test('a verify that throws: its error, and the connection is gone', async (scene) => {
      const gone = Promise.withResolvers<void>();
      const connection = await scene.connect(async (server) => {
        try {
          await server.acceptTls({ identity: () => scene.under.identity });
          while (await server.read());
        } finally {
          gone.resolve();
        }
      });
      const bug = new TypeError('a bug in verify');
      const request: TlsRequest = {
        serverName: 'x.test',
        verify: () => {
          throw bug;
        },
      };
      equal(await connection.handshake(request).catch((error: unknown) => error), bug);
      await gone.promise;
    });
    test('a client that says nothing, or stops midway: an abort ends the server’s handshake', async (scene) => {
      for (const words of [[], [0x16, 3], [0x16, 3, 1, 0, 200, 1]]) {
        const ended = Promise.withResolvers<unknown>();
        const controller = new AbortController();
        const connection = await scene.connect(async (server) => {
          await server
            .acceptTls({ identity: () => scene.under.identity }, { signal: controller.signal })
            .catch(ended.resolve);
        });
        if (words.length > 0) await connection.write(Uint8Array.from(words));
        await scene.meanwhile();
        controller.abort('too slow');
        equal(await ended.promise, 'too slow');
      }
    });
    test('a handshake that is aborted before it begins leaves a dead connection', async (scene) => {
      const connection = await scene.connect(async (server) => {
        while (await server.read());
      });
      const attempt = connection.handshake(accepting(), { signal: AbortSignal.abort('too late') });
      equal(await attempt.catch((reason: unknown) => reason), 'too late');
      const after = await connection.write(utf8('in the clear')).catch((error: unknown) => error);
      equal(isWireError(after), true);
    });
    test('a silent peer: an abort ends the handshake', async (scene) => {
      const connection = await scene.connect(async (server) => {
        while (await server.read());
      });
      const controller = new AbortController();
      const shaking = connection.handshake(accepting(), { signal: controller.signal });
      await Promise.resolve();
      controller.abort('too slow');
      equal(await shaking.catch((reason: unknown) => reason), 'too slow');
    });
  });

  describe('datagrams', () => {
    test('ignores what is not the answer and keeps waiting', async (scene) => {
      const listener = await scene.under.network.listenDatagrams(
        { address: scene.under.address, port: 0 },
        async (datagram) => Uint8Array.of(...datagram, 1),
      );
      const asked = await scene.under.network.exchange(listener.endpoint, Uint8Array.of(7), {
        accept: (reply) => reply[0] === 7,
      });
      equal([...asked].join(), '7,1');
      await listener[Symbol.asyncDispose]();
    });
    test('rethrows the reason of an abort, and what `accept` throws', async (scene) => {
      const listener = await scene.under.network.listenDatagrams(
        { address: scene.under.address, port: 0 },
        async (datagram) => (datagram[0] === 0 ? undefined : datagram),
      );
      const controller = new AbortController();
      const silent = scene.under.network.exchange(listener.endpoint, Uint8Array.of(0), {
        accept: () => true,
        signal: controller.signal,
      });
      await scene.meanwhile();
      controller.abort('enough');
      equal(await silent.catch((reason: unknown) => reason), 'enough');
      const bug = new TypeError('a bug in accept');
      const broken = scene.under.network.exchange(listener.endpoint, Uint8Array.of(7), {
        accept: () => {
          throw bug;
        },
      });
      equal(await broken.catch((error: unknown) => error), bug);
      await listener[Symbol.asyncDispose]();
    });
    test('a server whose answer fails stays silent, and answers the next', async (scene) => {
      const listener = await scene.under.network.listenDatagrams(
        { address: scene.under.address, port: 0 },
        async (datagram) => {
          if (datagram[0] === 0) throw new Error('cannot');
          return datagram;
        },
      );
      const controller = new AbortController();
      const ask = (first: number): Promise<Uint8Array> =>
        scene.under.network.exchange(listener.endpoint, Uint8Array.of(first), {
          accept: () => true,
          signal: controller.signal,
        });
      const unanswered = ask(0);
      equal((await ask(7))[0], 7);
      controller.abort('enough');
      equal(await unanswered.catch((reason: unknown) => reason), 'enough');
      await listener[Symbol.asyncDispose]();
    });
  });
}

class Scene {
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

function accepting(): TlsRequest {
  return { serverName: 'mail.example.test', verify: () => ({ status: 'verified', by: 'pkix' }) };
}

async function echo(server: Connection): Promise<void> {
  for (let bytes = await server.read(); bytes; bytes = await server.read()) await server.write(bytes.slice());
}

async function readText(connection: Connection, length: number): Promise<string> {
  let text = '';
  while (text.length < length) {
    const bytes = await connection.read();
    if (!bytes) break;
    text += latin1(bytes);
  }
  return text;
}

function equal(actual: unknown, expected: unknown): void {
  if (actual !== expected) throw new Error(`expected ${String(expected)}, got ${String(actual)}`);
}

async function rejects(promise: Promise<unknown>, reason: Reason): Promise<void> {
  const error = await promise.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (!isWireError(error)) throw new Error(`expected ${reason}, got ${String(error)}`, { cause: error });
  equal(error.code, reason);
}
