import { latin1, utf8 } from '../../bytes.ts';
import { isUsageError, isWireError } from '../../faults.ts';
import type { Connection } from '../../network.ts';
import type { TlsRequest } from '../../tls.ts';
import { accepting, echo, equal, readText, rejects } from './scene.ts';
import type { DefineTest } from './scene.ts';

/** Both methods of TLS, and whatever comes in place of a handshake. */
export function handshakes(test: DefineTest): void {
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
        (error: unknown) => (isWireError(error) && error.fault.after >= 0 ? error.fault.kind : error),
      );
    const bye = async (server: Connection): Promise<void> => {
      await server.read();
      await server.end();
    };
    equal(await failing(bye, accepting()), 'tls');
    const fault = { kind: 'tls', reason: 'cert-expired', phase: 'tls', after: -1 } as const;
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
    // Who judges has no clock: how long it took is known to the network.
    const fault = { kind: 'tls', reason: 'cert-name-mismatch', phase: 'tls', after: -1 } as const;
    const refused = await connection
      .handshake({ serverName: 'x.test', verify: () => ({ status: 'rejected', fault }) })
      .catch((error: unknown) => error);
    equal(isWireError(refused) && [refused.code, refused.fault.after >= 0].join(), 'cert-name-mismatch,true');
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
}
