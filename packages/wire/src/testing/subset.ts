import { latin1 } from '../bytes.ts';

/** A value as plain JSON data: bytes as latin1 text, maps as objects, sets as arrays, bigints as text. */
export function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return latin1(value);
  if (value instanceof Map) {
    return Object.fromEntries([...value].map(([key, entry]) => [String(key), plain(entry)]));
  }
  if (value instanceof Set) return [...value].map(plain);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, entry]) => entry !== undefined)
        .map(([key, entry]) => [key, plain(entry)]),
    );
  }
  return value;
}

/** Whether `actual` holds everything that `expected` says: objects may have more, arrays may not. `null` means absent. */
export function matches(actual: unknown, expected: unknown): boolean {
  if (expected === null) return actual === undefined || actual === null;
  if (Array.isArray(expected)) {
    return (
      Array.isArray(actual) &&
      actual.length === expected.length &&
      expected.every((entry, index) => matches(actual[index], entry))
    );
  }
  if (typeof expected === 'object') {
    return (
      typeof actual === 'object' &&
      actual !== null &&
      Object.entries(expected).every(([key, entry]) =>
        matches((actual as Record<string, unknown>)[key], entry),
      )
    );
  }
  return actual === expected;
}
