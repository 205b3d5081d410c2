import { concatBytes, isWireError, latin1, utf8 } from '@postern/wire';
import type { Connection } from '@postern/wire';
import { connectedTo, simulatedNetwork, virtualClock } from '@postern/wire/testing';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { authenticate, credentials, open, settled } from '../../test/dialogue.ts';
import { memoryMaildrop, servePop3 } from './index.ts';
import type { ServePop3Options, StoredMessage } from './index.ts';
import { stuffed, topOf } from './reply.ts';
import { createStuffing, createTopping } from './streaming.ts';

/** Text full of what matters: dots, CR and LF in any order, blank lines. */
const wildText = fc
  .array(fc.constantFrom('.', '\r\n', '\n', '\r', 'a', '\r\n.', '\r\n\r\n'), { maxLength: 24 })
  .map((parts) => parts.join(''));

function cutUp(text: string, sizes: Iterator<number>): readonly Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < text.length;) {
    const size = sizes.next().value as number;
    pieces.push(utf8(text.slice(at, at + size)));
    at += size;
  }
  return pieces;
}

const sizes = fc.infiniteStream(fc.integer({ min: 0, max: 4 })).map((stream) => {
  // Empty pieces too, but not for ever.
  let turn = 0;
  return {
    next: () => {
      turn += 1;
      return { done: false as const, value: turn % 3 === 0 ? 1 : (stream.next().value as number) };
    },
  };
});

describe('a message in pieces', () => {
  test('POP3-071 has its dots stuffed as in one piece, and its last line ended', () => {
    fc.assert(
      fc.property(wildText, sizes, (text, cuts) => {
        const stuffing = createStuffing();
        const pieces = cutUp(text, cuts).map((piece) => stuffing.push(piece));
        const wire = latin1(concatBytes([...pieces, stuffing.end()]));
        const whole = text === '' || text.endsWith('\r\n') ? text : `${text}\r\n`;
        expect(wire).toBe(`${latin1(stuffed(utf8(whole)))}.\r\n`);
      }),
    );
  });

  test('POP3-023 is cut by TOP where it is cut in one piece', () => {
    fc.assert(
      fc.property(wildText, sizes, fc.nat(3), (wild, cuts, lines) => {
        const text = `${wild}\r\n`;
        const topping = createTopping(lines);
        let top = '';
        for (const piece of cutUp(text, cuts)) {
          const { bytes, done } = topping.push(piece);
          top += latin1(bytes);
          if (done) break;
        }
        expect(top).toBe(latin1(topOf(utf8(text), lines)));
      }),
    );
  });
});

/** A message from elsewhere, and how far it has been read. */
function streamed(pieces: Iterable<Uint8Array | Error>, octets = 0) {
  const log = { read: 0, closed: 0, signal: undefined as AbortSignal | undefined };
  const message: StoredMessage = {
    uid: 's1',
    octets,
    async *read({ signal }) {
      log.signal = signal;
      try {
        for (const piece of pieces) {
          log.read += 1;
          if (piece instanceof Error) throw piece;
          yield piece;
        }
      } finally {
        log.closed += 1;
      }
    },
  };
  return { message, log };
}

const letter = [utf8('Subject: x\r\n\r\n1'), utf8('\r\n'), utf8('.2\r\n3')];

describe('a server with a message from elsewhere', () => {
  test('POP3-021 POP3-022 POP3-023 lists, sends and cuts it, between others and in order', async () => {
    const { message, log } = streamed(letter, 22);
    const maildrop = memoryMaildrop(['a\r\n', message, 'b\r\n']);
    const { pop3 } = await open({
      maildrop: () => maildrop,
      auth: { authenticate, insideTlsOnly: false },
      greeting: { type: 'ready', timestamp: '<1@x>' },
      apop: () => true,
    });
    await pop3.apop({ user: 'tim', digest: () => '0'.repeat(32) }, { where: 'anywhere' });
    expect(await pop3.maildrop.stat()).toMatchObject({ value: { messages: 3, octets: 28 } });
    expect(await pop3.maildrop.list()).toMatchObject({
      value: [{ octets: 3 }, { octets: 22 }, { octets: 3 }],
    });
    const texts: string[] = [];
    for await (const found of pop3.maildrop.messages())
      texts.push(found.ok ? latin1(await found.content.bytes()) : found.reply.text);
    expect(texts).toEqual(['a\r\n', 'Subject: x\r\n\r\n1\r\n.2\r\n3\r\n', 'b\r\n']);
    const top = await pop3.maildrop.top(2, 1);
    expect(top.ok && latin1(await top.content.bytes())).toBe('Subject: x\r\n\r\n1\r\n');
    // Of the first reading all three pieces, of the second no more than was wanted.
    expect(log).toMatchObject({ read: 5, closed: 2 });
    await pop3.maildrop.dele(2);
    expect(await pop3.quit()).toMatchObject({ update: 'done' });
    expect(maildrop.messages).toHaveLength(2);
  });

  test('RFC 6856 §5 refuses a header that is not ASCII to a client that did not say UTF8', async () => {
    const { message, log } = streamed(letter);
    const { wire } = await loggedIn({ ...message, header: 'utf8' }, { utf8: 'offered' });
    await wire.write(utf8('RETR 1\r\n'));
    expect(await wire.until('\r\n')).toMatch(/^-ERR \[UTF8\]/);
    expect(log.read).toBe(0);
  });

  test('reads its source no faster than the client takes it, and a hundred megabytes arrive whole', async () => {
    const piece = utf8(`${'.'.repeat(62)}\r\n`.repeat(1024));
    const count = 1600;
    const { message, log } = streamed(repeated(piece, count), piece.length * count);
    const { wire } = await loggedIn(message);
    await wire.write(utf8('RETR 1\r\nNOOP\r\n'));
    for (let turn = 0; turn < 50; turn += 1) await settled();
    const ahead = log.read;
    // What a network takes in by itself, and a piece or two: far from a hundred megabytes.
    expect(ahead).toBeLessThan(10);
    let octets = 0;
    let most = 0;
    let tail = '';
    while (!tail.endsWith('\r\n.\r\n+OK\r\n')) {
      const bytes = (await wire.connection.read()) ?? utf8('closed\r\n.\r\n+OK\r\n');
      octets += bytes.length;
      most = Math.max(most, log.read - octets / (piece.length + 1024));
      tail = (tail + latin1(bytes.subarray(-12))).slice(-12);
    }
    expect(octets).toBe('+OK\r\n'.length + (piece.length + 1024) * count + '.\r\n+OK\r\n'.length);
    expect(most).toBeLessThan(10);
  });

  test('breaks the connection where the source fails, so that no part is taken for the whole', async () => {
    const failure = new Error('disk');
    const { message } = streamed([utf8('a\r\n'), failure]);
    const { wire, served, maildrop } = await loggedIn(message);
    await wire.write(utf8('RETR 1\r\n'));
    const end = await wire.until('\r\n.\r\n').catch((error: unknown) => error);
    expect(isWireError(end) ? end.code : end).toBe('reset');
    expect(await served).toBe(failure);
    expect(maildrop.open()).toBeDefined();
  });

  test('stops the source when the client goes away', async () => {
    const { message, log } = streamed(repeated(utf8('a\r\n'.repeat(30_000)), 100));
    const { wire, served, maildrop } = await loggedIn(message);
    await wire.write(utf8('RETR 1\r\n'));
    await wire.until('a\r\n');
    wire.connection.reset();
    await served;
    for (let turn = 0; turn < 10; turn += 1) await settled();
    expect(log).toMatchObject({ closed: 1, signal: { aborted: true } });
    expect(log.read).toBeLessThan(100);
    expect(maildrop.open()).toBeDefined();
  });

  test('lets no client fill the memory with commands meanwhile', async () => {
    const never = new Promise<never>(() => undefined);
    const message: StoredMessage = {
      uid: 'n',
      octets: 1,
      async *read() {
        yield await never;
      },
    };
    const { wire, served } = await loggedIn(message, { limits: { maxWaitingBytes: 1000 } });
    await wire.write(utf8(`RETR 1\r\n${'NOOP\r\n'.repeat(200)}`));
    expect(await served).toBe('ended');
  });

  test('POP3-013 gives up a client that takes nothing for ten minutes, and deletes nothing', async () => {
    const clock = virtualClock();
    const network = simulatedNetwork({ clock });
    const { message, log } = streamed(repeated(utf8('a\r\n'.repeat(30_000)), 100));
    const maildrop = memoryMaildrop(['x\r\n', message]);
    let served: Promise<unknown> | undefined;
    await network.listen({ address: '192.0.2.1', port: 110 }, (connection) => {
      served = serve(connection, maildrop, { clock });
      return Promise.resolve();
    });
    const connection = await clock.run(network.connect({ address: '192.0.2.1', port: 110 }));
    await connection.write(utf8('USER tim\r\nPASS tanstaaf\r\nDELE 1\r\nRETR 2\r\n'));
    await clock.advance(1000);
    const read = log.read;
    expect(read).toBeGreaterThan(0);
    await clock.advance(598_000);
    expect(maildrop.open()).toBeUndefined();
    await clock.advance(3_000);
    await served;
    expect(log).toMatchObject({ read, signal: { aborted: true } });
    expect(maildrop.messages).toHaveLength(2);
    expect(maildrop.open()).toBeDefined();
  });
});

function* repeated(piece: Uint8Array, count: number): Generator<Uint8Array> {
  for (let turn = 0; turn < count; turn += 1) yield piece;
}

function serve(
  connection: Connection,
  maildrop: ReturnType<typeof memoryMaildrop>,
  options: Partial<ServePop3Options> = {},
): Promise<unknown> {
  return servePop3(connection, {
    clock: virtualClock(),
    auth: { authenticate, insideTlsOnly: false },
    maildrop: () => maildrop,
    ...options,
  }).then(
    () => 'ended',
    (error: unknown) => error,
  );
}

/** A session in the clear with this one message; `served` = how it ended. */
async function loggedIn(message: StoredMessage, options: Partial<ServePop3Options> = {}) {
  const maildrop = memoryMaildrop([message]);
  const served = Promise.withResolvers<unknown>();
  const connection = await connectedTo(async (accepted) => {
    served.resolve(await serve(accepted, maildrop, options));
  });
  let held = '';
  const until = async (end: string): Promise<string> => {
    while (!held.includes(end)) {
      const bytes = await connection.read();
      if (!bytes) return held;
      held += latin1(bytes);
    }
    const at = held.indexOf(end) + end.length;
    const found = held.slice(0, at);
    held = held.slice(at);
    return found;
  };
  const write = (bytes: Uint8Array): Promise<void> => connection.write(bytes);
  await write(utf8(`USER ${credentials.user}\r\nPASS ${credentials.password}\r\n`));
  for (let turn = 0; turn < 3; turn += 1) await until('\r\n');
  return { wire: { connection, until, write }, served: served.promise, maildrop };
}
