import type { Milliseconds } from '@postern/wire';
import { isWhole, LONGEST_LINE, looksLikeAddress, SKEW } from './lines.ts';
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
  if (line.length > LONGEST_LINE) return `longer than ${LONGEST_LINE} characters`;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return 'not JSON';
  }
  if (typeof value !== 'object' || value === null) return 'not an object';
  const { type, address, port, seen, network: from = '' } = value as Readonly<Record<string, unknown>>;
  if (type !== 'answered' && type !== 'silent') return 'type is not answered or silent';
  if (typeof address !== 'string' || !looksLikeAddress(address)) return 'address is not an IP literal';
  if (from !== network) return 'seen from another network';
  if (!isWhole(port) || port < 1 || port > 65_535) return 'port is not a port';
  if (!isWhole(seen)) return 'seen is not a time';
  if (seen > unixTime + SKEW) return 'seen in the future';
  if (seen < unixTime - oldest) return 'expired';
  return { type, endpoint: { address, port }, at: Math.min(seen - unixTime + now, now) };
}
