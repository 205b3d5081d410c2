/** Calls inside an open loop over a FETCH: each runs, or is refused at once with the name of the FETCH; none hangs. */
import { isUsageError } from '@postern/wire';
import { simulatedNetwork, testTlsRequest, virtualClock } from '@postern/wire/testing';
import { expect, test } from 'vitest';
import { openImap } from '../src/index.ts';
import type { Imap, Mailbox } from '../src/index.ts';
import { memoryMailStore, serveImap } from '../src/server/index.ts';
import { credentials } from './dialogue.ts';
import { bytes } from './server-session.ts';

const count = 100;

const compression = (): never => {
  throw new Error('nothing is to be compressed here');
};

/** A dialogue with our own server, far away; INBOX holds more than what is on its way at once. */
async function far() {
  const clock = virtualClock();
  const network = simulatedNetwork({ clock, path: { latency: 10 } });
  const here = { address: '192.0.2.1', port: 143 };
  const message = `Subject: x\r\n\r\n${'y'.repeat(5000)}\r\n`;
  const store = memoryMailStore({
    mailboxes: { INBOX: Array.from({ length: count }, () => message), Other: [] },
  });
  await network.listen(here, (connection) =>
    serveImap(connection, { clock, greeting: { type: 'preauth' }, store: () => store }),
  );
  return { clock, open: async () => openImap(await network.connect(here), { clock, compression }) };
}

async function inbox(imap: Imap): Promise<Mailbox> {
  const answer = await imap.select('INBOX');
  if (!answer.ok) throw new Error('not selected');
  return answer.value;
}

type Call = (imap: Imap, mailbox: Mailbox) => Promise<unknown>;

const run: Readonly<Record<string, Call>> = {
  noop: (imap) => imap.noop(),
  capability: (imap) => imap.capability(),
  id: (imap) => imap.id(),
  command: (imap) => imap.command({ verb: 'OTHER', name: 'NOOP' }),
  namespace: (imap) => imap.namespace(),
  list: (imap) => imap.list({ status: ['messages'] }),
  status: (imap) => imap.status('Other', ['messages']),
  create: (imap) => imap.create('New'),
  subscribe: (imap) => imap.subscribe('Other'),
  append: (imap) => imap.append('Other', bytes('Subject: x\r\n\r\n')),
  'search by UID': (_imap, mailbox) => mailbox.search({ seen: false }),
  store: (_imap, mailbox) => mailbox.store(1, { how: 'add', flags: ['\\Seen'] }),
  copy: (_imap, mailbox) => mailbox.copy(2, 'Other'),
  move: (_imap, mailbox) => mailbox.move(3, 'Other'),
  expunge: (_imap, mailbox) => mailbox.expunge({ uids: 4 }),
  'another fetch': (_imap, mailbox) => mailbox.fetch('5:6', ['UID', 'BODY.PEEK[]']).all(),
  'a download': (_imap, mailbox) => mailbox.download(7).all(),
  'a loop in the loop': async (_imap, mailbox) => {
    for await (const message of mailbox.fetch('8:9', ['UID'])) expect(message.uid).toBeGreaterThan(7);
  },
  'several at once': (imap, mailbox) =>
    Promise.all([
      imap.noop(),
      mailbox.search({ all: true }),
      mailbox.fetch(10, ['FLAGS']).all(),
      imap.list(),
    ]),
  'disposal of the mailbox': async (_imap, mailbox) => mailbox[Symbol.asyncDispose](),
};

const refused: Readonly<Record<string, Call>> = {
  select: (imap) => imap.select('Other'),
  examine: (imap) => imap.examine('Other'),
  logout: (imap) => imap.logout(),
  login: (imap) => imap.login(credentials),
  startTls: (imap) => imap.startTls(testTlsRequest()),
  compress: (imap) => imap.compress(),
  close: (_imap, mailbox) => mailbox.close(),
  unselect: (_imap, mailbox) => mailbox.unselect(),
  watch: (_imap, mailbox) => mailbox.watch().next(),
  'search by number': (_imap, mailbox) => mailbox.search({ seen: false }, { by: 'number' }),
  'copy by number': (_imap, mailbox) => mailbox.copy(1, 'Other', { by: 'number' }),
};

/** What came of a call in the first turn of the loop, and how many messages the loop was given. */
async function inLoop(call: Call): Promise<{ readonly outcome: unknown; readonly given: number }> {
  const { clock, open } = await far();
  return clock.run(async () => {
    const imap = await open();
    const mailbox = await inbox(imap);
    let [given, outcome]: [number, unknown] = [0, undefined];
    for await (const message of mailbox.fetch('1:*', ['UID', 'BODY.PEEK[]'])) {
      expect(message.sections?.[0]?.latin1).toHaveLength(5016);
      given += 1;
      if (given === 1) outcome = await call(imap, mailbox).catch((error: unknown) => error);
    }
    expect(await imap.noop()).toMatchObject({ ok: true });
    await imap.logout();
    return { outcome, given };
  });
}

test.each(Object.keys(run))('IMAP-100 in a loop %s runs', async (name) => {
  const { outcome, given } = await inLoop(run[name] ?? (() => Promise.reject(new Error('no call'))));
  expect(outcome).not.toBeInstanceOf(Error);
  expect(given).toBe(count);
});

test.each(Object.keys(refused))(
  'IMAP-101 in a loop %s is refused at once, and the loop goes on',
  async (name) => {
    const { outcome, given } = await inLoop(refused[name] ?? (() => Promise.resolve()));
    if (!isUsageError(outcome)) throw new Error(`not refused: ${String(outcome)}`);
    expect(outcome.message).toMatch(/UID FETCH 1:\*, whose loop is open/);
    expect(given).toBe(count);
  },
);
