import type { Endpoint, Milliseconds } from '@postern/wire';
import type { Moment, Remembered } from './memory.ts';

/** A line is about 150 characters; a longer one is no entry, whatever it holds. */
const LONGEST_LINE = 1000;

/** Of the name of a network. */
export const LONGEST_NETWORK = 100;

/** The clocks of two machines that share a file may differ by so much. */
export const SKEW: Milliseconds = 60_000;

/** One entry as one line of JSON, times as milliseconds since 1970. */
export function formatLine(entry: Remembered, { now, unixTime }: Moment, network: string): string {
  const wall = (at: number): number => Math.round(at - now + unixTime);
  return JSON.stringify({
    address: entry.endpoint.address,
    port: entry.endpoint.port,
    since: wall(entry.since),
    seen: wall(entry.seen),
    until: wall(entry.until),
    observations: entry.observations,
    syns: entry.syns,
    ...(network === '' ? {} : { network }),
  });
}

/** Reads one line; a text is the reason why it is refused. The file may be anybody's. */
export function parseLine(
  line: string,
  { now, unixTime }: Moment,
  longest: Milliseconds,
  network: string,
): Remembered | string {
  const entry = readEntry(line, network);
  if (typeof entry === 'string') return entry;
  const { endpoint, since, seen, until, observations, syns } = entry;
  if (!isWhole(since) || !isWhole(seen) || !isWhole(until)) return 'since, seen and until are not times';
  if (!isWhole(observations) || observations < 1) return 'observations is not a count';
  if (!isWhole(syns) || syns < 2) return 'syns is not a count of at least 2';
  if (since > seen || seen > until) return 'since, seen and until are out of order';
  if (seen > unixTime + SKEW) return 'seen in the future';
  if (until <= unixTime) return 'expired';
  const instant = (at: number): number => at - unixTime + now;
  return {
    endpoint,
    since: instant(since),
    seen: Math.min(instant(seen), now),
    until: Math.min(instant(until), now + longest),
    observations,
    syns,
  };
}

/** What a line says, and about which port; all but that is yet to be looked at. A text is the reason why it is refused. */
export function readEntry(
  line: string,
  network: string,
): (Readonly<Record<string, unknown>> & { readonly endpoint: Endpoint }) | string {
  if (line.length > LONGEST_LINE) return `longer than ${LONGEST_LINE} characters`;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return 'not JSON';
  }
  if (typeof value !== 'object' || value === null) return 'not an object';
  const entry = value as Readonly<Record<string, unknown>>;
  const { address, port, network: from = '' } = entry;
  if (typeof address !== 'string' || !looksLikeAddress(address)) return 'address is not an IP literal';
  if (from !== network) return 'seen from another network';
  if (!isWhole(port) || port < 1 || port > 65_535) return 'port is not a port';
  return { ...entry, endpoint: { address, port } };
}

export function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** Only what an address can consist of; whether it is one is for the network to say. */
function looksLikeAddress(text: string): boolean {
  return /^[0-9a-f.:]{2,45}(?:%[\w.-]{1,20})?$/i.test(text);
}
