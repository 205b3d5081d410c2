import { describe, expect, test } from 'vitest';
import { setOf } from '../src/index.ts';
import { reasonOf } from './dialogue.ts';
import { selected } from './scripted-server.ts';
import type { Says } from './scripted-server.ts';

describe('without MOVE', () => {
  const says: Says = (line) => (line.startsWith('UID COPY') ? ['$ OK [COPYUID 1 4 20] x'] : undefined);
  const steps = ['a2 UID COPY 4 "x"', String.raw`a3 UID STORE 4 +FLAGS.SILENT (\Deleted)`];

  test('IMAP-057 IMAP-058 messages are copied, marked, and removed by UID', async () => {
    for (const capabilities of ['IMAP4rev1 UIDPLUS', 'IMAP4rev1']) {
      const byUid = capabilities.includes('UIDPLUS');
      const { mailbox, heard } = await selected(says, { capabilities });
      expect(await mailbox.move(4, 'x')).toMatchObject({
        ok: true,
        value: {
          copied: { source: { ranges: [{ from: 4 }] }, target: { ranges: [{ from: 20 }] } },
          originals: byUid ? 'gone' : 'marked',
        },
      });
      expect(heard.slice(1)).toEqual([...steps, ...(byUid ? ['a4 UID EXPUNGE 4'] : [])]);
    }
  });

  test('IMAP-057 a plain EXPUNGE is said only by one who wants it', async () => {
    const { mailbox, heard } = await selected(says);
    expect(await mailbox.move(4, 'x', { withoutUidPlus: 'expunge-all' })).toMatchObject({
      value: { originals: 'gone' },
    });
    expect(heard.slice(1)).toEqual([...steps, 'a4 EXPUNGE']);
  });

  test('IMAP-057 a refusal tells how far it came', async () => {
    for (const [refused, partial] of [
      ['UID COPY', { copied: undefined, originals: 'kept' }],
      ['UID STORE', { copied: { name: 'COPYUID' }, originals: 'kept' }],
      ['UID EXPUNGE', { copied: { name: 'COPYUID' }, originals: 'marked' }],
    ] as const) {
      const { mailbox } = await selected((line) => (line.startsWith(refused) ? ['$ NO no'] : says(line)), {
        capabilities: 'IMAP4rev1 UIDPLUS',
      });
      expect(await mailbox.move(4, 'x')).toMatchObject({ ok: false, partial });
    }
  });

  test('IMAP-100 numbers may mean other messages after COPY, so they are refused', async () => {
    const { mailbox, heard } = await selected(says);
    expect(await reasonOf(mailbox.move('1', 'x', { by: 'number' }))).toBe('usage');
    expect(heard).toHaveLength(1);
  });
});

describe('IMAP-059 a set too long for one command', () => {
  const odd = Array.from({ length: 5000 }, (_, index) => 2 * index + 1);
  const of = (line: string): readonly number[] => {
    const set = /(?:FETCH|STORE|COPY|MOVE|EXPUNGE) ([\d,:]+)/.exec(line)?.[1] ?? '';
    return set.split(',').map(Number);
  };

  test('is fetched with several, as one stream', async () => {
    const { mailbox, heard } = await selected((line) =>
      line.startsWith('UID FETCH')
        ? [...of(line).map((uid) => `* 1 FETCH (UID ${uid})`), uid5(line) ? '$ OK one' : '$ OK more']
        : undefined,
    );
    const answer = await mailbox.fetch(odd, ['UID']).all();
    expect(answer.ok && answer.value.map(({ uid }) => uid)).toEqual(odd);
    expect(heard.length).toBeGreaterThan(3);
    expect(Math.max(...heard.map((line) => line.length))).toBeLessThan(8000);
    expect(heard.slice(1).flatMap(of)).toEqual(odd);
  });

  const uid5 = (line: string): boolean => of(line).includes(5);

  test('is fetched to its end although a part was refused, and the refusal is the answer', async () => {
    const { mailbox } = await selected((line) => {
      if (!line.startsWith('UID FETCH')) return undefined;
      return [`* 1 FETCH (UID ${of(line)[0]})`, uid5(line) ? '$ NO some' : '$ OK more'];
    });
    const answer = await mailbox.fetch(odd, ['UID']).all();
    expect(answer).toMatchObject({ ok: false, reply: { status: 'NO', text: 'some' } });
    expect(!answer.ok && answer.partial?.length).toBeGreaterThan(2);
  });

  test('is copied, stored and removed with several, until one is refused', async () => {
    let at = 100_000;
    const { mailbox, heard } = await selected(
      (line) => {
        const uids = of(line);
        if (line.startsWith('UID STORE')) return [`$ ${at > 0 ? 'OK' : 'NO'} [MODIFIED ${uids[0]}] x`];
        if (!line.startsWith('UID COPY') && !line.startsWith('UID MOVE')) return undefined;
        at += uids.length;
        return [`$ OK [COPYUID 1 ${uids.join(',')} ${at - uids.length + 1}:${at}] x`];
      },
      { capabilities: 'IMAP4rev1 UIDPLUS MOVE' },
    );
    const copied = await mailbox.copy(setOf(odd), 'x');
    expect(copied.ok && [...(copied.value?.source ?? [])]).toEqual(odd);
    expect(copied.ok && [...(copied.value?.target ?? [])].slice(-1)).toEqual([105_000]);
    const moved = await mailbox.move(odd, 'x');
    expect(moved.ok && moved.value.copied?.target.size).toBe(5000);
    const stored = await mailbox.store(odd, { how: 'add', flags: ['$X'] });
    expect(stored.ok && stored.value.modified?.size).toBe(
      heard.filter((line) => line.includes('STORE')).length,
    );
    expect(await mailbox.expunge({ uids: odd })).toMatchObject({ ok: true });
    expect(heard.filter((line) => line.includes('EXPUNGE')).flatMap(of)).toEqual(odd);
    at = -100_000;
    const before = heard.length;
    expect(await mailbox.store(odd, { how: 'add', flags: ['$X'] })).toMatchObject({ ok: false });
    expect(heard.length).toBe(before + 1);
  });

  test('has to name UIDs', async () => {
    const { mailbox, heard } = await selected(() => undefined, { capabilities: 'IMAP4rev1 MOVE' });
    const by = { by: 'number' } as const;
    expect(() => mailbox.fetch(odd, ['UID'], by)).toThrow(/has to name UIDs/);
    expect(await reasonOf(mailbox.copy(odd, 'x', by))).toBe('usage');
    expect(await reasonOf(mailbox.move(odd, 'x', by))).toBe('usage');
    expect(await reasonOf(mailbox.store(odd, { how: 'add', flags: [] }, by))).toBe('usage');
    expect(heard).toHaveLength(1);
  });
});
