import { scriptedPeer, virtualClock } from '@postern/wire/testing';
import { describe, expect, test } from 'vitest';
import { openImap } from '../src/index.ts';
import type { FetchData } from '../src/index.ts';
import { reasonOf, settled } from './dialogue.ts';
import { selected, talk } from './scripted-server.ts';
import type { Says } from './scripted-server.ts';

const uids = async (messages: AsyncIterable<FetchData>): Promise<unknown[]> => {
  const found: unknown[] = [];
  for await (const message of messages) found.push(message.uid);
  return found;
};

describe('names', () => {
  test('IMAP-042 LIST with the status of each mailbox, in one turn', async () => {
    const { imap, heard } = await talk(
      (line) =>
        line.startsWith('LIST')
          ? [
              '* LIST (\\HasNoChildren) "/" INBOX',
              '* LIST (\\Sent) "/" "Gesendet"',
              '* STATUS INBOX (MESSAGES 2)',
              '$ OK done',
            ]
          : undefined,
      { capabilities: 'IMAP4rev1 LIST-EXTENDED LIST-STATUS SPECIAL-USE' },
    );
    expect(await imap.list({ status: ['messages'] })).toMatchObject({
      ok: true,
      value: [
        { name: 'INBOX', children: false, status: { messages: 2 } },
        { name: 'Gesendet', specialUses: ['sent'], status: undefined },
      ],
    });
    expect(heard).toEqual(['a1 LIST "" "*" RETURN (CHILDREN SUBSCRIBED SPECIAL-USE STATUS (MESSAGES))']);
  });

  test('IMAP-143 a server that lists LIST-EXTENDED and does not understand it is asked plainly, from then on at once', async () => {
    const { imap, heard } = await talk((line) => (line.includes('RETURN') ? ['$ BAD what'] : undefined), {
      capabilities: 'IMAP4rev1 LIST-EXTENDED',
    });
    expect(await imap.list()).toMatchObject({ ok: true });
    expect(await imap.list()).toMatchObject({ ok: true });
    expect(heard).toEqual([
      'a1 LIST "" "*" RETURN (CHILDREN SUBSCRIBED)',
      'a2 LIST "" "*"',
      'a3 LIST "" "*"',
    ]);
  });

  test('IMAP-041 refuses what RECURSIVEMATCH cannot mean', async () => {
    const { imap, heard } = await talk(() => undefined, { capabilities: 'IMAP4rev1 LIST-EXTENDED' });
    expect(await reasonOf(imap.list({ only: ['RECURSIVEMATCH'] }))).toBe('usage');
    expect(await reasonOf(imap.list({ only: ['RECURSIVEMATCH', 'REMOTE'] }))).toBe('usage');
    expect(heard).toEqual([]);
  });

  test('IMAP-044 IMAP-046 IMAP-047 NAMESPACE, STATUS and what changes names', async () => {
    const { imap, heard } = await talk((line) => {
      if (line.startsWith('NAMESPACE')) return ['* NAMESPACE (("INBOX." ".")) NIL NIL', '$ OK x'];
      if (line.startsWith('STATUS')) return ['* STATUS Entw&APw-rfe (UIDNEXT 7)', '$ OK x'];
      if (line.startsWith('DELETE')) return ['$ NO [NONEXISTENT] x'];
      return undefined;
    });
    expect(await imap.namespace()).toMatchObject({ value: { personal: [{ prefix: { name: 'INBOX.' } }] } });
    expect(await imap.status('Entwürfe', ['uidNext', 'highestModSequence'])).toMatchObject({
      value: { mailbox: { name: 'Entwürfe' }, uidNext: 7 },
    });
    expect(await imap.delete('x')).toMatchObject({ ok: false, reply: { code: { name: 'NONEXISTENT' } } });
    await imap.create('A&B');
    await imap.rename({ name: '&', wire: '&' }, 'b');
    await imap.subscribe('a"b');
    expect(heard.slice(1)).toEqual([
      'a2 STATUS "Entw&APw-rfe" (UIDNEXT HIGHESTMODSEQ)',
      'a3 DELETE "x"',
      'a4 CREATE "A&-B"',
      'a5 RENAME "&" "b"',
      String.raw`a6 SUBSCRIBE "a\"b"`,
    ]);
    expect(await reasonOf(imap.create('a\u0000b'))).toBe('usage');
  });

  test('IMAP-048 APPEND announces a literal and sends it with leave', async () => {
    const { imap, heard } = await talk((line) => {
      if (line.startsWith('APPEND')) return ['+ go'];
      return line === '' ? ['a1 OK [APPENDUID 9 12] x'] : [];
    });
    const answer = await imap.append('Sent', new TextEncoder().encode('A: b\r\n\r\n'), {
      flags: ['\\Seen'],
      internalDate: ' 1-Jan-2025 00:00:00 +0000',
    });
    expect(answer).toMatchObject({
      ok: true,
      value: { uidValidity: 9, uids: { ranges: [{ from: 12, to: 12 }] } },
    });
    expect(heard.slice(0, 2)).toEqual(['a1 APPEND "Sent" (\\Seen) " 1-Jan-2025 00:00:00 +0000" {8}', 'A: b']);
  });

  test('IMAP-049 a message beyond APPENDLIMIT is not announced', async () => {
    const { imap, heard } = await talk(() => undefined, { capabilities: 'IMAP4rev1 APPENDLIMIT=1000' });
    await expect(imap.append('x', new Uint8Array(1001))).rejects.toMatchObject({ code: 'size-exceeded' });
    expect(heard).toEqual([]);
  });
});

describe('a selected mailbox', () => {
  test('IMAP-045 IMAP-055 its state follows what the server tells', async () => {
    const { mailbox, imap } = await selected((line) =>
      line === 'NOOP' ? ['* 3 EXPUNGE', '* 5 EXISTS', '$ OK'] : undefined,
    );
    expect(mailbox.state).toMatchObject({ name: 'INBOX', exists: 3, uidValidity: 9, access: 'read-write' });
    await imap.noop();
    expect(mailbox.state.exists).toBe(5);
  });

  test('IMAP-055 its numbers follow what comes and goes, from when they are asked for', async () => {
    const { mailbox, imap } = await selected((line) => {
      if (line.startsWith('SELECT'))
        return ['* 9 EXISTS', '* OK [CLOSED] x', '* 3 EXISTS', '* 2 FETCH (UID 20)', '$ OK'];
      if (line.startsWith('UID FETCH')) return ['* 1 FETCH (UID 10)', '* 3 FETCH (UID 30)', '$ OK'];
      if (line === 'NOOP') return ['* 1 EXPUNGE', '* VANISHED 30', '* 2 EXISTS', '$ OK'];
      return undefined;
    });
    await mailbox.fetch('1:*', ['UID']).all();
    const { numbers } = mailbox;
    // What came with the selection is known, what came before anybody asked is not.
    expect([numbers.exists, numbers.uidOf(1), numbers.uidOf(2)]).toEqual([3, undefined, 20]);
    await mailbox.fetch('1:*', ['UID']).all();
    expect([1, 2, 3].map((number) => numbers.uidOf(number))).toEqual([10, 20, 30]);
    await imap.noop();
    expect([numbers.exists, numbers.uidOf(1), numbers.numberOf(20), numbers.numberOf(30)]).toEqual([
      2,
      20,
      1,
      undefined,
    ]);
    expect(numbers.exists).toBe(mailbox.state.exists);
    await imap.select('x');
    expect(() => mailbox.numbers).toThrow(/not selected any more/);
    // What comes now is about another mailbox.
    expect(numbers.exists).toBe(2);
  });

  test('IMAP-045 what comes before CLOSED is about the mailbox before', async () => {
    const { mailbox } = await selected((line) =>
      line.startsWith('SELECT')
        ? ['* 3 EXISTS', '* OK [UIDVALIDITY 5] x', '* OK [CLOSED] x', '* 7 EXISTS', '$ OK']
        : undefined,
    );
    expect(mailbox.state).toMatchObject({ exists: 7, uidValidity: undefined });
  });

  test('IMAP-045 a mailbox that is not selected any more is refused', async () => {
    const { mailbox, imap } = await selected(() => undefined);
    await imap.examine('x');
    expect(() => mailbox.state).toThrow(/not selected any more/);
    expect(() => mailbox.fetch(1, ['UID'])).toThrow(/not selected any more/);
  });

  test('IMAP-056 IMAP-057 IMAP-058 IMAP-149 STORE, COPY, MOVE, EXPUNGE, with sets that ascend', async () => {
    const { mailbox, heard } = await selected(
      (line) => {
        if (line.startsWith('UID STORE'))
          return ['* 1 FETCH (UID 4 FLAGS (\\Seen))', '$ OK [MODIFIED 7,9] x'];
        if (line.startsWith('UID COPY')) return ['$ OK [COPYUID 1 4 20] x'];
        if (line.startsWith('UID MOVE')) return ['* OK [COPYUID 1 4 21] x', '* 1 EXPUNGE', '$ OK'];
        return undefined;
      },
      { capabilities: 'IMAP4rev1 MOVE UIDPLUS UNSELECT CONDSTORE' },
    );
    const stored = await mailbox.store(
      [4, 2, 3, 3],
      { how: 'add', flags: ['\\Seen', '$Junk'] },
      { unchangedSince: 5n },
    );
    expect(stored).toMatchObject({ value: { messages: [{ uid: 4 }] } });
    expect(stored.ok && [...(stored.value.modified ?? [])]).toEqual([7, 9]);
    expect(await mailbox.copy('4', 'x')).toMatchObject({ value: { target: { ranges: [{ from: 20 }] } } });
    expect(await mailbox.move(4, 'x')).toMatchObject({
      value: { copied: { target: { ranges: [{ from: 21 }] } }, originals: 'gone' },
    });
    expect(mailbox.state.exists).toBe(2);
    await mailbox.expunge({ uids: 7 });
    await mailbox.expunge();
    await mailbox[Symbol.asyncDispose]();
    expect(heard.slice(1)).toEqual([
      'a2 UID STORE 2:4 (UNCHANGEDSINCE 5) +FLAGS (\\Seen $Junk)',
      'a3 UID COPY 4 "x"',
      'a4 UID MOVE 4 "x"',
      'a5 UID EXPUNGE 7',
      'a6 EXPUNGE',
      'a7 UNSELECT',
    ]);
  });

  test('IMAP-060 either form of a search result is the same set', async () => {
    for (const [form, capabilities, asked] of [
      ['* SEARCH 2 3 1 9', 'IMAP4rev1', 'UID SEARCH UNSEEN FROM "x" OR (SEEN) (NOT (LARGER 5))'],
      [
        '* ESEARCH (TAG "a2") UID MIN 1 MAX 9 COUNT 4 ALL 1:3,9',
        'IMAP4rev1 ESEARCH',
        'UID SEARCH RETURN (MIN MAX COUNT ALL) UNSEEN FROM "x" OR (SEEN) (NOT (LARGER 5))',
      ],
    ] as const) {
      const { mailbox, heard } = await selected(
        (line) => (line.startsWith('UID SEARCH') ? [form, '$ OK'] : undefined),
        { capabilities },
      );
      const answer = await mailbox.search({
        seen: false,
        from: 'x',
        or: [{ seen: true }, { not: { larger: 5 } }],
      });
      expect(answer).toMatchObject({ value: { count: 4, min: 1, max: 9 } });
      expect(answer.ok && [...answer.value.numbers]).toEqual([1, 2, 3, 9]);
      expect(heard[1]).toBe(`a2 ${asked}`);
    }
  });

  test('IMAP-063 IMAP-071 IMAP-072 what the server cannot do is refused before anything is sent', async () => {
    const { mailbox, heard } = await selected((line) =>
      line.startsWith('SELECT') ? ['* OK [NOMODSEQ] x', '$ OK'] : undefined,
    );
    expect(await reasonOf(mailbox.search({ younger: 3600 }))).toBe('usage');
    expect(() => mailbox.fetch('1:*', ['UID'], { changedSince: 5n })).toThrow(/no mod-sequences/);
    expect(() => mailbox.fetch('1:*', ['FULL'])).toThrow(/name the items/);
    expect(() => mailbox.fetch('1:x', ['UID'])).toThrow(/no set/);
    expect(() => mailbox.fetch([], ['UID'])).toThrow(/no message/);
    expect(await reasonOf(mailbox.move(1, 'x', { by: 'number' }))).toBe('usage');
    expect(heard).toHaveLength(1);
  });
});

describe('fetch', () => {
  const three: Says = (line) =>
    line.startsWith('UID FETCH')
      ? ['* 1 FETCH (UID 4)', '* 2 FETCH (UID 5)', '* 3 FETCH (UID 6)', '$ OK']
      : undefined;

  test('IMAP-050 hands messages out as they come, and the completion at the end', async () => {
    const { mailbox } = await selected(three);
    const messages = mailbox.fetch('1:*', ['UID']);
    expect(await uids(messages)).toEqual([4, 5, 6]);
    expect(messages.reply).toMatchObject({ status: 'OK' });
    expect(await mailbox.fetch('1:*', ['UID']).all()).toMatchObject({
      ok: true,
      value: [{ uid: 4 }, {}, {}],
    });
  });

  test('IMAP-134 messages before a refusal are in the negative answer', async () => {
    const { mailbox } = await selected((line) =>
      line.startsWith('UID FETCH') ? ['* 1 FETCH (UID 5 FLAGS ())', '$ NO x'] : undefined,
    );
    expect(await mailbox.fetch('1:*', ['FLAGS']).all()).toMatchObject({
      ok: false,
      reply: { status: 'NO' },
      partial: [{ uid: 5 }],
    });
  });

  test('a command inside the loop runs, and another fetch too', async () => {
    const { mailbox, heard } = await selected((line) => {
      if (line.startsWith('UID FETCH 4')) return ['* 1 FETCH (UID 4 BODY[] {2}\r\nhi)', '$ OK'];
      return three(line);
    });
    const seen: unknown[] = [];
    for await (const message of mailbox.fetch('1:*', ['UID'])) {
      seen.push(message.uid);
      if (message.uid !== 4) continue;
      const body = await mailbox.fetch(4, ['BODY.PEEK[]']).all();
      seen.push(body.ok && body.value[0]?.sections?.[0]?.latin1);
      seen.push((await mailbox.store(4, { how: 'add', flags: ['\\Seen'] })).ok);
    }
    expect(seen).toEqual([4, 'hi', true, 5, 6]);
    expect(heard.slice(1)).toEqual([
      'a2 UID FETCH 1:* (UID)',
      'a3 UID FETCH 4 (BODY.PEEK[])',
      'a4 UID STORE 4 +FLAGS (\\Seen)',
    ]);
  });

  test('IMAP-101 a command inside the loop that would have to wait for its end is refused at once', async () => {
    const heard: (string | undefined)[] = [];
    const left = Promise.withResolvers<void>();
    const connection = await scriptedPeer(async ({ send, line }) => {
      await send('* PREAUTH [CAPABILITY IMAP4rev1] hi\r\n');
      heard.push(await line());
      await send('a1 OK\r\n');
      heard.push(await line());
      await send('* 1 FETCH (UID 4)\r\n');
      await left.promise;
      await send('* 2 FETCH (UID 5)\r\na2 OK\r\n');
      heard.push(await line());
      await send('a3 OK\r\n');
    });
    const imap = await openImap(connection, { clock: virtualClock() });
    const answer = await imap.select('INBOX');
    if (!answer.ok) throw new Error('not selected');
    const { value: mailbox } = answer;
    for await (const message of mailbox.fetch('1:*', ['UID'])) {
      expect(message.uid).toBe(4);
      await expect(imap.select('x')).rejects.toThrow(/UID FETCH 1:\*/);
      await expect(imap.logout()).rejects.toThrow(/UID FETCH 1:\*/);
      await expect(mailbox.copy('1', 'x', { by: 'number' })).rejects.toThrow(/UID FETCH 1:\*/);
      break;
    }
    // Left, it holds nobody up.
    const next = imap.select('x');
    left.resolve();
    expect(await next).toMatchObject({ ok: true });
    expect(heard).toEqual(['a1 SELECT "INBOX"', 'a2 UID FETCH 1:* (UID)', 'a3 SELECT "x"']);
  });

  test('a loop that does not go on stops the reading, and no wait of ours runs meanwhile', async () => {
    const clock = virtualClock();
    let sent = 0;
    const connection = await scriptedPeer(async ({ send, line }) => {
      await send('* PREAUTH [CAPABILITY IMAP4rev1] hi\r\n');
      await line();
      await send('* 2000 EXISTS\r\na1 OK\r\n');
      await line();
      for (let number = 1; number <= 2000; number += 1) {
        await send(`* ${number} FETCH (UID ${number} X "${'x'.repeat(1000)}")\r\n`);
        sent = number;
      }
      await send('a2 OK\r\n');
    });
    const imap = await openImap(connection, { clock, patience: { data: 1000 } });
    const answer = await imap.select('INBOX');
    if (!answer.ok) throw new Error('not selected');
    const messages = answer.value.fetch('1:*', ['UID']);
    expect((await messages.next()).value?.uid).toBe(1);
    await settled();
    await clock.advance(3_600_000);
    await settled();
    expect(sent).toBeLessThan(500);
    const rest = await uids(messages);
    expect([rest.length, rest.at(-1)]).toEqual([1999, 2000]);
    expect(messages.reply?.status).toBe('OK');
  });

  test('what is read ahead for a command inside the loop has a limit', async () => {
    const { mailbox, imap } = await selected(
      (line) =>
        line.startsWith('UID FETCH')
          ? [
              ...Array.from(
                { length: 100 },
                (_, index) => `* 1 FETCH (UID ${index + 1} X "${'x'.repeat(100)}")`,
              ),
              '$ OK',
            ]
          : undefined,
      { limits: { maxDataBytes: 5000 } },
    );
    const messages = mailbox.fetch('1:*', ['UID']);
    await messages.next();
    expect(await reasonOf(imap.noop())).toBe('reply-too-long');
  });

  test('a connection that is lost ends the loop with its reason', async () => {
    const connection = await scriptedPeer(async ({ send, line, connection: accepted }) => {
      await send('* PREAUTH [CAPABILITY IMAP4rev1] hi\r\n');
      await line();
      await send('a1 OK\r\n');
      await line();
      await send('* 1 FETCH (UID 4)\r\n* 2 FETCH (UID');
      accepted.reset();
    });
    const imap = await openImap(connection, { clock: virtualClock() });
    const answer = await imap.select('INBOX');
    if (!answer.ok) throw new Error('not selected');
    const messages = answer.value.fetch('1:*', ['UID']);
    const seen: unknown[] = [];
    const loop = async (): Promise<void> => {
      for await (const message of messages) seen.push(message.uid);
    };
    expect(await reasonOf(loop())).toBe('reset');
    expect(seen.length).toBeLessThanOrEqual(1);
    expect(messages.reply).toBeUndefined();
  });

  test('disposal of a mailbox whose connection is lost covers up no error', async () => {
    const connection = await scriptedPeer(async ({ send, line, connection: accepted }) => {
      await send('* PREAUTH [CAPABILITY IMAP4rev1 UNSELECT] hi\r\n');
      await line();
      await send('a1 OK\r\n');
      await line();
      accepted.reset();
    });
    const imap = await openImap(connection, { clock: virtualClock() });
    const work = async (): Promise<void> => {
      const answer = await imap.select('INBOX');
      if (!answer.ok) throw new Error('not selected');
      await using mailbox = answer.value;
      await mailbox.search({ all: true });
    };
    expect(await reasonOf(work())).toBe('reset');
  });

  test('an abort destroys the connection, and its reason comes out', async () => {
    const { mailbox, imap } = await selected((line) =>
      line.startsWith('UID FETCH') ? ['* 1 FETCH (UID 4)'] : undefined,
    );
    const controller = new AbortController();
    const messages = mailbox.fetch('1:*', ['UID'], { signal: controller.signal });
    await messages.next();
    controller.abort('enough');
    await expect(messages.next()).rejects.toBe('enough');
    expect(await reasonOf(imap.noop())).toBe('closed');
  });
});
