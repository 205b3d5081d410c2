import { describe, expect, it } from 'vitest';
import { converse, latin1, utf8, WireError } from '@postern/wire';
import type { Connection, ConverseOptions, Fault, Machine, TlsInfo } from '@postern/wire';
import {
  memoryNetwork,
  simulatedNetwork,
  testTlsInfo,
  testTlsOffer,
  testTlsRequest,
  virtualClock,
} from '@postern/wire/testing';
import type { SimulatedNetwork, VirtualClock } from '@postern/wire/testing';
import { read } from './read-until.ts';
import { toyMachine } from './toy-machine.ts';

const endpoint = { address: '192.0.2.1', port: 4000 };

async function scene(
  server: (connection: Connection) => Promise<void>,
  options?: Partial<ConverseOptions>,
): Promise<{ dialogue: ReturnType<typeof open>; clock: VirtualClock; network: SimulatedNetwork }> {
  const clock = virtualClock();
  const network = simulatedNetwork({ clock });
  await network.listen(endpoint, server);
  const connection = await clock.run(network.connect(endpoint));
  const dialogue = open(connection, { clock, ...options });
  return { dialogue, clock, network };
}

function open(connection: Connection, options: ConverseOptions): ReturnType<typeof converse<string, string>> {
  return converse(toyMachine(), connection, options);
}

describe('converse', () => {
  it('hands out events in order and tells a good end from a bad one', async () => {
    const { dialogue, clock } = await scene(async (server) => {
      await server.write(utf8('one\ntwo\nbye\n'));
      await server.read();
    });
    expect(await clock.run(dialogue.next())).toBe('one');
    expect(dialogue.take()).toBe('two');
    expect(dialogue.take()).toBeUndefined();
    expect(await clock.run(dialogue.next())).toBeUndefined();
    expect(dialogue.ended).toEqual({ fault: undefined });
  });

  it('lets several commands be in flight and sends a group as one segment', async () => {
    const chunks: string[] = [];
    const { dialogue, clock } = await scene(async (server) => {
      for (let bytes = await server.read(); bytes; bytes = await server.read()) {
        chunks.push(latin1(bytes));
        await server.write(utf8(chunks.length === 1 ? 'r1\nr2\n' : 'r3\n'));
      }
    });
    dialogue.send('a', 'b');
    dialogue.send('c');
    const replies = [
      await clock.run(dialogue.next()),
      await clock.run(dialogue.next()),
      await clock.run(dialogue.next()),
    ];
    expect(replies).toEqual(['r1', 'r2', 'r3']);
    expect(chunks).toEqual(['a\nb\n', 'c\n']);
  });

  it('hands what a command makes happen to somebody who has waited since before it', async () => {
    const clock = virtualClock();
    const network = simulatedNetwork({ clock });
    await network.listen(endpoint, async (server) => void (await server.read()));
    const connection = await clock.run(network.connect(endpoint));
    const machine: Machine<string, string> = {
      ...toyMachine(),
      send: (command) => [{ type: 'event', event: command }],
    };
    const dialogue = converse(machine, connection, { clock });
    const waiting = dialogue.next();
    dialogue.send('at once');
    expect(await clock.run(waiting)).toBe('at once');
  });

  it('lets a deadline ring for somebody who has waited since before the command', async () => {
    const { dialogue, clock } = await scene(async (server) => {
      await server.write(utf8('hello\n'));
      while (await server.read());
    });
    expect(await clock.run(dialogue.next())).toBe('hello');
    const waiting = dialogue.next().catch((caught: unknown) => caught);
    await clock.advance(5000);
    dialogue.send('a');
    await clock.advance(1000);
    expect(await waiting).toBeInstanceOf(WireError);
  });

  it('ends with the fault of the deadline, at its time, and breaks the connection', async () => {
    const { dialogue, clock, network } = await scene(async (server) => {
      while (await server.read());
    });
    const began = clock.now();
    const error = await clock.run(dialogue.next().catch((caught: unknown) => caught));
    expect(error).toBeInstanceOf(WireError);
    expect((error as WireError).fault).toMatchObject({ reason: 'timeout-reply', endpoint });
    expect(clock.now() - began).toBe(1000);
    await clock.advance(1000);
    expect(network.counts.open).toBe(0);
    expect(clock.alarms).toBe(0);
  });

  it('rethrows the reason of an abort and loses no event by it', async () => {
    const { dialogue, clock } = await scene(async (server) => {
      await server.read();
      await server.write(utf8('late\n'));
    });
    const controller = new AbortController();
    const waiting = dialogue.next({ signal: controller.signal });
    controller.abort('not now');
    await expect(waiting).rejects.toBe('not now');
    dialogue.send('x');
    expect(await clock.run(dialogue.next())).toBe('late');
  });

  it('reads what the peer said before it hung up, though a write failed', async () => {
    const network = memoryNetwork();
    await network.listen(endpoint, async (server) => {
      await server.write(utf8('421 going\n'));
      await server.end();
    });
    const dialogue = open(await network.connect(endpoint), { clock: virtualClock() });
    await dialogue.connection.end();
    dialogue.send('MAIL');
    expect(await dialogue.next()).toBe('421 going');
    await expect(dialogue.next()).rejects.toMatchObject({ code: 'closed' });
  });

  it('TLS-010 runs the handshake after the go-ahead has been read, with nothing written in between', async () => {
    const seen: string[] = [];
    const { dialogue, clock } = await scene(
      async (server) => {
        seen.push(await read(server, '\n'));
        await server.write(utf8('go\n'));
        await server.acceptTls(testTlsOffer);
        seen.push(await read(server, '\n'));
        await server.write(utf8('inside\n'));
      },
      {
        upgrade: (connection, options) => connection.handshake(testTlsRequest(), options),
      },
    );
    dialogue.send('STARTTLS');
    expect(await clock.run(dialogue.next())).toBe('secured');
    dialogue.send('EHLO');
    expect(await clock.run(dialogue.next())).toBe('inside');
    expect(seen).toEqual(['STARTTLS\n', 'EHLO\n']);
    expect(dialogue.connection.tls?.version).toBe('TLSv1.3');
  });

  it('TLS-015 a failed handshake ends the dialogue with its fault; a verify that throws reaches the caller', async () => {
    const inject = async (server: Connection): Promise<void> => {
      await read(server, '\n');
      await server.write(utf8('go\n'));
      await server.read();
      await server.write(utf8('250 x\n'));
    };
    const shake: ConverseOptions['upgrade'] = (connection, options) =>
      connection.handshake(testTlsRequest(), options);
    const first = await scene(inject, { upgrade: shake });
    first.dialogue.send('STARTTLS');
    const error = await first.clock.run(first.dialogue.next().catch((caught: unknown) => caught));
    expect(error).toMatchObject({ code: 'plaintext-after-starttls' });
    expect(() => {
      first.dialogue.send('more');
    }).toThrow('the dialogue is over');

    const second = await scene(inject, { upgrade: () => Promise.reject(new TypeError('bug in verify')) });
    second.dialogue.send('STARTTLS');
    await expect(second.clock.run(second.dialogue.next())).rejects.toThrow('bug in verify');
  });

  it('shows an observer both directions, secrets masked', async () => {
    const seen: string[] = [];
    const { dialogue, clock } = await scene(
      async (server) => {
        await server.read();
        await server.write(utf8('ok\n'));
      },
      {
        observe: {
          wrote: (bytes) => seen.push(`C ${latin1(bytes)}`),
          received: (bytes) => seen.push(`S ${latin1(bytes)}`),
        },
      },
    );
    dialogue.send('secret');
    await clock.run(dialogue.next());
    expect(seen).toEqual(['C ***', 'S ok\n']);
  });
});

describe('what our own side throws', () => {
  const bug = new TypeError('a bug of ours');
  const fails = (): never => {
    throw bug;
  };
  const greet = async (server: Connection): Promise<void> => {
    await server.write(utf8('hello\n'));
    while (await server.read());
  };

  it('in an observer that sees what came reaches whoever waits, and breaks the connection', async () => {
    const { dialogue, clock, network } = await scene(greet, { observe: { received: fails } });
    await expect(clock.run(dialogue.next())).rejects.toBe(bug);
    await expect(dialogue.next()).rejects.toBe(bug);
    await clock.advance(1000);
    expect(network.counts.open).toBe(0);
    expect(clock.alarms).toBe(0);
  });

  it('in an observer that sees what goes reaches whoever waited since before', async () => {
    const { dialogue, clock } = await scene(greet, { observe: { wrote: fails } });
    expect(await clock.run(dialogue.next())).toBe('hello');
    const waiting = dialogue.next().catch((caught: unknown) => caught);
    await clock.advance(10);
    dialogue.send('a');
    expect(await waiting).toBe(bug);
    expect(() => {
      dialogue.send('b');
    }).toThrow('the dialogue is over');
  });

  it.each(['receive', 'receiveEnd', 'tick', 'start'] as const)(
    'in the machine’s %s reaches whoever waits',
    async (method) => {
      const clock = virtualClock();
      const network = simulatedNetwork({ clock });
      await network.listen(endpoint, async (server) => {
        if (method === 'receive') await server.write(utf8('hello\n'));
        if (method === 'receiveEnd') await server.end();
        while (await server.read());
      });
      const machine = { ...toyMachine(), [method]: fails };
      const deadline = { get: () => 2000 };
      Object.defineProperty(machine, 'deadline', deadline);
      const connection = await clock.run(network.connect(endpoint));
      await expect(clock.run(converse(machine, connection, { clock }).next())).rejects.toBe(bug);
      await clock.advance(1000);
      expect(network.counts.open).toBe(0);
    },
  );

  it('around a handshake reaches whoever waits', async () => {
    const go = async (server: Connection): Promise<void> => {
      await read(server, '\n');
      await server.write(utf8('go\n'));
      await server.acceptTls(testTlsOffer);
      while (await server.read());
    };
    const upgrade: ConverseOptions['upgrade'] = (connection, options) =>
      connection.handshake(testTlsRequest(), options);
    const observed = await scene(go, { upgrade, observe: { secured: fails } });
    observed.dialogue.send('STARTTLS');
    await expect(observed.clock.run(observed.dialogue.next())).rejects.toBe(bug);
    const without = await scene(go);
    without.dialogue.send('STARTTLS');
    await expect(without.clock.run(without.dialogue.next())).rejects.toThrow('no upgrade was given');
    const sync = await scene(go, { upgrade: fails });
    sync.dialogue.send('STARTTLS');
    await expect(sync.clock.run(sync.dialogue.next())).rejects.toBe(bug);
  });
});

describe('a handshake that begins while somebody reads', () => {
  /** A machine that begins TLS as soon as it is told to, whatever the other end has said. */
  function eager(): Machine<string, string> {
    const machine = toyMachine();
    const refused: Fault = { kind: 'peer', reason: 'plaintext-after-starttls', phase: 'tls', after: 0 };
    return {
      start: (now) => machine.start(now),
      send: () => [{ type: 'start-tls' }],
      sendAll: () => [{ type: 'start-tls' }],
      receive: (bytes, now) =>
        machine.secured ? machine.receive(bytes, now) : [{ type: 'end', fault: refused }],
      receiveEnd: (now, how) => machine.receiveEnd(now, how),
      tlsReady: (tls, now) => machine.tlsReady(tls, now),
      tick: (now) => machine.tick(now),
      get deadline() {
        return machine.deadline;
      },
      get state() {
        return machine.state;
      },
    };
  }

  async function begin(server: (connection: Connection) => Promise<void>) {
    const clock = virtualClock();
    const network = simulatedNetwork({ clock });
    await network.listen(endpoint, server);
    const connection = await clock.run(network.connect(endpoint));
    const dialogue = converse(eager(), connection, {
      clock,
      upgrade: (upgraded, options) => upgraded.handshake(testTlsRequest(), options),
    });
    const first = dialogue.next();
    first.catch(() => undefined);
    return { clock, dialogue, first };
  }

  it('hears of TLS first, then what was said inside', async () => {
    const { clock, dialogue, first } = await begin(async (server) => {
      await server.acceptTls(testTlsOffer);
      await server.write(utf8('inside\n'));
      while (await server.read());
    });
    dialogue.send('now');
    expect(await clock.run(first)).toBe('secured');
    expect(await clock.run(dialogue.next())).toBe('inside');
  });

  /** A handshake in which bytes come before its end is known: inside TLS, or in plaintext. */
  function hasty(layer: 'inside' | 'plaintext') {
    const bytes = Promise.withResolvers<Uint8Array>();
    const reads: Promise<Uint8Array | undefined>[] = [bytes.promise];
    const connection = {
      endpoint,
      localEndpoint: endpoint,
      tls: undefined as TlsInfo | undefined,
      read: () => reads.shift() ?? new Promise<never>(() => undefined),
      write: () => Promise.resolve(),
      handshake: () => Promise.reject(new Error('not here')),
      acceptTls: () => Promise.reject(new Error('not here')),
      end: () => Promise.resolve(),
      reset: () => undefined,
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
    const dialogue = converse(eager(), connection, {
      clock: virtualClock(),
      upgrade: async () => {
        if (layer === 'inside') connection.tls = testTlsInfo;
        bytes.resolve(utf8('said\n'));
        await new Promise((resolve) => void setImmediate(resolve));
        connection.tls = testTlsInfo;
        return testTlsInfo;
      },
    });
    const first = dialogue.next();
    dialogue.send('now');
    return { dialogue, first };
  }

  it('hears of TLS first although the bytes inside are quicker than the end of the handshake', async () => {
    const { dialogue, first } = hasty('inside');
    expect(await first).toBe('secured');
    expect(await dialogue.next()).toBe('said');
  });

  it('TLS-012 refuses plaintext that a read brings in the middle of it', async () => {
    await expect(hasty('plaintext').first).rejects.toMatchObject({ code: 'plaintext-after-starttls' });
  });

  it('TLS-012 never takes plaintext for something said inside', async () => {
    const { clock, dialogue, first } = await begin(async (server) => {
      await server.write(utf8('injected\n'));
      while (await server.read());
    });
    await clock.advance(9);
    dialogue.send('now');
    await expect(clock.run(first)).rejects.toMatchObject({
      code: expect.stringMatching(/^(plaintext-after-starttls|tls-not-spoken)$/),
    });
  });
});
