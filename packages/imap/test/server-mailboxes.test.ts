import { describe, expect, test } from 'vitest';
import { memoryMailStore } from '../src/server/index.ts';
import type { ImapServerOptions } from '../src/server/index.ts';
import { contents, inbox, selected, session } from './server-session.ts';

const tree = () =>
  memoryMailStore({
    mailboxes: { 'a/b/c': ['x\r\n'], 'Sent Mail': [], 'A&-B': [] },
    uses: { 'Sent Mail': [String.raw`\Sent`] },
  });

describe('LIST', () => {
  test.each([
    ['"" *', ['INBOX', 'A&-B', '"Sent Mail"', 'a', 'a/b', 'a/b/c']],
    ['"" %', ['INBOX', 'A&-B', '"Sent Mail"', 'a']],
    ['"" a/%', ['a/b']],
    ['a/ %/c', ['a/b/c']],
    ['"" "*c"', ['a/b/c']],
    ['"" inbox', ['INBOX']],
    ['"" A', []],
    ['"" (a INBOX)', ['INBOX', 'a']],
  ])('IMAP-040 LIST %s', (argument, names) => {
    const lines = session(tree()).say(`a1 LIST ${argument}`);
    expect(lines.at(-1)).toBe('a1 OK done');
    expect(lines.slice(0, -1).map((line) => line.slice(line.indexOf('"/" ') + 4))).toEqual(names);
  });

  test('IMAP-041 IMAP-043 tells of children and uses, and selects by use', () => {
    const { say } = session(tree());
    expect(say('a1 LIST "" a')).toEqual([String.raw`* LIST (\HasChildren) "/" a`, 'a1 OK done']);
    expect(say('a2 LIST (SPECIAL-USE) "" * RETURN (CHILDREN)')).toEqual([
      String.raw`* LIST (\HasNoChildren \Sent) "/" "Sent Mail"`,
      'a2 OK done',
    ]);
  });

  test('IMAP-041 finds what is subscribed, and with RECURSIVEMATCH what is above it', () => {
    const { say } = session(tree());
    say('s1 SUBSCRIBE a/b/c', 's2 SUBSCRIBE gone');
    expect(say('a1 LIST (SUBSCRIBED) "" *')).toEqual([
      String.raw`* LIST (\Subscribed \HasNoChildren) "/" a/b/c`,
      String.raw`* LIST (\NonExistent \Subscribed \HasNoChildren) "/" gone`,
      'a1 OK done',
    ]);
    expect(say('a2 LIST (SUBSCRIBED RECURSIVEMATCH) "" a')).toEqual([
      String.raw`* LIST (\HasChildren) "/" a ("CHILDINFO" ("SUBSCRIBED"))`,
      'a2 OK done',
    ]);
    expect(say('a3 LIST (RECURSIVEMATCH) "" *')[0]).toMatch(/^a3 BAD /);
  });

  test('IMAP-042 gives the status of each mailbox behind it', () => {
    expect(session(inbox(2)).say('a1 LIST "" * RETURN (STATUS (MESSAGES UNSEEN))')).toEqual([
      String.raw`* LIST (\HasNoChildren) "/" INBOX`,
      '* STATUS INBOX (MESSAGES 2 UNSEEN 2)',
      'a1 OK done',
    ]);
  });

  test('IMAP-042 gives no status of what is told for what is below it only', () => {
    const { say } = session(tree());
    say('s1 SUBSCRIBE a/b/c');
    expect(say('a1 LIST (SUBSCRIBED RECURSIVEMATCH) "" a* RETURN (STATUS (MESSAGES))')).toEqual([
      String.raw`* LIST (\HasChildren) "/" a ("CHILDINFO" ("SUBSCRIBED"))`,
      String.raw`* LIST (\HasChildren) "/" a/b ("CHILDINFO" ("SUBSCRIBED"))`,
      String.raw`* LIST (\Subscribed \HasNoChildren) "/" a/b/c`,
      '* STATUS a/b/c (MESSAGES 1)',
      'a1 OK done',
    ]);
  });

  test('IMAP-047 LSUB tells what is above a subscribed name as not selectable', () => {
    const { say } = session(tree());
    say('s1 SUBSCRIBE a/b/c');
    expect(say('a1 LSUB "" a/%')).toEqual([String.raw`* LSUB (\Noselect) "/" a/b`, 'a1 OK done']);
    say('s2 UNSUBSCRIBE a/b/c');
    expect(say('a2 LSUB "" *')).toEqual(['a2 OK done']);
  });
});

describe('mailboxes', () => {
  test('IMAP-047 are made with those above them, renamed with those below, and removed', () => {
    const store = tree();
    const { say } = session(store);
    expect(say('a1 CREATE x/y', 'a2 CREATE x/y', 'a3 CREATE inbox', 'a4 CREATE x//z')).toEqual([
      'a1 OK [MAILBOXID (F8)] done',
      'a2 NO [ALREADYEXISTS] there is such a mailbox',
      'a3 NO [ALREADYEXISTS] there is such a mailbox',
      'a4 NO [CANNOT] a mailbox cannot have this name',
    ]);
    expect(say('a5 RENAME a n/a', 'a6 RENAME n n/b', 'a7 RENAME none x2')).toEqual([
      'a5 OK done',
      'a6 NO [CANNOT] a mailbox cannot be below itself',
      'a7 NO [NONEXISTENT] no such mailbox',
    ]);
    expect(contents(store, 'n/a/b/c')).toEqual(['x\r\n']);
    expect(say('a8 DELETE n', 'a9 DELETE n/a/b/c', 'a10 DELETE INBOX')).toEqual([
      'a8 NO [HASCHILDREN] there are mailboxes below it',
      'a9 OK done',
      'a10 NO [CANNOT] INBOX stays',
    ]);
    expect(store.mailboxes.map(({ name }) => name)).toEqual([
      'INBOX',
      'A&-B',
      'Sent Mail',
      'n',
      'n/a',
      'n/a/b',
      'x',
      'x/y',
    ]);
  });

  test('IMAP-043 can be made for a use', () => {
    const store = tree();
    expect(
      session(store).say(String.raw`a1 CREATE T (USE (\trash))`, String.raw`a2 CREATE U (USE (\Nothing))`),
    ).toEqual(['a1 OK [MAILBOXID (F7)] done', 'a2 NO [USEATTR] there is no such use']);
    expect(store.find('T')?.use).toEqual([String.raw`\Trash`]);
  });

  test('IMAP-047 renaming INBOX takes its messages away and leaves it', () => {
    const store = inbox(2);
    expect(session(store).say('a1 RENAME INBOX old')).toEqual(['a1 OK done']);
    expect(contents(store, 'INBOX')).toEqual([]);
    expect(contents(store, 'old')).toHaveLength(2);
  });

  test('IMAP-110 there are no more of them than the store has room for', () => {
    const { say } = session(memoryMailStore({ maxMailboxes: 2, maxOctets: 10 }));
    expect(say('a1 CREATE a', 'a2 CREATE b', 'a3 APPEND a {11+}\r\n12345678901')).toEqual([
      'a1 OK [MAILBOXID (F2)] done',
      'a2 NO [LIMIT] there are too many mailboxes',
      'a3 NO [OVERQUOTA] there is no room',
    ]);
  });

  test('IMAP-046 STATUS tells all it is asked for', () => {
    const { say } = selected(inbox(3));
    say(String.raw`f STORE 1 +FLAGS (\Deleted \Seen)`);
    expect(
      say('a1 STATUS inbox (MESSAGES UIDNEXT UIDVALIDITY UNSEEN DELETED SIZE RECENT HIGHESTMODSEQ)'),
    ).toEqual([
      '* STATUS INBOX (MESSAGES 3 UIDNEXT 4 UIDVALIDITY 1 UNSEEN 2 DELETED 1 SIZE 66 RECENT 0 HIGHESTMODSEQ 5)',
      'a1 OK done',
    ]);
    expect(say('a2 STATUS none (MESSAGES)', 'a3 STATUS INBOX ()', 'a4 STATUS INBOX (X)')).toEqual([
      'a2 NO [NONEXISTENT] no such mailbox',
      'a3 BAD the list is empty',
      'a4 BAD a word is not known',
    ]);
  });

  test('IMAP-044 NAMESPACE', () => {
    expect(session().say('a1 NAMESPACE')).toEqual(['* NAMESPACE (("" "/")) NIL NIL', 'a1 OK done']);
  });
});

describe('ENABLE', () => {
  const enable = (argument: string, options?: ImapServerOptions) =>
    session(inbox(0), options).say(`a1 ENABLE ${argument}`);

  test('IMAP-035 switches on what is known and offered, and passes over the rest', () => {
    expect(enable('CONDSTORE X-Y')).toEqual(['* ENABLED CONDSTORE', 'a1 OK done']);
    expect(enable('QRESYNC', { capabilities: ['IMAP4rev1', 'ENABLE'] })).toEqual(['* ENABLED', 'a1 OK done']);
    const { say } = session();
    say('a1 ENABLE QRESYNC');
    expect(say('a2 ENABLE QRESYNC')).toEqual(['* ENABLED', 'a2 OK done']);
  });
});

describe('SELECT', () => {
  test('IMAP-045 tells of the mailbox, and of the one before that it is closed', () => {
    const store = inbox(2);
    const { say } = session(store);
    say(String.raw`f SELECT INBOX`, String.raw`f STORE 1 FLAGS (\Seen $Work)`);
    expect(say('a1 EXAMINE INBOX')).toEqual([
      '* OK [CLOSED] the mailbox before is closed',
      String.raw`* FLAGS (\Answered \Flagged \Deleted \Seen \Draft $Work)`,
      '* 2 EXISTS',
      '* 0 RECENT',
      '* OK [UNSEEN 2] the first that is not seen',
      '* OK [UIDVALIDITY 1] UIDs are valid',
      '* OK [UIDNEXT 3] next UID',
      '* OK [PERMANENTFLAGS ()] none are kept',
      '* OK [HIGHESTMODSEQ 4] the last change',
      '* OK [MAILBOXID (F1)] its name for good',
      'a1 OK [READ-ONLY] selected',
    ]);
    expect(
      say(String.raw`a2 STORE 1 FLAGS (\Deleted)`, 'a3 EXPUNGE', 'a4 MOVE 1 INBOX', 'a5 FETCH 2 BODY[TEXT]'),
    ).toEqual([
      'a2 NO [NOPERM] the mailbox is open for reading only',
      'a3 NO [NOPERM] the mailbox is open for reading only',
      'a4 NO [NOPERM] the mailbox is open for reading only',
      '* 2 FETCH (BODY[TEXT] {8}',
      'body 2',
      ')',
      'a5 OK done',
    ]);
  });

  test('IMAP-045 that fails leaves nothing selected', () => {
    const { say, machine } = selected(inbox(1));
    expect(say('a1 SELECT none', 'a2 FETCH 1 UID')).toEqual([
      '* OK [CLOSED] the mailbox before is closed',
      'a1 NO [NONEXISTENT] no such mailbox',
      'a2 BAD not known, or not now',
    ]);
    expect(machine.state.name).toBe('authenticated');
  });

  test('IMAP-073 QRESYNC tells what vanished and changed since', () => {
    const store = inbox(4);
    const known = store.find('INBOX')?.highestModSeq;
    store.find('INBOX')?.expunge([2, 3]);
    store.find('INBOX')?.setFlags(4, [String.raw`\Seen`]);
    const { say } = session(store);
    expect(say(`a0 SELECT INBOX (QRESYNC (1 ${known}))`)).toEqual(['a0 BAD QRESYNC is not enabled']);
    say('a1 ENABLE QRESYNC');
    expect(say(`a2 SELECT INBOX (QRESYNC (1 ${known} 1:4 (1,4 1,4)))`).slice(-3)).toEqual([
      '* VANISHED (EARLIER) 2:3',
      String.raw`* 2 FETCH (FLAGS (\Seen) UID 4 MODSEQ (7))`,
      'a2 OK [READ-WRITE] selected',
    ]);
    // Another mailbox of that name: nothing is known of it.
    expect(say(`a3 SELECT INBOX (QRESYNC (9 ${known}))`).at(-2)).toMatch(/MAILBOXID/);
    expect(say(`a4 UID FETCH 1:* FLAGS (CHANGEDSINCE ${known} VANISHED)`)).toEqual([
      '* VANISHED (EARLIER) 2:3',
      String.raw`* 2 FETCH (UID 4 FLAGS (\Seen) MODSEQ (7))`,
      'a4 OK done',
    ]);
  });

  test('IMAP-073 what vanished before is not told again, and what is forgotten is told to be safe', () => {
    const store = inbox(2);
    const box = store.find('INBOX');
    box?.expunge([1]);
    const known = box?.highestModSeq ?? 0n;
    expect(box?.expungedSince(known)).toEqual([]);
    const brought = box?.append(Array.from({ length: 20_001 }, () => ({ content: new Uint8Array(1) })));
    for (const uid of brought && 'length' in brought ? brought : []) box?.expunge([uid]);
    // The first of them are forgotten by now: every UID that is not there might be one.
    expect(box?.expungedSince(known)).toHaveLength(20_002);
    expect(box?.expungedSince(box.highestModSeq - 5n)).toHaveLength(5);
  });
});
