import { decoded } from '../../parse/tokens.ts';
import { readAddresses } from '../message/address.ts';
import { fieldValue } from '../message/header.ts';
import type { HeaderField } from '../message/header.ts';
import { messageHeader } from '../message/message-text.ts';
import type { StoredMessage } from '../store/mail-store.ts';
import { timeOf } from '../syntax/date-time.ts';
import { baseSubject } from './base-subject.ts';
import { collationKey } from './collation.ts';

/** What messages can be sorted by (RFC 5256 §3). */
export const sortKeys = ['ARRIVAL', 'CC', 'DATE', 'FROM', 'SIZE', 'SUBJECT', 'TO'] as const;

/** One of them, from low to high or the other way. */
export interface SortCriterion {
  readonly key: (typeof sortKeys)[number];
  readonly reverse: boolean;
}

type Entry = readonly [index: number, message: StoredMessage];

/** Sorts by the first criterion, among equals by the next, and in the end as they are in the mailbox (RFC 5256 §3). */
export function sortMessages(found: readonly Entry[], criteria: readonly SortCriterion[]): readonly Entry[] {
  // A key that comes again decides nothing.
  const distinct = criteria.filter(({ key }, at) => criteria.findIndex((other) => other.key === key) === at);
  const keyed = found.map((entry) => {
    const [, message] = entry;
    const fields = messageHeader(message.content);
    return { entry, values: distinct.map(({ key }) => valueOf(key, message, fields)) };
  });
  keyed.sort((left, right) => {
    for (const [at, { reverse }] of distinct.entries()) {
      const order = compared(left.values[at], right.values[at]);
      if (order !== 0) return reverse ? -order : order;
    }
    return left.entry[0] - right.entry[0];
  });
  return keyed.map(({ entry }) => entry);
}

/** When a message was sent or, where it does not say, arrived (RFC 5256 §2.2). */
export function sentDate(fields: readonly HeaderField[], internalDate: string): number {
  return timeOf(fieldValue(fields, 'date') ?? '') ?? timeOf(internalDate) ?? 0;
}

function valueOf(
  key: SortCriterion['key'],
  { content, internalDate }: StoredMessage,
  fields: readonly HeaderField[],
): string | number {
  switch (key) {
    case 'ARRIVAL':
      return timeOf(internalDate) ?? 0;
    case 'DATE':
      return sentDate(fields, internalDate);
    case 'SIZE':
      return content.length;
    case 'SUBJECT':
      return collationKey(baseSubject(fieldValue(fields, 'subject') ?? '').text);
    case 'CC':
    case 'FROM':
    case 'TO': {
      // RFC 9051 §7.5.2: where a group comes first, that is its name.
      const [first] = readAddresses(fieldValue(fields, key.toLowerCase()) ?? '');
      return collationKey(decoded(first?.mailbox ?? ''));
    }
  }
}

function compared(left: string | number = '', right: string | number = ''): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
