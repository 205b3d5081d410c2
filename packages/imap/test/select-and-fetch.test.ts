import { expect, test } from 'vitest';
import { imapClient } from '../src/index.ts';
import { reasonOf } from './dialogue.ts';
import { talk } from './scripted-server.ts';

const fetch = { uids: '1:*', items: ['UID', 'FLAGS'] } as const;
const two = ['* 1 FETCH (UID 7 FLAGS ())', '* 2 FETCH (UID 9 FLAGS ())', '$ OK done'];

/** A server that answers nothing before it has heard both commands. */
function patient(answers: (select: string, fetched: string) => readonly string[]): {
  readonly says: (line: string) => readonly string[];
} {
  const tags: string[] = [];
  return {
    says: () => {
      tags.push(`a${tags.length + 1}`);
      return tags.length === 2 ? answers('a1', 'a2') : [];
    },
  };
}

test('IMAP-101 FETCH leaves with the SELECT before it in one group', async () => {
  const { says } = patient((select, fetched) => [
    '* 2 EXISTS',
    `${select} OK [READ-WRITE] x`,
    ...two.map((text) => text.replace('$', fetched)),
  ]);
  const { imap, heard } = await talk(says);
  const answer = await imap.select('INBOX', { fetch });
  if (!answer.ok) throw new Error('not selected');
  const uids: unknown[] = [];
  for await (const { uid } of answer.value.fetched) uids.push(uid);
  expect(uids).toEqual([7, 9]);
  expect(answer.value.fetched.reply).toMatchObject({ status: 'OK' });
  expect(answer.value.state.exists).toBe(2);
  expect(heard).toEqual(['a1 SELECT "INBOX"', 'a2 UID FETCH 1:* (UID FLAGS)']);
});

test('IMAP-101 where the SELECT is refused, so is the FETCH, and the dialogue goes on', async () => {
  const { imap, heard } = await talk((line) => {
    if (line.startsWith('SELECT')) return ['$ NO [NONEXISTENT] no such mailbox'];
    return line.startsWith('UID FETCH') ? ['$ BAD no mailbox is selected'] : undefined;
  });
  expect(await imap.select('gone', { fetch })).toMatchObject({ ok: false, reply: { status: 'NO' } });
  expect(await imap.noop()).toMatchObject({ ok: true });
  expect(await imap.select('gone')).toMatchObject({ ok: false });
  expect(heard.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
    'a1 SELECT',
    'a2 UID',
    'a3 NOOP',
    'a4 SELECT',
  ]);
});

test('IMAP-101 beside another mailbox the FETCH waits, because its messages could not be told from the other ones', async () => {
  const { imap, heard } = await talk((line) => (line.startsWith('UID FETCH') ? two : undefined));
  await imap.select('first');
  const answer = await imap.select('second', { fetch });
  if (!answer.ok) throw new Error('not selected');
  expect(await answer.value.fetched.all()).toMatchObject({ ok: true, value: [{ uid: 7 }, { uid: 9 }] });
  expect(heard).toEqual(['a1 SELECT "first"', 'a2 SELECT "second"', 'a3 UID FETCH 1:* (UID FLAGS)']);
});

test('a call that has to wait for the messages is refused while their loop is open', async () => {
  const { imap } = await talk((line) => (line.startsWith('UID FETCH') ? two.slice(0, 2) : undefined));
  const answer = await imap.select('INBOX', { fetch });
  expect(answer.ok).toBe(true);
  expect(await reasonOf(imap.select('other'))).toBe('usage');
});

test('fails with the dialogue, and an abort is told to both', async () => {
  const aborting = new AbortController();
  const { imap } = await talk((line) => (line.startsWith('UID FETCH') ? two.slice(0, 1) : undefined));
  const answer = await imap.select('INBOX', { fetch, signal: aborting.signal });
  if (!answer.ok) throw new Error('not selected');
  const messages = answer.value.fetched;
  expect(await messages.next()).toMatchObject({ value: { uid: 7 } });
  const next = messages.next();
  aborting.abort(new Error('enough'));
  await expect(next).rejects.toThrow('enough');
});

test('RFC 7162 §3.2.5 what a resync tells and what was asked for are not mixed', async () => {
  const { imap, heard } = await talk(() => undefined);
  expect(await reasonOf(imap.select('INBOX', { fetch, resync: { uidValidity: 1, modSequence: 1n } }))).toBe(
    'usage',
  );
  expect(heard).toEqual([]);
});

test('IMAP-100 nothing but UID FETCH follows a SELECT, and only one', () => {
  const machine = imapClient();
  machine.start(0);
  machine.receive(new TextEncoder().encode('* PREAUTH [CAPABILITY IMAP4rev1] hi\r\n'), 0);
  const select = {
    verb: 'SELECT',
    mailbox: 'INBOX',
    arguments: [{ type: 'mailbox', name: 'INBOX' }],
  } as const;
  const by = { verb: 'FETCH', behindSelect: true, arguments: [] } as const;
  expect(() => machine.sendAll([select, by], 0)).toThrow('the result of SELECT is not known yet');
  expect(() => machine.sendAll([select, { ...by, uid: true, behindSelect: false }], 0)).toThrow(
    'not known yet',
  );
  expect(machine.sendAll([select, { ...by, uid: true }], 0)).toHaveLength(1);
});
