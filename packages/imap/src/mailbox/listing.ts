import { UsageError } from '@postern/wire';
import type { Argument } from '../arguments.ts';
import type { MailboxCommand } from '../commands.ts';
import type { Answer, CallOptions } from '../imap.ts';
import { answer } from './mailbox-answer.ts';
import { statusWord } from './mailbox-options.ts';
import type { Listed, ListOptions, LsubOptions, SubscribedName } from './mailbox-options.ts';
import type { Ran } from './selected-calls.ts';

/** What the server can do and what it has turned out not to. */
export interface ListSource {
  offers(capability: string): boolean;
  run(command: MailboxCommand, options?: CallOptions): Promise<Ran>;
}

/** What LIST may carry beyond RFC 3501, the newest first: in this order it is left out where a server does not understand it. */
const richness = ['status', 'special-use', 'extended'] as const;
type Richness = (typeof richness)[number];

const atom = (text: string): Argument => ({ type: 'atom', text });

/** LIST and LSUB of one dialogue, which remembers what its server has refused. */
export class Listing {
  readonly #source: ListSource;
  readonly #refused = new Set<Richness>();

  constructor(source: ListSource) {
    this.#source = source;
  }

  async list(options: ListOptions & CallOptions): Promise<Answer<readonly Listed[]>> {
    const { only = [] } = options;
    checkSelection(only);
    for (;;) {
      if (only.length > 0 && !this.#can('extended', options)) return this.#selectedPlainly(options);
      const rich = richness.filter((each) => this.#can(each, options));
      const ran = await this.#source.run(
        { verb: 'LIST', arguments: listArguments(options, new Set(rich)) },
        options,
      );
      const [next] = rich;
      // ProtonMail, and servers like Exchange, list an extension and refuse it: the next try says less, and so do later calls.
      const refused = ran.completed.response.status === 'BAD';
      // Strato answers nothing at all; but every account has an INBOX (MailKit #1957).
      const nothing = isInboxAlone(options) && !ran.data.some(({ type }) => type === 'list');
      if (next === undefined || (!refused && !nothing)) return listed(ran);
      if (refused) this.#refused.add(next);
      else for (const each of rich) this.#refused.add(each);
    }
  }

  async lsub({
    reference = '',
    pattern = '*',
    ...options
  }: LsubOptions & CallOptions): Promise<Answer<readonly SubscribedName[]>> {
    const { completed, data } = await this.#source.run(
      { verb: 'LSUB', arguments: [mailbox(reference), mailbox(pattern)] },
      options,
    );
    const found = data.flatMap((entry): readonly SubscribedName[] => {
      if (entry.type !== 'lsub') return [];
      const { name, wire, invalid, delimiter, attributes } = entry.mailbox;
      const above = attributes.some((attribute) => /^\\noselect$/i.test(attribute));
      return [{ name, wire, ...(invalid && { invalid }), delimiter, subscribed: above ? 'below' : 'itself' }];
    });
    return answer(completed, found);
  }

  #can(each: Richness, { status = [] }: ListOptions): boolean {
    if (this.#refused.has(each)) return false;
    const offers = (name: string): boolean => this.#source.offers(name) || this.#source.offers('IMAP4REV2');
    switch (each) {
      case 'status':
        return status.length > 0 && offers('LIST-STATUS');
      case 'special-use':
        return this.#source.offers('SPECIAL-USE');
      case 'extended':
        return offers('LIST-EXTENDED');
    }
  }

  /** What the extended form would select, by the means of RFC 3501. */
  async #selectedPlainly(options: ListOptions & CallOptions): Promise<Answer<readonly Listed[]>> {
    const { only = [], reference, patterns = ['*'], ...rest } = options;
    const [pattern, ...more] = patterns;
    if (only.includes('REMOTE') || only.includes('RECURSIVEMATCH') || more.length > 0)
      throw new UsageError(`${only.join(' ')} needs LIST-EXTENDED`, 'RFC 5258 §3', 'argument-refused');
    const all = await this.list({ ...rest, patterns, ...(reference === undefined ? {} : { reference }) });
    if (!all.ok) return all;
    const wanted = only.includes('SPECIAL-USE')
      ? all.value.filter(({ specialUses }) => specialUses.length > 0)
      : all.value;
    if (!only.includes('SUBSCRIBED')) return { ...all, value: wanted };
    const names = await this.lsub({
      ...rest,
      ...(pattern === undefined ? {} : { pattern }),
      ...(reference === undefined ? {} : { reference }),
    });
    if (!names.ok) return { ok: false, reply: names.reply };
    const subscribed = new Set(
      names.value.flatMap(({ name, subscribed: what }) => (what === 'itself' ? [name] : [])),
    );
    return {
      ...all,
      value: wanted.filter(({ name }) => subscribed.has(name)).map((each) => ({ ...each, subscribed: true })),
    };
  }
}

/** RFC 5258 §3.1: it says how to look for something else. */
function checkSelection(only: readonly string[]): void {
  if (only.includes('RECURSIVEMATCH') && only.every((word) => word === 'RECURSIVEMATCH' || word === 'REMOTE'))
    throw new UsageError('RECURSIVEMATCH needs something to match', 'RFC 5258 §3.1', 'argument-refused');
}

/**
 * The arguments of LIST, as rich as the server understands. Dovecot returns only what RETURN names, so everything useful is named.
 */
function listArguments(options: ListOptions, rich: ReadonlySet<Richness>): readonly Argument[] {
  const { reference = '', patterns = ['*'], only = [], status = [] } = options;
  const extended = rich.has('extended');
  const list: Argument[] = [];
  if (only.length > 0) list.push({ type: 'list', items: only.map(atom) });
  list.push(mailbox(reference));
  const names = patterns.map(mailbox);
  const [first] = names;
  if (names.length === 1 && first) list.push(first);
  else if (extended) list.push({ type: 'list', items: names });
  else throw new UsageError('several patterns need LIST-EXTENDED', 'RFC 5258 §3', 'argument-refused');
  const returned: Argument[] = extended ? [atom('CHILDREN'), atom('SUBSCRIBED')] : [];
  if (rich.has('special-use')) returned.push(atom('SPECIAL-USE'));
  if (rich.has('status'))
    returned.push(atom('STATUS'), { type: 'list', items: status.map((item) => atom(statusWord(item))) });
  if (returned.length > 0) list.push(atom('RETURN'), { type: 'list', items: returned });
  return list;
}

function mailbox(name: string): Argument {
  return { type: 'mailbox', name };
}

function isInboxAlone({ reference = '', patterns = [], only = [] }: ListOptions): boolean {
  return reference === '' && only.length === 0 && patterns.length === 1 && /^inbox$/i.test(patterns[0] ?? '');
}

/** Mailboxes with the status that came for each. */
function listed({ completed, data }: Ran): Answer<readonly Listed[]> {
  const states = new Map(
    data.flatMap((entry) =>
      entry.type === 'mailbox-status' ? [[entry.status.mailbox.name, entry.status] as const] : [],
    ),
  );
  return answer(
    completed,
    data.flatMap((entry): readonly Listed[] =>
      entry.type === 'list' ? [{ ...entry.mailbox, status: states.get(entry.mailbox.name) }] : [],
    ),
  );
}
