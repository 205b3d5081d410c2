import { utf8 } from '@postern/wire';
import { expect, test } from 'vitest';
import { parseCapabilities, pop3Client } from '../index.ts';

test('POP3-030 finds every capability, whatever its case', () => {
  const found = parseCapabilities([
    'Top',
    'USER',
    'sasl CRAM-MD5 plain',
    'RESP-CODES',
    'LOGIN-DELAY 900',
    'PIPELINING',
    'EXPIRE 60',
    'UIDL',
    'IMPLEMENTATION Shlemazle-Plotz-v302',
    'stls',
    'AUTH-RESP-CODE',
    'Utf8 user',
    'LANG',
  ]);
  expect(found).toMatchObject({
    auth: ['CRAM-MD5', 'PLAIN'],
    startTls: 'offered',
    pipelining: true,
    top: 'offered',
    uidl: 'offered',
    utf8: 'with-user',
    loginDelay: 900_000,
    expire: 60,
    listed: true,
  });
  expect(Object.keys(found.tags)).toHaveLength(13);
});

test.each([
  [['EXPIRE 0'], { expire: 0 }],
  [['EXPIRE NEVER'], { expire: 'never' }],
  [['EXPIRE 30 USER'], { expire: 30 }],
  [['EXPIRE x'], { expire: undefined }],
  [['LOGIN-DELAY 60 USER'], { loginDelay: 60_000 }],
  [['LOGIN-DELAY -1'], { loginDelay: undefined }],
  [['UTF8'], { utf8: 'offered' }],
  [[], { expire: undefined, loginDelay: undefined, utf8: 'absent', top: 'absent', uidl: 'absent' }],
])('POP3-034 reads %j', (lines, expected) => {
  expect(parseCapabilities(lines)).toMatchObject(expected);
});

test('POP3-033 does the same whatever the server calls itself', () => {
  const said = (implementation: readonly string[]): unknown => {
    const client = pop3Client();
    client.start(0);
    client.receive(utf8('+OK\r\n'), 0);
    client.send({ verb: 'CAPA' }, 0);
    client.receive(utf8(['+OK', 'STLS', ...implementation, '.', ''].join('\r\n')), 0);
    return [client.send({ verb: 'STLS' }, 0), client.receive(utf8('-ERR no\r\n'), 0), client.state];
  };
  expect(said(['IMPLEMENTATION Foo-1.0'])).toEqual(said([]));
});
