/**
 * Bytes and text. Portable first; where the runtime has Node's `Buffer`, its native loops are used, because they are up
 * to ten times faster than anything that can be written in JavaScript.
 */
interface NativeBufferConstructor {
  readonly prototype: {
    latin1Slice(this: Uint8Array, start: number, end: number): string;
    indexOf(this: Uint8Array, value: number, from: number): number;
  };
}
const native = (globalThis as unknown as { Buffer?: NativeBufferConstructor }).Buffer;

const utf8Strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const utf8Encoder = new TextEncoder();

/** One character per byte, code points 0 to 255: no byte is lost, offsets stay the same. */
export function latin1(bytes: Uint8Array): string {
  // It takes any byte array; a view of its own for each text would cost more than the text.
  if (native) return native.prototype.latin1Slice.call(bytes, 0, bytes.length);
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return text;
}

/** Where a byte is next, from a place on; -1 where it is no more. */
export function indexOfByte(bytes: Uint8Array, byte: number, from: number): number {
  // On a plain array the method of the same name is ten times slower.
  return native ? native.prototype.indexOf.call(bytes, byte, from) : bytes.indexOf(byte, from);
}

/** Text of a peer: UTF-8 where it is valid, else one character per byte. Never throws, loses nothing. */
export function peerText(bytes: Uint8Array): string {
  const text = latin1(bytes);
  if (/^[\0-\x7f]*$/.test(text)) return text;
  try {
    return utf8Strict.decode(bytes);
  } catch {
    return text;
  }
}

/** UTF-8 bytes of a text. */
export function utf8(text: string): Uint8Array {
  return utf8Encoder.encode(text);
}

/** A copy of at most `limit` bytes, for evidence. Default 512: enough to recognise any protocol, never a memory hole. */
export function sample(bytes: Uint8Array, limit = 512): Uint8Array {
  return Uint8Array.prototype.slice.call(bytes, 0, limit);
}

/** Several byte arrays as one. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const only = parts[0];
  if (parts.length === 1 && only) return only;
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
