import type { Connection, Endpoint } from '@postern/wire';
import { describe, expect, it } from 'vitest';
import { caught, dispose, town } from '../test/town.ts';
import type { Town } from '../test/town.ts';
import { blackholeMemory, connectAll } from './index.ts';
import type { Connecting, ConnectAllOptions } from './index.ts';

const V4 = '192.0.2.1';
const V6 = '2001:db8::1';
const endpoints: readonly Endpoint[] = [
  { address: V6, port: 465 },
  { address: V4, port: 465 },
];

function start({ network, clock }: Town, options?: Partial<ConnectAllOptions>): Connecting {
  return connectAll(endpoints, { network, clock, ...options });
}

describe('connectAll', () => {
  it('DNS-063 hands the connection over as soon as it stands and tells later why the other address failed', async () => {
    const scene = town();
    scene.network.setPath(V6, { weather: { type: 'drop' } });
    await scene.serve(V4, 465);
    await using connecting = start(scene);
    const connection = await scene.clock.run(connecting.connection());
    expect(scene.clock.now()).toBe(270);
    expect(connection.endpoint.address).toBe(V4);
    const attempts = await scene.clock.run(connecting.attempts());
    expect(scene.clock.now()).toBe(2150);
    expect(attempts).toMatchObject([
      {
        endpoint: { address: V6, port: 465 },
        method: 'tcp',
        outcome: 'silent',
        reason: 'timeout-connect',
        fault: { kind: 'timeout', phase: 'connect', after: 2150, limit: 2150, evidence: { syns: 3 } },
        syns: 3,
      },
      { endpoint: { address: V4, port: 465 }, outcome: 'granted', reason: undefined, connected: 20, ms: 20 },
    ]);
    await connection[Symbol.asyncDispose]();
  });

  it('reports timeout-connect only with the third SYN: one that answers the third is open', async () => {
    const scene = town();
    await scene.serve(V6, 465, { latency: 1045 });
    await scene.serve(V4, 465);
    await using connecting = start(scene);
    const connection = await scene.clock.run(connecting.connection());
    const attempts = await scene.clock.run(connecting.attempts());
    expect(attempts[0]).toMatchObject({ outcome: 'open', connected: 2090, syns: 3 });
    await connection[Symbol.asyncDispose]();
    await scene.clock.advance(2000);
    expect(scene.network.counts.open).toBe(0);
  });

  it('three sockets 150 ms apart make silence certain in 0.7 s', async () => {
    const scene = town();
    scene.network.setPath(V6, { weather: { type: 'drop' } });
    scene.network.setPath(V4, { weather: { type: 'drop' } });
    await using connecting = start(scene, { sockets: 3 });
    const attempts = await scene.clock.run(connecting.attempts());
    expect(attempts).toMatchObject([
      { outcome: 'silent', reason: 'timeout-connect', syns: 3, ms: 700 },
      { outcome: 'silent', reason: 'timeout-connect', syns: 3, ms: 700 },
    ]);
    expect(scene.network.counts).toMatchObject({ attempts: 6, connecting: 0 });
    expect(await caught(connecting.connection())).toMatchObject({
      name: 'PoolError',
      code: 'timeout-connect',
    });
  });

  it('of several sockets one connection is kept', async () => {
    const scene = town();
    await scene.serve(V6, 465, { latency: 200 });
    scene.weather(V4, 465, { weather: { type: 'reject' } });
    await using connecting = start(scene, { sockets: 3 });
    const connection = await scene.clock.run(connecting.connection());
    await scene.clock.run(connecting.attempts());
    expect(scene.network.counts).toMatchObject({ attempts: 4, connecting: 0, open: 1 });
    await connection[Symbol.asyncDispose]();
  });

  it('a refusal of one socket ends the attempt of all', async () => {
    const scene = town();
    scene.weather(V6, 465, { weather: { type: 'reject' }, latency: 200 });
    scene.weather(V4, 465, { weather: { type: 'unreachable' } });
    await using connecting = start(scene, { sockets: 3 });
    const attempts = await scene.clock.run(connecting.attempts());
    expect(attempts.map(({ reason }) => reason)).toEqual(['connection-refused', 'unreachable']);
    expect(scene.network.counts).toMatchObject({ connecting: 0, open: 0 });
    expect(scene.clock.alarms).toBe(0);
  });

  it('the deadline ends what is left, and lists addresses that were never dialled', async () => {
    const scene = town();
    scene.network.setPath(V6, { weather: { type: 'drop' } });
    await using connecting = start(scene, { timing: { deadline: 250, stagger: 250 } });
    const error = await scene.clock.run(caught(connecting.connection()));
    expect(error).toMatchObject({ ended: 'deadline', code: undefined });
    expect(await connecting.attempts()).toMatchObject([
      { outcome: 'abandoned', reason: undefined, syns: 1 },
      { outcome: 'abandoned', reason: undefined, syns: 0 },
    ]);
  });

  it('notes what it saw, with the evidence of an earlier probe of another port', async () => {
    const scene = town();
    const { network, clock } = scene;
    const memory = blackholeMemory();
    await scene.serve(V4, 25);
    scene.weather(V4, 465, { weather: { type: 'drop' } });
    for (const port of [25, 465]) {
      await using connecting = connectAll([{ address: V4, port }], { network, clock, memory });
      await clock.run(connecting.attempts());
    }
    expect(memory.entries(clock.now())).toMatchObject([{ endpoint: { address: V4, port: 465 }, syns: 3 }]);
  });

  it('abort rejects both questions with the reason and closes a connection that nobody took', async () => {
    const scene = town();
    scene.network.setPath(V6, { weather: { type: 'drop' } });
    await scene.serve(V4, 465);
    const controller = new AbortController();
    await using connecting = start(scene, { signal: controller.signal });
    await scene.clock.advance(1000);
    expect(scene.network.counts).toMatchObject({ connecting: 1, open: 1 });
    controller.abort('enough');
    expect(await caught(connecting.connection())).toBe('enough');
    expect(await caught(connecting.attempts())).toBe('enough');
    await scene.clock.advance(2000);
    expect(scene.network.counts).toMatchObject({ connecting: 0, open: 0 });
    expect(scene.clock.alarms).toBe(0);
  });

  it('a signal that is aborted already dials nothing', async () => {
    const scene = town();
    await using connecting = start(scene, { signal: AbortSignal.abort('no') });
    expect(await caught(connecting.connection())).toBe('no');
    expect(scene.network.counts.attempts).toBe(0);
  });

  it('disposal ends the rest; the taken connection stays the caller’s', async () => {
    const scene = town();
    scene.network.setPath(V6, { weather: { type: 'drop' } });
    await scene.serve(V4, 465);
    const connecting = start(scene);
    const connection: Connection = await scene.clock.run(connecting.connection());
    await scene.clock.run(dispose(connecting));
    expect(scene.network.counts).toMatchObject({ connecting: 0, open: 1 });
    expect((await connecting.attempts())[0]).toMatchObject({ outcome: 'abandoned' });
    await connection[Symbol.asyncDispose]();
  });

  it('refuses what is no list of endpoints, no number of sockets, and a second owner', async () => {
    const scene = town();
    const { network, clock } = scene;
    const wrong: readonly [readonly Endpoint[], Partial<ConnectAllOptions>][] = [
      [[{ address: V4, port: 0 }], {}],
      [[{ address: '', port: 25 }], {}],
      [Array.from({ length: 65 }, () => ({ address: V4, port: 25 })), {}],
      [endpoints, { sockets: 0 }],
      [endpoints, { sockets: 1.5 }],
      [endpoints, { sockets: 7 }],
      [endpoints, { silence: { report: 2 } }],
      [endpoints, { timing: { deadline: Number.NaN } }],
    ];
    for (const [list, options] of wrong) {
      expect(() => connectAll(list, { network, clock, ...options })).toThrow(
        expect.objectContaining({ name: 'UsageError' }),
      );
    }
    await using none = connectAll([], { network, clock });
    expect(await none.attempts()).toEqual([]);
    expect(await caught(none.connection())).toMatchObject({ ended: 'no-candidates' });
    expect(await caught(none.connection())).toMatchObject({ name: 'UsageError' });
  });
});

describe('remembered ports', () => {
  const silent = { address: '192.0.2.1', port: 465 };
  const other = { address: '192.0.2.2', port: 465 };
  const noted = () => {
    const memory = blackholeMemory();
    memory.note({ type: 'silent', endpoint: silent, at: 0, ms: 2150, syns: 3, sibling: true });
    return memory;
  };

  it('are not dialled where that is wanted, and say since when', async () => {
    const scene = town();
    await scene.serve(other.address, 465, { latency: 10 });
    await scene.clock.advance(5000);
    const options = { ...scene, memory: noted(), remembered: 'skip' as const };
    await using connecting = connectAll([silent, other], options);
    const connection = await scene.clock.run(connecting.connection());
    expect(scene.clock.now()).toBe(5020);
    expect(await scene.clock.run(connecting.attempts())).toMatchObject([
      {
        endpoint: silent,
        outcome: 'silent',
        reason: 'timeout-connect',
        ms: 0,
        syns: 3,
        fault: { evidence: { silentFor: 5000 } },
      },
      { endpoint: other, outcome: 'granted' },
    ]);
    expect(scene.network.counts.attempts).toBe(1);
    connection.reset();
  });

  it('end the attempt at once where there is nothing else', async () => {
    const scene = town();
    const options = { ...scene, memory: noted(), remembered: 'skip' as const };
    await using connecting = connectAll([silent], options);
    const error = await scene.clock.run(caught(connecting.connection()));
    expect(error).toMatchObject({ name: 'PoolError', ended: 'all-failed', code: 'timeout-connect' });
    expect(scene.clock.now()).toBe(0);
  });

  it('are unknown where the memory throws', async () => {
    const scene = town();
    await scene.serve(silent.address, 465, { latency: 10 });
    const memory = {
      judge: () => 'try' as const,
      note: () => undefined,
      recall() {
        throw new Error('a bug in the memory');
      },
    };
    await using connecting = connectAll([silent], { ...scene, memory, remembered: 'skip' });
    const connection = await scene.clock.run(connecting.connection());
    expect(scene.clock.now()).toBe(20);
    connection.reset();
  });

  it('are dialled by a probe that looks for itself, and by one whose memory has no recall', async () => {
    for (const memory of [noted(), { judge: () => 'try' as const, note: () => undefined }]) {
      const scene = town();
      await scene.serve(silent.address, 465, { latency: 10 });
      const remembered = 'recall' in memory ? ('dial' as const) : ('skip' as const);
      await using connecting = connectAll([silent], { ...scene, memory, remembered });
      const connection = await scene.clock.run(connecting.connection());
      expect(scene.clock.now()).toBe(20);
      connection.reset();
    }
  });
});
