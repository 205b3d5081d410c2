import { astringText } from '../message/strings.ts';
import { BadSyntax } from '../syntax/cursor.ts';
import type { Cursor } from '../syntax/cursor.ts';
import { fitsPattern } from '../syntax/mailbox-pattern.ts';
import { ok } from './answer.ts';
import type { Answer, Context } from './answer.ts';
import { readStatusItems, statusLine } from './status.ts';

const selections = ['SUBSCRIBED', 'REMOTE', 'RECURSIVEMATCH', 'SPECIAL-USE'] as const;
const returns = ['SUBSCRIBED', 'CHILDREN', 'SPECIAL-USE', 'STATUS'] as const;

/** LIST with its extensions (RFC 9051 §6.3.9, RFC 5258, RFC 5819, RFC 6154). */
export function list(context: Context, cursor: Cursor): Answer {
  cursor.space();
  const selected = cursor.sees('(') ? readSelection(cursor) : undefined;
  const reference = cursor.astring();
  cursor.space();
  const several = cursor.sees('(');
  const patterns = several ? cursor.list(() => cursor.pattern(), 1) : [cursor.pattern()];
  const asked = cursor.takes(' ') ? readReturns(cursor) : undefined;
  cursor.end();
  // RFC 9051 §6.3.9: an empty pattern asks for the delimiter.
  if (selected === undefined && !several && patterns[0] === '')
    return ok([String.raw`* LIST (\Noselect) "/" ""`]);
  return ok(
    listed(context, {
      patterns: patterns.map((pattern) => reference + pattern),
      selected: new Set(selected),
      returned: new Set(asked?.returned),
      status: asked?.status,
    }),
  );
}

/** LSUB (RFC 3501 §6.3.9). */
export function lsub({ store, naming }: Context, cursor: Cursor): Answer {
  cursor.space();
  const reference = cursor.astring();
  cursor.space();
  const pattern = reference + cursor.pattern();
  cursor.end();
  const found = new Map<string, string>();
  for (const name of store.subscriptions) {
    if (fitsPattern(naming.write(name), pattern)) found.set(name, '');
    else if (pattern.endsWith('%')) {
      // A name above it that fits is told without being subscribed itself.
      for (const above of namesAbove(name))
        if (fitsPattern(naming.write(above), pattern) && !found.has(above))
          found.set(above, String.raw`\Noselect`);
    }
  }
  return ok(
    [...found].map(([name, attributes]) => `* LSUB (${attributes}) "/" ${astringText(naming.write(name))}`),
  );
}

function readSelection(cursor: Cursor): readonly (typeof selections)[number][] {
  const selected = cursor.list(() => cursor.oneOf(selections), 0);
  cursor.space();
  // RFC 9051 §6.3.9.1: it says how to look for something else.
  if (
    selected.includes('RECURSIVEMATCH') &&
    !selected.includes('SUBSCRIBED') &&
    !selected.includes('SPECIAL-USE')
  )
    throw new BadSyntax('RECURSIVEMATCH needs something to look for');
  return selected;
}

interface Returns {
  readonly returned: readonly (typeof returns)[number][];
  readonly status: ReturnType<typeof readStatusItems> | undefined;
}

function readReturns(cursor: Cursor): Returns {
  cursor.oneOf(['RETURN']);
  cursor.space();
  let status: Returns['status'];
  const returned = cursor.list(() => {
    const option = cursor.oneOf(returns);
    if (option === 'STATUS') {
      cursor.space();
      status = readStatusItems(cursor);
    }
    return option;
  }, 0);
  return { returned, status };
}

interface Listing {
  readonly patterns: readonly string[];
  readonly selected: ReadonlySet<(typeof selections)[number]>;
  readonly returned: ReadonlySet<(typeof returns)[number]>;
  readonly status: Returns['status'];
}

function listed(context: Context, { patterns, selected, returned, status }: Listing): readonly string[] {
  const { store, naming } = context;
  const lines: string[] = [];
  const bySubscription = selected.has('SUBSCRIBED');
  const { mailboxes, subscriptions } = store;
  const names = new Set(mailboxes.map(({ name }) => name));
  const parents = new Set(mailboxes.flatMap(({ name }) => namesAbove(name)));
  const subscribedBelow = new Set<string>();
  if (bySubscription) {
    for (const name of subscriptions) {
      names.add(name);
      for (const above of namesAbove(name)) {
        subscribedBelow.add(above);
        if (selected.has('RECURSIVEMATCH')) names.add(above);
      }
    }
  }
  for (const name of names) {
    const shown = naming.write(name);
    if (!patterns.some((pattern) => fitsPattern(shown, pattern))) continue;
    const mailbox = store.find(name);
    const subscribed = subscriptions.has(name);
    const childInfo = selected.has('RECURSIVEMATCH') && subscribedBelow.has(name);
    if (bySubscription && !subscribed && !childInfo) continue;
    if (selected.has('SPECIAL-USE') && !mailbox?.use.length) continue;
    const attributes = [
      ...(mailbox ? [] : [String.raw`\NonExistent`]),
      ...((bySubscription || returned.has('SUBSCRIBED')) && subscribed ? [String.raw`\Subscribed`] : []),
      parents.has(name) ? String.raw`\HasChildren` : String.raw`\HasNoChildren`,
      // RFC 6154 §2: told unasked, too, so that clients without the extension find them.
      ...(mailbox?.use ?? []),
    ];
    const info = childInfo ? ' ("CHILDINFO" ("SUBSCRIBED"))' : '';
    lines.push(`* LIST (${attributes.join(' ')}) "/" ${astringText(shown)}${info}`);
    // RFC 9051 §6.3.9.2: none for what cannot be selected, or is told for what is below it only.
    if (status && mailbox && (!bySubscription || subscribed))
      lines.push(statusLine(mailbox, status, context));
  }
  return lines;
}

/** `a` and `a/b` for `a/b/c`. */
function namesAbove(name: string): readonly string[] {
  const levels = name.split('/').slice(0, -1);
  return levels.map((_, depth) => levels.slice(0, depth + 1).join('/'));
}
