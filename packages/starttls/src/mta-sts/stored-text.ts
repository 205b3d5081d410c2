/**
 * Policies as text: a line of JSON each. What stands in a file may be old, cut off or written by somebody else, so each line is
 * checked as strictly as a policy that was fetched, and one that is not right is left out.
 */
import type { StoredPolicy } from './policies.ts';

/** RFC 1035 §2.3.4: no name is longer, so no key is either. */
const MAX_NAME = 255;
/** RFC 8461 §3.2. */
const MAX_AGE = 31_557_600;
/** As many patterns as are read from a policy. */
const MAX_MX = 1000;

/** Writes policies down. */
export function policiesAsText(kept: ReadonlyMap<string, StoredPolicy>): string {
  return [...kept].map(([domain, stored]) => `${JSON.stringify({ domain, ...stored })}\n`).join('');
}

/** Reads policies, at most `maxEntries` of them. Never throws: what is no policy is none. */
export function policiesOfText(text: string, maxEntries: number): Map<string, StoredPolicy> {
  const kept = new Map<string, StoredPolicy>();
  for (const line of text.split('\n')) {
    if (kept.size >= maxEntries) break;
    const read = policyOfLine(line);
    if (read) kept.set(read.domain, read.stored);
  }
  return kept;
}

function policyOfLine(line: string): { readonly domain: string; readonly stored: StoredPolicy } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isObject(value) || !isObject(value['policy'])) return undefined;
  const { domain, id, fetchedAt } = value;
  const { mode, mx, maxAge } = value['policy'];
  if (typeof domain !== 'string' || domain === '' || domain.length > MAX_NAME) return undefined;
  if (id !== undefined && typeof id !== 'string') return undefined;
  if (typeof fetchedAt !== 'number' || !Number.isFinite(fetchedAt)) return undefined;
  if (mode !== 'enforce' && mode !== 'testing' && mode !== 'none') return undefined;
  if (!Array.isArray(mx) || mx.length > MAX_MX || (mx.length === 0 && mode !== 'none')) return undefined;
  if (!mx.every((one): one is string => typeof one === 'string' && one.length <= MAX_NAME)) return undefined;
  if (typeof maxAge !== 'number' || !(maxAge >= 0 && maxAge <= MAX_AGE)) return undefined;
  return { domain, stored: { id, policy: { mode, mx, maxAge }, fetchedAt } };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
