import { UsageError, utf8 } from '@postern/wire';
import { scriptedPeer, virtualClock } from '@postern/wire/testing';
import { array, assert, asyncProperty, constantFrom, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { imapClient, openImap } from '../src/index.ts';
import type { Imap, StreamedMessage } from '../src/index.ts';
import { memoryMailStore } from '../src/server/index.ts';
import type { MailStore, ServeImapOptions } from '../src/server/index.ts';
import { open, reasonOf, settled } from './dialogue.ts';
import { talk } from './scripted-server.ts';
import { bytes, contents } from './server-session.ts';

/** A client of our own server, logged in. */
async function serving(
  options: Partial<ServeImapOptions> = {},
): Promise<{ readonly imap: Imap; readonly store: MailStore; readonly shown: () => string }> {
  const store = memoryMailStore();
  const { imap, shown } = await open({ greeting: { type: 'preauth' }, store: () => store, ...options });
  return { imap, store, shown };
}

const streamed = (octets: number, ...pieces: readonly string[]): StreamedMessage => ({
  octets,
  pieces: pieces.map((piece) => utf8(piece)),
});

/** Pieces, and what happened to their source. */
function source(...pieces: readonly (Uint8Array | Error)[]): {
  readonly pieces: AsyncIterable<Uint8Array>;
  readonly log: string[];
} {
  const log: string[] = [];
  return {
    log,
    pieces: (async function* () {
      try {
        for (const piece of pieces) {
          await settled();
          if (piece instanceof Error) throw piece;
          log.push(`read ${piece.length}`);
          yield piece;
        }
      } finally {
        log.push('closed');
      }
    })(),
  };
}

describe('a message in pieces', () => {
  test('IMAP-048 IMAP-090 is announced with its size and sent with leave', async () => {
    const { imap, heard } = await talk((line) => {
      if (line.endsWith('{6}')) return ['+ go'];
      return line === 'abcdef' ? ['a1 OK [APPENDUID 9 12] x'] : undefined;
    });
    expect(await imap.append('x', streamed(6, 'ab', '', 'cdef'), { flags: ['$X'] })).toMatchObject({
      ok: true,
      value: { uidValidity: 9 },
    });
    expect(heard).toEqual(['a1 APPEND "x" ($X) {6}', 'abcdef']);
  });

  test('IMAP-090 is not read at all where the server refuses it', async () => {
    const { imap } = await talk((line) => (line.endsWith('}') ? ['$ NO [TOOBIG] x'] : undefined));
    const { pieces, log } = source(utf8('ab'), utf8('cd'));
    expect(await imap.append('x', { octets: 4, pieces })).toMatchObject({
      ok: false,
      reply: { code: { name: 'TOOBIG' } },
    });
    await settled();
    expect(log).toEqual(['read 2', 'closed']);
    expect(await imap.noop()).toMatchObject({ ok: true });
  });

  test('IMAP-048 IMAP-091 whatever its pieces and whatever literals are allowed, it arrives as it is', async () => {
    await assert(
      asyncProperty(
        array(uint8Array({ min: 1, maxLength: 5000 }), { minLength: 1, maxLength: 6 }),
        constantFrom([], ['LITERAL+'], ['LITERAL-'], ['LITERAL+', 'APPENDLIMIT=100000']),
        async (parts, literals) => {
          const { imap, store } = await serving({ capabilities: ['IMAP4rev1', ...literals] });
          const whole = parts.map((part) => String.fromCharCode(...part)).join('');
          const answer = await imap.append('INBOX', { octets: whole.length, pieces: parts });
          expect(answer.ok).toBe(whole.length > 0);
          expect(contents(store, 'INBOX')).toEqual(whole === '' ? [] : [whole]);
          expect(await imap.noop()).toMatchObject({ ok: true });
        },
      ),
      { numRuns: 40 },
    );
  });

  test.each([
    ['too few', 7, ['ab', 'cd']],
    ['too few by far', 7, []],
    ['too many in one', 3, ['ab', 'cd']],
    ['too many behind', 4, ['ab', 'cd', 'e']],
  ] as const)(
    'a source that yields %s octets costs the connection, and nothing is kept',
    async (_, octets, parts) => {
      const { imap, store } = await serving();
      await expect(imap.append('INBOX', streamed(octets, ...parts))).rejects.toThrow(UsageError);
      await settled();
      expect(contents(store, 'INBOX')).toEqual([]);
      await expect(imap.noop()).rejects.toThrow(/octets than announced/);
    },
  );

  test('a source that fails costs the connection once it was announced, and its error comes out', async () => {
    const { imap, store } = await serving();
    const error = new Error('disk');
    const { pieces, log } = source(utf8('ab'), error);
    await expect(imap.append('INBOX', { octets: 4, pieces })).rejects.toBe(error);
    expect(log).toEqual(['read 2', 'closed']);
    expect(contents(store, 'INBOX')).toEqual([]);
    // Before that it costs nothing.
    const second = await serving();
    await expect(second.imap.append('INBOX', { octets: 4, ...source(error) })).rejects.toBe(error);
    expect(await second.imap.append('INBOX', streamed(1, 'x'))).toMatchObject({ ok: true });
    expect(second.shown()).not.toContain('{4}');
  });

  test('it is read as fast as the server takes it, and no wait of ours runs while the source makes us wait', async () => {
    const clock = virtualClock();
    const more = Promise.withResolvers<void>();
    const connection = await scriptedPeer(async ({ send, line }) => {
      await send('* PREAUTH [CAPABILITY IMAP4rev1] hi\r\n');
      await line();
      await send('+ go\r\n');
      await line();
      await send('a1 OK x\r\n');
    });
    const imap = await openImap(connection, { clock, patience: { data: 1000, reply: 1000 } });
    const pieces = (async function* () {
      yield utf8('ab');
      await more.promise;
      yield utf8('cd');
    })();
    const appended = imap.append('x', { octets: 4, pieces });
    await settled();
    await clock.advance(3_600_000);
    more.resolve();
    expect(await appended).toMatchObject({ ok: true });
  });

  test('a server that takes nothing any more is given up', async () => {
    const clock = virtualClock();
    const connection = await scriptedPeer(async ({ send, line }) => {
      await send('* PREAUTH [CAPABILITY IMAP4rev1] hi\r\n');
      await line();
      await send('+ go\r\n');
      await new Promise(() => undefined);
    });
    const imap = await openImap(connection, { clock, patience: { data: 1000 } });
    let read = 0;
    const pieces = (function* () {
      for (; ; read += 1) yield new Uint8Array(65_536);
    })();
    const appended = reasonOf(imap.append('x', { octets: 2 ** 40, pieces }));
    await settled();
    await clock.advance(1000);
    expect(await appended).toBe('timeout-reply');
    expect(read).toBeLessThan(100);
  });

  test('an abort lets go of the source', async () => {
    const { imap } = await talk((line) => (line.endsWith('{4}') ? ['+ go'] : []));
    const controller = new AbortController();
    const { pieces, log } = source(utf8('ab'), utf8('c'), utf8('d'));
    const appended = imap.append('x', { octets: 4, pieces }, { signal: controller.signal });
    await settled();
    controller.abort('enough');
    await expect(appended).rejects.toBe('enough');
    await settled();
    await settled();
    expect(log.at(-1)).toBe('closed');
    expect(log.length).toBeLessThan(4);
  });
});

describe('several messages', () => {
  test('IMAP-048 are kept together, each with its flags, however they come', async () => {
    const { imap, store } = await serving();
    const kept = await imap.appendAll('INBOX', [
      { message: utf8('one'), flags: [String.raw`\Seen`] },
      { message: streamed(3, 't', 'wo'), internalDate: ' 1-Jan-2025 00:00:00 +0000' },
      { message: streamed(5, 'three') },
    ]);
    expect(kept.ok && kept.value?.uids.toString()).toBe('1:3');
    expect(contents(store, 'INBOX')).toEqual(['one', 'two', 'three']);
    expect(store.find('INBOX')?.messages).toMatchObject([
      { flags: [String.raw`\Seen`] },
      { internalDate: ' 1-Jan-2025 00:00:00 +0000' },
      { flags: [] },
    ]);
  });

  test('IMAP-048 a source that fails before its turn takes all back with a literal of no octets', async () => {
    for (const header of ['ascii', 'utf-8'] as const) {
      const { imap, store, shown } = await serving();
      await imap.enable(['UTF8=ACCEPT']);
      const error = new Error('disk');
      await expect(
        imap.appendAll('INBOX', [
          { message: streamed(3, 'one'), header },
          { message: { octets: 9, ...source(error) } },
          { message: streamed(3, 'two') },
        ]),
      ).rejects.toBe(error);
      expect(shown()).toContain(`one${header === 'utf-8' ? ')' : ''} {0}\r\n`);
      expect(contents(store, 'INBOX')).toEqual([]);
      expect(await imap.noop()).toMatchObject({ ok: true });
    }
  });

  test('IMAP-048 need MULTIAPPEND, and one at least', async () => {
    const { imap, heard } = await talk(() => undefined);
    const message = utf8('x');
    expect(await reasonOf(imap.appendAll('x', [{ message }, { message }]))).toBe('usage');
    expect(await reasonOf(imap.appendAll('x', []))).toBe('usage');
    expect(heard).toEqual([]);
  });
});

describe('what APPEND may announce', () => {
  test.each([
    ['IMAP4rev1 LITERAL+', 4097, '{4097}'],
    ['IMAP4rev1 LITERAL+', 4096, '{4096+}'],
    ['IMAP4rev1 LITERAL+ APPENDLIMIT=5000', 4097, '{4097+}'],
    ['IMAP4rev1 LITERAL+ APPENDLIMIT', 4097, '{4097}'],
    ['IMAP4rev1 LITERAL- APPENDLIMIT=5000', 4097, '{4097}'],
    ['IMAP4rev1', 1, '{1}'],
  ])('IMAP-049 IMAP-091 with %s, %d octets', async (capabilities, octets, literal) => {
    const { imap, heard } = await talk((line) => (line.endsWith('}') ? ['$ NO x'] : ['a1 NO x']), {
      capabilities,
    });
    await reasonOf(imap.append('x', new Uint8Array(octets).fill(120)));
    expect(heard[0]).toBe(`a1 APPEND "x" ${literal}`);
  });

  test('IMAP-049 nothing beyond the limit, and literal8 only where it is understood', async () => {
    const { imap, heard } = await talk(() => undefined, { capabilities: 'IMAP4rev1 APPENDLIMIT=0' });
    await expect(imap.append('x', streamed(1, 'x'))).rejects.toMatchObject({ code: 'size-exceeded' });
    expect(await reasonOf(imap.append('x', utf8(''), { binary: true }))).toBe('usage');
    expect(heard).toEqual([]);
  });
});

describe('the machine', () => {
  test('IMAP-090 takes no content that was not asked for, nor more of it, and believes no early completion', () => {
    const append = (): ReturnType<typeof imapClient> => {
      const machine = imapClient();
      machine.start(0);
      machine.receive(bytes('* PREAUTH [CAPABILITY IMAP4rev1] hi\r\n'), 0);
      const message = { type: 'message', content: { octets: 3 }, form: 'plain', sizeKnown: true } as const;
      machine.send({ verb: 'APPEND', arguments: [{ type: 'mailbox', name: 'x' }, message] }, 0);
      return machine;
    };
    const machine = append();
    expect(() => machine.send({ verb: 'CONTENT', bytes: bytes('x') }, 1)).toThrow(/no content is wanted/);
    expect(machine.receive(bytes('+ go\r\n'), 1)).toMatchObject([
      { type: 'event', event: { type: 'content', octets: 3 } },
    ]);
    expect(machine.state.name).toBe('content');
    expect(() => machine.send({ verb: 'CONTENT', bytes: bytes('abcd') }, 1)).toThrow(/more octets/);
    expect(() => machine.send({ verb: 'CANCEL' }, 1)).toThrow(/no further message/);
    expect(machine.receive(bytes('a1 OK done\r\n'), 2)).toMatchObject([
      { type: 'end', fault: { reason: 'protocol-error' } },
    ]);
    expect(() => machine.send({ verb: 'CONTENT', bytes: bytes('abc') }, 3)).toThrow(/no content is wanted/);
    const leaving = append();
    leaving.receive(bytes('+ go\r\n* BYE gone\r\n'), 1);
    expect(leaving.send({ verb: 'CONTENT', bytes: bytes('abc') }, 2)).toEqual([]);
  });
});
