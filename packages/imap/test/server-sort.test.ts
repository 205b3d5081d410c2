import { countWork } from '@postern/wire/testing';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memoryMailStore } from '../src/server/index.ts';
import type { NewMessage } from '../src/server/index.ts';
import { baseSubject } from '../src/server/sorting/base-subject.ts';
import { collationKey } from '../src/server/sorting/collation.ts';
import { timeOf } from '../src/server/syntax/date-time.ts';
import { open } from './dialogue.ts';
import { bytes, selected } from './server-session.ts';
import type { Session } from './server-session.ts';

describe('base subject', () => {
  test.each<readonly [subject: string, base: string, isReply: boolean]>([
    ['', '', false],
    ['hello', 'hello', false],
    ['  a \t b\r\n\tc  ', 'a b c', false],
    ['Re: hello', 'hello', true],
    ['RE:FW: fwd :hello', 'hello', true],
    ['re [2] : hello', 'hello', true],
    ['re[2]: re(3): hello', 're(3): hello', true],
    ['Aw: hello', 'Aw: hello', false],
    ['regards: hello', 'regards: hello', false],
    ['hello (fwd)', 'hello', true],
    ['hello (FWD) (fwd)  ', 'hello', true],
    ['(fwd)', '', true],
    ['[list] hello', 'hello', false],
    ['[a] [b][c] hello', 'hello', false],
    ['[list] Re: [list] hello', 'hello', true],
    ['[list]', '[list]', false],
    ['[a] [b]', '[b]', false],
    ['Re: [a] [b]', '[b]', true],
    ['[a', '[a', false],
    ['[a[b] c', '[a[b] c', false],
    ['[] x', 'x', false],
    ['re:', '', true],
    ['[a]re:', '', true],
    ['[fwd: hello]', 'hello', true],
    ['[Fwd: Re: [x] hello (fwd)]', 'hello', true],
    ['[fwd: [fwd: hello]]', 'hello', true],
    ['[fwd:]', '', true],
    ['[fwd: hello] more', 'more', false],
    ['[fwd: [x] hello', '[fwd: [x] hello', false],
    ['[x] [fwd: hello]', 'hello', true],
    ['=?utf-8?Q?Re:_Gr=C3=BC=C3=9Fe?=', 'Grüße', true],
    ['Re: =?utf-8?B?UmU6IGhp?=', 'hi', true],
    ['Re: Gr\u00c3\u00bc\u00c3\u009fe', 'Grüße', true],
  ])('IMAP-062 of %j is %j (RFC 5256 §2.1)', (subject, text, isReply) => {
    expect(baseSubject(subject)).toEqual({ text, isReply });
  });

  /** The steps of the RFC to the letter, one removal after the other. */
  function literally(subject: string): string {
    let text = subject.replaceAll(/\s/g, ' ').replaceAll(/ {2,}/g, ' ');
    for (;;) {
      for (let trailer = /(?: |\(fwd\))$/i; trailer.test(text);) text = text.replace(trailer, '');
      const leader = /^(?: |(?:\[[^[\]]*\] *)*(?:re|fwd?) *(?:\[[^[\]]*\] *)?:)/i;
      const blob = /^\[[^[\]]*\] *(?=.)/;
      for (let before = ''; before !== text;) {
        before = text;
        text = text.replace(leader, '');
        if (text === before) text = text.replace(blob, '');
      }
      if (!/^\[fwd:.*\]$/i.test(text)) return text;
      text = text.slice(5, -1);
    }
  }

  test('IMAP-062 is that of the steps of RFC 5256 §2.1 to the letter, whatever the subject', () => {
    const piece = fc.constantFrom(
      're',
      'fwd',
      'FW',
      ':',
      ' ',
      '[',
      ']',
      '[fwd:',
      '[a]',
      '(fwd)',
      'x',
      '\t',
      're: ',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        const subject = pieces.join('');
        expect(baseSubject(subject).text).toBe(literally(subject));
      }),
      { numRuns: 5000 },
    );
  });

  test.each(['re: ', '[a]', '[a] ', '[fwd: ', '(fwd)', '] ', '[', 're [a]', '[fwd:[a]', 're[a]: '])(
    'IMAP-062 costs what it is long where it consists of %j',
    (piece) => {
      const base = (size: number) => () => baseSubject(`${piece.repeat(size)}x${']'.repeat(size)}`);
      expect(countWork(base(4000)) / countWork(base(1000))).toBeLessThan(5);
      // What no built-in counts: two hundred thousand of them, squared, would not end.
      expect(baseSubject(piece.repeat(200_000)).text.length).toBeLessThanOrEqual(piece.length * 200_000);
    },
  );
});

describe('collation', () => {
  test.each<readonly [one: string, other: string]>([
    ['straße', 'STRAßE'],
    ['ÉCOLE', 'e\u0301cole'],
    ['ǆ', 'Ǆ'],
    ['Ω', 'ω'],
    ['ᾳ', 'ᾼ'],
    ['ა', 'ა'],
  ])('IMAP-062 takes %j for %j', (one, other) => {
    expect(collationKey(one)).toBe(collationKey(other));
  });

  test('IMAP-062 maps before it takes apart: a ligature keeps its small letters (RFC 5051 §2)', () => {
    expect(collationKey('ﬁ')).toBe('fi');
    expect(collationKey('fi')).toBe('FI');
  });

  test('IMAP-062 orders by the octets of UTF-8, the empty text first', () => {
    const texts = ['😀', 'ü', 'Z', 'a', '', '\ufb00', '\uff5e', 'B'];
    const sorted = texts.toSorted((one, other) => (collationKey(one) < collationKey(other) ? -1 : 1));
    expect(sorted).toEqual(['', 'a', 'B', 'ü', 'Z', '\ufb00', '\uff5e', '😀']);
  });
});

describe('sent date', () => {
  test.each<readonly [written: string, time: string | undefined]>([
    ['31 Dec 2000 16:01:33 -0800', '2001-01-01T00:01:33Z'],
    ['Mon, 3 Nov 2025 09:12:44 +0100', '2025-11-03T08:12:44Z'],
    ['Mon, 3 Nov 2025 09:12:44 +0100 (CET)', '2025-11-03T08:12:44Z'],
    ['Mon,3 Nov 2025 09:12 GMT', '2025-11-03T09:12:00Z'],
    ['3 November 2025 09:12:44 EST', '2025-11-03T14:12:44Z'],
    ['3 Nov 25 09:12:44 Z', '2025-11-03T09:12:44Z'],
    ['3 Nov 98 09:12:44 A', '1998-11-03T09:12:44Z'],
    ['3 Nov 102 09:12:44 +9999', '2002-11-03T09:12:44Z'],
    ['3 Nov 2025 25:12:44 +0100', '2025-11-02T23:00:00Z'],
    ['3 Nov 2025', '2025-11-03T00:00:00Z'],
    ['17-Jul-1996 02:44:25 -0700', '1996-07-17T09:44:25Z'],
    [' 7-Jul-1996 02:44:25 -0700', '1996-07-07T09:44:25Z'],
    ['31 Feb 2025 00:00:00 +0000', undefined],
    ['yesterday', undefined],
    ['', undefined],
  ])('IMAP-062 %j is %s (RFC 5256 §2.2)', (written, time) => {
    expect(timeOf(written)).toBe(time === undefined ? undefined : Date.parse(time));
  });
});

function mailbox(messages: readonly (string | NewMessage)[]): Session {
  return selected(memoryMailStore({ mailboxes: { INBOX: messages } }));
}

/** A message with these fields. */
function message(...fields: readonly string[]): string {
  return `${fields.map((field) => `${field}\r\n`).join('')}\r\nbody\r\n`;
}

const four = [
  message('Subject: [x] Re: b', 'Date: 3 Nov 2025 09:00:00 +0100', 'From: Zoe <d@x>', 'To: g: a@x;'),
  message('Subject: A', 'Date: 3 Nov 2025 08:30:00 +0000', 'From: b@x', 'To: z@x', 'Cc: c@x'),
  message('Subject: B (fwd)', 'Date: 3 Nov 2025 07:00:00 +0000', 'From: C@x'),
  { content: bytes(message('From: "a"@x', 'To: Y@x, a@x')), internalDate: '02-Nov-2025 12:00:00 +0000' },
];

describe('SORT', () => {
  test.each<readonly [program: string, order: string]>([
    ['SUBJECT', '4 2 1 3'],
    ['REVERSE SUBJECT', '1 3 2 4'],
    ['SUBJECT REVERSE DATE', '4 2 1 3'],
    ['REVERSE SUBJECT DATE', '3 1 2 4'],
    ['DATE', '4 3 1 2'],
    ['REVERSE DATE', '2 1 3 4'],
    ['FROM', '4 2 3 1'],
    ['TO', '3 1 4 2'],
    ['CC REVERSE FROM', '1 3 4 2'],
    ['SIZE', '4 3 2 1'],
    ['REVERSE SIZE SIZE', '1 2 3 4'],
    ['ARRIVAL', '1 2 3 4'],
    ['REVERSE ARRIVAL', '4 1 2 3'],
  ])('IMAP-062 IMAP-110 by %s', (program, order) => {
    const { say } = mailbox(four);
    expect(say(`a SORT (${program}) UTF-8 ALL`)).toEqual([`* SORT ${order}`, 'a OK done']);
  });

  test('IMAP-062 IMAP-110 sorts what the keys find, by UID too, and nothing', () => {
    const { say } = mailbox(four);
    say('a STORE 1 FLAGS.SILENT (\\Deleted)', 'b EXPUNGE');
    expect(say('c UID SORT (DATE) US-ASCII NOT UID 3')).toEqual(['* SORT 4 2', 'c OK done']);
    expect(say('c SORT (DATE) "utf-8" SUBJECT {1+}', 'a')).toEqual(['* SORT 1', 'c OK done']);
    expect(say('c SORT (SUBJECT) US-ASCII TEXT "not in mailbox"')).toEqual(['* SORT', 'c OK done']);
  });

  test('IMAP-074 IMAP-110 tells the highest mod-sequence where it was searched for (RFC 7162 §3.1.6)', () => {
    const { say } = mailbox(four);
    expect(say('a SORT (DATE) UTF-8 MODSEQ 4')).toEqual(['* SORT 4 3 (MODSEQ 5)', 'a OK done']);
    expect(say('a SORT RETURN (COUNT) (DATE) UTF-8 MODSEQ 4')).toEqual([
      '* ESEARCH (TAG "a") COUNT 2 MODSEQ 5',
      'a OK done',
    ]);
    expect(say('a SORT (DATE) UTF-8 MODSEQ 99')).toEqual(['* SORT', 'a OK done']);
  });

  test('IMAP-062 IMAP-110 RETURN tells parts of it, in the order of the sort (RFC 5267 §3)', () => {
    const { say } = mailbox(four);
    expect(say('a SORT RETURN () (DATE) UTF-8 ALL')).toEqual([
      '* ESEARCH (TAG "a") ALL 4,3,1:2',
      'a OK done',
    ]);
    expect(say('a UID SORT RETURN (MIN MAX COUNT ALL) (REVERSE DATE) UTF-8 ALL')).toEqual([
      '* ESEARCH (TAG "a") UID MIN 2 MAX 4 ALL 2,1,3:4 COUNT 4',
      'a OK done',
    ]);
    expect(say('a SORT RETURN (MIN COUNT) (DATE) UTF-8 SUBJECT none')).toEqual([
      '* ESEARCH (TAG "a") COUNT 0',
      'a OK done',
    ]);
    // RFC 5182 §1: as for every command that searches.
    expect(say('a SORT RETURN (SAVE MIN) (DATE) UTF-8 ALL', 'b SEARCH $')).toEqual([
      '* ESEARCH (TAG "a") MIN 4',
      'a OK done',
      '* SEARCH 4',
      'b OK done',
    ]);
    expect(say('a SORT RETURN (SAVE) (DATE) X ALL', 'b SEARCH $')).toEqual([
      'a NO [BADCHARSET (US-ASCII UTF-8)] this charset is not known',
      '* SEARCH',
      'b OK done',
    ]);
  });

  test('IMAP-062 IMAP-110 is in its own form also under IMAP4rev2 and UTF8=ACCEPT', () => {
    const { say } = mailbox(four);
    say('e ENABLE IMAP4rev2 UTF8=ACCEPT');
    expect(say('a SORT (DATE) UTF-8 ALL')).toEqual(['* SORT 4 3 1 2', 'a OK done']);
    expect(say('a THREAD REFERENCES UTF-8 ALL').at(-1)).toBe('a OK done');
  });

  test('IMAP-062 IMAP-110 refuses what is no sort', () => {
    const { say } = mailbox(four);
    for (const wrong of [
      'SORT',
      'SORT (DATE) UTF-8',
      'SORT () UTF-8 ALL',
      'SORT (REVERSE) UTF-8 ALL',
      'SORT (REVERSE REVERSE DATE) UTF-8 ALL',
      'SORT (NAME) UTF-8 ALL',
      'SORT DATE UTF-8 ALL',
      'SORT (DATE) ALL',
      'SORT RETURN (PARTIAL) (DATE) UTF-8 ALL',
      'THREAD UTF-8 ALL',
      'THREAD REFS UTF-8 ALL',
      'THREAD REFERENCES UTF-8',
      'UID THREAD',
    ])
      expect([wrong, ...say(`a ${wrong}`)]).toEqual([wrong, expect.stringMatching(/^a BAD /)]);
    expect(say('a THREAD REFERENCES KOI8-R ALL')).toEqual([
      'a NO [BADCHARSET (US-ASCII UTF-8)] this charset is not known',
    ]);
  });

  test('IMAP-055 IMAP-110 no EXPUNGE while the client counts by number, and one while it does not (RFC 5256 §3)', () => {
    const store = memoryMailStore({ mailboxes: { INBOX: four } });
    const { say } = selected(store);
    store.find('INBOX')?.expunge([2]);
    expect(say('a SORT (DATE) UTF-8 ALL')).toEqual(['* SORT 4 3 1 2', 'a OK done']);
    expect(say('a THREAD ORDEREDSUBJECT UTF-8 1')).toEqual(['* THREAD (1)', 'a OK done']);
    expect(say('a UID SORT (DATE) UTF-8 ALL').slice(1)).toEqual(['* 2 EXPUNGE', 'a OK done']);
  });
});

const dialogue = [
  message('Subject: plan', 'Message-ID: <1@x>', 'Date: 1 Nov 2025 09:00:00 +0000'),
  message('Subject: Re: plan', 'Message-ID: <2@x>', 'References: <1@x>', 'Date: 2 Nov 2025 09:00:00 +0000'),
  message('Subject: other', 'Message-ID: <3@x>', 'Date: 1 Nov 2025 08:00:00 +0000'),
  message(
    'Subject: RE: plan',
    'Message-ID: <4@x>',
    'In-Reply-To: words <"1"@x> <9@x>',
    'Date: 1 Nov 2025 10:00:00 +0000',
  ),
  message('Subject: Fwd: other', 'Date: 5 Nov 2025 09:00:00 +0000'),
  message('Subject: new name', 'References: <1@x> <2@x>', 'Date: 3 Nov 2025 09:00:00 +0000'),
];

describe('THREAD', () => {
  test('IMAP-062 IMAP-110 by references and subjects', () => {
    const { say } = mailbox(dialogue);
    expect(say('a THREAD REFERENCES UTF-8 ALL')).toEqual(['* THREAD (3 5)(1 (4)(2 6))', 'a OK done']);
    expect(say('a THREAD REFERENCES US-ASCII NOT 1')).toEqual(['* THREAD (3 5)((4)(2 6))', 'a OK done']);
    expect(say('a THREAD ORDEREDSUBJECT UTF-8 ALL')).toEqual(['* THREAD (3 5)(1 (4)(2))(6)', 'a OK done']);
    expect(say('a THREAD REFERENCES UTF-8 TEXT gewp')).toEqual(['* THREAD', 'a OK done']);
  });

  test('IMAP-062 IMAP-110 by UID', () => {
    const { say } = mailbox(dialogue);
    say('a STORE 3 FLAGS.SILENT (\\Deleted)', 'b EXPUNGE');
    expect(say('a UID THREAD ORDEREDSUBJECT UTF-8 ALL')).toEqual(['* THREAD (1 (4)(2))(6)(5)', 'a OK done']);
  });

  test('IMAP-062 IMAP-110 an encoded subject is the same subject', () => {
    const { say } = mailbox([message('Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?='), message('Subject: Re: GRÜßE')]);
    expect(say('a THREAD REFERENCES UTF-8 ALL')[0]).toBe('* THREAD (1 2)');
  });
});

test('IMAP-110 SORT and THREAD are told', () => {
  const { say } = mailbox([]);
  const told = say('a CAPABILITY')[0]?.split(' ');
  expect(told).toEqual(
    expect.arrayContaining(['SORT', 'ESORT', 'THREAD=ORDEREDSUBJECT', 'THREAD=REFERENCES']),
  );
});

test('IMAP-062 our client sorts and threads on it', async () => {
  const store = memoryMailStore({ mailboxes: { INBOX: dialogue } });
  const { imap, shown } = await open({ greeting: { type: 'preauth' }, store: () => store });
  const answer = await imap.select('INBOX');
  if (!answer.ok) throw new Error(answer.reply.text);
  const { value: box } = answer;
  expect(await box.sort(['reverse subject', 'date'], { not: { uid: 6 } })).toMatchObject({
    value: { numbers: [1, 4, 2, 3, 5] },
  });
  expect(shown()).toContain('* ESEARCH (TAG "a3") UID ALL 1,4,2:3,5\r\n');
  expect(await box.sort(['date'], { subject: 'none' })).toMatchObject({ value: { numbers: [] } });
  expect(await box.thread('references')).toMatchObject({
    value: [
      { numbers: [3, 5], branches: [] },
      { numbers: [1], branches: [{ numbers: [4] }, { numbers: [2, 6] }] },
    ],
  });
  expect(await box.thread('orderedsubject', { uid: '1:2' })).toMatchObject({
    value: [{ numbers: [1, 2] }],
  });
});

test('IMAP-062 our client reads threads of it that branch at every step', async () => {
  const messages = Array.from({ length: 401 }, (_, number) =>
    message(`Message-ID: <${number}@x>`, `References: <${number - 2 + (number % 2)}@x>`),
  );
  const store = memoryMailStore({ mailboxes: { INBOX: messages } });
  const { imap } = await open({ greeting: { type: 'preauth' }, store: () => store });
  const answer = await imap.select('INBOX');
  if (!answer.ok) throw new Error(answer.reply.text);
  const threads = await answer.value.thread('references');
  let depth = 0;
  for (let branches = threads.ok ? threads.value : []; branches.length > 0; depth += 1)
    branches = branches.find((branch) => branch.branches.length > 0)?.branches ?? [];
  expect(depth).toBe(201);
});
