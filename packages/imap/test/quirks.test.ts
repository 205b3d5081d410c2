import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeMailboxName, encodeMailboxName, parseResponse } from '../src/index.ts';
import type { BodyStructure, FetchData, Leniency, ParseOptions, Untagged } from '../src/index.ts';

/** What an untagged response says, and what was borne. */
function read(wire: string): { readonly data: Untagged; readonly tolerated: readonly Leniency[] } {
  const latin = [...new TextEncoder().encode(wire)].map((octet) => String.fromCharCode(octet)).join('');
  const response = parseResponse(latin);
  if (response.type !== 'untagged') throw new Error(JSON.stringify(response));
  // Strict reading is what the leniency is measured by.
  expect(parseResponse(latin, { strict: true }).type).toBe(response.tolerated ? 'fault' : 'untagged');
  return { data: response.data, tolerated: response.tolerated ?? [] };
}

function message(wire: string): FetchData {
  const { data } = read(wire);
  if (data.type !== 'fetch') throw new Error(data.type);
  return data.message;
}

const code = (wire: string): unknown => {
  const { data } = read(wire);
  return data.type === 'status' ? data.response.code?.data : data;
};

const structure = (wire: string): BodyStructure | undefined =>
  message(`* 1 FETCH (BODYSTRUCTURE ${wire})`).bodyStructure;

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

describe('what real servers send', () => {
  test.each<[string, unknown]>([
    ['* STATUS INBOX (MESSAGES 1) ', { status: { messages: 1 } }],
    ['* SEARCH 1 2 ', { result: { numbers: [1, 2] } }],
    ['* FLAGS (\\Seen $Forwarded )', { flags: ['\\Seen', '$Forwarded'] }],
    ['* 1 FETCH (UID 19436 )', { message: { uid: 19_436 } }],
    ['* 1 FETCH ( UID 2  FLAGS ())', { message: { uid: 2, flags: [] } }],
    [
      '* 1 FETCH (BODY (("TEXT" "PLAIN" NIL NIL NIL "7BIT" 0 0) ("TEXT" "HTML" NIL NIL NIL "7BIT" 0 0) "ALTERNATIVE"))',
      { message: { body: { parts: [{ subtype: 'plain' }, { subtype: 'html' }] } } },
    ],
  ])('IMAP-130 %j: spaces', (wire, expected) => {
    expect(read(wire)).toMatchObject({ data: expected, tolerated: ['extra-space'] });
  });

  test('IMAP-131 maimed status lines', () => {
    expect(code('* OK [HIGHESTMODSEQ 7]')).toEqual({ name: 'HIGHESTMODSEQ', modSequence: 7n });
    expect(code('* OK [UIDVALIDITY 1]')).toEqual({ name: 'UIDVALIDITY', number: 1 });
    expect(code('[COPYUID 55 31 6]')).toMatchObject({ name: 'COPYUID', uidValidity: 55 });
    expect(code('* [COPYUID 9 1 2]')).toMatchObject({ name: 'COPYUID', uidValidity: 9 });
    expect(code('* OK [COPYUID 14  ]')).toMatchObject({ source: { ranges: [] }, target: { ranges: [] } });
    expect(parseResponse('[nonsense')).toEqual({ type: 'fault', reason: 'protocol-error' });
  });

  test('IMAP-132 atoms wider than the grammar', () => {
    const { data } = read('* OK [PERMANENTFLAGS (\\Seen [css3-page] \\*)] ok');
    expect(data).toMatchObject({
      response: { text: 'ok', code: { data: { flags: ['\\Seen', '[css3-page]', '\\*'] } } },
    });
    expect(read('* FLAGS (a]b)').data).toMatchObject({ flags: ['a]b'] });
    expect(read('* LIST (\\HasNoChildren) "/" a\tb c')).toMatchObject({
      data: { mailbox: { name: 'a\tb c' } },
      tolerated: ['wide-atom'],
    });
  });

  test('IMAP-133 Gmail', () => {
    expect(
      message(
        '* 1 FETCH (X-GM-THRID 1278455344230334865 X-GM-MSGID 18446744073709551615 X-GM-LABELS (\\Inbox "A b" &APw- NIL) UID 4)',
      ),
    ).toMatchObject({
      uid: 4,
      gmailThreadId: 1_278_455_344_230_334_865n,
      gmailMessageId: 18_446_744_073_709_551_615n,
      gmailLabels: ['\\Inbox', 'A b', 'ü', 'NIL'],
    });
  });

  test.each([
    ['(NIL "mixed" ("boundary" "b") NIL NIL NIL)', 'mixed'],
    ['("ALTERNATIVE" ("BOUNDARY" "b") NIL NIL)', 'alternative'],
    ['("RELATED" NIL ("ATTACHMENT" NIL) NIL)', 'related'],
    ['("ALTERNATIVE")', 'alternative'],
    ['( "mixed" NIL NIL NIL)', 'mixed'],
  ])('IMAP-135 %s is a multipart without parts', (wire, subtype) => {
    expect(structure(wire)).toMatchObject({ type: 'multipart', subtype, parts: [] });
  });

  test('IMAP-136 parts cut short', () => {
    expect(structure('("MESSAGE" "RFC822" NIL NIL NIL "BASE64" 4096 NIL ("ATTACHMENT" NIL))')).toMatchObject({
      octets: 4096,
      disposition: { type: 'attachment' },
      envelope: undefined,
    });
    expect(structure('("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 903 NIL NIL 12 NIL NIL NIL NIL)')).toMatchObject(
      {
        octets: 903,
        lines: 12,
        envelope: { subject: undefined },
        body: undefined,
      },
    );
    expect(structure('("TEXT" "PLAIN" NIL NIL NIL "7BIT" 12)')).toMatchObject({
      octets: 12,
      lines: undefined,
    });
    expect(structure('("TEXT" "PLAIN" NIL NIL NIL "7BIT" 12 NIL ("INLINE" NIL) NIL NIL)')).toMatchObject({
      lines: undefined,
      disposition: { type: 'inline' },
    });
  });

  test.each<[string, unknown]>([
    [
      '(NIL NIL NIL NIL NIL "7BIT" 0 NIL NIL NIL NIL)',
      { type: 'application', subtype: 'octet-stream', octets: 0 },
    ],
    ['("a" "b" NIL NIL NIL "7BIT" 0 NIL "inline" NIL)', { disposition: { type: 'inline' } }],
    ['("a" "b" NIL NIL NIL "7BIT" 0 NIL (NIL NIL) NIL)', { disposition: undefined }],
    [
      '(("a" "b" NIL NIL NIL "7BIT" 0) "mixed" ("boundary" "b") "S/MIME Encrypted Message" NIL)',
      { description: 'S/MIME Encrypted Message', subtype: 'mixed' },
    ],
    ['("a" "b" ("name" NIL) NIL NIL "7BIT" 0)', { params: { size: 1 } }],
    ['("a" "b" NIL NIL NIL NIL 0)', { encoding: '7bit' }],
    ['("a" "b" NIL NIL NIL "7BIT" 0 NIL NIL ("de" NIL) NIL)', { language: ['de'] }],
    [
      '("X-ZIP" ("BOUNDARY" "") NIL NIL "base64" 356)',
      { type: 'application', subtype: 'x-zip', octets: 356, encoding: 'base64' },
    ],
  ])('IMAP-137 %s: wrong fields', (wire, expected) => {
    expect(structure(wire)).toMatchObject(expected as object);
    expect(read(`* 1 FETCH (BODYSTRUCTURE ${wire})`).tolerated).toEqual(['wrong-field']);
  });

  test('IMAP-138 envelopes', () => {
    const from = '((NIL NIL "x" "MISSING_DOMAIN") NIL ("<a@x.org>" NIL "A" NIL)(NIL NIL NIL NIL))';
    const { envelope } = message(`* 1 FETCH (ENVELOPE (NIL NIL ${from} NIL NIL NIL NIL NIL))`);
    expect(envelope?.from).toEqual([
      { name: undefined, route: undefined, mailbox: 'x', host: undefined },
      { name: '<a@x.org>', route: undefined, mailbox: 'A', host: undefined },
    ]);
    expect(envelope?.messageId).toBeUndefined();
    const groups = '((NIL NIL "a" NIL)(NIL NIL "b" NIL)(NIL NIL "x" "y"))';
    expect(read(`* 1 FETCH (ENVELOPE (NIL NIL ${groups} () NIL NIL NIL NIL NIL NIL))`)).toMatchObject({
      data: {
        message: { envelope: { from: [{ group: 'a' }, { group: 'b', members: [{ mailbox: 'x' }] }] } },
      },
      tolerated: ['broken-group', 'empty-list'],
    });
  });

  test('IMAP-139 quotes that are not escaped', () => {
    const part = message('* 1 FETCH (BODY ("application" "pdf" NIL NIL """" "base64" 65322))').body;
    expect(part?.description).toBe('""');
    const { envelope } = message(
      '* 1 FETCH (ENVELOPE (NIL "a \\" b" NIL NIL NIL NIL NIL NIL NIL "<a"b@x.org>"))',
    );
    expect(envelope).toMatchObject({ messageId: '<a"b@x.org>', subject: 'a " b' });
    expect(read('* 1 FETCH (PREVIEW "a\\tb")')).toMatchObject({
      data: { message: { preview: 'atb' } },
      tolerated: ['needless-escape'],
    });
  });

  test.each<[string, unknown]>([
    ['* STATUS a (UIDNEXT 0 UIDVALIDITY 0)', { status: { uidNext: undefined, uidValidity: undefined } }],
    ['* 5 FETCH (MODSEQ (-1) UID 3)', { message: { modSequence: undefined, uid: 3 } }],
    [
      '* 5 FETCH (BODY ("a" "b" NIL NIL NIL "7bit" -1) UID 3)',
      { message: { body: { octets: undefined }, uid: 3 } },
    ],
    ['* 5 FETCH (RFC822.SIZE 9.3736e+06 UID 3)', { message: { size: undefined, uid: 3 } }],
    ['* 5 FETCH (UID 4294967296)', { message: { uid: undefined } }],
    ['* 5 FETCH (RFC822.SIZE 9223372036854775808)', { message: { size: undefined } }],
    ['* 0 FETCH (UID 3)', { message: { seq: 0, uid: 3 } }],
  ])('IMAP-140 %s: a number that counts for nothing', (wire, expected) => {
    expect(read(wire)).toMatchObject({ data: expected, tolerated: ['number-out-of-range'] });
  });

  test('IMAP-140 numbers of codes that count for nothing', () => {
    for (const name of ['UIDNEXT', 'UIDVALIDITY', 'UNSEEN']) {
      expect(code(`* OK [${name} 0] x`)).toEqual({ name, number: undefined });
    }
    expect(code('* OK [HIGHESTMODSEQ 0] x')).toEqual({ name: 'HIGHESTMODSEQ', modSequence: undefined });
    expect(code('* OK [COPYUID 0 1 2] x')).toMatchObject({ uidValidity: undefined });
  });

  test('IMAP-145 items without value, with a length, inside parentheses', () => {
    expect(message('* 5 FETCH (UID 7 BODY[])').sections).toMatchObject([{ latin1: null }]);
    expect(message('* 5 FETCH (BODY[]<0.1024> "x")').sections).toMatchObject([{ origin: 0, latin1: 'x' }]);
    expect(
      message('* 1 FETCH (UID 4 (ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)))').envelope,
    ).toBeDefined();
  });
});

describe('what is no response', () => {
  test.each([
    '* 1 FETCH',
    '* 1 FETCH ',
    '* 1 FETCH (',
    '* 1 FETCH (UID',
    '* 1 FETCH (UID x)',
    '* 1 FETCH (UID 1',
    '* 1 FETCH (UID 1) x',
    '* 1 FETCH (FLAGS "a")',
    '* 1 FETCH (ENVELOPE NIL)',
    '* 1 FETCH (ENVELOPE (NIL))',
    '* 1 FETCH (BODY[ {1}\r\nx)',
    '* 1 FETCH (BODY[] {5}\r\nx)',
    '* 1 FETCH (INTERNALDATE "a\r\nb")',
    '* 1 EXISTS x',
    '* LIST',
    '* LIST () "/"',
    '* LIST (',
    '* STATUS a (MESSAGES)',
    '* SEARCH x',
    '* ESEARCH ALL *',
    '* THREAD (',
    '* THREAD x',
    '* VANISHED',
    '* NAMESPACE NIL NIL',
    '* QUOTA "" STORAGE',
    '* FLAGS \\Seen',
    '* LIST () "/" {9}\r\nabc',
  ])('IMAP-007 %j ends in a reason', (wire) => {
    expect(parseResponse(wire)).toEqual({ type: 'fault', reason: 'protocol-error' });
  });

  test('IMAP-007 a lazy message is looked through at once, unless nobody wants that', () => {
    const broken = '* 1 FETCH (UID x X (';
    expect(parseResponse(broken, { lazy: 'checked' }).type).toBe('fault');
    const response = parseResponse(broken, { lazy: 'unchecked' });
    expect(
      () => response.type === 'untagged' && response.data.type === 'fetch' && response.data.message.uid,
    ).toThrow(expect.objectContaining({ code: 'protocol-error' }));
  });

  test.each(['* 1 FETCH (BODY ', '* THREAD ', '* 1 FETCH (X ', '* LIST () "/" a (X '])(
    'IMAP-011 200,000 parentheses behind %j are too deep',
    (start) => {
      expect(parseResponse(start + '('.repeat(200_000))).toEqual({ type: 'fault', reason: 'too-deep' });
    },
  );

  test('random octets, and responses with random octets changed, never throw', () => {
    const good = [
      '* 12 FETCH (X-FOO (1 "a)" {3}\r\nb)c) RFC822.SIZE 9 MODSEQ (1) ENVELOPE ("d" "s" (("J" NIL "j" "m")) NIL NIL NIL NIL NIL NIL NIL) BODYSTRUCTURE (("text" "plain" ("charset" "utf-8") NIL NIL "8bit" 6 1 NIL NIL NIL NIL)("message" "rfc822" NIL NIL NIL "8bit" 42 (NIL "x" NIL NIL NIL NIL NIL NIL NIL NIL) ("a" "b" NIL NIL NIL "8bit" 6) 4) "mixed" ("boundary" "x") NIL NIL NIL) UID 4 BODY[1]<0> {2}\r\nab)',
      '* LIST (\\Sent) "/" {3}\r\na&b ("CHILDINFO" ("SUBSCRIBED"))',
      '* ESEARCH (TAG "a1") UID MIN 1 MAX 9 COUNT 4 ALL 1:3,9',
      '* THREAD (2)(3 6 (4 23)(44 7 96))',
      '* STATUS "a b" (MESSAGES 1 UIDNEXT 5 XFOO (1 2))',
      '* NAMESPACE (("" "/")) NIL (("#shared." "." "X" ("a")))',
      '* OK [COPYUID 1 4,7:8 20:22] x',
    ];
    const octet = fc.integer({ min: 0, max: 255 }).map((value) => String.fromCharCode(value));
    const piece = fc.oneof(
      octet,
      fc.constantFrom('(', ')', '"', '\\', ' ', '{', '}', '{3}\r\n', 'NIL', '9', '[', ']', '<', '(('),
    );
    const changed = fc
      .tuple(fc.constantFrom(...good), fc.array(fc.tuple(fc.nat(300), fc.nat(4), piece), { maxLength: 4 }))
      .map(([text, changes]) =>
        changes.reduce((all, [at, drop, put]) => all.slice(0, at) + put + all.slice(at + drop), text),
      );
    const any = fc.oneof(
      fc.array(piece, { maxLength: 60 }).map((pieces) => `* ${pieces.join('')}`),
      changed,
    );
    fc.assert(
      fc.property(any, (text) => {
        const values = (lazy: ParseOptions['lazy']): unknown => {
          const response = parseResponse(text, { lazy });
          // What is borne may be thrown by a getter.
          if (response.type !== 'untagged' || response.data.type !== 'fetch' || response.tolerated)
            return undefined;
          const { envelope, bodyStructure } = response.data.message;
          return { envelope, bodyStructure };
        };
        const eager = values('no');
        if (eager === undefined) return;
        expect([values('checked'), values('unchecked')]).toEqual([eager, eager]);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('modified UTF-7', () => {
  test.each([
    ['Entwürfe', 'Entw&APw-rfe'],
    ['Gelöschte Elemente', 'Gel&APY-schte Elemente'],
    ['A&B', 'A&-B'],
    ['日本語', '&ZeVnLIqe-'],
    ['~peter/mail/台北/日本語', '~peter/mail/&U,BTFw-/&ZeVnLIqe-'],
    ['台北日本語', '&U,BTF2XlZyyKng-'],
    ['☺!', '&Jjo-!'],
    ['😀', '&2D3eAA-'],
    ['', ''],
  ])('IMAP-120 %s is written %s', (name, wire) => {
    expect(encodeMailboxName(name)).toBe(wire);
    expect(decodeMailboxName(wire)).toEqual({ name, wire });
  });

  test.each(['&AGE-', '&', '&Jjo!', '&2D3-', '&2D0-', '&U,BTFw-&ZeVnLIqe-', 'a&A-', '&====-'])(
    'IMAP-121 %s stays as it is, marked',
    (wire) => {
      expect(decodeMailboxName(wire)).toEqual({ name: wire, wire, invalid: true });
    },
  );

  test('IMAP-120 what is written is read again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        const wire = encodeMailboxName(name);
        expect(wire).toMatch(/^[\x20-\x7e]*$/);
        expect(decodeMailboxName(wire)).toEqual({ name, wire });
      }),
    );
  });
});
