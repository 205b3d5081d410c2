import { describe, expect, test } from 'vitest';
import type { Mailbox } from '../src/index.ts';
import { reasonOf, settled } from './dialogue.ts';
import { selected } from './scripted-server.ts';
import type { Says } from './scripted-server.ts';

/** Answers one verb with these lines and a completion. */
function answers(verb: string, ...lines: readonly string[]): Says {
  return (line) => (line.startsWith(`UID ${verb}`) ? [...lines, '$ OK done'] : undefined);
}

describe('search', () => {
  test('IMAP-060 strings beyond ASCII bring a charset, unless UTF-8 is understood', async () => {
    const says: Says = (line) => {
      if (line.includes('SEARCH')) return ['+ go'];
      return line.endsWith(') SEEN') ? ['a2 OK done'] : undefined;
    };
    const { mailbox, heard } = await selected(says);
    expect(await mailbox.search({ not: { subject: 'ü' }, seen: true })).toMatchObject({ ok: true });
    expect(heard[1]).toBe('a2 UID SEARCH CHARSET UTF-8 NOT (SUBJECT {2}');
    const rev2 = await selected(answers('SEARCH', '* ESEARCH (TAG "a2") UID COUNT 0'), {
      capabilities: 'IMAP4rev2',
    });
    await rev2.mailbox.search({ subject: 'ü' });
    expect(rev2.heard[1]).toMatch(/^a2 UID SEARCH RETURN \(MIN MAX COUNT ALL\) SUBJECT "[^"]+"$/);
  });

  test('IMAP-061 tells only what was asked for, and an empty result', async () => {
    const { mailbox, heard } = await selected(answers('SEARCH', '* ESEARCH (TAG "a2") UID COUNT 0'), {
      capabilities: 'IMAP4rev1 ESEARCH',
    });
    const found = await mailbox.search({ seen: false }, { tell: ['count', 'min'] });
    expect(found).toMatchObject({ ok: true, value: { count: 0, min: undefined } });
    expect(heard[1]).toBe('a2 UID SEARCH RETURN (MIN COUNT) UNSEEN');
    expect(await reasonOf(mailbox.search({ seen: false }, { tell: [] }))).toBe('usage');
  });

  test('IMAP-061 a charset that is refused, in either form', async () => {
    for (const code of ['BADCHARSET (UTF-8)', 'BADCHARSET UTF-8']) {
      const { mailbox } = await selected((line) =>
        line.startsWith('UID SEARCH') ? [`$ NO [${code}] x`] : undefined,
      );
      expect(await mailbox.search({ from: 'x' })).toMatchObject({
        ok: false,
        reply: { code: { data: { name: 'BADCHARSET', charsets: ['UTF-8'] } } },
      });
    }
  });

  test('IMAP-058 IMAP-061 IMAP-101 SAVE keeps the result, and who uses it need not wait', async () => {
    const heard: string[] = [];
    const { mailbox } = await selected(
      (line) => {
        heard.push(line);
        if (line.startsWith('UID SEARCH')) return [];
        return line.startsWith('UID FETCH') ? ['a2 OK done', '* 1 FETCH (UID 4)', 'a3 OK done'] : undefined;
      },
      { capabilities: 'IMAP4rev1 ESEARCH SEARCHRES' },
    );
    const saved = mailbox.search({ flagged: true }, { tell: [], save: true });
    const messages = mailbox.fetch('$', ['UID']).all();
    expect(await messages).toMatchObject({ ok: true, value: [{ uid: 4 }] });
    expect(await saved).toMatchObject({ ok: true });
    expect(heard.slice(1)).toEqual(['UID SEARCH RETURN (SAVE) FLAGGED', 'UID FETCH $ (UID)']);
    const without = await selected(() => undefined, { capabilities: 'IMAP4rev1 ESEARCH' });
    expect(await reasonOf(without.mailbox.search({}, { save: true }))).toBe('usage');
  });

  test('IMAP-083 IMAP-133 keys of extensions, where they are offered', async () => {
    const keys = {
      emailId: 'M6d9',
      gmailRaw: 'has:attachment',
      gmailLabel: 'Büro',
      gmailThreadId: 2n ** 63n,
    };
    const { mailbox, heard } = await selected(answers('SEARCH', '* SEARCH'), {
      capabilities: 'IMAP4rev1 OBJECTID X-GM-EXT-1',
    });
    expect(await mailbox.search(keys)).toMatchObject({ value: { count: 0 } });
    await mailbox.store(7, { how: 'add', labels: ['\\Inbox', 'Büro'] }, { silent: true });
    expect(heard.slice(1)).toEqual([
      'a2 UID SEARCH EMAILID M6d9 X-GM-RAW "has:attachment" X-GM-LABELS "B&APw-ro" X-GM-THRID 9223372036854775808',
      'a3 UID STORE 7 +X-GM-LABELS.SILENT (\\Inbox "B&APw-ro")',
    ]);
    expect(await reasonOf(mailbox.search({ emailId: 'a+b' }))).toBe('usage');
    const plain = await selected(() => undefined);
    for (const key of ['emailId', 'gmailRaw'] as const)
      expect(await reasonOf(plain.mailbox.search({ [key]: 'x' }))).toBe('usage');
    expect(await reasonOf(plain.mailbox.store(7, { how: 'add', labels: ['x'] }))).toBe('usage');
  });
});

test('IMAP-100 a search that names numbers waits where they may change, also by UID', async () => {
  const calls: readonly ((mailbox: Mailbox) => Promise<unknown>)[] = [
    (mailbox) => mailbox.search({ uid: '1:3' }),
    (mailbox) => mailbox.search({ or: [{ seen: true }, { not: { numbers: '1:3' } }] }),
    (mailbox) => mailbox.sort(['date'], { numbers: 1 }),
    (mailbox) => mailbox.thread('references', { not: { numbers: 1 } }),
  ];
  const counts: number[] = [];
  for (const call of calls) {
    const { mailbox, heard } = await selected((line) => (line.startsWith('UID COPY') ? [] : undefined), {
      capabilities: 'IMAP4rev1 SORT THREAD=REFERENCES',
    });
    void mailbox.copy('4', 'x');
    void call(mailbox);
    await settled();
    counts.push(heard.length);
  }
  // SELECT and COPY are there; the search only where it names no number.
  expect(counts).toEqual([3, 2, 2, 2]);
});

describe('sort and thread', () => {
  test('IMAP-062 IMAP-074 messages in the order that was asked for', async () => {
    const { mailbox, heard } = await selected(answers('SORT', '* SORT 5 3 4 1 2 (MODSEQ 17)'), {
      capabilities: 'IMAP4rev1 SORT CONDSTORE',
    });
    expect(await mailbox.sort(['reverse date', 'subject'], { modSequence: 5n })).toEqual({
      ok: true,
      value: { numbers: [5, 3, 4, 1, 2], modSequence: 17n },
      reply: { status: 'OK', code: undefined, text: 'done' },
    });
    expect(heard[1]).toBe('a2 UID SORT (REVERSE DATE SUBJECT) UTF-8 MODSEQ 5');
  });

  test('IMAP-062 IMAP-074 asks for the other form where ESORT is offered, and keeps its order (RFC 5267 §3)', async () => {
    const { mailbox, heard } = await selected(
      answers(
        'SORT',
        '* ESEARCH (TAG "a9") UID ALL 9',
        '* ESEARCH (TAG "a2") UID ALL 5,3:4,2:1 MODSEQ 17',
        '* ESEARCH (TAG "b2") UID ALL 8',
      ),
      { capabilities: 'IMAP4rev1 SORT ESORT CONDSTORE' },
    );
    expect(await mailbox.sort(['reverse date', 'subject'], { modSequence: 5n })).toMatchObject({
      value: { numbers: [5, 3, 4, 1, 2], modSequence: 17n },
    });
    expect(heard[1]).toBe('a2 UID SORT RETURN (ALL) (REVERSE DATE SUBJECT) UTF-8 MODSEQ 5');
  });

  test('IMAP-062 takes either form with ESORT, and nothing for an empty result', async () => {
    for (const [line, numbers] of [
      ['* SORT 2 1', [2, 1]],
      ['* ESEARCH UID ALL 2,1', [2, 1]],
      ['* ESEARCH (TAG "a2") UID', []],
      ['* 3 EXISTS', []],
    ] as const) {
      const { mailbox } = await selected(answers('SORT', line), { capabilities: 'IMAP4rev1 SORT ESORT' });
      expect(await mailbox.sort(['date'])).toMatchObject({ ok: true, value: { numbers } });
    }
  });

  test('IMAP-062 does not count out four thousand million numbers', async () => {
    const { mailbox, imap } = await selected(
      answers('SORT', '* 4294967295 EXISTS', '* ESEARCH (TAG "a2") UID ALL 1:4294967295'),
      { capabilities: 'IMAP4rev1 SORT ESORT' },
    );
    expect(await reasonOf(mailbox.sort(['arrival']))).toBe('reply-too-long');
    expect(await imap.noop()).toMatchObject({ ok: true });
  });

  test('IMAP-062 an empty result, and a refusal', async () => {
    const { mailbox } = await selected(answers('SORT', '* SORT'), { capabilities: 'IMAP4rev1 SORT' });
    expect(await mailbox.sort(['arrival'])).toMatchObject({ ok: true, value: { numbers: [] } });
    const refusing = await selected(
      (line) => (line.includes('SORT') ? ['$ NO [BADCHARSET (X)] x'] : undefined),
      {
        capabilities: 'IMAP4rev1 SORT',
      },
    );
    expect(await refusing.mailbox.sort(['size'])).toMatchObject({ ok: false, reply: { status: 'NO' } });
  });

  test('IMAP-062 threads as a tree', async () => {
    const { mailbox, heard } = await selected(answers('THREAD', '* THREAD (2)(3 6 (4 23)(44 7 96))'), {
      capabilities: 'IMAP4rev1 THREAD=REFERENCES',
    });
    const threads = await mailbox.thread('references', { since: '1-Feb-2025' }, { by: 'uid' });
    expect(threads).toMatchObject({
      value: [
        { numbers: [2], branches: [] },
        { numbers: [3, 6], branches: [{ numbers: [4, 23] }, { numbers: [44, 7, 96] }] },
      ],
    });
    expect(heard[1]).toBe('a2 UID THREAD REFERENCES UTF-8 SINCE 1-Feb-2025');
    expect(await reasonOf(mailbox.thread('orderedsubject'))).toBe('usage');
  });

  test('IMAP-062 nothing is sent to a server that does not offer it', async () => {
    const { mailbox, heard } = await selected(() => undefined);
    expect(await reasonOf(mailbox.sort(['date']))).toBe('usage');
    expect(await reasonOf(mailbox.thread('references'))).toBe('usage');
    expect(heard).toHaveLength(1);
  });
});
