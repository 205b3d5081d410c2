import { expect, test } from 'vitest';
import { reasonOf } from './dialogue.ts';
import { selected as scripted, talk } from './scripted-server.ts';
import { inbox, selected, session } from './server-session.ts';

test('IMAP-083 ids of mailboxes come with CREATE, SELECT and STATUS', async () => {
  const { imap, heard } = await talk(
    (line) => {
      if (line.startsWith('CREATE')) return ['$ OK [MAILBOXID (F-1_a)] made'];
      if (line.startsWith('STATUS')) return ['* STATUS x (MAILBOXID (F-1_a) SIZE 9007199254740993)', '$ OK'];
      return line.startsWith('SELECT') ? ['* OK [MAILBOXID (F-1_a)] x', '$ OK'] : undefined;
    },
    { capabilities: 'IMAP4rev1 OBJECTID STATUS=SIZE CREATE-SPECIAL-USE' },
  );
  expect(await imap.create('x', { uses: ['sent', 'important'] })).toMatchObject({
    ok: true,
    value: { mailboxId: 'F-1_a' },
  });
  expect(await imap.status('x', ['mailboxId', 'size'])).toMatchObject({
    value: { mailboxId: 'F-1_a', size: 9007199254740993n },
  });
  const answer = await imap.select('x');
  expect(answer.ok && answer.value.state.mailboxId).toBe('F-1_a');
  expect(heard).toEqual([
    String.raw`a1 CREATE "x" (USE (\Sent \Important))`,
    'a2 STATUS "x" (MAILBOXID SIZE)',
    'a3 SELECT "x"',
  ]);
});

test('IMAP-046 IMAP-043 what the server does not offer is not asked for', async () => {
  const { imap, heard } = await talk(() => undefined, { capabilities: 'IMAP4rev1' });
  for (const item of ['size', 'deleted', 'mailboxId', 'appendLimit'] as const) {
    expect(await reasonOf(imap.status('x', [item]))).toBe('usage');
    expect(await reasonOf(imap.list({ status: [item] }))).toBe('usage');
  }
  expect(await reasonOf(imap.create('x', { uses: ['sent'] }))).toBe('usage');
  expect(heard).toEqual([]);
  const limited = await talk(() => undefined, { capabilities: 'IMAP4rev1 APPENDLIMIT=100' });
  expect(await limited.imap.status('x', ['appendLimit'])).toMatchObject({ ok: true });
});

test('IMAP-083 ids of messages and threads, and one that cannot be', async () => {
  const diagnostics: string[] = [];
  const { mailbox } = await scripted(
    (line) =>
      line.startsWith('UID FETCH')
        ? [
            '* 1 FETCH (UID 1 EMAILID (M1) THREADID NIL)',
            '* 2 FETCH (UID 2 EMAILID (a+b) THREADID (T1))',
            '$ OK',
          ]
        : undefined,
    { onEvent: (event) => void (event.type === 'diagnostic' && diagnostics.push(event.reason)) },
  );
  expect(await mailbox.fetch('1:*', ['EMAILID', 'THREADID']).all()).toMatchObject({
    value: [
      { emailId: 'M1', threadId: null },
      { emailId: 'a+b', threadId: 'T1' },
    ],
  });
  expect(diagnostics).toEqual(['bad-object-id']);
});

test('IMAP-083 on our server a message keeps its id in every mailbox, and a mailbox under every name', () => {
  const store = inbox(2);
  const { say } = selected(store);
  expect(say('a1 CREATE b/', 'a2 COPY 2 b', 'a3 RENAME b c', 'a4 STATUS c (MAILBOXID)')).toEqual([
    'a1 OK [MAILBOXID (F2)] done',
    'a2 OK [COPYUID 2 2 1] copied',
    'a3 OK done',
    '* STATUS c (MAILBOXID (F2))',
    'a4 OK done',
  ]);
  const other = session(store);
  expect(other.say('a1 EXAMINE c')).toContain('* OK [MAILBOXID (F2)] its name for good');
  expect(other.say('a2 FETCH 1 (EMAILID THREADID)')).toEqual([
    '* 1 FETCH (EMAILID (M2) THREADID NIL)',
    'a2 OK done',
  ]);
  expect(say('a5 SEARCH EMAILID M2', 'a6 SEARCH THREADID T')).toEqual([
    '* SEARCH 2',
    'a5 OK done',
    '* SEARCH',
    'a6 OK done',
  ]);
  say('a7 APPEND c {1+}', 'x', 's SELECT c');
  expect(say('a8 FETCH 2 EMAILID')[0]).toBe('* 2 FETCH (EMAILID (M3))');
});
