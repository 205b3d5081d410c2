import { utf8 } from '@postern/wire';
import {
  scriptedPeer,
  simulatedNetwork,
  testTlsOffer,
  testTlsRequest,
  virtualClock,
} from '@postern/wire/testing';
import type { Path } from '@postern/wire/testing';
import { describe, expect, test } from 'vitest';
import { authenticate, credentials, open, reasonOf, settled } from '../../test/dialogue.ts';
import { openPop3 } from '../index.ts';
import type { Pop3 } from '../index.ts';
import { memoryMaildrop, servePop3 } from '../server/index.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Fetches and deletes everything from a server that is 50 ms away; how many round trips that took behind the handshake. */
async function roundTrips(count: number, path: Path = {}, seed = 1): Promise<number> {
  const clock = virtualClock();
  const network = simulatedNetwork({ clock, seed, path: { latency: 50, ...path } });
  const stored = memoryMaildrop(Array.from({ length: count }, (_, index) => `message ${index}\r\n`));
  await network.listen({ address: '192.0.2.1', port: 995 }, async (connection) => {
    await connection.acceptTls(testTlsOffer);
    await servePop3(connection, { clock, auth: { authenticate }, maildrop: () => stored });
  });
  return clock.run(async () => {
    const connection = await network.connect({ address: '192.0.2.1', port: 995 });
    await connection.handshake(testTlsRequest());
    const begun = clock.now();
    const pop3 = await openPop3(connection, { clock });
    await pop3.login(credentials);
    let fetched = 0;
    for await (const message of pop3.maildrop.messages()) {
      if (!message.ok) continue;
      expect(text(await message.content.bytes())).toBe(`message ${message.number - 1}\r\n`);
      message.delete();
      fetched += 1;
    }
    expect(fetched).toBe(count);
    expect(await pop3.quit()).toMatchObject({ update: 'done' });
    expect(stored.messages).toHaveLength(0);
    return (clock.now() - begun) / 100;
  });
}

/** A session with a server that says what a test tells it to. */
async function session(script: Parameters<typeof scriptedPeer>[0], clock = virtualClock()): Promise<Pop3> {
  const connection = await scriptedPeer(async (peer) => {
    await peer.connection.acceptTls(testTlsOffer);
    await peer.send('+OK\r\n');
    for (const reply of ['+OK\r\nUSER\r\nPIPELINING\r\n.\r\n', '+OK\r\n', '+OK\r\n']) {
      await peer.line();
      await peer.send(reply);
    }
    await script(peer);
  });
  const pop3 = await openPop3(connection, { clock, tls: testTlsRequest() });
  await pop3.login(credentials);
  return pop3;
}

describe('messages', () => {
  test('POP3-035 five waits fetch and delete any number of messages', async () => {
    // CAPA, AUTH, LIST with UIDL, RETR, and QUIT behind the last DELE; the greeting comes with the end of the handshake.
    expect(await roundTrips(3)).toBe(5);
    expect(await roundTrips(300)).toBe(5);
    expect(await roundTrips(700)).toBe(5);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'POP3-005 POP3-035 fetches the same in whatever segments it comes (seed %i)',
    async (seed) => {
      expect(await roundTrips(40, { segmentBytes: 1 + seed * 3 }, seed)).toBeGreaterThan(0);
    },
  );

  test('POP3-035 asks for one after the other where PIPELINING is not listed', async () => {
    const said: (string | undefined)[] = [];
    const connection = await scriptedPeer(async ({ send, line, connection: accepted }) => {
      await accepted.acceptTls(testTlsOffer);
      await send('+OK\r\n');
      for (const reply of ['-ERR\r\n', '+OK\r\n', '+OK\r\n', '+OK\r\n1 3\r\n2 3\r\n.\r\n', '-ERR\r\n']) {
        await line();
        await send(reply);
      }
      for (const reply of ['+OK\r\na\r\n.\r\n', '+OK\r\nb\r\n.\r\n']) {
        const bytes = await accepted.read();
        said.push(bytes && text(bytes));
        await send(reply);
      }
    });
    const pop3 = await openPop3(connection, { clock: virtualClock(), tls: testTlsRequest() });
    await pop3.login(credentials);
    for await (const message of pop3.maildrop.messages()) if (message.ok) await message.content.discard();
    expect(said).toEqual(['RETR 1\r\n', 'RETR 2\r\n']);
  });

  test('POP3-035 gives three results in order, one of them a refusal', async () => {
    const pop3 = await session(async ({ send, line }) => {
      await line();
      await send('+OK\r\n1 3\r\n9 3\r\n2 3\r\n.\r\n');
      const said = [await line(), await line(), await line()];
      expect(said).toEqual(['RETR 1', 'RETR 9', 'RETR 2']);
      await send('+OK\r\na\r\n.\r\n-ERR gone\r\n+OK\r\nb\r\n.\r\n');
    });
    const results: unknown[] = [];
    for await (const message of pop3.maildrop.messages())
      results.push(message.ok ? text(await message.content.bytes()) : message.reply.text);
    expect(results).toEqual(['a\r\n', 'gone', 'b\r\n']);
  });

  test('POP3-035 no DELE is written where the connection is lost inside the message', async () => {
    const said: string[] = [];
    const pop3 = await session(async ({ send, line, connection }) => {
      await line();
      await send('+OK\r\n1 3\r\n2 3\r\n.\r\n');
      said.push((await line()) ?? '', (await line()) ?? '');
      await send('+OK\r\na');
      await connection.end();
      for (let more = await line(); more !== undefined; more = await line()) said.push(more);
    });
    const fetching = (async () => {
      for await (const message of pop3.maildrop.messages()) {
        if (!message.ok) continue;
        expect(() => {
          message.delete();
        }).toThrow(/not read to its end/);
        await message.content.bytes();
        message.delete();
      }
    })();
    expect(await reasonOf(fetching)).toBe('truncated');
    await settled();
    expect(said).toEqual(['RETR 1', 'RETR 2']);
    expect(await reasonOf(pop3.maildrop.stat())).toBe('truncated');
  });

  test('fetches only what is wanted', async () => {
    const stored = memoryMaildrop(['a\r\n', 'b\r\n', 'c\r\n']);
    const { pop3, seen } = await open(
      { implicitTls: true, maildrop: () => stored },
      { tls: testTlsRequest() },
    );
    await pop3.login(credentials);
    const uids: (string | undefined)[] = [];
    for await (const { uid } of pop3.maildrop.messages({ only: (entry) => entry.uid !== 'm2' }))
      uids.push(uid);
    expect(uids).toEqual(['m1', 'm3']);
    expect(seen.filter((event) => event.type === 'command' && event.verb === 'RETR')).toHaveLength(2);
  });

  test('a loop that is left reads what was on its way, and the dialogue goes on', async () => {
    const stored = memoryMaildrop(Array.from({ length: 50 }, (_, index) => `${index}\r\n`));
    const { pop3 } = await open({ implicitTls: true, maildrop: () => stored }, { tls: testTlsRequest() });
    await pop3.login(credentials);
    let kept: (() => void) | undefined;
    for await (const message of pop3.maildrop.messages()) {
      if (!message.ok) continue;
      await message.content.bytes();
      message.delete();
      expect(await reasonOf(pop3.noop())).toBe('usage');
      if (message.number < 2) continue;
      kept = () => {
        message.delete();
      };
      break;
    }
    // Too late: other commands could be under way.
    expect(kept).toThrow(/past this message/);
    expect(await pop3.maildrop.stat()).toMatchObject({ value: { messages: 48 } });
    expect(pop3.maildrop.marked).toEqual([1, 2]);
    expect(await pop3.quit()).toMatchObject({ update: 'done', marked: [1, 2] });
    expect(stored.messages).toHaveLength(48);
  });

  test('an error inside the loop is the one that is thrown', async () => {
    const stored = memoryMaildrop(['a\r\n', 'b\r\n']);
    const { pop3 } = await open({ implicitTls: true, maildrop: () => stored }, { tls: testTlsRequest() });
    await pop3.login(credentials);
    const fetching = (async () => {
      for await (const message of pop3.maildrop.messages()) throw new Error(`no room for ${message.number}`);
    })();
    await expect(fetching).rejects.toThrow('no room for 1');
    expect(await pop3.maildrop.stat()).toMatchObject({ ok: true });
  });

  test('LIST that is refused breaks the dialogue', async () => {
    const pop3 = await session(async ({ send, line }) => {
      await line();
      await send('-ERR no\r\n');
    });
    expect(await reasonOf(pop3.maildrop.messages()[Symbol.asyncIterator]().next())).toBe('protocol-error');
  });

  test('a message of dots comes as it was stored', async () => {
    const content = '.\r\n..\r\n...\r\n\r\n.a\r\n';
    const stored = memoryMaildrop([{ uid: 'x', content: utf8(content) }]);
    const { pop3 } = await open({ implicitTls: true, maildrop: () => stored }, { tls: testTlsRequest() });
    await pop3.login(credentials);
    for await (const message of pop3.maildrop.messages())
      expect(message.ok && text(await message.content.bytes())).toBe(content);
    expect.assertions(1);
  });
});

describe('replies to DELE that are still to come', () => {
  test('POP3-015 stand still until the next call, and then have their time', async () => {
    const clock = virtualClock();
    const answer = Promise.withResolvers<void>();
    const pop3 = await session(async ({ send, line }) => {
      await line();
      await send('+OK\r\n1 3\r\n.\r\n');
      await line();
      await send('+OK\r\na\r\n.\r\n');
      await answer.promise;
      await send('+OK\r\n');
    }, clock);
    for await (const message of pop3.maildrop.messages()) {
      if (!message.ok) continue;
      await message.content.bytes();
      message.delete();
    }
    expect(pop3.maildrop.marked).toEqual([]);
    await clock.advance(3_600_000);
    answer.resolve();
    const waiting = reasonOf(pop3.maildrop.stat());
    await settled();
    expect(pop3.maildrop.marked).toEqual([1]);
    await clock.advance(60_000);
    expect(await waiting).toBe('timeout-reply');
  });

  test('POP3-027 may be lost with the connection, and then nobody knows', async () => {
    const pop3 = await session(async ({ send, line, connection }) => {
      await line();
      await send('+OK\r\n1 3\r\n.\r\n');
      await line();
      await send('+OK\r\na\r\n.\r\n');
      expect([await line(), await line()]).toEqual(['DELE 1', 'QUIT']);
      await connection.end();
    });
    for await (const message of pop3.maildrop.messages()) {
      if (!message.ok) continue;
      await message.content.bytes();
      message.delete();
    }
    expect(await pop3.quit()).toEqual({ update: 'unknown', marked: [1], reply: undefined });
  });

  test('POP3-011 keep disposal from saying QUIT', async () => {
    const stored = memoryMaildrop(['a\r\n']);
    const { pop3, seen } = await open(
      { implicitTls: true, maildrop: () => stored },
      { tls: testTlsRequest() },
    );
    await pop3.login(credentials);
    for await (const message of pop3.maildrop.messages()) {
      if (!message.ok) continue;
      await message.content.bytes();
      message.delete();
    }
    await pop3[Symbol.asyncDispose]();
    for (let turn = 0; turn < 9; turn += 1) await settled();
    expect(stored.messages).toHaveLength(1);
    expect(seen).not.toContainEqual({ type: 'command', verb: 'QUIT' });
  });
});

describe('QUIT', () => {
  test.each([
    ['+OK bye\r\n', 'done'],
    ['-ERR some deleted messages not removed\r\n', 'partial'],
    [undefined, 'unknown'],
  ])('POP3-027 after %j the update is %s', async (reply, update) => {
    const pop3 = await session(async ({ send, line, connection }) => {
      await line();
      await send('+OK\r\n');
      await line();
      if (reply !== undefined) await send(reply);
      else await connection.end();
    });
    await pop3.maildrop.dele(7);
    expect(await pop3.quit()).toMatchObject({ update, marked: [7] });
  });

  test('POP3-027 rejects where the server had gone before, because then nothing was deleted', async () => {
    const pop3 = await session(async ({ send, line, connection }) => {
      await line();
      await send('+OK\r\n');
      await settled();
      await send('-ERR idle for too long\r\n');
      await connection.end();
    });
    await pop3.maildrop.dele(7);
    for (let turn = 0; turn < 9; turn += 1) await settled();
    expect(await reasonOf(pop3.quit())).toBe('server-closing');
  });

  test('POP3-011 without marks nothing is updated, also where the server had gone', async () => {
    const { pop3 } = await open();
    expect(await pop3.quit()).toMatchObject({ update: 'none', marked: [], reply: { status: '+OK' } });
    const left = await session(async ({ connection }) => connection.end());
    expect(await left.quit()).toEqual({ update: 'none', marked: [], reply: undefined });
  });
});

describe('a loop that is broken off over a line that breaks', () => {
  test('says why to the loop and to the calls behind it, and lets go of the turn', async () => {
    const pop3 = await session(async ({ send, line, connection }) => {
      await line();
      await send('+OK\r\n1 3\r\n2 3\r\n.\r\n');
      await line();
      await line();
      await send('+OK\r\na\r\n.\r\n+OK\r\nb');
      await connection[Symbol.asyncDispose]();
    });
    const loop = async (): Promise<void> => {
      for await (const message of pop3.maildrop.messages()) {
        expect(message.number).toBe(1);
        break;
      }
    };
    expect(await reasonOf(loop())).toBe('truncated');
    expect(await reasonOf(pop3.noop())).toBe('truncated');
    expect(await reasonOf(pop3.quit())).toBe(undefined);
  });

  test('an abort meanwhile is rejected with its reason, and the calls behind it know that it is over', async () => {
    const pop3 = await session(async ({ send, line }) => {
      await line();
      await send('+OK\r\n1 3\r\n2 3\r\n.\r\n');
      await line();
      await line();
      await send('+OK\r\na\r\n.\r\n+OK\r\nb');
    });
    const controller = new AbortController();
    const loop = async (): Promise<void> => {
      for await (const message of pop3.maildrop.messages({ signal: controller.signal })) {
        expect(message.number).toBe(1);
        break;
      }
    };
    const broken = loop();
    await settled();
    controller.abort('enough');
    await expect(broken).rejects.toBe('enough');
    expect(await reasonOf(pop3.noop())).toBe('closed');
  });
});
