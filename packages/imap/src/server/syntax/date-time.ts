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

const dateAndTime =
  /^\s*(?:[A-Za-z]+\.?\s*,?\s*)?(\d{1,2})[\s-]+([A-Za-z]{3})[a-z]*[\s-]+(\d{2,4})(?!\d)(?:\s+(\d{1,2}):(\d\d)(?::(\d\d))?)?\s*([+-]\d{4}|[A-Za-z]{1,5})?/;

/** Zones that have a name, in hours (RFC 5322 §4.3). */
const zones: Readonly<Record<string, number>> = {
  EDT: -4,
  EST: -5,
  CDT: -5,
  CST: -6,
  MDT: -6,
  MST: -7,
  PDT: -7,
  PST: -8,
};

/**
 * A date and time of a Date field (RFC 5322 §3.3, §4.3) or an INTERNALDATE in milliseconds since 1970; `undefined` where no day can be read
 * from it. A zone that is none is UTC, a time that is none midnight (RFC 5256 §2.2).
 */
export function timeOf(text: string): number | undefined {
  const [, day = '', month = '', year = '', hour = '', minute = '', second = '0', zone = ''] =
    dateAndTime.exec(text.slice(0, 200).replaceAll(/\([^()]*\)/g, ' ')) ?? [];
  const days = day === '' ? undefined : dayNumber(fullYear(year), month, Number(day));
  if (days === undefined) return undefined;
  return days * 86_400_000 + (secondsOf(hour, minute, second) - zoneMinutes(zone) * 60) * 1000;
}

function secondsOf(...clock: readonly string[]): number {
  const [hours = 0, minutes = 0, seconds = 0] = clock.map(Number);
  return hours < 24 && minutes < 60 && seconds <= 60 ? (hours * 60 + minutes) * 60 + seconds : 0;
}

/** RFC 5322 §4.3: years of two and three digits. */
function fullYear(digits: string): number {
  const year = Number(digits);
  if (digits.length === 2) return year < 50 ? 2000 + year : 1900 + year;
  return digits.length === 3 ? 1900 + year : year;
}

function zoneMinutes(zone: string): number {
  const [, sign, hours = '', minutes = ''] = /^([+-])(\d\d)(\d\d)$/.exec(zone) ?? [];
  if (sign === undefined)
    return 60 * ((Object.hasOwn(zones, zone.toUpperCase()) && zones[zone.toUpperCase()]) || 0);
  if (Number(minutes) >= 60) return 0;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

/** A time in milliseconds since 1970 as INTERNALDATE, in UTC. */
export function dateTimeText(time: number): string {
  const [, day = '', month = '', year = '', clock = ''] = new Date(time).toUTCString().split(' ');
  return `${day}-${month}-${year} ${clock} +0000`;
}
