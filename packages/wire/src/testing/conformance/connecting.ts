import { isUsageError } from '../../faults.ts';
import { onCancel } from '../../network.ts';
import { accepting, echo, equal, rejects } from './scene.ts';
import type { DefineTest } from './scene.ts';

/** Ports that are taken and free. */
export function listening(test: DefineTest): void {
  test('refuses a port that is taken, and gives it again when it is free', async (scene) => {
    const { network, address } = scene.under;
    const first = await network.listen({ address, port: 0 }, echo);
    const second = await network.listen(first.endpoint, echo).catch((error: unknown) => error);
    equal(isUsageError(second) && second.code, 'argument-refused');
    await first[Symbol.asyncDispose]();
    const third = await network.listen(first.endpoint, echo);
    // What is disposed of again takes nothing from the next one at its place.
    await first[Symbol.asyncDispose]();
    const connection = await network.connect(third.endpoint);
    connection.reset();
    await third[Symbol.asyncDispose]();
  });
}

/** Attempts that fail, and those that are given up. */
export function connecting(test: DefineTest): void {
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
}
