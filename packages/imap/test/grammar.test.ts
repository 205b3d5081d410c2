import { describe, expect, test } from 'vitest';
import { parseResponse } from '../src/index.ts';
import { code, message, read, structure } from './reading.ts';

describe('what the grammar allows', () => {
  test('IMAP-003 NIL is a mailbox where an atom is one', () => {
    expect(read('* LIST () "/" NIL')).toMatchObject({ data: { mailbox: { name: 'NIL' } }, tolerated: [] });
  });

  test('IMAP-007 IMAP-082 what is not known is passed, literals and all', () => {
    expect(message('* 1 FETCH (X-PREVIEW (FUZZY {5}\r\na)"b() UID 7)')).toMatchObject({ uid: 7 });
    expect(read('* XFOO (bar {3}\r\na)b) baz').data).toMatchObject({ type: 'other', name: 'XFOO' });
  });

  test('IMAP-040 IMAP-041 LIST: literals, delimiters, attributes that exclude each other, extended data', () => {
    expect(read('* LIST (\\HasNoChildren) NIL {5}\r\na"b\\c').data).toMatchObject({
      mailbox: { name: 'a"b\\c', delimiter: null, children: false, selectable: true },
    });
    expect(
      read('* LIST (\\HasChildren \\HasNoChildren \\NonExistent) "/" x ("OLDNAME" ("y"))').data,
    ).toMatchObject({ mailbox: { children: undefined, selectable: false, oldName: { name: 'y' } } });
    expect(read('* LIST (\\HasChildren) "/" foo ("CHILDINFO" ("SUBSCRIBED"))').data).toMatchObject({
      mailbox: { childInfo: ['SUBSCRIBED'], children: true },
    });
    expect(read('* LIST (\\Subscribed) "/" foo (X-NEW (1 "a") CHILDINFO (SUBSCRIBED))').data).toMatchObject({
      mailbox: { childInfo: ['SUBSCRIBED'], subscribed: true },
    });
    expect(read('* LSUB (\\Noselect) "." #news.comp').data).toMatchObject({
      type: 'lsub',
      mailbox: { name: '#news.comp', selectable: false },
    });
    expect(read('* LIST () "/" inbox').data).toMatchObject({ mailbox: { name: 'INBOX', wire: 'inbox' } });
  });

  test('IMAP-043 special uses are told, other attributes kept', () => {
    expect(read('* LIST (\\Sent \\X-Foo) "/" "Gesendet"').data).toMatchObject({
      mailbox: { specialUses: ['sent'], attributes: ['\\Sent', '\\X-Foo'] },
    });
  });

  test('IMAP-044 NAMESPACE', () => {
    expect(read('* NAMESPACE (("" "/")) NIL (("#shared." "." "X" ("a")))').data).toMatchObject({
      namespaces: {
        personal: [{ prefix: { name: '' }, delimiter: '/' }],
        otherUsers: undefined,
        shared: [{ prefix: { name: '#shared.' }, delimiter: '.', extensions: new Map([['X', ['a']]]) }],
      },
    });
    expect(read('* NAMESPACE (("INBOX." ".")) NIL NIL').data).toMatchObject({
      namespaces: { personal: [{ prefix: { name: 'INBOX.' } }] },
    });
  });

  test('IMAP-046 STATUS', () => {
    expect(read('* STATUS "a b" (MESSAGES 1 UIDNEXT 5 XFOO (1 2))').data).toMatchObject({
      status: { mailbox: { name: 'a b' }, messages: 1, uidNext: 5 },
    });
    expect(
      read('* STATUS a (SIZE 9007199254740993 HIGHESTMODSEQ 0 APPENDLIMIT NIL MAILBOXID (M-1) DELETED 2)')
        .data,
    ).toMatchObject({
      status: {
        size: 9_007_199_254_740_993n,
        highestModSequence: 0n,
        appendLimit: null,
        mailboxId: 'M-1',
        deleted: 2,
      },
    });
    expect(read('* STATUS a ()').data).toMatchObject({ status: { messages: undefined } });
  });

  test('IMAP-051 a group in an envelope', () => {
    const list = '((NIL NIL "friends" NIL)("A" NIL "a" "x.org")(NIL NIL NIL NIL))';
    const { envelope } = message(`* 1 FETCH (ENVELOPE (NIL NIL ${list} NIL NIL NIL NIL NIL NIL NIL))`);
    expect(envelope?.from).toEqual([
      { group: 'friends', members: [{ name: 'A', route: undefined, mailbox: 'a', host: 'x.org' }] },
    ]);
  });

  test('IMAP-052 extension data of a body is kept', () => {
    expect(structure('("a" "b" NIL NIL NIL "7bit" 1 NIL NIL NIL NIL ("a" (1 2)) 9)')?.extension).toEqual([
      ['a', [1, 2]],
      9,
    ]);
  });

  test('IMAP-053 IMAP-054 sections', () => {
    expect(message('* 1 FETCH (BODY[HEADER.FIELDS ("Subject")]<0> "x")').sections).toMatchObject([
      { item: 'BODY', section: 'HEADER.FIELDS ("Subject")', origin: 0, latin1: 'x' },
    ]);
    expect(
      message('* 1 FETCH (RFC822.HEADER {2}\r\na) RFC822 NIL BODY[1.2.MIME] "é")').sections,
    ).toMatchObject([
      { item: 'RFC822.HEADER', latin1: 'a)' },
      { item: 'RFC822', latin1: null },
      { section: '1.2.MIME', latin1: 'Ã©' },
    ]);
    const [binary] = message('* 1 FETCH (BINARY[1] ~{3}\r\na\0b BINARY.SIZE[1] 3)').sections ?? [];
    expect(binary?.bytes).toEqual(Uint8Array.of(97, 0, 98));
    expect(message('* 1 FETCH (BINARY.SIZE[1.2] 3)').binarySizes).toEqual([{ section: '1.2', octets: 3 }]);
    expect(message('* 1 FETCH (BODY[HEADER.FIELDS ("a]b")] "x" UID 3)')).toMatchObject({ uid: 3 });
  });

  test('IMAP-060 IMAP-061 IMAP-074 SEARCH and ESEARCH', () => {
    expect(read('* SEARCH 2 3 6').data).toMatchObject({ result: { numbers: [2, 3, 6] } });
    expect(read('* SEARCH').data).toMatchObject({ result: { numbers: [] } });
    expect(read('* SEARCH 2 5 (MODSEQ 917162500)').data).toMatchObject({
      result: { numbers: [2, 5], modSequence: 917_162_500n },
    });
    const { data } = read('* ESEARCH (TAG "a1") UID MIN 1 MAX 9 COUNT 4 ALL 1:3,9 MODSEQ 1236 X-NEW (a)');
    expect(data).toMatchObject({
      result: { tag: 'a1', uid: true, min: 1, max: 9, count: 4, modSequence: 1236n },
    });
    expect(data.type === 'extended-search' && [...(data.result.all ?? [])]).toEqual([1, 2, 3, 9]);
    expect(read('* ESEARCH (TAG "a1")').data).toMatchObject({ result: { tag: 'a1', uid: false } });
    expect(read('* ESEARCH (TAG "a1") COUNT 0').data).toMatchObject({ result: { count: 0, min: undefined } });
  });

  test('IMAP-061 BADCHARSET with and without parentheses and charsets', () => {
    expect(code('* NO [BADCHARSET (UTF-8)]')).toEqual({ name: 'BADCHARSET', charsets: ['UTF-8'] });
    expect(code('* NO [BADCHARSET UTF-8] x')).toEqual({ name: 'BADCHARSET', charsets: ['UTF-8'] });
    expect(code('* NO [BADCHARSET] x')).toEqual({ name: 'BADCHARSET', charsets: [] });
  });

  test('IMAP-062 SORT and THREAD', () => {
    expect(read('* SORT 5 3').data).toMatchObject({ type: 'sort', result: { numbers: [5, 3] } });
    expect(read('* SORT').data).toMatchObject({ result: { numbers: [] } });
    expect(read('* THREAD (2)(3 6 (4 23)(44 7 96))').data).toMatchObject({
      threads: [
        { numbers: [2], branches: [] },
        {
          numbers: [3, 6],
          branches: [
            { numbers: [4, 23], branches: [] },
            { numbers: [44, 7, 96], branches: [] },
          ],
        },
      ],
    });
    expect(read('* THREAD ((3)(5))').data).toMatchObject({
      threads: [{ numbers: [], branches: [{ numbers: [3] }, { numbers: [5] }] }],
    });
    expect(read('* THREAD').data).toMatchObject({ threads: [] });
  });

  test('IMAP-011 IMAP-062 a thread may branch a thousand times in a row, deeper than other lists nest', () => {
    const deep = (depth: number): string => `* THREAD ${'(1 (2)'.repeat(depth)}(3)${')'.repeat(depth)}`;
    const { data } = read(deep(999));
    let depth = 0;
    for (let threads = data.type === 'thread' ? data.threads : []; threads.length > 0;) {
      depth += 1;
      threads = threads.at(-1)?.branches ?? [];
    }
    expect(depth).toBe(1000);
    expect(parseResponse(deep(1000))).toMatchObject({ type: 'fault', reason: 'too-deep' });
  });

  test('IMAP-070 IMAP-083 mod-sequences are exact, identifiers case-sensitive', () => {
    expect(message('* 1 FETCH (MODSEQ (9223372036854775807))').modSequence).toBe(9_223_372_036_854_775_807n);
    expect(message('* 1 FETCH (EMAILID (M1) THREADID NIL)')).toMatchObject({ emailId: 'M1', threadId: null });
    expect(code('* OK [MAILBOXID (F2212ea87-6097)] x')).toEqual({ name: 'MAILBOXID', id: 'F2212ea87-6097' });
  });

  test('IMAP-072 IMAP-057 codes with sets: MODIFIED, COPYUID, APPENDUID', () => {
    const pairs = (wire: string): unknown => {
      const data = code(wire) as { readonly source: Iterable<number>; readonly target: Iterable<number> };
      const targets = [...data.target];
      return [...data.source].map((uid, index) => [uid, targets[index]]);
    };
    expect(pairs('* OK [COPYUID 1 4,7:8 20:22] x')).toEqual([
      [4, 20],
      [7, 21],
      [8, 22],
    ]);
    expect(pairs('* OK [COPYUID 1 9,3:2 5:7] x')).toEqual([
      [9, 5],
      [2, 6],
      [3, 7],
    ]);
    expect(code('* OK [COPYUID 1 1:9 5:7] x')).toBeUndefined();
    expect(code('* OK [APPENDUID 38505 3955] x')).toMatchObject({ uidValidity: 38_505 });
    expect(code('* OK [MODIFIED 7,9] x')).toMatchObject({ name: 'MODIFIED' });
  });

  test('IMAP-073 VANISHED', () => {
    const { data } = read('* VANISHED (EARLIER) 300:310,405');
    expect(data).toMatchObject({ type: 'vanished', earlier: true });
    expect(data.type === 'vanished' && data.uids.size).toBe(12);
    expect(read('* VANISHED 1:4294967295').data).toMatchObject({ earlier: false });
  });

  test('IMAP-082 QUOTA and QUOTAROOT, and what the generic command may bring', () => {
    expect(read('* QUOTA "" (STORAGE 10 512 MESSAGE 1 20)').data).toMatchObject({
      quota: { root: '', resources: [{ name: 'STORAGE', usage: 10, limit: 512 }, { name: 'MESSAGE' }] },
    });
    expect(read('* QUOTAROOT INBOX "" a').data).toMatchObject({
      quotaRoots: { mailbox: { name: 'INBOX' }, roots: ['', 'a'] },
    });
    expect(read('* METADATA "INBOX" (/shared/comment "x")').data).toMatchObject({ name: 'METADATA' });
    expect(
      message('* 1 FETCH (PREVIEW "a" SAVEDATE NIL INTERNALDATE " 1-Jan-2025 00:00:00 +0000")'),
    ).toMatchObject({ preview: 'a', saveDate: null, internalDate: ' 1-Jan-2025 00:00:00 +0000' });
  });

  test('IMAP-035 IMAP-144 ENABLED may be empty', () => {
    expect(read('* ENABLED').data).toEqual({ type: 'enabled', capabilities: [] });
    expect(read('* ENABLED condstore QRESYNC').data).toMatchObject({
      capabilities: ['CONDSTORE', 'QRESYNC'],
    });
  });

  test('a keyword may be called like a property that objects have by nature', () => {
    expect(message('* 1 FETCH (FLAGS (__proto__ constructor) __proto__ 1 constructor (x))').flags).toEqual([
      '__proto__',
      'constructor',
    ]);
    const body = structure('("__proto__" "constructor" ("__proto__" "x") NIL NIL "__proto__" 1)');
    expect(body?.params?.get('__proto__')).toBe('x');
    expect(body?.type).toBe('__proto__');
  });
});
