import { equal } from './scene.ts';
import type { DefineTest } from './scene.ts';

/** Questions and answers without a connection. */
export function datagrams(test: DefineTest): void {
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
  test('a listener that is disposed of again takes nothing from the next one at its place', async (scene) => {
    const { network, address } = scene.under;
    const first = await network.listenDatagrams({ address, port: 0 }, async () => undefined);
    await first[Symbol.asyncDispose]();
    const second = await network.listenDatagrams(first.endpoint, async (datagram) => datagram);
    await first[Symbol.asyncDispose]();
    const echoed = await network.exchange(second.endpoint, Uint8Array.of(7), { accept: () => true });
    equal(echoed[0], 7);
    await second[Symbol.asyncDispose]();
  });
}
