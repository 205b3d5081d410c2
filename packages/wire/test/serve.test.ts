import { describe, expect, it } from 'vitest';
import { createLineSplitter, serve, sleep, utf8 } from '@postern/wire';
import type { Instant, Machine, Output } from '@postern/wire';
import { memoryNetwork, simulatedNetwork, virtualClock } from '@postern/wire/testing';
import { read } from './read-until.ts';
import { toyMachine } from './toy-machine.ts';

const endpoint = { address: '192.0.2.1', port: 4000 };

describe('serve', () => {
  /** Answers each line with a hundred octets, and leaves after a minute without one. */
  function answering(): Machine<string, string> {
    const splitter = createLineSplitter({ maxLineBytes: 100 });
    let deadline: Instant | undefined;
    const write = (text: string): Output<string> => ({ type: 'write', bytes: utf8(text) });
    return {
      get deadline() {
        return deadline;
      },
      state: { name: 'serving' },
      start: (now) => {
        deadline = now + 60_000;
        return [];
      },
      send: () => [write('closing\n'), { type: 'end' }],
      sendAll: () => [write('closing\n'), { type: 'end' }],
      receive: (bytes, now) => {
        const outputs: Output<string>[] = [];
        splitter.push(bytes);
        while (splitter.next()) {
          deadline = now + 60_000;
          outputs.push(write(`${'x'.repeat(99)}\n`));
        }
        return outputs;
      },
      receiveEnd: () => [{ type: 'end' }],
      tlsReady: () => [],
      tick: () => [write('too slow\n'), { type: 'end' }],
    };
  }

  /** A client that sends commands for ever and reads nothing, and what the server has said to it. */
  async function flooded(options: { readonly signal?: AbortSignal }) {
    const clock = virtualClock();
    const network = simulatedNetwork({ clock });
    let said = 0;
    const served = Promise.withResolvers<void>();
    await network.listen(endpoint, async (server) => {
      const observe = { wrote: (bytes: Uint8Array): void => void (said += bytes.length) };
      await serve(answering(), server, { clock, farewell: 'CLOSE', observe, ...options }).then(
        served.resolve,
        served.reject,
      );
    });
    const connection = await clock.run(network.connect(endpoint));
    const flood = async (): Promise<void> => {
      for (;;) await connection.write(utf8('a\n'.repeat(8192)));
    };
    flood().catch(() => undefined);
    return { clock, network, served: served.promise, said: () => said };
  }

  it('says no more to a client that never reads than fits, and lets the deadline end it', async () => {
    const { clock, network, served, said } = await flooded({});
    await clock.advance(30_000);
    expect(said()).toBeGreaterThan(0);
    expect(said()).toBeLessThan(200_000);
    await clock.run(served);
    expect(clock.now()).toBeLessThan(62_000);
    await clock.advance(5000);
    expect(network.counts.open).toBeLessThanOrEqual(1);
  });

  it('goes on reading once the client has taken what was said', async () => {
    const { clock, network } = await flooded({});
    const connection = await clock.run(network.connect(endpoint));
    const commands = 5000;
    const sent = connection.write(utf8('a\n'.repeat(commands)));
    let heard = 0;
    const hear = async (): Promise<void> => {
      await sleep(clock, 1000);
      while (heard < commands * 100) heard += (await connection.read())?.length ?? Infinity;
    };
    await clock.run(Promise.all([sent, hear()]));
    expect(heard).toBe(commands * 100);
    // By itself, and not because a deadline rang.
    expect(clock.now()).toBeLessThan(60_000);
  });

  it('is ended by its signal although the client never reads', async () => {
    const controller = new AbortController();
    const { clock, served, said } = await flooded({ signal: controller.signal });
    await clock.advance(1000);
    controller.abort('maintenance');
    await expect(clock.run(served)).rejects.toBe('maintenance');
    expect(clock.now()).toBeLessThan(3000);
    expect(said()).toBeLessThan(200_000);
  });

  it('takes its leave of a client that listens, and closes', async () => {
    const clock = virtualClock();
    const network = simulatedNetwork({ clock });
    const controller = new AbortController();
    const served = Promise.withResolvers<void>();
    await network.listen(endpoint, async (server) => {
      const { signal } = controller;
      await serve(answering(), server, { clock, farewell: 'CLOSE', signal }).then(
        served.resolve,
        served.reject,
      );
    });
    const connection = await clock.run(network.connect(endpoint));
    const heard = read(connection, 'never');
    served.promise.catch(() => undefined);
    await clock.advance(1000);
    controller.abort('maintenance');
    expect(await clock.run(heard)).toBe('closing\n');
    await expect(served.promise).rejects.toBe('maintenance');
  });

  it('rejects with what onEvent throws', async () => {
    const network = memoryNetwork();
    const served = Promise.withResolvers<void>();
    const bug = new TypeError('a bug in onEvent');
    await network.listen(endpoint, async (server) => {
      await serve(toyMachine(), server, {
        clock: virtualClock(),
        farewell: 'CLOSE',
        onEvent: () => {
          throw bug;
        },
      }).then(served.resolve, served.reject);
    });
    const connection = await network.connect(endpoint);
    await connection.write(utf8('word\n'));
    await expect(served.promise).rejects.toBe(bug);
  });
});
