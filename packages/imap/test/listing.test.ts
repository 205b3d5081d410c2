import { describe, expect, test } from 'vitest';
import { reasonOf } from './dialogue.ts';
import { talk } from './scripted-server.ts';

describe('what a server lists and does not understand', () => {
  test('IMAP-143 each refusal leaves out one extension, and later calls begin where it ended', async () => {
    const { imap, heard } = await talk((line) => (line.includes('RETURN') ? ['$ BAD what'] : undefined), {
      capabilities: 'IMAP4rev1 LIST-EXTENDED LIST-STATUS SPECIAL-USE',
    });
    expect(await imap.list({ status: ['messages'] })).toMatchObject({ ok: true });
    expect(await imap.list({ status: ['messages'] })).toMatchObject({ ok: true });
    expect(heard).toEqual([
      'a1 LIST "" "*" RETURN (CHILDREN SUBSCRIBED SPECIAL-USE STATUS (MESSAGES))',
      'a2 LIST "" "*" RETURN (CHILDREN SUBSCRIBED SPECIAL-USE)',
      'a3 LIST "" "*" RETURN (CHILDREN SUBSCRIBED)',
      'a4 LIST "" "*"',
      'a5 LIST "" "*"',
    ]);
  });

  test('IMAP-143 an INBOX that is not listed is asked for plainly', async () => {
    const { imap, heard } = await talk(
      (line) => (line === 'LIST "" "INBOX"' ? ['* LIST () "/" INBOX', '$ OK x'] : undefined),
      { capabilities: 'IMAP4rev1 LIST-EXTENDED' },
    );
    expect(await imap.list({ patterns: ['INBOX'] })).toMatchObject({ value: [{ name: 'INBOX' }] });
    expect(heard).toHaveLength(2);
    // A name that may not be there is asked for once.
    await imap.list({ patterns: ['x'] });
    expect(heard).toHaveLength(3);
  });
});

describe('without LIST-EXTENDED', () => {
  const names = ['* LIST () "." a', '* LIST (\\Sent) "." b', '* LIST () "." #news.comp', '$ OK x'];
  const subscribed = [
    '* LSUB () "." a',
    '* LSUB (\\Noselect) "." #news.comp',
    '* LSUB () "." gone',
    '$ OK x',
  ];
  const says = (line: string): readonly string[] | undefined => {
    if (line.startsWith('LIST')) return names;
    return line.startsWith('LSUB') ? subscribed : undefined;
  };

  test('IMAP-047 LSUB tells what is subscribed itself, and what has such names below', async () => {
    const { imap, heard } = await talk(says);
    expect(await imap.lsub({ reference: '#', pattern: '%' })).toMatchObject({
      ok: true,
      value: [
        { name: 'a', delimiter: '.', subscribed: 'itself' },
        { name: '#news.comp', subscribed: 'below' },
        { name: 'gone', subscribed: 'itself' },
      ],
    });
    expect(heard).toEqual(['a1 LSUB "#" "%"']);
  });

  test('IMAP-047 a list of subscribed mailboxes asks LSUB, and the attributes of LIST win', async () => {
    const { imap, heard } = await talk(says);
    expect(await imap.list({ only: ['SUBSCRIBED'] })).toMatchObject({
      value: [{ name: 'a', selectable: true, subscribed: true }],
    });
    expect(await imap.list({ only: ['SPECIAL-USE'] })).toMatchObject({ value: [{ name: 'b' }] });
    expect(heard).toEqual(['a1 LIST "" "*"', 'a2 LSUB "" "*"', 'a3 LIST "" "*"']);
    for (const only of [['REMOTE'], ['SUBSCRIBED', 'RECURSIVEMATCH']] as const)
      expect(await reasonOf(imap.list({ only }))).toBe('usage');
    expect(await reasonOf(imap.list({ patterns: ['a', 'b'] }))).toBe('usage');
  });

  test('IMAP-143 IMAP4rev2 has no LSUB', async () => {
    const { imap, heard } = await talk(says, { capabilities: 'IMAP4rev2' });
    expect(await reasonOf(imap.lsub())).toBe('usage');
    expect(heard).toEqual([]);
  });
});
