import { describe, expect, it } from 'vitest';
import { isWireError, latin1, onCancel, utf8 } from '@postern/wire';
import { simulatedNetwork, SYN_TIMES, virtualClock } from '@postern/wire/testing';
import type { Connection } from '@postern/wire';
import type { VirtualClock, Weather } from '@postern/wire/testing';

const endpoint = { address: '192.0.2.1', port: 465 };

async function attempt(weather: Weather, seed = 1): Promise<{ result: string; at: number }> {
  const clock = virtualClock();
  const network = simulatedNetwork({ clock, seed });
  await network.listen(endpoint, async (server) => {
    await server.write(utf8('220 hello\r\n'));
    await server.read();
  });
  network.setPath('192.0.2.1:465', { weather });
  const result = await clock.run(
    network.connect(endpoint).then(
      () => 'connected',
      (error: unknown) => (isWireError(error) ? error.code : String(error)),
    ),
  );
  return { result, at: clock.now() };
}

async function talkative(weather: Weather): Promise<{ clock: VirtualClock; connection: Connection }> {
  const clock = virtualClock();
  const network = simulatedNetwork({ clock });
  await network.listen(endpoint, async (server) => {
    await server.write(utf8('220 hello\r\n'));
    await server.read();
  });
  network.setPath('192.0.2.1', { weather });
  return { clock, connection: await clock.run(network.connect(endpoint)) };
}

describe('simulatedNetwork', () => {
  it.each([
    [{ type: 'accept' }, 'connected', 20],
    [{ type: 'reject' }, 'connection-refused', 20],
    [{ type: 'unreachable' }, 'unreachable', 20],
    [{ type: 'drop' }, 'timeout-connect', 134_000],
    [{ type: 'loss', probability: 1 }, 'timeout-connect', 134_000],
    [{ type: 'loss', probability: 0 }, 'connected', 20],
  ] satisfies [Weather, string, number][])('%j: %s after %i ms', async (weather, result, at) => {
    expect(await attempt(weather)).toEqual({ result, at });
  });

  it('repeats lost requests at the times of Linux, the same way for the same seed', async () => {
    const times = new Set<number>();
    for (let seed = 1; seed <= 40; seed += 1) {
      const first = await attempt({ type: 'loss', probability: 0.3 }, seed);
      expect(await attempt({ type: 'loss', probability: 0.3 }, seed)).toEqual(first);
      times.add(first.at);
    }
    expect([...times].every((at) => SYN_TIMES.includes(at - 20))).toBe(true);
    expect(times.size).toBeGreaterThan(2);
  });

  it('breaks a connection after so many bytes', async () => {
    const { clock, connection } = await talkative({ type: 'reset-after', bytes: 4 });
    await clock.advance(100);
    const first = await connection.read().catch((error: unknown) => error);
    const last = isWireError(first) ? first : await connection.read().catch((error: unknown) => error);
    expect(last).toMatchObject({ code: 'reset' });
  });

  it('stalls a connection after so many bytes', async () => {
    const { clock, connection } = await talkative({ type: 'stall-after', bytes: 4 });
    expect(latin1((await clock.run(connection.read())) ?? new Uint8Array())).toBe('220 ');
    await expect(clock.run(connection.read())).rejects.toThrow('nothing can ever happen');
  });

  it('cancels through the light slot without looking at the signal', async () => {
    const clock = virtualClock();
    const network = simulatedNetwork({ clock });
    network.setPath('192.0.2.1', { weather: { type: 'drop' } });
    let cancel: ((reason: unknown) => void) | undefined;
    const connecting = network.connect(endpoint, {
      get signal(): AbortSignal {
        throw new Error('read');
      },
      [onCancel]: (given) => {
        cancel = given;
      },
    });
    expect(network.counts.connecting).toBe(1);
    cancel?.('lost the race');
    await expect(connecting).rejects.toBe('lost the race');
    expect(network.counts.connecting).toBe(0);
    expect(clock.alarms).toBe(0);
  });
});
