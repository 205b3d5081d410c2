// Our IMAP client against Dovecot: what it changes is changed, and what another client changes it learns.
import { readFileSync } from 'node:fs';
import type { Imap } from '@postern/imap';
import { latin1 } from '@postern/wire';
import { ImapFlow } from 'imapflow';
import { beforeEach, describe, expect, test } from 'vitest';
import { readEnvironment } from '../environment.ts';
import { generatedMail } from '../generated-mail.ts';
import { dovecot, ImapAccount, password, value } from '../imap-account.ts';

const { ca } = readEnvironment();
const account = new ImapAccount('changer@good.test');
const methods = ['implicit-tls', 'starttls'] as const;
const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

/** A mailbox of its own for each test: its name, which is the same on the wire. */
let box = '';
let count = 0;

/** Forty small messages: `Subject: s01` and so on, sizes and dates falling. */
const forty = Array.from({ length: 40 }, (_, index) => {
  const number = String(index + 1).padStart(2, '0');
  const date = new Date(Date.UTC(2025, 0, 41 - index)).toUTCString().replace('GMT', '+0000');
  const text = 'x'.repeat(1000 - index);
  return `Subject: s${number}\r\nFrom: f${number}@x.example\r\nDate: ${date}\r\nMessage-ID: <${number}@x.example>\r\n\r\n${text}\r\n`;
});

beforeEach(async () => {
  count += 1;
  box = `changes${count}`;
  await using imap = await account.open('implicit-tls');
  value(await imap.create(box));
  value(await imap.create(`${box}.to`));
  account.putFiles(box, forty);
});

/** Another program at the same mailbox. */
async function second(): Promise<ImapFlow & AsyncDisposable> {
  const { address, port, host } = dovecot('implicit-tls');
  const client = new ImapFlow({
    host: address,
    port,
    servername: host,
    secure: true,
    logger: false,
    tls: { ca: readFileSync(ca.root, 'utf8') },
    auth: { user: account.user, pass: password },
  });
  await client.connect();
  await client.mailboxOpen(box);
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.logout() });
}

/** Without that of the session, in one order. */
const lasting = (flags: readonly string[] = []): readonly string[] =>
  flags.filter((flag) => flag !== String.raw`\Recent`).toSorted();

/** Flags by UID: what a program keeps of a mailbox. */
async function known(imap: Imap): Promise<Map<number, readonly string[]>> {
  const mailbox = value(await imap.select(box));
  const found = new Map<number, readonly string[]>();
  for await (const { uid, flags } of mailbox.fetch('1:*', ['UID', 'FLAGS']))
    if (uid !== undefined) found.set(uid, lasting(flags));
  return found;
}

describe.each(methods)('with %s', (method) => {
  test('IMAP-070 IMAP-073 a mailbox left and opened again tells what another client has changed', async () => {
    await using imap = await account.open(method);
    expect(value(await imap.enable(['QRESYNC']))).toContain('QRESYNC');
    const kept = await known(imap);
    expect([...kept.keys()]).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
    const before = value(await imap.select(box));
    const { uidValidity, highestModSequence } = before.state;
    if (uidValidity === undefined || highestModSequence === undefined) throw new Error('nothing to go by');
    await before[Symbol.asyncDispose]();

    await using other = await second();
    await other.messageFlagsAdd('3,7:9', [String.raw`\Flagged`, '$Work'], { uid: true });
    await other.messageFlagsRemove('8', ['$Work'], { uid: true });
    await other.messageDelete('5,20:24', { uid: true });
    await other.append(box, 'Subject: new\r\n\r\nnew\r\n', [String.raw`\Seen`]);

    const resync = { uidValidity, modSequence: highestModSequence };
    const mailbox = value(await imap.select(box, { resync }));
    const gone = mailbox.changes.filter((change) => change.type === 'vanished');
    const changed = mailbox.changes.filter((change) => change.type === 'fetch');
    expect(gone.map(({ earlier }) => earlier)).toEqual([true]);
    for (const { uids } of gone) for (const uid of uids) kept.delete(uid);
    for (const { message } of changed) kept.set(message.uid ?? 0, lasting(message.flags));
    expect(changed.every(({ message }) => (message.modSequence ?? 0n) > highestModSequence)).toBe(true);
    expect(kept.size).toBe(35);
    expect(mailbox.state).toMatchObject({ exists: 35, uidValidity, modSequences: 'kept' });
    // What is known now is what a new look finds.
    expect(kept).toEqual(await known(imap));
    expect([3, 5, 8, 20, 41].map((uid) => kept.get(uid))).toEqual([
      ['$Work', String.raw`\Flagged`],
      undefined,
      [String.raw`\Flagged`],
      undefined,
      [String.raw`\Seen`],
    ]);
  });

  test('IMAP-072 what has changed since, and what is gone, also while the mailbox is open', async () => {
    await using imap = await account.open(method);
    value(await imap.enable(['QRESYNC']));
    const mailbox = value(await imap.select(box));
    const since = mailbox.state.highestModSequence ?? 0n;
    await using other = await second();
    await other.messageFlagsAdd('2', [String.raw`\Answered`], { uid: true });
    await other.messageDelete('4', { uid: true });
    const fetching = mailbox.fetch('1:4294967295', ['UID', 'FLAGS'], { changedSince: since, vanished: true });
    const changed = value(await fetching.all());
    expect(changed.map(({ uid }) => uid)).toEqual([2]);
    expect(mailbox.state.exists).toBe(39);
    // One that has changed meanwhile is left alone.
    const stored = value(
      await mailbox.store([1, 2], { how: 'add', flags: [String.raw`\Flagged`] }, { unchangedSince: since }),
    );
    expect([...(stored.modified ?? [])]).toEqual([2]);
    expect(value(await mailbox.search({ flagged: true })).numbers.toString()).toBe('1');
  });

  test('IMAP-080 IDLE tells of a new message, of flags and of one that is gone', async () => {
    await using imap = await account.open(method);
    const mailbox = value(await imap.select(box));
    await using other = await second();
    const changes = mailbox.watch();
    const first = changes.next();
    // IDLE is there before anything happens.
    await other.noop();
    const begun = performance.now();
    await other.append(box, 'Subject: new\r\n\r\nnew\r\n');
    const appended = performance.now();
    expect(await first).toMatchObject({ value: { type: 'exists', number: 41 } });
    console.log(
      `told ${Math.round(performance.now() - appended)} ms after the append, which took ${Math.round(appended - begun)} ms`,
    );
    const flagged: unknown[] = [];
    await other.messageFlagsAdd('1', [String.raw`\Flagged`], { uid: true });
    await other.messageDelete('2', { uid: true });
    for await (const change of changes) {
      if (change.type === 'fetch' && change.message.flags?.includes(String.raw`\Flagged`) === true)
        flagged.push(change.message.seq);
      if (change.type !== 'expunge') continue;
      expect(change.number).toBe(2);
      break;
    }
    expect(flagged).toEqual([1]);
    expect(mailbox.state.exists).toBe(40);
    expect(await imap.noop()).toMatchObject({ ok: true });
  });

  test('IMAP-060 IMAP-061 IMAP-062 IMAP-074 searches, sorts and threads', async () => {
    await using imap = await account.open(method);
    const mailbox = value(await imap.select(box, { condstore: true }));
    const find = async (...keys: Parameters<typeof mailbox.search>): Promise<string> =>
      value(await mailbox.search(...keys)).numbers.toString();
    expect(await find({ subject: 's07' })).toBe('7');
    expect(await find({ or: [{ from: 'f01@x.example' }, { header: ['Message-ID', '<40@'] }] })).toBe('1,40');
    expect(await find({ larger: forty[1]?.length ?? 0 })).toBe('1');
    expect(await find({ not: { smaller: forty[1]?.length ?? 0 } })).toBe('1:2');
    expect(await find({ sentSince: '9-Feb-2025' }, { by: 'number' })).toBe('1:2');
    expect(await find({ subject: 'not there' })).toBe('');
    expect(value(await mailbox.search({ uid: '3:5' }))).toMatchObject({ count: 3, min: 3, max: 5 });
    const since = mailbox.state.highestModSequence ?? 0n;
    const stored = value(
      await mailbox.store('12', { how: 'add', flags: ['$Work'] }, { unchangedSince: since }),
    );
    expect(await find({ modSequence: stored.messages[0]?.modSequence ?? 0n })).toBe('12');

    expect(imap.capabilities.atoms).toContain('SORT');
    const smallest = { smaller: forty[36]?.length ?? 0 };
    expect(value(await mailbox.sort(['date'], smallest)).numbers).toEqual([40, 39, 38]);
    expect(value(await mailbox.sort(['reverse date'], smallest)).numbers).toEqual([38, 39, 40]);
    const threads = value(await mailbox.thread('references', { uid: '1:3' }));
    expect(threads.map(({ numbers }) => numbers).toSorted()).toEqual([[1], [2], [3]]);
  });

  test('IMAP-056 IMAP-057 IMAP-058 flags, copies, moves and expunges, and the other client sees it', async () => {
    await using imap = await account.open(method);
    const mailbox = value(await imap.select(box));
    const stored = value(await mailbox.store('1:3', { how: 'add', flags: [String.raw`\Seen`, '$Work'] }));
    expect(stored.messages.map(({ uid }) => uid)).toEqual([1, 2, 3]);
    const copied = value(await mailbox.copy('2,4', `${box}.to`));
    expect(copied && [[...copied.source], [...copied.target]]).toEqual([
      [2, 4],
      [1, 2],
    ]);
    const { copied: moved, originals } = value(await mailbox.move('6:7', `${box}.to`));
    expect(originals).toBe('gone');
    expect(moved && [[...moved.source], [...moved.target]]).toEqual([
      [6, 7],
      [3, 4],
    ]);
    expect(mailbox.state.exists).toBe(38);
    value(await mailbox.store('8:9', { how: 'add', flags: [String.raw`\Deleted`] }, { silent: true }));
    value(await mailbox.expunge({ uids: 8 }));
    expect(mailbox.state.exists).toBe(37);
    expect(account.files(`${box}.to`).toSorted()).toEqual([1, 3, 5, 6].map((index) => forty[index]));
    await using other = await second();
    expect(await other.search({ keyword: '$Work' }, { uid: true })).toEqual([1, 2, 3]);
    expect(await other.search({ deleted: true }, { uid: true })).toEqual([9]);
    expect(await other.search({ uid: '6:8' }, { uid: true })).toEqual([]);
  });

  test('IMAP-048 IMAP-091 appends by LITERAL+, octet for octet, without waiting for leave', async () => {
    const said: string[] = [];
    const observe = { wrote: (octets: Uint8Array) => said.push(latin1(octets)) };
    await using imap = await account.open(method, { observe });
    expect(imap.capabilities.atoms).toContain('LITERAL+');
    const mails = generatedMail(30, 7).map(({ content }) => content);
    const flags = [String.raw`\Seen`, '$Work'];
    const internalDate = '17-Jul-1996 02:44:25 -0700';
    // All at once: each goes out behind the other.
    const answers = await Promise.all(
      mails.map((mail) => imap.append(`${box}.to`, bytes(mail), { flags, internalDate })),
    );
    expect(answers.map((answer) => [...(value(answer)?.uids ?? [])])).toEqual(
      mails.map((_, index) => [index + 1]),
    );
    expect(said.join('')).toContain(`{${mails[0]?.length}+}\r\n`);
    expect(account.files(`${box}.to`).toSorted()).toEqual(mails.toSorted());
    const mailbox = value(await imap.select(`${box}.to`));
    const [first] = value(await mailbox.fetch(1, ['FLAGS', 'INTERNALDATE']).all());
    expect(first?.flags).toEqual(expect.arrayContaining(flags));
    expect(Date.parse(first?.internalDate ?? '')).toBe(Date.parse(internalDate));
    expect(await imap.append('nowhere', bytes('x'))).toMatchObject({
      ok: false,
      reply: { code: { name: 'TRYCREATE' } },
    });
  });
});
