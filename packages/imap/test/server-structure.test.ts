import { expect, test } from 'vitest';
import { bodyStructureText, envelopeText } from '../src/server/message/body-structure.ts';
import { readMessage } from '../src/server/message/message-text.ts';
import { sectionRanges } from '../src/server/message/section.ts';
import { bytes, inbox, selected } from './server-session.ts';

const envelope = (...lines: readonly string[]): string =>
  envelopeText(readMessage(bytes(`${lines.join('\r\n')}\r\n\r\n`)).structure.fields);

function structure(lines: readonly string[], form: 'BODY' | 'BODYSTRUCTURE' = 'BODY'): string {
  const read = readMessage(bytes(lines.join('\r\n')));
  return bodyStructureText(read.text, read.structure, form);
}

test('IMAP-051 an author is also who sends and who is answered, and empty lists are NIL', () => {
  expect(envelope('From: Ada <a@x>', 'To:', 'In-Reply-To: <1@x>', 'Subject: a', ' b')).toBe(
    '(NIL "a b" (("Ada" NIL "a" "x")) (("Ada" NIL "a" "x")) (("Ada" NIL "a" "x")) NIL NIL NIL "<1@x>" NIL)',
  );
  expect(envelope('X: y')).toBe('(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)');
});

test('IMAP-051 what does not fit between quotes goes out as a literal', () => {
  expect(envelope('Subject: \u00c3\u00bc "\\', 'Message-ID: "\\')).toBe(
    `(NIL {5}\r\n\u00c3\u00bc "\\ NIL NIL NIL NIL NIL NIL NIL "\\"\\\\")`,
  );
  // The last octet of this letter is no white space.
  expect(envelope('From: \u00c3\u00a0 <a@x>', 'Subject: \u00c3\u00a0')).toContain(
    '{2}\r\n\u00c3\u00a0 (({2}\r\n\u00c3\u00a0 NIL',
  );
  expect(envelope(`Subject: ${'x'.repeat(1001)}`)).toContain(`{1001}\r\n${'x'.repeat(1001)} `);
});

test('IMAP-051 a header full of blanks does not cost quadratic time', () => {
  const blanks = ' '.repeat(400_000);
  // Each blank tried again with every other takes minutes.
  for (const value of [
    `text/plain;${blanks}"`,
    `text/plain; a${blanks}b`,
    `text/plain; ${blanks};${blanks}"`,
  ])
    expect(structure([`Content-Type: ${value}`, '', 'x'])).toBe('("TEXT" "PLAIN" NIL NIL NIL "7BIT" 1 1)');
});

test('IMAP-052 a part of a digest is a message, and extension data is in BODYSTRUCTURE only', () => {
  const digest = [
    'Content-Type: multipart/digest; boundary=d',
    '',
    '--d',
    '',
    'Subject: in',
    '',
    'x',
    '--d--',
  ];
  expect(structure(digest)).toBe(
    '(("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 16 (NIL "in" NIL NIL NIL NIL NIL NIL NIL NIL) ' +
      '("TEXT" "PLAIN" ("CHARSET" "us-ascii") NIL NIL "7BIT" 1 1) 3) "DIGEST")',
  );
  const leaf = [
    'Content-Type: (c) image/png; name="a;b" ; x=y',
    'Content-Disposition: attachment; filename="l.png"',
    'Content-Language: de, en',
    'Content-Location: https://x/',
    'Content-MD5: z',
    'Content-ID: <1>',
    'Content-Description: d',
    'Content-Transfer-Encoding: base64 (c)',
    '',
    'AAAA',
  ];
  expect(structure(leaf)).toBe('("IMAGE" "PNG" ("NAME" "a;b" "X" "y") "<1>" "d" "BASE64" 4)');
  expect(structure(leaf, 'BODYSTRUCTURE')).toBe(
    '("IMAGE" "PNG" ("NAME" "a;b" "X" "y") "<1>" "d" "BASE64" 4 "z" ("ATTACHMENT" ("FILENAME" "l.png")) ("de" "en") "https://x/")',
  );
});

test('IMAP-052 a multipart without parts is a text', () => {
  for (const type of ['multipart/mixed', 'multipart/mixed; boundary=b', 'multipart/mixed; boundary=""'])
    expect(structure([`Content-Type: ${type}`, '', 'x'])).toBe('("TEXT" "PLAIN" NIL NIL NIL "7BIT" 1 1)');
});

test('IMAP-011 of very many parts the first thousand are told', () => {
  const many = [
    'Content-Type: multipart/mixed; boundary=b',
    '',
    ...Array.from({ length: 3000 }, () => '--b\r\n\r\nx'),
    '--b--',
  ];
  expect(readMessage(bytes(many.join('\r\n'))).structure.parts).toHaveLength(999);
  const within = ['Content-Type: message/rfc822', '', ...many];
  const manyMore = [
    'Content-Type: multipart/mixed; boundary=c',
    '',
    '--c',
    ...within,
    '--c',
    ...within,
    '--c--',
  ];
  expect(structure(manyMore).match(/"PLAIN"/g)?.length).toBeLessThan(1001);
});

test('IMAP-053 parts have the numbers of the RFC, also inside messages', () => {
  const text = [
    'Content-Type: multipart/mixed; boundary=m',
    '',
    '--m',
    '',
    'one',
    '--m',
    'Content-Type: message/rfc822',
    '',
    'Subject: in',
    'Content-Type: multipart/mixed; boundary=n',
    '',
    '--n',
    'X: y',
    '',
    'two-one',
    '--n--',
    '--m--',
  ].join('\r\n');
  const read = readMessage(bytes(text));
  const at = (path: readonly number[], type: 'whole' | 'HEADER' | 'TEXT' | 'MIME'): string | undefined =>
    sectionRanges(read.text, read.structure, { path, text: { type } })
      ?.map(([from, to]) => text.slice(from, to))
      .join('');
  expect(at([1], 'whole')).toBe('one');
  expect(at([2], 'MIME')).toBe('Content-Type: message/rfc822\r\n\r\n');
  expect(at([2], 'HEADER')).toBe('Subject: in\r\nContent-Type: multipart/mixed; boundary=n\r\n\r\n');
  expect(at([2], 'TEXT')).toBe('--n\r\nX: y\r\n\r\ntwo-one\r\n--n--');
  expect(at([2, 1], 'whole')).toBe('two-one');
  expect(at([2, 1], 'MIME')).toBe('X: y\r\n\r\n');
  for (const path of [[3], [1, 1], [2, 2], [2, 1, 1]]) expect(at(path, 'whole')).toBeUndefined();
  expect(at([1], 'HEADER')).toBeUndefined();
});

test('IMAP-059 a message that a set names twice is told once', () => {
  expect(selected(inbox(3)).say('a1 FETCH 2:3,1:2,3 UID', 'a2 UID FETCH *:2,9:8 UID')).toEqual([
    '* 1 FETCH (UID 1)',
    '* 2 FETCH (UID 2)',
    '* 3 FETCH (UID 3)',
    'a1 OK done',
    '* 2 FETCH (UID 2)',
    '* 3 FETCH (UID 3)',
    'a2 OK done',
  ]);
});

test('IMAP-091 a message of more than a megabyte is kept, also if it comes unasked', () => {
  const text = 'x'.repeat(1_500_000);
  expect(selected(inbox(0)).say(`a1 APPEND INBOX {${text.length}+}`, text)).toEqual([
    '* 1 EXISTS',
    'a1 OK [APPENDUID 1 1] kept',
  ]);
});
