import { describe, expect, it } from 'vitest';
import { converse, latin1, utf8, WireError } from '@postern/wire';
import type { Connection, ConverseOptions } from '@postern/wire';
import { memoryNetwork, simulatedNetwork, virtualClock } from '@postern/wire/testing';
import type { SimulatedNetwork, VirtualClock } from '@postern/wire/testing';
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

async function read(connection: Connection, until: string): Promise<string> {
  let text = '';
  while (!text.includes(until)) {
    const bytes = await connection.read();
    if (!bytes) break;
    text += latin1(bytes);
  }
  return text;
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
        await server.acceptTls({ identity: () => ({ key: '', chain: '' }) });
        seen.push(await read(server, '\n'));
        await server.write(utf8('inside\n'));
      },
      {
        upgrade: (connection, options) =>
          connection.handshake(
            { serverName: 'mail.test', verify: () => ({ status: 'verified', by: 'pkix' }) },
            options,
          ),
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
      connection.handshake({ serverName: 'x', verify: () => ({ status: 'verified', by: 'pkix' }) }, options);
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
