// Other people's clients against our server: they list, read, flag, move, append and wait. `imap-mbsync.test.ts` is one more.
import { execFile } from 'node:child_process';
import type { EventEmitter } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { latin1 } from '@postern/wire';
import { deflateLayer } from '@postern/wire/node';
import { ImapFlow } from 'imapflow';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { contents, mailServer, messages, methods, nested, octets } from '../imap-mail.ts';
import { localIdentity, missing } from '../local-server.ts';

const run = promisify(execFile);
const local = await localIdentity('imap-server');
const { folder, certificate, tls } = local;
afterAll(() => {
  local[Symbol.dispose]();
});

describe.skipIf(missing('python3'))('imaplib of Python', () => {
  const python = async (script: string, implicit: boolean, port: number): Promise<unknown> => {
    const open = implicit
      ? "imap = imaplib.IMAP4_SSL('localhost', port, ssl_context=context)\n"
      : "imap = imaplib.IMAP4('localhost', port)\nimap.starttls(ssl_context=context)\n";
    const head = `import json, imaplib, ssl, time
port = ${port}
context = ssl.create_default_context(cafile="${certificate}")
${open}imap.login('tim', 'tanstaaf')
def texts(data):
    return [[p.decode('latin1') for p in d] if isinstance(d, tuple) else (d.decode('latin1') if d is not None else None) for d in data]
said = {}
`;
    const { stdout } = await run('python3', [
      '-c',
      `${head}${script}\nimap.logout()\nprint(json.dumps(said))\n`,
    ]);
    return JSON.parse(stdout);
  };

  test.each(methods)('IMAP-062 sorts and threads with $method', async ({ implicit }) => {
    const mail = (subject: string, day: number, answers: number): string =>
      `Subject: ${subject}\r\nDate: ${day} Nov 2025 09:00:00 +0100\r\nMessage-ID: <${day}@x>\r\nReferences: <${answers}@x>\r\n\r\nx\r\n`;
    await using server = await mailServer(tls, implicit, {
      mailboxes: { INBOX: [mail('b', 3, 0), mail('Re: a', 2, 1), mail('a', 1, 0), mail('c', 4, 1)] },
    });
    const said = await python(
      `imap.select('INBOX')
said['offered'] = [name for name in texts(imap.capability()[1])[0].split() if name.startswith(('SORT', 'THREAD'))]
said['sort'] = texts(imap.sort('(SUBJECT REVERSE DATE)', 'UTF-8', 'ALL')[1])
said['uids'] = texts(imap.uid('SORT', '(REVERSE DATE)', 'US-ASCII', 'NOT', 'SUBJECT', '"b"')[1])
said['none'] = texts(imap.sort('(DATE)', 'UTF-8', 'SUBJECT', '"none"')[1])
said['references'] = texts(imap.thread('REFERENCES', 'UTF-8', 'ALL')[1])
said['subjects'] = texts(imap.uid('THREAD', 'ORDEREDSUBJECT', 'UTF-8', 'ALL')[1])`,
      implicit,
      server.port,
    );
    expect(said).toEqual({
      offered: ['SORT', 'THREAD=ORDEREDSUBJECT', 'THREAD=REFERENCES'],
      sort: ['2 3 1 4'],
      uids: ['4 2 3'],
      none: [''],
      // What 1 and 3 answer is not there.
      references: ['((3 (2)(4))(1))'],
      subjects: ['(3 2)(1)(4)'],
    });
  });

  test.each(methods)(
    'lists, reads, flags, copies, appends and expunges with $method',
    async ({ implicit }) => {
      await using server = await mailServer(tls, implicit);
      const said = await python(
        `said['list'] = texts(imap.list()[1])
said['status'] = texts(imap.status('INBOX', '(MESSAGES UIDNEXT UNSEEN)')[1])
said['select'] = texts(imap.select('INBOX')[1])
said['structure'] = texts(imap.fetch('1', '(BODYSTRUCTURE)')[1])
said['envelope'] = texts(imap.fetch('1', '(ENVELOPE)')[1])
said['whole'] = texts(imap.fetch('2', '(BODY.PEEK[])')[1])
said['inside'] = texts(imap.fetch('1', '(BODY.PEEK[2.HEADER.FIELDS (SUBJECT)] BODY.PEEK[2.1] BODY.PEEK[1.2]<3.2>)')[1])
said['seen'] = texts(imap.fetch('3', '(FLAGS BODY[TEXT])')[1])
said['store'] = texts(imap.store('1:2', '+FLAGS', r'(\\Flagged $Work)')[1])
said['search'] = texts(imap.search(None, 'FLAGGED', 'SUBJECT', '"dots"')[1])
said['uids'] = texts(imap.uid('SEARCH', None, 'UNSEEN')[1])
said['append'] = texts(imap.append('Sent', r'(\\Seen)', '"17-Jul-1996 02:44:25 -0700"', b'Subject: new\\r\\n\\r\\nbody\\r\\n')[1])
said['copy'] = texts(imap.uid('COPY', '1,3', '"A&-B"')[1])
said['move'] = texts(imap.uid('MOVE', '2', 'Sent')[1])
imap.store('1', '+FLAGS', r'(\\Deleted)')
said['expunge'] = texts(imap.expunge()[1])
said['create'] = imap.create('Neu/unten')[0]
said['rename'] = imap.rename('Neu', 'Alt')[0]
said['delete'] = imap.delete('Alt/unten')[0]
said['subscribe'] = imap.subscribe('Alt')[0]
said['lsub'] = texts(imap.lsub()[1])
said['namespace'] = texts(imap.namespace()[1])
said['check'] = imap.check()[0]
said['close'] = imap.close()[0]
said['nowhere'] = imap.select('nowhere')[0]`,
        implicit,
        server.port,
      );
      expect(said).toMatchObject({
        list: [
          String.raw`(\HasNoChildren) "/" INBOX`,
          String.raw`(\HasNoChildren) "/" A&-B`,
          String.raw`(\HasChildren) "/" Entw&APw-rfe`,
          String.raw`(\HasNoChildren) "/" Entw&APw-rfe/2026`,
          String.raw`(\HasNoChildren \Sent) "/" Sent`,
        ],
        status: ['INBOX (MESSAGES 5 UIDNEXT 6 UNSEEN 5)'],
        select: ['5'],
        structure: [
          '1 (BODYSTRUCTURE ((("TEXT" "PLAIN" ("CHARSET" "us-ascii") NIL NIL "7BIT" 5 1 NIL NIL NIL NIL)' +
            '("TEXT" "HTML" ("CHARSET" "utf-8") NIL NIL "8BIT" 9 1 NIL NIL NIL NIL) ' +
            '"ALTERNATIVE" ("BOUNDARY" "a b") NIL NIL NIL)' +
            '("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 52 ' +
            '(NIL "inside" (("Ada" NIL "ada" "x.example")) (("Ada" NIL "ada" "x.example")) ' +
            '(("Ada" NIL "ada" "x.example")) NIL NIL NIL NIL NIL) ' +
            '("TEXT" "PLAIN" ("CHARSET" "us-ascii") NIL NIL "7BIT" 6 1 NIL NIL NIL NIL) 4 NIL NIL NIL NIL)' +
            '("TEXT" "PLAIN" ("CHARSET" "us-ascii") NIL NIL "7BIT" 0 0 NIL NIL NIL NIL) ' +
            '"MIXED" ("BOUNDARY" "m") NIL NIL NIL))',
        ],
        envelope: [
          '1 (ENVELOPE ("Mon, 3 Nov 2025 09:12:44 +0100" "=?utf-8?Q?Gr=C3=BC=C3=9Fe?=" ' +
            String.raw`(("Doe, \"J\"" NIL "jd" "x.example")) (("Doe, \"J\"" NIL "jd" "x.example")) ` +
            String.raw`(("Doe, \"J\"" NIL "jd" "x.example")) ` +
            '((NIL NIL "friends" NIL)("A" NIL "a" "x.example")(NIL NIL "b" "x.example")(NIL NIL NIL NIL)) ' +
            'NIL NIL NIL "<1@x.example>"))',
        ],
        whole: [['2 (BODY[] {35}', messages[1]], ')'],
        inside: [
          ['1 (BODY[2.HEADER.FIELDS (SUBJECT)] {19}', 'Subject: inside\r\n\r\n'],
          [' BODY[2.1] {6}', 'inside'],
          [' BODY[1.2]<3> {2}', octets('ü')],
          ')',
        ],
        seen: [[String.raw`3 (FLAGS (\Seen) BODY[TEXT] {0}`, ''], ')'],
        store: [String.raw`1 (FLAGS (\Flagged $Work))`, String.raw`2 (FLAGS (\Flagged $Work))`],
        search: ['2'],
        uids: ['1 2 4 5'],
        copy: [null],
        expunge: ['2', '1'],
        create: 'OK',
        rename: 'OK',
        delete: 'OK',
        subscribe: 'OK',
        lsub: ['() "/" Alt'],
        namespace: ['(("" "/")) NIL NIL'],
        check: 'OK',
        close: 'OK',
        nowhere: 'NO',
      });
      expect(contents(server.store, 'A&-B')).toEqual([octets(nested), messages[2]]);
      expect(contents(server.store, 'Sent')).toEqual(['Subject: new\r\n\r\nbody\r\n', messages[1]]);
      expect(server.store.find('Sent')?.messages[0]).toMatchObject({
        flags: [String.raw`\Seen`],
        internalDate: '17-Jul-1996 02:44:25 -0700',
      });
      expect(server.store.find('INBOX')?.messages.map(({ uid }) => uid)).toEqual([3, 4, 5]);
    },
  );
});

describe.skipIf(missing('curl'))('curl', () => {
  test.each(methods)('fetches, searches and appends with $method', async ({ implicit }) => {
    await using server = await mailServer(tls, implicit);
    const base = `${implicit ? 'imaps' : 'imap'}://127.0.0.1:${server.port}`;
    const safe = ['-sS', '--ssl-reqd', '--cacert', certificate, '--user', 'tim:tanstaaf'];
    const ask = async (...more: readonly string[]): Promise<string> =>
      (await run('curl', [...safe, ...more])).stdout;
    expect(await ask(`${base}/INBOX;UID=2`)).toBe(messages[1]);
    expect(await ask(`${base}/INBOX;UID=2;SECTION=TEXT`)).toBe('.\r\n..two\r\n.\r\nend\r\n');
    expect(await ask(`${base}/INBOX?SUBJECT%20dots`)).toBe('* SEARCH 2\r\n');
    expect(await ask(`${base}/`)).toContain('* LIST (\\HasNoChildren \\Sent) "/" Sent\r\n');
    const file = join(folder, 'new.eml');
    writeFileSync(file, 'Subject: sent\r\n\r\n.\r\nby curl\r\n');
    await ask('--upload-file', file, `${base}/Sent`);
    expect(contents(server.store, 'Sent')).toEqual(['Subject: sent\r\n\r\n.\r\nby curl\r\n']);
    expect(server.events).toContainEqual({ type: 'login', mechanism: 'PLAIN', user: 'tim', accepted: true });
  });
});

describe('imapflow of npm', () => {
  test.each(methods)('lists, reads, flags, moves, appends and waits with $method', async ({ implicit }) => {
    await using server = await mailServer(tls, implicit);
    const client = new ImapFlow({
      host: 'localhost',
      port: server.port,
      secure: implicit,
      doSTARTTLS: implicit ? undefined : true,
      tls: { ca: readFileSync(certificate, 'utf8') },
      auth: { user: 'tim', pass: 'tanstaaf' },
      logger: false,
      qresync: true,
    });
    await client.connect();
    const boxes = await client.list({ statusQuery: { messages: true } });
    expect(boxes.map(({ path, status }) => [path, status?.messages])).toEqual(
      expect.arrayContaining([
        ['INBOX', 5],
        ['A&B', 0],
        ['Entwürfe/2026', 1],
        ['Sent', 0],
      ]),
    );
    const lock = await client.getMailboxLock('INBOX');
    const seen: unknown[] = [];
    for await (const message of client.fetch('1:*', { envelope: true, bodyStructure: true, source: true }))
      seen.push([message.envelope?.subject, message.bodyStructure?.type, message.source?.toString('latin1')]);
    expect(seen).toEqual(
      ['multipart/mixed', 'text/plain', 'text/plain', 'text/plain', 'text/plain'].map((type, index) => [
        ['Grüße', 'dots', 'no body', expect.stringMatching(/^long x+ folded$/), 'without a last line end'][
          index
        ],
        type,
        octets(messages[index] ?? ''),
      ]),
    );
    expect(await client.messageFlagsAdd('2', [String.raw`\Flagged`, '$Work'])).toBe(true);
    expect(await client.search({ flagged: true }, { uid: true })).toEqual([2]);
    expect(await client.append('Entwürfe/2026', 'Subject: new\r\n\r\n', [String.raw`\Draft`])).toMatchObject({
      uid: 2,
    });
    const moved = await client.messageMove('2', 'A&B');
    expect(moved && moved.uidMap).toEqual(new Map([[2, 1]]));
    expect(contents(server.store, 'A&-B')).toEqual([messages[1]]);
    const heard = new Promise((resolve) => {
      client.once('exists', resolve);
    });
    const idling = client.idle();
    await vi.waitUntil(() =>
      server.events.some((event) => event.type === 'command' && event.verb === 'IDLE'),
    );
    server.store.find('INBOX')?.append([{ content: new TextEncoder().encode('Subject: late\r\n\r\n') }]);
    expect(await heard).toMatchObject({ path: 'INBOX', count: 5 });
    lock.release();
    await client.logout();
    await idling;
  });
});

test('IMAP-084 imapflow of npm compresses where we offer it, and everything arrives', async () => {
  const text = `Subject: long\r\n\r\n${'as compressible as can be\r\n'.repeat(40_000)}`;
  await using server = await mailServer(tls, true, { mailboxes: { INBOX: [text, nested] } }, deflateLayer());
  const client = new ImapFlow({
    host: 'localhost',
    port: server.port,
    secure: true,
    tls: { ca: readFileSync(certificate, 'utf8') },
    auth: { user: 'tim', pass: 'tanstaaf' },
    logger: false,
  });
  await client.connect();
  expect(server.events).toContainEqual({ type: 'command', verb: 'COMPRESS' });
  const lock = await client.getMailboxLock('INBOX');
  const seen: unknown[] = [];
  for await (const message of client.fetch('1:*', { source: true }))
    seen.push(message.source?.toString('latin1'));
  expect(seen).toEqual([text, octets(nested)]);
  expect(await client.append('INBOX', text)).toMatchObject({ uid: 3 });
  expect(contents(server.store, 'INBOX').at(-1)).toBe(text);
  lock.release();
  await client.logout();
});

type Callback<Value> = (error: Error | null | undefined, value: Value) => void;

/** What we use of this client, which comes without types. */
interface NodeImap extends EventEmitter {
  connect(): void;
  end(): void;
  openBox(
    name: string,
    readOnly: boolean,
    end: Callback<{ readonly messages: { readonly total: number } }>,
  ): void;
  fetch(set: string, options: object): EventEmitter;
  search(criteria: readonly unknown[], end: Callback<readonly number[]>): void;
  append(message: string, options: object, end: Callback<void>): void;
}

describe('imap of npm', () => {
  const Imap = createRequire(import.meta.url)('imap') as new (options: object) => NodeImap;

  test.each(methods)('reads, searches and appends with $method', async ({ implicit }) => {
    await using server = await mailServer(tls, implicit);
    const client = new Imap({
      host: 'localhost',
      port: server.port,
      user: 'tim',
      password: 'tanstaaf',
      tls: implicit,
      autotls: implicit ? 'never' : 'required',
      tlsOptions: { ca: readFileSync(certificate, 'utf8'), servername: 'localhost' },
    });
    const failed = new Promise<never>((_resolve, reject) => {
      client.once('error', reject);
    });
    const until = (name: 'ready' | 'close'): Promise<unknown> =>
      Promise.race([new Promise((resolve) => client.once(name, resolve)), failed]);
    client.connect();
    await until('ready');
    const call = <Value>(begin: (end: Callback<Value>) => void): Promise<Value> =>
      new Promise((resolve, reject) => {
        begin((error, value) => {
          if (error) reject(error);
          else resolve(value);
        });
      });
    const box = await call<{ readonly messages: { readonly total: number } }>((end) =>
      client.openBox('INBOX', false, end),
    );
    expect(box.messages.total).toBe(5);
    const fetching = client.fetch('2', { bodies: ['TEXT'], struct: true });
    let text = '';
    fetching.on('message', (message: EventEmitter) => {
      message.on('body', (stream: EventEmitter) => {
        stream.on('data', (chunk: Uint8Array) => (text += latin1(chunk)));
      });
    });
    await new Promise((resolve) => fetching.once('end', resolve));
    expect(text).toBe('.\r\n..two\r\n.\r\nend\r\n');
    expect(await call((end) => client.search([['SUBJECT', 'dots']], end))).toEqual([2]);
    await call((end) => client.append('Subject: new\r\n\r\n', { mailbox: 'Sent' }, end));
    expect(contents(server.store, 'Sent')).toEqual(['Subject: new\r\n\r\n']);
    const ended = until('close');
    client.end();
    await ended;
  });
});
