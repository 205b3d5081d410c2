import { utf8 } from '@postern/wire';
import { testTlsRequest } from '@postern/wire/testing';
import { describe, expect, test } from 'vitest';
import { encodeCommand } from '../src/index.ts';
import { memoryMailStore } from '../src/server/index.ts';
import { authenticate, credentials, open, reasonOf } from './dialogue.ts';
import { talk } from './scripted-server.ts';
import { bytes, contents, session } from './server-session.ts';

/** UTF-8 octets, one character each. */
const octets = (text: string): string => String.fromCharCode(...utf8(text));

describe('UTF8=ACCEPT', () => {
  test('IMAP-085 once it is enabled names and strings are UTF-8, both ways', async () => {
    const { imap, heard } = await talk(
      (line) => {
        if (line.startsWith('ENABLE')) return ['* ENABLED UTF8=ACCEPT', '$ OK x'];
        return line.startsWith('LIST') ? ['* LIST () "/" "A&-ü"', '$ OK x'] : undefined;
      },
      { capabilities: 'IMAP4rev1 ENABLE UTF8=ACCEPT' },
    );
    await imap.enable(['UTF8=ACCEPT']);
    expect(await imap.list()).toMatchObject({ value: [{ name: 'A&-ü', wire: 'A&-ü' }] });
    await imap.subscribe('B&ü');
    expect(heard[2]).toBe(`a3 SUBSCRIBE "B&${octets('ü')}"`);
  });

  test('IMAP-085 IMAP-091 a header in UTF-8 is announced as such, with leave or without', async () => {
    const message = utf8('ü:x');
    for (const [literal, capability] of [
      ['~{4}', ''],
      ['~{4+}', ' LITERAL-'],
    ] as const) {
      const { imap, heard } = await talk(
        (line) => {
          if (line.startsWith('ENABLE')) return ['* ENABLED UTF8=ACCEPT', '$ OK x'];
          if (line.endsWith('{4}')) return ['+ go'];
          return line.endsWith('{4+}') ? [] : ['a2 OK x'];
        },
        { capabilities: `IMAP4rev1 ENABLE UTF8=ACCEPT${capability}` },
      );
      expect(await reasonOf(imap.append('x', message, { header: 'utf-8' }))).toBe('usage');
      await imap.enable(['UTF8=ACCEPT']);
      expect(await imap.append('x', message, { header: 'utf-8' })).toMatchObject({ ok: true });
      expect(heard.slice(1)).toEqual([`a2 APPEND "x" UTF8 (${literal}`, octets('ü:x)')]);
    }
  });

  test('IMAP-085 a server that speaks nothing else is told so, or given up', async () => {
    for (const [enabled, reason] of [
      ['* ENABLED UTF8=ACCEPT', undefined],
      ['* ENABLED', 'protocol-error'],
    ] as const) {
      const heard: string[] = [];
      const opened = talk(
        (line) => {
          heard.push(line);
          return line.startsWith('ENABLE') ? [enabled, '$ OK x'] : undefined;
        },
        { capabilities: 'IMAP4rev1 ENABLE UTF8=ONLY' },
      );
      expect(await reasonOf(opened)).toBe(reason);
      expect(heard).toEqual(['ENABLE UTF8=ACCEPT']);
    }
  });

  test('IMAP-085 our server and our client agree', async () => {
    const store = memoryMailStore();
    const { imap } = await open({ implicitTls: true, store: () => store }, { tls: testTlsRequest() });
    await imap.login(credentials);
    await imap.enable(['UTF8=ACCEPT']);
    expect(await imap.create('日本 & A')).toMatchObject({ ok: true, value: { mailboxId: 'F2' } });
    expect(store.mailboxes.map(({ name }) => name)).toEqual(['INBOX', '&ZeVnLA- &- A']);
    expect(await imap.append('日本 & A', utf8('Subject: ü\r\n\r\n'), { header: 'utf-8' })).toMatchObject({
      ok: true,
    });
    expect(contents(store, '&ZeVnLA- &- A')).toEqual([octets('Subject: ü\r\n\r\n')]);
    const selected = await imap.select('日本 & A');
    expect(selected.ok && (await selected.value.search({ subject: 'Ü' }))).toMatchObject({
      value: { count: 1 },
    });
  });

  test('IMAP-085 the server takes such a message and refuses a charset only when it is on', () => {
    const store = memoryMailStore();
    const { say } = session(store);
    expect(say('a1 APPEND INBOX UTF8 (~{1+}', 'x)')).toEqual(['a1 BAD UTF8=ACCEPT is not enabled']);
    expect(say('a2 ENABLE UTF8=ACCEPT')).toEqual(['* ENABLED UTF8=ACCEPT', 'a2 OK done']);
    expect(say('a3 APPEND INBOX UTF8 (~{1+}', 'x) (\\Seen) {1+}', 'y')).toEqual([
      'a3 OK [APPENDUID 1 1:2] kept',
    ]);
    expect(say('a4 APPEND INBOX UTF8 ({1+}', 'x)')).toEqual(['a4 BAD a message comes as a literal']);
    say('s SELECT INBOX');
    expect(say('a5 SEARCH CHARSET UTF-8 ALL')).toEqual(['a5 BAD the charset is UTF-8 now']);
  });
});

describe('names that are no UTF-8', () => {
  test('IMAP-121 go back octet for octet', async () => {
    const sent: number[] = [];
    const { imap } = await open(
      {
        greeting: { type: 'preauth' },
        commands: {
          LIST: {
            type: 'raw',
            text: '* LIST () "/" "a\xe4\xffb"\r\n* LIST () "/" "\xc3\xa4&-"\r\n% OK x\r\n',
          },
        },
      },
      {},
    );
    const listed = await imap.list();
    expect(listed).toMatchObject({
      value: [
        { name: 'a\u00e4\u00ffb', invalid: true, octets: bytes('a\xe4\xffb') },
        { name: 'ä&', wire: 'ä&-' },
      ],
    });
    if (!listed.ok) return;
    const [odd, plain] = listed.value;
    expect(plain?.octets).toBeUndefined();
    for (const name of [odd, plain]) {
      if (!name) continue;
      const { bytes: first } = encodeCommand(
        'a1',
        { verb: 'SELECT', arguments: [{ type: 'mailbox', name }] },
        { literals: 'any', utf8: false },
      );
      sent.push(...first);
    }
    expect(String.fromCharCode(...sent)).toBe(
      'a1 SELECT {4+}\r\na\xe4\xffb\r\na1 SELECT {4+}\r\n\xc3\xa4&-\r\n',
    );
  });
});

describe('a login', () => {
  const auth = { authenticate, insideTlsOnly: false };

  test('IMAP-148 tells who we are where that is wanted and understood, before anything else', async () => {
    const identify = { name: 'Example Mail', version: '1.2' };
    for (const [options, capabilities, id] of [
      [{ identify }, undefined, true],
      [{}, undefined, false],
      [{ identify }, ['IMAP4rev1', 'SASL-IR'], false],
    ] as const) {
      const { imap, seen } = await open(
        { implicitTls: true, auth, ...(capabilities && { capabilities }) },
        { ...options, tls: testTlsRequest() },
      );
      await imap.login(credentials);
      await imap.select('INBOX');
      const verbs = seen.flatMap((event) => (event.type === 'command' ? [event.verb] : []));
      expect(verbs).toEqual(['AUTHENTICATE', ...(id ? ['ID'] : []), 'SELECT']);
    }
  });

  test('IMAP-034 IMAP-148 what ID cannot carry is refused before anything is said', async () => {
    expect(await reasonOf(open({}, { identify: { name: 'a\r\nb' } }))).toBe('usage');
  });
});
