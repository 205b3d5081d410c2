import type { Milliseconds } from '@postern/wire';
import { isWhole, readEntry, SKEW } from './lines.ts';
import type { Moment, Observation } from './memory.ts';

/** That a port answered or was silent, once. */
export type Sighting = Pick<Observation, 'endpoint' | 'at'> & { readonly type: 'answered' | 'silent' };

/** One sighting as one line of JSON, its time as milliseconds since 1970. */
export function formatSeen(
  { type, endpoint, at }: Sighting,
  { now, unixTime }: Moment,
  network: string,
): string {
  const { address, port } = endpoint;
  const seen = Math.round(at - now + unixTime);
  return JSON.stringify({ type, address, port, seen, ...(network === '' ? {} : { network }) });
}

/** Reads one line; a text is the reason why it is refused. The file may be anybody's. */
export function parseSeen(
  line: string,
  { now, unixTime }: Moment,
  oldest: Milliseconds,
  network: string,
): Sighting | string {
  const entry = readEntry(line, network);
  if (typeof entry === 'string') return entry;
  const { endpoint, type, seen } = entry;
  if (type !== 'answered' && type !== 'silent') return 'type is not answered or silent';
  if (!isWhole(seen)) return 'seen is not a time';
  if (seen > unixTime + SKEW) return 'seen in the future';
  if (seen < unixTime - oldest) return 'expired';
  return { type, endpoint, at: Math.min(seen - unixTime + now, now) };
}
