import { UsageError } from '@postern/wire';
import type { Argument } from './arguments.ts';
import { setArgument } from './message-set.ts';
import type { MessageSet } from './message-set.ts';

/** What to search for (RFC 9051 §6.4.4): all of it must be true of a message. Dates are `1-Feb-1994`, sizes octets. */
export interface SearchKeys {
  readonly all?: true;
  /** The flags of that name, set or not. */
  readonly answered?: boolean;
  readonly deleted?: boolean;
  readonly draft?: boolean;
  readonly flagged?: boolean;
  readonly seen?: boolean;
  readonly keyword?: string;
  readonly unkeyword?: string;
  readonly from?: string;
  readonly to?: string;
  readonly cc?: string;
  readonly bcc?: string;
  readonly subject?: string;
  readonly body?: string;
  readonly text?: string;
  readonly header?: readonly [name: string, value: string];
  readonly since?: string;
  readonly before?: string;
  readonly on?: string;
  readonly sentSince?: string;
  readonly sentBefore?: string;
  readonly sentOn?: string;
  readonly larger?: number;
  readonly smaller?: number;
  readonly uid?: MessageSet;
  /** Messages by number. */
  readonly numbers?: MessageSet;
  /** Younger or older than so many seconds; the server has to list WITHIN (RFC 5032). */
  readonly younger?: number;
  readonly older?: number;
  /** Changed since then; the server has to list CONDSTORE (RFC 7162 §3.1.5). */
  readonly modSequence?: bigint;
  /** The message of that id, or the messages of that thread; the server has to list OBJECTID (RFC 8474 §5.3). */
  readonly emailId?: string;
  readonly threadId?: string;
  /** What Gmail's own search takes, its labels and ids; the server has to list X-GM-EXT-1. */
  readonly gmailRaw?: string;
  readonly gmailLabel?: string;
  readonly gmailMessageId?: bigint;
  readonly gmailThreadId?: bigint;
  readonly not?: SearchKeys;
  readonly or?: readonly [SearchKeys, SearchKeys];
}

const atom = (text: string): Argument => ({ type: 'atom', text });

/** The keys as arguments. `offers` tells whether the server lists a capability. */
export function searchArguments(
  keys: SearchKeys,
  offers: (capability: string) => boolean,
): readonly Argument[] {
  const list: Argument[] = [];
  for (const [key, value] of Object.entries(keys)) {
    if (value === undefined) continue;
    list.push(...one(key as keyof SearchKeys, keys, offers));
  }
  return list.length > 0 ? list : [atom('ALL')];
}

function one(
  key: keyof SearchKeys,
  keys: SearchKeys,
  offers: (capability: string) => boolean,
): readonly Argument[] {
  const value = keys[key];
  const text = typeof value === 'string' ? value : '';
  switch (key) {
    case 'all':
      return [atom('ALL')];
    case 'answered':
    case 'deleted':
    case 'draft':
    case 'flagged':
    case 'seen':
      return [atom(`${value === false ? 'UN' : ''}${key.toUpperCase()}`)];
    case 'keyword':
    case 'unkeyword':
      return [atom(key.toUpperCase()), atom(text)];
    case 'from':
    case 'to':
    case 'cc':
    case 'bcc':
    case 'subject':
    case 'body':
    case 'text':
      return [atom(key.toUpperCase()), { type: 'string', text }];
    case 'header': {
      const [name = '', content = ''] = keys.header ?? [];
      return [atom('HEADER'), { type: 'string', text: name }, { type: 'string', text: content }];
    }
    case 'since':
    case 'before':
    case 'on':
    case 'sentSince':
    case 'sentBefore':
    case 'sentOn':
      if (!/^\d{1,2}-(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-\d{4}$/.test(text))
        throw new UsageError('no date such as 1-Feb-1994', 'RFC 9051 §9', 'argument-refused');
      return [atom(key.toUpperCase()), atom(text)];
    case 'larger':
    case 'smaller':
      return [atom(key.toUpperCase()), count(Number(value))];
    case 'younger':
    case 'older':
      if (!offers('WITHIN')) throw new UsageError('WITHIN is not offered', 'RFC 5032 §2', 'argument-refused');
      return [atom(key.toUpperCase()), count(Number(value))];
    case 'modSequence':
      if (!offers('CONDSTORE') && !offers('QRESYNC'))
        throw new UsageError('CONDSTORE is not offered', 'RFC 7162 §3.1.5', 'argument-refused');
      return [atom('MODSEQ'), atom(String(keys.modSequence))];
    case 'emailId':
    case 'threadId':
      if (!offers('OBJECTID'))
        throw new UsageError('OBJECTID is not offered', 'RFC 8474 §5.3', 'argument-refused');
      if (!/^[\w-]{1,255}$/.test(text))
        throw new UsageError('no object id', 'RFC 8474 §4', 'argument-refused');
      return [atom(key.toUpperCase()), atom(text)];
    case 'gmailRaw':
    case 'gmailLabel':
    case 'gmailMessageId':
    case 'gmailThreadId':
      if (!offers('X-GM-EXT-1'))
        throw new UsageError('X-GM-EXT-1 is not offered', 'X-GM-EXT-1', 'argument-refused');
      return [atom(gmailWords[key]), gmailValue(key, String(keys[key]))];
    case 'uid':
      return [atom('UID'), setArgument(keys.uid ?? [])];
    case 'numbers':
      return [setArgument(keys.numbers ?? [])];
    case 'not':
      return [atom('NOT'), group(keys.not ?? {}, offers)];
    case 'or':
      return [atom('OR'), ...(keys.or ?? []).map((part) => group(part, offers))];
  }
}

/** Whether keys name messages by number, so that the search must wait where numbers may change (RFC 9051 §5.5). */
export function namesNumbers({ numbers, not, or }: SearchKeys): boolean {
  return numbers !== undefined || [not, ...(or ?? [])].some((keys) => keys && namesNumbers(keys));
}

const gmailWords = {
  gmailRaw: 'X-GM-RAW',
  gmailLabel: 'X-GM-LABELS',
  gmailMessageId: 'X-GM-MSGID',
  gmailThreadId: 'X-GM-THRID',
} as const;

function gmailValue(key: keyof typeof gmailWords, text: string): Argument {
  if (key === 'gmailRaw') return { type: 'string', text };
  // Labels are written like names of mailboxes.
  return key === 'gmailLabel' ? { type: 'mailbox', name: text } : atom(text);
}

function group(keys: SearchKeys, offers: (capability: string) => boolean): Argument {
  return { type: 'list', items: searchArguments(keys, offers) };
}

function count(value: number): Argument {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new UsageError('no number of octets or seconds', 'RFC 9051 §9', 'argument-refused');
  return atom(String(value));
}
