import { UsageError } from '@postern/wire';
import type { Argument } from '../arguments.ts';
import type { MailboxCommand } from '../commands.ts';
import type { Answer, CallOptions } from '../imap.ts';
import type { Copied, Moved, MoveOptions } from './mailbox.ts';
import { answer } from './mailbox-answer.ts';
import type { MailboxName } from '../mailbox-name.ts';
import type { Sets } from '../message-set.ts';
import { NumberSet } from '../parse/number-set.ts';
import type { Ran } from './selected-calls.ts';

/** A dialogue with a selected mailbox, for commands that name messages. */
export interface TransferSource {
  offers(capability: string): boolean;
  /** Sends a command about messages, by UID unless told otherwise. */
  say(
    verb: MailboxCommand['verb'],
    list: readonly Argument[],
    options: CallOptions & { readonly by?: 'uid' | 'number' },
  ): Promise<Ran>;
}

const atom = (text: string): Argument => ({ type: 'atom', text });

/** Says a command for one set after the other, until one is refused; the last outcome tells how it ended. */
export async function sayEach(
  source: TransferSource,
  verb: MailboxCommand['verb'],
  [first, ...more]: Sets,
  rest: readonly Argument[],
  options: CallOptions & { readonly by?: 'uid' | 'number' },
): Promise<{ readonly all: readonly Ran[]; readonly last: Ran }> {
  let last = await source.say(verb, [first, ...rest], options);
  const all = [last];
  for (const set of more) {
    if (last.completed.response.status !== 'OK') break;
    last = await source.say(verb, [set, ...rest], options);
    all.push(last);
  }
  return { all, last };
}

/** Copies messages. */
export async function copyAll(
  source: TransferSource,
  sets: Sets,
  to: string | MailboxName,
  options: CallOptions & { readonly by?: 'uid' | 'number' },
): Promise<Answer<Copied | undefined>> {
  const { all, last } = await sayEach(source, 'COPY', sets, [{ type: 'mailbox', name: to }], options);
  return answer(last.completed, all.map(copied).reduce(joined, undefined));
}

/** Moves one set after the other, until one is refused. */
export async function moveAll(
  source: TransferSource,
  [first, ...more]: Sets,
  to: string | MailboxName,
  options: MoveOptions,
): Promise<Answer<Moved>> {
  const native = source.offers('MOVE') || source.offers('IMAP4REV2');
  // RFC 9051 §5.5: between COPY and STORE a number may come to mean another message.
  if (!native && options.by === 'number')
    throw new UsageError('without MOVE, messages are named by UID', 'RFC 6851 §3.1', 'argument-refused');
  const one = native ? moveOne : moveByCopy;
  let all = await one(source, first, to, options);
  for (const set of more) {
    if (!all.ok) break;
    all = withPart(await one(source, set, to, options), all.value);
  }
  return all;
}

async function moveOne(
  source: TransferSource,
  set: Argument,
  to: string | MailboxName,
  options: MoveOptions,
): Promise<Answer<Moved>> {
  const ran = await source.say('MOVE', [set, { type: 'mailbox', name: to }], options);
  return answer(ran.completed, { copied: copied(ran), originals: 'gone' });
}

/**
 * RFC 6851 §3.3: what MOVE stands for, in its steps. Removing by UID needs UIDPLUS; a plain EXPUNGE would remove what others have marked,
 * too, and is said only where the caller wants it.
 */
async function moveByCopy(
  source: TransferSource,
  set: Argument,
  to: string | MailboxName,
  options: MoveOptions,
): Promise<Answer<Moved>> {
  const copy = await source.say('COPY', [set, { type: 'mailbox', name: to }], options);
  const what = copied(copy);
  if (copy.completed.response.status !== 'OK')
    return answer(copy.completed, { copied: what, originals: 'kept' });
  const mark = await source.say('STORE', [set, atom('+FLAGS.SILENT'), atom(String.raw`(\Deleted)`)], options);
  if (mark.completed.response.status !== 'OK')
    return answer(mark.completed, { copied: what, originals: 'kept' });
  const byUid = source.offers('UIDPLUS') || source.offers('IMAP4REV2');
  if (!byUid && options.withoutUidPlus !== 'expunge-all')
    return answer(mark.completed, { copied: what, originals: 'marked' });
  const expunge = await source.say(
    'EXPUNGE',
    byUid ? [set] : [],
    byUid ? options : { ...options, by: 'number' },
  );
  const removed = expunge.completed.response.status === 'OK';
  return answer(expunge.completed, { copied: what, originals: removed ? 'gone' : 'marked' });
}

/** RFC 6851 §4.3: MOVE tells it before the messages go; Gmail with the completion. */
function copied({ completed, data }: Ran): Copied | undefined {
  const codes = [
    ...data.flatMap((entry) => (entry.type === 'status' ? [entry.response.code?.data] : [])),
    completed.response.code?.data,
  ];
  return codes.findLast((code) => code?.name === 'COPYUID');
}

/** Both together; sets pair up by position, so they are put one behind the other (RFC 4315 §3). */
function joined(one: Copied | undefined, other: Copied | undefined): Copied | undefined {
  if (!one || !other) return one ?? other;
  return {
    ...other,
    source: new NumberSet([...one.source.ranges, ...other.source.ranges]),
    target: new NumberSet([...one.target.ranges, ...other.target.ranges]),
  };
}

/** An answer that also has what was moved before it. */
function withPart(next: Answer<Moved>, before: Moved): Answer<Moved> {
  const add = (value: Moved): Moved => ({ ...value, copied: joined(before.copied, value.copied) });
  if (next.ok) return { ...next, value: add(next.value) };
  return { ...next, ...(next.partial && { partial: add(next.partial) }) };
}
