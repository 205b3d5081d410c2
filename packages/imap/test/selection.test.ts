/** Calls on a mailbox while another is being selected: what is meant for one never reaches the other. */
import { isUsageError } from '@postern/wire';
import { connectedTo, virtualClock } from '@postern/wire/testing';
import { expect, test } from 'vitest';
import { openImap } from '../src/index.ts';
import type { Imap, Mailbox } from '../src/index.ts';
import { memoryMailStore, serveImap } from '../src/server/index.ts';
import type { MailStore } from '../src/server/index.ts';
import { bytes } from './server-session.ts';

/** A dialogue with INBOX selected, beside another mailbox that looks the same. */
async function inbox(): Promise<{ imap: Imap; mailbox: Mailbox; store: MailStore }> {
  const clock = virtualClock();
  const message = 'Subject: x\r\n\r\nx\r\n';
  const store = memoryMailStore({ mailboxes: { INBOX: [message], Other: [message] } });
  const connection = await connectedTo((accepted) =>
    serveImap(accepted, { clock, greeting: { type: 'preauth' }, store: () => store }),
  );
  const imap = await openImap(connection, { clock });
  const answer = await imap.select('INBOX');
  if (!answer.ok) throw new Error('not selected');
  return { imap, mailbox: answer.value, store };
}

const calls: Readonly<Record<string, (mailbox: Mailbox) => Promise<unknown>>> = {
  store: (mailbox) => mailbox.store(1, { how: 'add', flags: ['\\Deleted'] }),
  search: (mailbox) => mailbox.search({ all: true }),
  copy: (mailbox) => mailbox.copy(1, 'INBOX'),
  move: (mailbox) => mailbox.move(1, 'INBOX'),
  expunge: (mailbox) => mailbox.expunge(),
  fetch: (mailbox) => mailbox.fetch(1, ['UID', 'ENVELOPE']).all(),
  download: (mailbox) => mailbox.download(1).all(),
  close: (mailbox) => mailbox.close(),
  watch: (mailbox) => mailbox.watch().next(),
};

test.each(Object.keys(calls))('IMAP-045 %s behind a SELECT that is under way is refused', async (name) => {
  const { imap, mailbox, store } = await inbox();
  const flagged = store.find('Other');
  flagged?.setFlags(1, ['\\Seen']);
  const selecting = imap.select('Other');
  const error: unknown = await calls[name]?.(mailbox).catch((caught: unknown) => caught);
  if (!isUsageError(error)) throw new Error(`not refused: ${JSON.stringify(error)}`);
  expect(error.message).toBe('the mailbox is not selected any more');
  const answer = await selecting;
  expect(answer.ok && answer.value.state.name).toBe('Other');
  expect(store.find('Other')?.messages.map(({ flags }) => flags)).toEqual([['\\Seen']]);
  expect(store.find('INBOX')?.messages).toHaveLength(1);
  expect(await imap.noop()).toMatchObject({ ok: true });
});

test('IMAP-081 a watch ends when another mailbox is selected, and tells nothing of it', async () => {
  const { imap, mailbox, store } = await inbox();
  const told: unknown[] = [];
  const watching = (async () => {
    for await (const change of mailbox.watch()) told.push(change);
  })();
  const outcome = watching.catch((error: unknown) => error);
  store.find('Other')?.append([{ content: bytes('late') }]);
  const answer = await imap.select('Other');
  expect(answer.ok && answer.value.state.exists).toBe(2);
  expect(String(await outcome)).toMatch(/not selected any more/);
  expect(told).toEqual([]);
});
