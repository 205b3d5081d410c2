import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseResponse } from '../src/index.ts';
import type { ParseOptions } from '../src/index.ts';

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
