import { utf8 } from '@postern/wire';
import { expect, test } from 'vitest';
import { memoryMailStore } from '../src/server/index.ts';
import { withoutTransferEncoding } from '../src/server/message/transfer-encoding.ts';
import { inbox, session } from './server-session.ts';

const octets = (text: string): string => String.fromCharCode(...utf8(text));

test('IMAP-036 IMAP4rev2 is on once it is enabled, and tells as RFC 9051 does', () => {
  const { say } = session(inbox(2));
  expect(say('a1 ENABLE IMAP4rev2')).toEqual(['* ENABLED IMAP4rev2', 'a1 OK done']);
  expect(say('a2 SELECT INBOX')).toEqual([
    String.raw`* FLAGS (\Answered \Flagged \Deleted \Seen \Draft)`,
    '* 2 EXISTS',
    '* OK [UIDVALIDITY 1] UIDs are valid',
    '* OK [UIDNEXT 3] next UID',
    String.raw`* OK [PERMANENTFLAGS (\Answered \Flagged \Deleted \Seen \Draft \*)] these are kept`,
    '* OK [HIGHESTMODSEQ 3] the last change',
    '* OK [MAILBOXID (F1)] its name for good',
    '* LIST () "/" INBOX',
    'a2 OK [READ-WRITE] selected',
  ]);
  expect(say('a3 SEARCH ALL')).toEqual(['* ESEARCH (TAG "a3") ALL 1:2', 'a3 OK done']);
});

test('IMAP-120 IMAP-122 one mailbox has its name in UTF-8 or in modified UTF-7, as the client speaks', () => {
  const store = memoryMailStore();
  const one = session(store);
  const two = session(store);
  two.say('s ENABLE IMAP4rev2');
  const name = octets('Entwürfe/日本 & A');
  expect(two.say(`a1 CREATE "${name}"`, `a2 SUBSCRIBE "${name}"`)).toEqual([
    'a1 OK [MAILBOXID (F3)] done',
    'a2 OK done',
  ]);
  expect(one.say('a1 LIST "" *').slice(1, 3)).toEqual([
    String.raw`* LIST (\HasChildren) "/" Entw&APw-rfe`,
    String.raw`* LIST (\HasNoChildren) "/" "Entw&APw-rfe/&ZeVnLA- &- A"`,
  ]);
  const literal = `{${name.length}}\r\n${name}`;
  expect(two.say(`a3 LIST "" "${octets('Entwü')}%/*"`).join('\r\n')).toBe(
    String.raw`* LIST (\HasNoChildren) "/" ` + `${literal}\r\na3 OK done`,
  );
  expect(two.say(`a4 STATUS "${name}" (MESSAGES)`).join('\r\n')).toBe(
    `* STATUS ${literal} (MESSAGES 0)\r\na4 OK done`,
  );
  expect(two.say('a5 LSUB "" *').join('\r\n')).toBe(`* LSUB () "/" ${literal}\r\na5 OK done`);
});

test('IMAP-121 a name that is no modified UTF-7 is not made', () => {
  const { say } = session();
  expect(say('a1 CREATE a&b', 'a2 RENAME INBOX &AGE-')).toEqual([
    'a1 NO [CANNOT] the name is no modified UTF-7',
    'a2 NO [CANNOT] the name is no modified UTF-7',
  ]);
});

test('IMAP-054 BINARY takes off the transfer encoding of a leaf', () => {
  const part = (encoding: string, body: string): string =>
    `--b\r\nContent-Type: application/x\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${body}\r\n`;
  const message = `Content-Type: multipart/mixed; boundary=b\r\n\r\n${part('base64', 'AGEB\r\nAg==')}${part('quoted-printable', 'a=3D=\r\nb')}${part('x-new', 'x')}--b--\r\n`;
  const store = memoryMailStore({ mailboxes: { INBOX: [message] } });
  const { say } = session(store);
  say('s SELECT INBOX');
  expect(say('a1 FETCH 1 (BINARY.SIZE[1] BINARY.PEEK[1] BINARY.PEEK[2]<1.2> BINARY.PEEK[9])')).toEqual([
    '* 1 FETCH (BINARY.SIZE[1] 4 BINARY[1] ~{4}',
    '\0a\x01\x02 BINARY[2]<1> {2}',
    '=b BINARY[9] NIL)',
    'a1 OK done',
  ]);
  expect(store.find('INBOX')?.messages[0]?.flags).toEqual([]);
  // A multipart has no encoding, whatever it says.
  store.find('INBOX')?.append([{ content: utf8(`Content-Transfer-Encoding: x-new\r\n${message}`) }]);
  expect(say('n NOOP', 'a4 FETCH 2 BINARY.SIZE[]').at(-2)).toMatch(/BINARY.SIZE\[\] \d+\)/);
  expect(say('a2 FETCH 1 (UID BINARY.PEEK[3])')).toEqual([
    'a2 NO [UNKNOWN-CTE] a transfer encoding is not known',
  ]);
  expect(say('a3 FETCH 1 BINARY[2]').at(-2)).toBe(String.raw`a=b FLAGS (\Seen))`);
});

test('IMAP-054 quoted-printable loses white space at line ends only, and nothing of what is not ASCII', () => {
  expect(withoutTransferEncoding(octets('à \r\n=E4 \t=\r\nb=\nc= d=zz\r\n'), 'Quoted-Printable')).toBe(
    `${octets('à')}\r\n\u00e4 \tbc= d=zz\r\n`,
  );
  expect(withoutTransferEncoding('%%%', 'base64')).toBeUndefined();
});

test('IMAP-048 a message as literal8 is taken, and refused with NUL', () => {
  const { say } = session();
  expect(say('a1 APPEND INBOX ~{1+}', 'x', 'a2 APPEND INBOX ~{1+}', '\0')).toEqual([
    'a1 OK [APPENDUID 1 1] kept',
    'a2 NO [UNKNOWN-CTE] a message holds NUL',
  ]);
});
