import { latin1 } from '@postern/wire';
import { countWork, playMachine, writtenText } from '@postern/wire/testing';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { imapServer } from '../src/server/index.ts';
import type { ImapServerMachine } from '../src/server/index.ts';
import { readAddresses } from '../src/server/message/address.ts';
import { bodyStructureText, envelopeText } from '../src/server/message/body-structure.ts';
import { readMessage } from '../src/server/message/message-text.ts';
import { fitsPattern } from '../src/server/syntax/mailbox-pattern.ts';
import { nesting, skipValue } from '../src/parse/tokens.ts';
import { bytes, contents, inbox, session } from './server-session.ts';

/** Words that commands are made of, right and wrong. */
const word = fc.constantFrom(
  ...'SELECT EXAMINE FETCH STORE SEARCH UID COPY MOVE EXPUNGE APPEND LIST LSUB CREATE DELETE RENAME STATUS ENABLE IDLE'.split(
    ' ',
  ),
  ...'CLOSE UNSELECT NOOP CHECK SUBSCRIBE NAMESPACE INBOX x x/y "a b" "" NIL 1 2:* * 1:3,2 4294967295 0 $ ( ) (( () % "*'.split(
    ' ',
  ),
  ...String.raw`FLAGS +FLAGS.SILENT (\Seen) (\Deleted) \Seen $Work UID BODY[] BODY.PEEK[1.HEADER] BODY[HEADER.FIELDS (To)]<0.5>`.split(
    ' ',
  ),
  ...'ENVELOPE BODYSTRUCTURE ALL NOT OR RETURN (SAVE (MESSAGES) (CONDSTORE) QRESYNC CONDSTORE (UNCHANGEDSINCE MODSEQ 1-Jan-2025'.split(
    ' ',
  ),
  '{3+}\r\nabc',
  '{0+}\r\n',
  '{2}\r\nab',
  '{999999999999}',
  '~{1+}\r\n\0',
  '\\',
  '\u00fc',
  '\u0000',
  'DONE',
  'BINARY[1]',
  'BINARY.SIZE[]',
  'a&b',
  '&2D0-',
  '"\u00c3\u00bc"',
);

const line = fc.oneof(
  { weight: 5, arbitrary: fc.array(word, { maxLength: 8 }).map((words) => `a ${words.join(' ')}\r\n`) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      'a SELECT INBOX\r\n',
      'a IDLE\r\n',
      'DONE\r\n',
      'a ENABLE QRESYNC\r\n',
      'a ENABLE IMAP4rev2\r\n',
    ),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 20 }).map((octets) => latin1(octets)) },
);

function machine(): ImapServerMachine {
  const store = inbox(3);
  return imapServer({ greeting: { type: 'preauth' }, store: () => store });
}

test('IMAP-110 whatever a client sends that is logged in, nothing is thrown', () => {
  const happening = fc.oneof(
    { weight: 9, arbitrary: line.map((text) => ({ type: 'bytes', bytes: bytes(text) }) as const) },
    { weight: 1, arbitrary: fc.constant({ type: 'send', commands: [{ verb: 'CHANGED' }] } as const) },
  );
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 20 }), (happenings) => {
      const outputs = playMachine(machine(), happenings);
      expect(outputs.filter(({ type }) => type === 'end').length).toBeLessThan(2);
    }),
    { numRuns: 500 },
  );
});

test('IMAP-001 the replies are the same however commands are cut', () => {
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 10 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
      (lines, sizes) => {
        const whole = bytes(lines.join(''));
        const together = machine();
        together.start(0);
        const expected = writtenText(together.receive(whole, 0));
        const apart = machine();
        apart.start(0);
        let said = '';
        for (let at = 0; at < whole.length;) {
          const size = sizes.next().value ?? 1;
          // The bytes are lent: what they hold afterwards is not ours.
          const lent = whole.slice(at, at + size);
          said += writtenText(apart.receive(lent, 0));
          lent.fill(0xaa);
          at += size;
        }
        expect(said).toBe(expected);
      },
    ),
    { numRuns: 300 },
  );
});

test('IMAP-048 a message comes back as it was brought, whatever its octets', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (octets) => {
      const content = octets.map((octet) => (octet === 0 ? 1 : octet));
      const store = inbox(0);
      const { say, machine: server } = session(store);
      const text = latin1(content);
      expect(say(`a1 APPEND INBOX {${text.length}+}`, text)).toEqual(['a1 OK [APPENDUID 1 1] kept']);
      expect(contents(store, 'INBOX')).toEqual([text]);
      say('a2 SELECT INBOX');
      const reply = writtenText(server.receive(bytes('a3 FETCH 1 BODY.PEEK[]\r\n'), 0));
      expect(reply).toBe(`* 1 FETCH (BODY[] {${text.length}}\r\n${text})\r\na3 OK done\r\n`);
    }),
  );
});

/** Messages that look like some, and do not keep the rules. */
const message = fc
  .array(
    fc.constantFrom(
      'Content-Type: multipart/mixed; boundary=b',
      'Content-Type: message/rfc822',
      'Content-Type: text/plain; charset="u;8"',
      'Content-Type: multipart/digest; boundary="b b"',
      '--b',
      '--b--',
      '--b b',
      '',
      '',
      'text',
      'From: "a (" <@x,@y:a@b>, g: c;',
      'To: (((',
      'Cc: a"b\\',
      ' folded',
      'Content-Disposition: attachment; filename=\u00fc',
      'Subject: \u00fc"\\',
      ':',
      'X',
    ),
    { maxLength: 25 },
  )
  .map((lines) => lines.join('\r\n'));

test('IMAP-051 IMAP-052 every message has an envelope and a structure that the grammar knows', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        message,
        fc.uint8Array().map((octets) => latin1(octets)),
      ),
      (text) => {
        const read = readMessage(bytes(text));
        for (const written of [
          envelopeText(read.structure.fields),
          bodyStructureText(read.text, read.structure, 'BODY'),
          bodyStructureText(read.text, read.structure, 'BODYSTRUCTURE'),
        ]) {
          expect(skipValue(written, 0)).toBe(written.length);
          expect(nesting(written)).toBeLessThan(200);
        }
      },
    ),
    { numRuns: 500 },
  );
});

/** How the work grows when there is four times as much; linear is 4, and a little. */
const growth = (work: (size: number) => () => unknown): number =>
  countWork(work(4000)) / countWork(work(1000));

test.each([
  ['fields', (size: number) => 'To: a\r\n'.repeat(size)],
  [
    'delimiters',
    (size: number) => `Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n'.repeat(size)}`,
  ],
  [
    'half delimiters',
    (size: number) => `Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--bx--b'.repeat(size)}`,
  ],
  ['messages in messages', (size: number) => 'Content-Type: message/rfc822\r\n\r\n'.repeat(size)],
  ['comments', (size: number) => `From: ${'('.repeat(size)}\r\nContent-Type: ${'('.repeat(size)}\r\n`],
  ['quotes', (size: number) => `From: ${'"'.repeat(size)}\r\nContent-Type: a/b; ${'"'.repeat(size)}\r\n`],
  ['parameters', (size: number) => `Content-Type: a/b${'; a=b'.repeat(size)}\r\n`],
  ['domain literals', (size: number) => `From: ${'['.repeat(size)}\r\n`],
  ['spaces', (size: number) => `From: a${' '.repeat(size)}b\r\nContent-Type:${' '.repeat(size)}a\r\n`],
])('IMAP-052 %s cost linear work', (_name, make) => {
  const work = (size: number) => () => {
    const { text, structure } = readMessage(bytes(make(size)));
    return envelopeText(structure.fields) + bodyStructureText(text, structure, 'BODYSTRUCTURE');
  };
  expect(growth(work)).toBeLessThan(5);
});

test('IMAP-051 reads groups, routes, comments and what is broken', () => {
  expect(readAddresses('"Doe, J" <@r1,@r2:jd@x.example>, b@y (Bob)')).toEqual([
    { name: 'Doe, J', route: '@r1,@r2', mailbox: 'jd', host: 'x.example' },
    { name: 'Bob', route: undefined, mailbox: 'b', host: 'y' },
  ]);
  expect(readAddresses('friends: a@x, b@[IPv6:::1];, c').map(({ mailbox, host }) => [mailbox, host])).toEqual(
    [
      ['friends', undefined],
      ['a', 'x'],
      ['b', '[IPv6:::1]'],
      [undefined, undefined],
      ['c', ''],
    ],
  );
});

test('IMAP-040 a pattern of many wildcards costs no more than its length', () => {
  expect(fitsPattern('a'.repeat(500), `${'*a'.repeat(200)}b`)).toBe(false);
  const work = (size: number) => () => fitsPattern('a'.repeat(100), `${'%a*'.repeat(size / 100)}b`);
  expect(growth(work)).toBeLessThan(6);
});
