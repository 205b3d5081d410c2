/** One element of DER: its tag, its content, and where the next one begins. */
interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly next: number;
}

/**
 * Reads the element at an offset; `undefined` where the bytes are none. Only what channel binding needs of DER (X.690 §8.1):
 * tags of one octet, definite lengths.
 */
function element(bytes: Uint8Array, at: number): Element | undefined {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined || first === undefined) return undefined;
  let length = first;
  let start = at + 2;
  if (first >= 0x80) {
    const octets = first & 0x7f;
    if (octets === 0 || octets > 4) return undefined;
    length = 0;
    for (const octet of bytes.subarray(start, start + octets)) length = length * 256 + octet;
    start += octets;
  }
  const next = start + length;
  return next > bytes.length ? undefined : { tag, content: bytes.subarray(start, next), next };
}

/** The elements in a content, as far as they can be read. */
export function elements(bytes: Uint8Array): readonly Element[] {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length;) {
    const one = element(bytes, at);
    if (!one) break;
    found.push(one);
    at = one.next;
  }
  return found;
}

/** The content of the element that fills the end of `bytes`, whatever header stands before it. */
export function lastSequence(bytes: Uint8Array, longestHeader: number): Uint8Array | undefined {
  for (let at = 0; at < Math.min(longestHeader, bytes.length); at += 1) {
    const one = bytes[at] === 0x30 ? element(bytes, at) : undefined;
    if (one?.next === bytes.length) return one.content;
  }
  return undefined;
}
