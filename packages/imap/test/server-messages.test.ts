import { utf8 } from '@postern/wire';
import { describe, expect, test } from 'vitest';
import { memoryMailStore } from '../src/server/index.ts';
import { contents, inbox, selected, session } from './server-session.ts';

const flags = (store: ReturnType<typeof inbox>) =>
  store.find('INBOX')?.messages.map((message) => message.flags.join(' '));

/** What tells of one keyword more. */
const flagsWith = (keyword: string): readonly string[] => [
  String.raw`* FLAGS (\Answered \Flagged \Deleted \Seen \Draft ${keyword})`,
  String.raw`* OK [PERMANENTFLAGS (\Answered \Flagged \Deleted \Seen \Draft ${keyword} \*)] these are kept`,
];

describe('several sessions', () => {
  test('IMAP-055 are told of one another at the end of a command, but of EXPUNGE not while numbers are in use', () => {
    const store = inbox(3);
    const one = selected(store);
    const two = selected(store);
    two.say(String.raw`b1 STORE 2 +FLAGS (\Deleted)`, String.raw`b2 STORE 3 +FLAGS (\Seen)`);
    expect(two.say('b3 EXPUNGE')).toEqual(['* 2 EXPUNGE', 'b3 OK done']);
    store.find('INBOX')?.append([{ content: utf8('Subject: 4\r\n\r\n') }]);
    // Of what is gone the old is told, as long as its number stands.
    expect(one.say('a1 FETCH 2 (UID)')).toEqual([
      '* 2 FETCH (UID 2)',
      String.raw`* 3 FETCH (FLAGS (\Seen))`,
      '* 4 EXISTS',
      'a1 OK done',
    ]);
    expect(one.say('a2 SEARCH ALL')).toEqual(['* SEARCH 1 2 3 4', 'a2 OK done']);
    expect(one.say(String.raw`a3 STORE 3 +FLAGS (\Flagged)`)).toEqual([
      String.raw`* 3 FETCH (FLAGS (\Seen \Flagged))`,
      'a3 OK done',
    ]);
    expect(one.say('a4 COPY 2 INBOX')).toEqual(['* 2 EXPUNGE', 'a4 NO [EXPUNGEISSUED] some are gone']);
    expect(two.say('b4 NOOP')).toEqual([
      String.raw`* 2 FETCH (FLAGS (\Seen \Flagged))`,
      '* 3 EXISTS',
      'b4 OK done',
    ]);
    expect(one.say('a5 NOOP')).toEqual(['a5 OK done']);
  });

  test('IMAP-055 EXPUNGE may come with commands by UID, and VANISHED takes its place', () => {
    const store = inbox(4);
    const one = selected(store);
    const two = selected(store, 'q ENABLE QRESYNC');
    store.find('INBOX')?.expunge([1, 3]);
    expect(one.say('a1 UID SEARCH ALL')).toEqual([
      '* SEARCH 1 2 3 4',
      '* 3 EXPUNGE',
      '* 1 EXPUNGE',
      'a1 OK done',
    ]);
    expect(two.say('a1 UID FETCH 4 FLAGS')).toEqual([
      '* 4 FETCH (UID 4 FLAGS ())',
      '* VANISHED 1,3',
      'a1 OK done',
    ]);
  });

  test('IMAP-080 IDLE tells at once, and DONE ends it', () => {
    const store = inbox(1);
    const { say, changed, machine } = selected(store);
    store.find('INBOX')?.append([{ content: utf8('Subject: 2\r\n\r\n') }]);
    expect(say('a1 IDLE')).toEqual(['* 2 EXISTS', '+ idling']);
    expect(changed()).toEqual([]);
    store.find('INBOX')?.expunge([1]);
    expect(changed()).toEqual(['* 1 EXPUNGE']);
    expect(machine.state.name).toBe('idle');
    expect(say('done', 'a2 NOOP')).toEqual(['a1 OK done', 'a2 OK done']);
    expect(say('a3 IDLE', 'a4 NOOP', 'a5 NOOP')).toEqual([
      '+ idling',
      'a3 BAD not known, or not now',
      'a5 OK done',
    ]);
    expect(changed()).toEqual([]);
  });

  test('IMAP-029 a client that idles is let go after 30 minutes', () => {
    const { say, machine } = selected(inbox(0));
    say('a1 IDLE');
    expect(machine.deadline).toBe(1_800_000);
    machine.send({ verb: 'CHANGED' }, 1000);
    expect(machine.deadline).toBe(1_800_000);
    expect(machine.tick(1_800_000).at(-1)).toEqual({ type: 'end' });
  });

  test('IMAP-055 who has a removed mailbox open sees it empty', () => {
    const store = memoryMailStore({ mailboxes: { x: ['a\r\n'] } });
    const { say } = session(store);
    say('s SELECT x');
    expect(say('a1 DELETE x', 'a2 FETCH 1 UID')).toEqual([
      '* 1 EXPUNGE',
      'a1 OK done',
      'a2 BAD there is no such message',
    ]);
  });
});

describe('STORE', () => {
  test('IMAP-056 adds, removes and replaces flags, in silence if asked to', () => {
    const store = inbox(2);
    const { say } = selected(store);
    expect(say(String.raw`a1 STORE 1:2 +FLAGS (\seen $Work $work)`)).toEqual([
      ...flagsWith('$Work'),
      String.raw`* 1 FETCH (FLAGS (\Seen $Work))`,
      String.raw`* 2 FETCH (FLAGS (\Seen $Work))`,
      'a1 OK done',
    ]);
    expect(say(String.raw`a2 UID STORE 2 -FLAGS \Seen`)).toEqual([
      '* 2 FETCH (FLAGS ($Work) UID 2)',
      'a2 OK done',
    ]);
    expect(say(String.raw`a3 STORE 1 FLAGS.SILENT (\Draft)`, 'a4 NOOP')).toEqual([
      'a3 OK done',
      'a4 OK done',
    ]);
    expect(flags(store)).toEqual([String.raw`\Draft`, '$Work']);
    expect(
      say(String.raw`a5 STORE 1 FLAGS (\Recent)`, 'a6 STORE 3 FLAGS ()', 'a7 UID STORE 9 FLAGS ()'),
    ).toEqual(['a5 BAD there is no such flag', 'a6 BAD there is no such message', 'a7 OK done']);
  });

  test('IMAP-056 a keyword that is new is told once, to each who has the mailbox open, before a message has it', () => {
    const store = inbox(1);
    const one = selected(store);
    const two = session(store);
    two.say('s EXAMINE INBOX');
    expect(one.say('a1 STORE 1 FLAGS.SILENT ($A)')).toEqual([...flagsWith('$A'), 'a1 OK done']);
    expect(one.say('a2 STORE 1 FLAGS ($a)')).toEqual(['* 1 FETCH (FLAGS ($A))', 'a2 OK done']);
    expect(two.say('a1 NOOP')).toEqual([
      ...flagsWith('$A').slice(0, 1),
      '* OK [PERMANENTFLAGS ()] none are kept',
      '* 1 FETCH (FLAGS ($A))',
      'a1 OK done',
    ]);
  });

  test('IMAP-072 changes nothing that others changed meanwhile', () => {
    const store = inbox(3);
    const { say } = selected(store);
    store.find('INBOX')?.setFlags(2, ['x']);
    expect(say(String.raw`a1 UID STORE 1:3 (UNCHANGEDSINCE 4) +FLAGS.SILENT (\Seen)`)).toEqual([
      ...flagsWith('x'),
      '* 1 FETCH (UID 1 MODSEQ (6))',
      '* 3 FETCH (UID 3 MODSEQ (7))',
      'a1 OK [MODIFIED 2] others were faster',
    ]);
    expect(flags(store)).toEqual([String.raw`\Seen`, 'x', String.raw`\Seen`]);
    expect(say('a2 FETCH 1:* (FLAGS) (CHANGEDSINCE 6)')).toEqual([
      String.raw`* 3 FETCH (FLAGS (\Seen) MODSEQ (7))`,
      'a2 OK done',
    ]);
  });
});

describe('FETCH', () => {
  test('IMAP-102 commands in one segment are completed in order', () => {
    expect(selected(inbox(1)).say('a1 NOOP', 'a2 FETCH 1 UID', 'a3 NOOP')).toEqual([
      'a1 OK done',
      '* 1 FETCH (UID 1)',
      'a2 OK done',
      'a3 OK done',
    ]);
  });

  test('IMAP-053 marks as seen what is read, unless it only peeks', () => {
    const store = inbox(2);
    const { say } = selected(store);
    expect(say('a1 FETCH 1 BODY.PEEK[TEXT]<2.3>')).toEqual([
      '* 1 FETCH (BODY[TEXT]<2> {3}',
      'dy )',
      'a1 OK done',
    ]);
    expect(flags(store)).toEqual(['', '']);
    expect(say('a2 FETCH 2 (RFC822.SIZE BODY[HEADER.FIELDS (X Subject)])')).toEqual([
      '* 2 FETCH (RFC822.SIZE 22 BODY[HEADER.FIELDS (X Subject)] {14}',
      'Subject: 2',
      '',
      String.raw` FLAGS (\Seen))`,
      'a2 OK done',
    ]);
    expect(flags(store)).toEqual(['', String.raw`\Seen`]);
    expect(say('a3 FETCH 2 BODY[9]', 'a4 FETCH 2 BODY.PEEK[TEXT]<90.5>')).toEqual([
      '* 2 FETCH (BODY[9] NIL)',
      'a3 OK done',
      '* 2 FETCH (BODY[TEXT]<90> {0}',
      ')',
      'a4 OK done',
    ]);
  });

  test('IMAP-053 knows the old names and the macros', () => {
    const { say } = selected(inbox(1));
    expect(say('a1 FETCH 1 FAST')).toEqual([
      '* 1 FETCH (FLAGS () INTERNALDATE "01-Jan-1970 00:00:00 +0000" RFC822.SIZE 22)',
      'a1 OK done',
    ]);
    expect(say('a2 FETCH 1 RFC822.TEXT')).toEqual([
      '* 1 FETCH (RFC822.TEXT {8}',
      'body 1',
      String.raw` FLAGS (\Seen))`,
      'a2 OK done',
    ]);
  });

  test.each([
    `(${'BODY[] '.repeat(100)}BODY[])`,
    'BODY[',
    'BODY[X]',
    'BODY[MIME]',
    'BODY[0]',
    'BODY[1]<0.0>',
    '(',
    '()',
    '(FAST)',
    'X',
    'FLAGS X',
    '',
  ])('IMAP-110 refuses %s', (items) => {
    expect(selected(inbox(1)).say(`a1 FETCH 1 ${items}`)).toEqual([expect.stringMatching(/^a1 BAD /)]);
  });
});

describe('COPY, MOVE and EXPUNGE', () => {
  test('IMAP-057 tell which UIDs became which', () => {
    const store = inbox(4);
    const { say } = selected(store);
    say('s CREATE x');
    expect(say('a1 UID COPY 4,1:2 x', 'a2 COPY 1 nowhere', 'a3 UID COPY 9 x')).toEqual([
      'a1 OK [COPYUID 2 1:2,4 1:3] copied',
      'a2 NO [TRYCREATE] no such mailbox',
      'a3 OK copied',
    ]);
    expect(say('a4 MOVE 2:3 x')).toEqual([
      '* OK [COPYUID 2 2:3 4:5] moved',
      '* 3 EXPUNGE',
      '* 2 EXPUNGE',
      'a4 OK done',
    ]);
    expect(contents(store, 'x')).toHaveLength(5);
  });

  test('IMAP-058 UID EXPUNGE removes only what it names, and CLOSE the rest without a word', () => {
    const store = inbox(3);
    const { say } = selected(store);
    say(String.raw`s STORE 1:2 +FLAGS.SILENT (\Deleted)`);
    expect(say('a1 UID EXPUNGE 2:3')).toEqual(['* 2 EXPUNGE', 'a1 OK done']);
    expect(say('a2 CLOSE')).toEqual(['a2 OK done']);
    expect(store.find('INBOX')?.messages.map(({ uid }) => uid)).toEqual([3]);
  });

  test('IMAP-047 UNSELECT removes nothing', () => {
    const store = inbox(1);
    const { say } = selected(store);
    expect(say(String.raw`a1 STORE 1 FLAGS.SILENT (\Deleted)`, 'a2 UNSELECT', 'a3 CHECK')).toEqual([
      'a1 OK done',
      'a2 OK done',
      'a3 BAD not known, or not now',
    ]);
    expect(contents(store, 'INBOX')).toHaveLength(1);
  });
});

describe('APPEND', () => {
  test('IMAP-048 keeps flags and date, several at once, all or none', () => {
    const store = inbox(0);
    const { say } = selected(store);
    expect(
      say(
        String.raw`a1 APPEND INBOX (\Seen) " 1-Jan-2025 00:00:00 +0100" {3+}`,
        String.raw`abc ($X) {2+}`,
        'de',
      ),
    ).toEqual([...flagsWith('$X'), '* 2 EXISTS', 'a1 OK [APPENDUID 1 1:2] kept']);
    expect(store.find('INBOX')?.messages).toMatchObject([
      { uid: 1, flags: [String.raw`\Seen`], internalDate: ' 1-Jan-2025 00:00:00 +0100' },
      { uid: 2, flags: ['$X'] },
    ]);
    expect(contents(store, 'INBOX')).toEqual(['abc', 'de']);
    expect(say('a2 APPEND INBOX {1+}', 'x {0+}', '')).toEqual(['a2 NO [CANNOT] a message is empty']);
    expect(say('a3 APPEND none {1+}', 'x')).toEqual(['a3 NO [TRYCREATE] no such mailbox']);
    expect(say('a4 APPEND INBOX "x"', 'a5 APPEND INBOX "32-Jan-2025 00:00:00 +0100" {1+}', 'x')).toEqual([
      'a4 BAD a message comes as a literal',
      'a5 BAD a date is wrong',
    ]);
  });

  test('IMAP-091 takes messages that are larger than other literals, and says when one is too large', () => {
    const store = inbox(0);
    const { say } = session(store, { limits: { maxAppendBytes: 100_000 } });
    expect(say('a1 APPEND INBOX {100000}')).toEqual(['+ go ahead']);
    expect(say('x'.repeat(100_000))).toEqual(['a1 OK [APPENDUID 1 1] kept']);
    expect(say('a2 APPEND INBOX {100001}')).toEqual(['a2 NO [TOOBIG] the message is too large']);
    expect(say('a3 APPEND INBOX {100001+}', 'x'.repeat(100_001), 'a4 NOOP')).toEqual([
      'a3 NO [TOOBIG] the message is too large',
      'a4 OK done',
    ]);
    expect(say('a5 LOGIN {100000}')).toEqual(['a5 BAD the literal is too large']);
  });
});

describe('SEARCH in what people read', () => {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const part = (type: string, encoding: string, body: string): string =>
    `--b\r\nContent-Type: ${type}\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${body}\r\n`;
  const store = memoryMailStore({
    mailboxes: {
      INBOX: [
        `Subject: =?utf-8?B?${base64('Grüße')}?= =?iso-8859-1?q?_aus_K=F6ln?=\r\n\r\nplain\r\n`,
        [
          'From: =?x-unknown?q?Ada?= <ada@x.example>\r\nSubject: folded\r\n words\r\n',
          'Content-Type: multipart/mixed; boundary=b\r\n\r\n',
          part('text/plain; charset=utf-8', 'base64', base64('Überweisung')),
          part('text/plain; charset=iso-8859-1', 'quoted-printable', 'sch=F6n=\r\nes'),
          part('text/html; charset=x-unknown', '7bit', '<b>fett</b>'),
          part('image/png; name=needle.png', 'base64', base64('picture')),
          part('message/rfc822', '7bit', `Subject: =?utf-8?q?inne=C3=A9?=\r\n\r\ndeep`),
          '--b--\r\n',
        ].join(''),
      ],
    },
  });

  test.each([
    ['SUBJECT', 'GRÜSSE'.replace('SS', 'ß'), '1'],
    // The space between two encoded words is none of the text.
    ['SUBJECT', 'Grüße aus Köln', '1'],
    ['SUBJECT', 'Grüße  aus', ''],
    ['SUBJECT', 'folded words', '2'],
    ['FROM', '=?x-unknown?q?Ada?=', '2'],
    ['BODY', 'überweisung', '2'],
    ['BODY', 'schönes', '2'],
    ['BODY', 'FETT', '2'],
    ['BODY', 'picture', ''],
    ['BODY', 'deep', '2'],
    ['BODY', 'Inneé', '2'],
    ['BODY', 'needle.png', ''],
    ['TEXT', 'needle.png', '2'],
    ['TEXT', 'köln', '1'],
    ['BODY', 'köln', ''],
  ])('IMAP-060 SEARCH %s %s', (key, text, expected) => {
    const { say } = selected(store);
    const word = String.fromCharCode(...utf8(text));
    expect(say(`a1 SEARCH CHARSET UTF-8 ${key} {${word.length}+}`, word)).toEqual([
      `* SEARCH ${expected}`.trimEnd(),
      'a1 OK done',
    ]);
  });

  test('IMAP-060 encoded words that never end do no harm', () => {
    const hostile = `Subject: ${'=?utf-8?q?'.repeat(20_000)}\r\n\r\n`;
    const { say } = selected(memoryMailStore({ mailboxes: { INBOX: [hostile] } }));
    expect(say('a1 SEARCH SUBJECT nothing')).toEqual(['* SEARCH', 'a1 OK done']);
  });
});

describe('SEARCH', () => {
  const store = memoryMailStore({
    mailboxes: {
      INBOX: [
        {
          content: utf8('From: Ada <ada@x.example>\r\nDate: Sat, 1 Feb 2025 23:00:00 -0500\r\n\r\nGrüße\r\n'),
          flags: [String.raw`\Seen`, '$Work'],
          internalDate: ' 2-Feb-2025 00:00:00 +0000',
        },
        {
          content: utf8('Subject: two\r\nX-Y:\r\n\r\nlonger than the other one, isn\u2019t it?\r\n'),
          internalDate: ' 3-Feb-2025 00:00:00 +0000',
        },
        'Subject: three\r\n\r\n',
      ],
    },
  });

  test.each([
    ['ALL', '1 2 3'],
    ['SEEN', '1'],
    ['UNSEEN', '2 3'],
    ['NOT SEEN', '2 3'],
    ['KEYWORD $work', '1'],
    ['UNKEYWORD $WORK', '2 3'],
    ['FROM ada', '1'],
    ['SUBJECT "T"', '2 3'],
    ['HEADER X-Y ""', '2'],
    ['BODY isn', '2'],
    ['TEXT THREE', '3'],
    ['OR FROM ada SUBJECT three', '1 3'],
    ['(OR SEEN 3) NOT 1', '3'],
    ['2:*', '2 3'],
    ['UID 1,9', '1'],
    ['LARGER 60', '1 2'],
    ['SMALLER 20', '3'],
    ['ON 2-Feb-2025', '1'],
    ['SINCE "2-Feb-2025" BEFORE 3-Feb-2025', '1'],
    ['SENTON 1-Feb-2025', '1'],
    ['SENTSINCE 1-Feb-2025', '1'],
    ['NEW', ''],
    ['OLD', '1 2 3'],
    ['MODSEQ 3', '2 3 (MODSEQ 4)'],
    ['CHARSET UTF-8 ALL', '1 2 3'],
  ])('IMAP-060 IMAP-074 SEARCH %s', (keys, expected) => {
    const { say } = selected(store);
    expect(say(`a1 SEARCH ${keys}`)).toEqual([`* SEARCH ${expected}`.trimEnd(), 'a1 OK done']);
  });

  test('IMAP-060 IMAP-093 finds what is not ASCII, whatever its case', () => {
    const { say } = selected(store);
    const word = String.fromCharCode(...utf8('GRÜSSE'.replace('SS', 'ß')));
    expect(say(`a1 SEARCH BODY {${word.length}+}`, word)).toEqual(['* SEARCH 1', 'a1 OK done']);
  });

  test('IMAP-061 ESEARCH tells what is asked for, and SAVE keeps it for $', () => {
    const { say } = selected(store);
    expect(say('a1 UID SEARCH RETURN (MIN MAX COUNT ALL) UNSEEN')).toEqual([
      '* ESEARCH (TAG "a1") UID MIN 2 MAX 3 ALL 2:3 COUNT 2',
      'a1 OK done',
    ]);
    expect(say('a2 SEARCH RETURN () DELETED', 'a3 SEARCH RETURN (MIN COUNT) DELETED')).toEqual([
      '* ESEARCH (TAG "a2")',
      'a2 OK done',
      '* ESEARCH (TAG "a3") COUNT 0',
      'a3 OK done',
    ]);
    expect(say('a4 SEARCH RETURN (SAVE) UNSEEN', 'a5 FETCH $ UID', 'a6 SEARCH $ 3')).toEqual([
      'a4 OK done',
      '* 2 FETCH (UID 2)',
      '* 3 FETCH (UID 3)',
      'a5 OK done',
      '* SEARCH 3',
      'a6 OK done',
    ]);
    say('a7 SEARCH RETURN (SAVE MAX) ALL');
    expect(say('a8 FETCH $ UID')).toEqual(['* 3 FETCH (UID 3)', 'a8 OK done']);
    expect(say('a9 SEARCH CHARSET KOI8-R ALL')).toEqual([
      'a9 NO [BADCHARSET (US-ASCII UTF-8)] this charset is not known',
    ]);
  });

  test.each([
    '',
    'X',
    '()',
    '(ALL',
    'OR ALL',
    'ON 30-Feb-2025',
    'SINCE 1-Xxx-2025',
    '4',
    '0',
    'UID 4294967296',
    'ALL ALL ',
    'MODSEQ 9223372036854775808',
    `${'NOT '.repeat(40)}ALL`,
    'ALL '.repeat(101).trim(),
    '('.repeat(2000),
  ])('IMAP-110 refuses %s', (keys) => {
    expect(selected(store).say(`a1 SEARCH ${keys}`, 'a2 NOOP')).toEqual([
      expect.stringMatching(/^a1 BAD /),
      'a2 OK done',
    ]);
  });
});
