/** Offers as text: a line of JSON each, `{"peer":"mx1.example.org 25","at":1767225600000}`. A file may hold anything, so each is checked. */
import type { EpochMilliseconds } from '../wall-clock.ts';

/** RFC 1035 §2.3.4: no name is longer; behind it stands the port. */
const PEER = /^[!-~]{1,255} \d{1,5}$/;

/** Writes offers down. */
export function offersAsText(kept: ReadonlyMap<string, EpochMilliseconds>): string {
  return [...kept].map(([peer, at]) => `${JSON.stringify({ peer, at })}\n`).join('');
}

/** Reads offers, at most `maxEntries` of them. Never throws: what is no offer is none. */
export function offersOfText(text: string, maxEntries: number): Map<string, EpochMilliseconds> {
  const kept = new Map<string, EpochMilliseconds>();
  for (const line of text.split('\n')) {
    if (kept.size >= maxEntries) break;
    const offer = offerOfLine(line);
    if (offer) kept.set(...offer);
  }
  return kept;
}

function offerOfLine(line: string): [string, EpochMilliseconds] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('peer' in value) || !('at' in value)) return undefined;
  const { peer, at } = value;
  if (typeof peer !== 'string' || !PEER.test(peer)) return undefined;
  return typeof at === 'number' && Number.isFinite(at) ? [peer, at] : undefined;
}
