import { utf8 } from '@postern/wire';
import { scriptedPeer, testTlsOffer, testTlsRequest, virtualClock } from '@postern/wire/testing';
import { describe, expect, test } from 'vitest';
import { credentials, open, reasonOf, settled } from '../../test/dialogue.ts';
import { openPop3 } from '../index.ts';
import type { Maildrop, OpenPop3Options, Pop3 } from '../index.ts';
import { memoryMaildrop } from '../server/index.ts';

/** A dialogue that is logged in, with these messages. */
async function loggedIn(
  ...messages: Parameters<typeof memoryMaildrop>[0] & object
): Promise<{ readonly pop3: Pop3; readonly maildrop: Maildrop; readonly shown: () => string }> {
  const stored = memoryMaildrop(messages);
  const { pop3, shown } = await open(
    { implicitTls: true, maildrop: () => stored },
    { tls: testTlsRequest() },
  );
  await pop3.login(credentials);
  return { pop3, maildrop: pop3.maildrop, shown };
}

/** A dialogue with a server that says what a test tells it to, once somebody has logged in. */
async function scriptedSession(
  script: Parameters<typeof scriptedPeer>[0],
  capa = '+OK\r\nUSER\r\nTOP\r\nUIDL\r\nPIPELINING\r\n.\r\n',
  options: Partial<OpenPop3Options> = {},
): Promise<Pop3> {
  const connection = await scriptedPeer(async (peer) => {
    await peer.connection.acceptTls(testTlsOffer);
    await peer.send('+OK\r\n');
    for (const reply of [capa, '+OK\r\n', '+OK\r\n']) {
      await peer.line();
      await peer.send(reply);
    }
    await script(peer);
  });
  const pop3 = await openPop3(connection, { clock: virtualClock(), tls: testTlsRequest(), ...options });
  await pop3.login(credentials);
  return pop3;
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe('the commands', () => {
  test('POP3-020 POP3-021 POP3-024 tell what there is', async () => {
    const { maildrop } = await loggedIn('a\r\n', { uid: '%+/', content: utf8('bb\r\n') }, 'c\r\n');
    expect(await maildrop.stat()).toMatchObject({ ok: true, value: { messages: 3, octets: 10 } });
    expect(await maildrop.dele(1)).toMatchObject({ ok: true });
    expect(await maildrop.list()).toMatchObject({
      value: [
        { number: 2, octets: 4 },
        { number: 3, octets: 3 },
      ],
    });
    expect(await maildrop.uidl()).toMatchObject({
      value: [
        { number: 2, uid: '%+/' },
        { number: 3, uid: 'm3' },
      ],
    });
    expect(await maildrop.entries()).toMatchObject({
      value: [
        { number: 2, octets: 4, uid: '%+/' },
        { number: 3, octets: 3, uid: 'm3' },
      ],
    });
  });

  test('POP3-022 DELE marks, a second one is refused, RSET takes all marks away', async () => {
    const { maildrop } = await loggedIn('a\r\n', 'b\r\n');
    await maildrop.dele(2);
    expect(await maildrop.dele(2)).toMatchObject({ ok: false });
    expect(await maildrop.retr(2)).toMatchObject({ ok: false });
    expect(maildrop.marked).toEqual([2]);
    await maildrop.rset();
    expect(maildrop.marked).toEqual([]);
    const again = await maildrop.retr(2);
    expect(again.ok && text(await again.content.bytes())).toBe('b\r\n');
  });

  test('POP3-024 entries have no uid where UIDL is refused, and it is not said again', async () => {
    const said: (string | undefined)[] = [];
    const pop3 = await scriptedSession(async ({ send, line }) => {
      for (const reply of ['+OK\r\n1 3\r\n.\r\n', '-ERR what\r\n', '+OK\r\n1 3\r\n.\r\n']) {
        said.push(await line());
        await send(reply);
      }
    }, '-ERR what\r\n');
    expect(pop3.capabilities.uidl).toBe('unknown');
    const entries = { ok: true, value: [{ number: 1, octets: 3, uid: undefined }] };
    expect(await pop3.maildrop.entries()).toMatchObject(entries);
    expect(pop3.capabilities.uidl).toBe('absent');
    expect(await pop3.maildrop.entries()).toMatchObject(entries);
    expect(said).toEqual(['LIST', 'UIDL', 'LIST']);
  });

  test('POP3-023 TOP gives the header and so many lines, and a refusal shows that it is not there', async () => {
    const { maildrop } = await loggedIn('a: b\r\n\r\none\r\n.two\r\n');
    for (const [lines, expected] of [
      [0, 'a: b\r\n\r\n'],
      [1, 'a: b\r\n\r\none\r\n'],
      [9, 'a: b\r\n\r\none\r\n.two\r\n'],
    ] as const) {
      const top = await maildrop.top(1, lines);
      expect(top.ok && text(await top.content.bytes())).toBe(expected);
    }
    const pop3 = await scriptedSession(async ({ send, line }) => {
      await line();
      await send('-ERR what\r\n');
    }, '-ERR what\r\n');
    expect(pop3.capabilities.top).toBe('unknown');
    expect(await pop3.maildrop.top(1, 0)).toMatchObject({ ok: false });
    expect(pop3.capabilities.top).toBe('absent');
  });

  test('POP3-011 nothing of it before a login', async () => {
    const { pop3 } = await open();
    expect(await reasonOf(pop3.maildrop.stat())).toBe('usage');
    expect(await reasonOf(pop3.maildrop.retr(1))).toBe('usage');
    expect(await reasonOf(pop3.maildrop.messages()[Symbol.asyncIterator]().next())).toBe('usage');
    // And nothing has happened.
    expect(await pop3.capa()).toMatchObject({ ok: true });
  });

  test('POP3-060 a message that needs UTF8 says so by its code', async () => {
    const pop3 = await scriptedSession(async ({ send, line }) => {
      await line();
      await send('-ERR [UTF8] not without it\r\n');
    });
    expect(await pop3.maildrop.retr(1)).toMatchObject({ ok: false, reply: { code: 'UTF8' } });
    expect(await reasonOf(pop3.utf8())).toBe('usage');
  });
});

describe('the content of a message', () => {
  test('POP3-002 POP3-004 comes in pieces, unstuffed, and is read no further than asked', async () => {
    const pieces = Promise.withResolvers<void>();
    let read = 0;
    const pop3 = await scriptedSession(async ({ send, line }) => {
      await line();
      await send('+OK\r\n..a\r\n');
      await pieces.promise;
      await send('b\r\n.\r\n');
    });
    const retrieved = await pop3.maildrop.retr(1);
    if (!retrieved.ok) throw new Error('refused');
    let all = '';
    for await (const piece of retrieved.content) {
      all += text(piece);
      read += 1;
      pieces.resolve();
    }
    expect([all, read]).toEqual(['.a\r\nb\r\n', 2]);
  });

  test('POP3-022 an empty message is empty', async () => {
    const pop3 = await scriptedSession(async ({ send, line }) => {
      await line();
      await send('+OK\r\n.\r\n');
    });
    const retrieved = await pop3.maildrop.retr(1);
    expect(retrieved.ok && (await retrieved.content.bytes())).toEqual(new Uint8Array(0));
  });

  test('other calls are refused until it is read, and never wait for ever', async () => {
    const { pop3, maildrop } = await loggedIn('a\r\n', 'b\r\n');
    const first = await maildrop.retr(1);
    if (!first.ok) throw new Error('refused');
    expect(await reasonOf(maildrop.retr(2))).toBe('usage');
    expect(await reasonOf(maildrop.stat())).toBe('usage');
    expect(await reasonOf(pop3.quit())).toBe('usage');
    expect(text(await first.content.bytes())).toBe('a\r\n');
    expect(await reasonOf(first.content.bytes())).toBe('usage');
    const second = await maildrop.retr(2);
    if (!second.ok) throw new Error('refused');
    await second.content.discard();
    expect(await maildrop.stat()).toMatchObject({ ok: true });
  });

  test('leaving a loop over its pieces reads the rest and throws it away', async () => {
    const { maildrop } = await loggedIn('a\r\n'.repeat(100_000));
    const retrieved = await maildrop.retr(1);
    if (!retrieved.ok) throw new Error('refused');
    for await (const piece of retrieved.content) {
      expect(piece.length).toBeGreaterThan(0);
      break;
    }
    expect(await maildrop.stat()).toMatchObject({ ok: true });
  });

  test('what is more than wanted ends the dialogue', async () => {
    const { maildrop } = await loggedIn('a\r\n'.repeat(100));
    const retrieved = await maildrop.retr(1);
    if (!retrieved.ok) throw new Error('refused');
    expect(await reasonOf(retrieved.content.bytes({ maxBytes: 299 }))).toBe('reply-too-long');
    expect(await reasonOf(maildrop.stat())).toBe('closed');
  });

  test('POP3-015 the time that its reader takes is not the server’s', async () => {
    const clock = virtualClock();
    const more = Promise.withResolvers<void>();
    const pop3 = await scriptedSession(
      async ({ send, line }) => {
        await line();
        await send('+OK\r\na\r\n');
        await more.promise;
        await send('b\r\n');
      },
      undefined,
      { clock },
    );
    const retrieved = await pop3.maildrop.retr(1);
    if (!retrieved.ok) throw new Error('refused');
    const pieces = retrieved.content[Symbol.asyncIterator]();
    await pieces.next();
    await clock.advance(3_600_000);
    more.resolve();
    expect(await pieces.next()).toMatchObject({ done: false });
    // Now somebody waits, and the server has 300 s.
    const waiting = reasonOf(pieces.next());
    await clock.advance(299_999);
    await clock.advance(1);
    expect(await waiting).toBe('timeout-reply');
  });

  test('abort destroys the connection, and is rethrown untouched', async () => {
    const controller = new AbortController();
    const pop3 = await scriptedSession(async ({ send, line }) => {
      await line();
      await send('+OK\r\na\r\n');
    });
    const retrieved = await pop3.maildrop.retr(1, { signal: controller.signal });
    if (!retrieved.ok) throw new Error('refused');
    const reading = retrieved.content.bytes().catch((error: unknown) => error);
    await settled();
    controller.abort('enough');
    expect(await reading).toBe('enough');
    expect(await reasonOf(pop3.maildrop.stat())).toBe('closed');
  });
});
