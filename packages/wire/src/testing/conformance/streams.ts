import { latin1, utf8 } from '../../bytes.ts';
import { isWireError } from '../../faults.ts';
import { echo, equal, readText, rejects } from './scene.ts';
import type { DefineTest } from './scene.ts';

/** Bytes both ways, ends, resets and aborted reads. */
export function streams(test: DefineTest): void {
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
      await connection.write(utf8('never'), { signal: controller.signal }).catch((reason: unknown) => reason),
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
}
