import { describe, expect, test } from 'vitest';
import { parseResponse } from '../src/index.ts';
import { code, message, read, structure } from './reading.ts';

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
    [
      '* 1 FETCH (BODY  ("TEXT" "PLAIN" NIL NIL NIL "7BIT" 0 0))',
      { message: { body: { subtype: 'plain' } } },
    ],
    [
      '* 1 FETCH (ENVELOPE (NIL NIL (("a" NIL  "b" "c")) NIL NIL NIL NIL NIL NIL NIL))',
      { message: { envelope: { from: [{ name: 'a', route: undefined, mailbox: 'b', host: 'c' }] } } },
    ],
    [
      '* 1 FETCH (BODYSTRUCTURE ("TEXT" "PLAIN" NIL NIL NIL  "7BIT" 0 0 NIL NIL NIL NIL ))',
      { message: { bodyStructure: { encoding: '7bit', location: undefined } } },
    ],
  ])('IMAP-130 %j: spaces', (wire, expected) => {
    expect(read(wire)).toMatchObject({ data: expected, tolerated: ['extra-space'] });
  });

  test('IMAP-130 a space too many changes nothing, wherever it stands', () => {
    const address = '(("A B" NIL "a" "x")(NIL NIL "b" "y"))';
    const part = '("text" "plain" ("charset" "utf-8") NIL NIL "7bit" 4 2 NIL NIL NIL NIL)';
    const file =
      '("application" "pdf" ("name" "a.pdf") "<1@x>" "a file" "base64" 9 NIL ("attachment" ("filename" "a.pdf")) NIL NIL)';
    const wire =
      `* 7 FETCH (UID 5 FLAGS (\\Seen $x) INTERNALDATE "17-Jul-2025 02:44:25 -0700" RFC822.SIZE 9 ENVELOPE ("d" "s" ${address} ` +
      `${address} ${address} NIL NIL NIL NIL "<2@x>") BODYSTRUCTURE (${part}${file} "mixed" ("boundary" "b") NIL NIL NIL) X-GM-MSGID 3)`;
    const { data } = read(wire);
    const spaces = [...wire.matchAll(/ (?=(?:[^"]*"[^"]*")*[^"]*$)/g)].map(({ index }) => index);
    expect(spaces.length).toBeGreaterThan(70);
    // Behind the star and the number it is the frame of the response, which is read before.
    for (const at of spaces.slice(2))
      expect(read(`${wire.slice(0, at)} ${wire.slice(at)}`)).toEqual({
        data,
        tolerated: ['extra-space'],
      });
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
