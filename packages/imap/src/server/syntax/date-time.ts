import { BadSyntax } from './cursor.ts';
import type { Cursor } from './cursor.ts';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

// `Date` only computes here; nothing reads the time of the machine.
// oxlint-disable no-restricted-globals

/** Days since 1970, or `undefined` for a day that no calendar has. */
function dayNumber(year: number, monthName: string, day: number): number | undefined {
  const month = months.findIndex((name) => name.toLowerCase() === monthName.toLowerCase());
  const time = Date.UTC(year, month, day);
  return month >= 0 && new Date(time).getUTCDate() === day ? time / 86_400_000 : undefined;
}

const date = /"?(\d{1,2})-([A-Za-z]{3})-(\d{4})"?/y;

/** A day of SEARCH (RFC 9051 §9 date), in days since 1970. */
export function readDay(cursor: Cursor): number {
  const [whole = '', day, month = '', year] = cursor.match(date) ?? [];
  const number = dayNumber(Number(year), month, Number(day));
  if (number === undefined || whole.startsWith('"') !== whole.endsWith('"'))
    throw new BadSyntax('a date is wrong');
  return number;
}

const dateTime = /"( \d|\d\d)-([A-Za-z]{3})-(\d{4}) ([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60) ([+-]\d{4})"/y;

/** A time of APPEND (RFC 9051 §9 date-time), as it came and without its quotes. */
export function readDateTime(cursor: Cursor): string {
  const [whole, day, month = '', year] = cursor.match(dateTime) ?? [];
  if (whole === undefined || dayNumber(Number(year), month, Number(day)) === undefined)
    throw new BadSyntax('a date is wrong');
  return whole.slice(1, -1);
}

/** The day of a date-time in days since 1970, its time and zone left aside, as SEARCH wants it (RFC 9051 §6.4.4). */
export function dayOf(text: string): number | undefined {
  const [, day, month = '', year] = /(\d{1,2})[- ]([A-Za-z]{3})[- ](\d{4})/.exec(text) ?? [];
  return day === undefined ? undefined : dayNumber(Number(year), month, Number(day));
}

/** A time in milliseconds since 1970 as INTERNALDATE, in UTC. */
export function dateTimeText(time: number): string {
  const [, day = '', month = '', year = '', clock = ''] = new Date(time).toUTCString().split(' ');
  return `${day}-${month}-${year} ${clock} +0000`;
}
