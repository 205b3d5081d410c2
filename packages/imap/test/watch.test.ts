import { scriptedPeer, virtualClock } from '@postern/wire/testing';
import type { VirtualClock } from '@postern/wire/testing';
import { expect, test } from 'vitest';
import { openImap } from '../src/index.ts';
import type { Change, Imap, Mailbox } from '../src/index.ts';
import { reasonOf, settled } from './dialogue.ts';

interface Watched {
  readonly imap: Imap;
  readonly mailbox: Mailbox;
  readonly clock: VirtualClock;
  readonly heard: string[];
  readonly say: (text: string) => Promise<void>;
}

/** A dialogue with a server that idles, and says what it is told to. */
async function watched(
  idle: string | undefined = '+ idling',
  capabilities = 'IMAP4rev1 IDLE',
): Promise<Watched> {
  const clock = virtualClock();
  const heard: string[] = [];
  let idling = '';
  let say: (text: string) => Promise<void> = async () => undefined;
  const connection = await scriptedPeer(async ({ send, line }) => {
    say = send;
    await send(`* PREAUTH [CAPABILITY ${capabilities}] hi\r\n`);
    for (let said = await line(); said !== undefined; said = await line()) {
      heard.push(said);
      const [tag = '', word = ''] = said.split(' ');
      if (word === 'IDLE') {
        idling = tag;
        if (idle !== undefined) await send(`${idle.replace('$', tag)}\r\n`);
      } else if (said === 'DONE') {
        await send(`${idling} OK done\r\n`);
      } else {
        await send(`${tag} OK done\r\n`);
      }
    }
  });
  const imap = await openImap(connection, { clock });
  const answer = await imap.select('INBOX');
  if (!answer.ok) throw new Error('not selected');
  return { imap, mailbox: answer.value, clock, heard, say: (text) => say(text) };
}

test('IMAP-080 tells what happens, and leaves IDLE with the loop', async () => {
  const { mailbox, imap, heard, say } = await watched();
  const changes: Change[] = [];
  const loop = (async () => {
    for await (const change of mailbox.watch()) {
      changes.push(change);
      if (changes.length === 2) break;
    }
  })();
  await settled();
  await say('* 5 EXISTS\r\n* 2 EXPUNGE\r\n');
  await loop;
  expect(changes).toEqual([
    { type: 'exists', number: 5 },
    { type: 'expunge', number: 2 },
  ]);
  expect(mailbox.state.exists).toBe(4);
  expect(await imap.noop()).toMatchObject({ ok: true });
  expect(heard.slice(1)).toEqual(['a2 IDLE', 'DONE', 'a3 NOOP']);
});

test('IMAP-081 another call ends IDLE, runs, and IDLE goes on', async () => {
  const { mailbox, imap, heard, say } = await watched();
  const changes = mailbox.watch();
  const first = changes.next();
  await settled();
  expect(await imap.noop()).toMatchObject({ ok: true });
  await settled();
  await say('* 1 EXISTS\r\n');
  expect(await first).toMatchObject({ value: { type: 'exists' } });
  await changes.return(undefined);
  expect(heard.slice(1)).toEqual(['a2 IDLE', 'DONE', 'a3 NOOP', 'a4 IDLE', 'DONE']);
});

test('IMAP-080 is renewed after 25 minutes, and notices a peer that is gone', async () => {
  const { mailbox, heard, clock } = await watched();
  const next = mailbox.watch().next();
  const outcome = reasonOf(next);
  await settled();
  await clock.advance(25 * 60_000 - 1);
  await settled();
  expect(heard.at(-1)).toBe('a2 IDLE');
  await clock.advance(1);
  await settled();
  expect(heard.slice(1)).toEqual(['a2 IDLE', 'DONE', 'a3 IDLE']);
  void outcome;
});

test('IMAP-081 a peer that does not answer DONE is gone', async () => {
  const clock = virtualClock();
  const connection = await scriptedPeer(async ({ send, line }) => {
    await send('* PREAUTH [CAPABILITY IMAP4rev1 IDLE] hi\r\n');
    await line();
    await send('a1 OK\r\n');
    await line();
    await send('+ idling\r\n');
    await line();
    await line();
  });
  const imap = await openImap(connection, { clock });
  const answer = await imap.select('INBOX');
  if (!answer.ok) throw new Error('not selected');
  const outcome = reasonOf(answer.value.watch().next());
  await settled();
  await clock.advance(25 * 60_000);
  await settled();
  await clock.advance(60_000);
  expect(await outcome).toBe('timeout-reply');
});

test('IMAP-080 ends when the server refuses, and is refused where the server cannot', async () => {
  const { mailbox } = await watched('$ NO not now');
  expect(await mailbox.watch().next()).toMatchObject({ done: true, value: { status: 'NO' } });
  const { mailbox: other } = await watched(undefined, 'IMAP4rev1');
  expect(() => other.watch()).toThrow(/IDLE is not offered/);
});

test('an abort ends the watch with its reason, and the connection stays usable', async () => {
  const { mailbox, imap, heard } = await watched();
  const controller = new AbortController();
  const next = mailbox.watch({ signal: controller.signal }).next();
  const outcome = next.catch((error: unknown) => error);
  await settled();
  controller.abort('enough');
  expect(await outcome).toBe('enough');
  expect(await imap.noop()).toMatchObject({ ok: true });
  expect(heard.slice(1)).toEqual(['a2 IDLE', 'DONE', 'a3 NOOP']);
});
