import { latin1 } from '@postern/wire';
import { readMime } from './mime.ts';
import type { MimePart } from './mime.ts';

/** Structures are asked for again and again; they live as long as the octets they tell of. */
const structures = new WeakMap<Uint8Array, MimePart>();

/** A message as text, one character per octet, and its structure. */
export function readMessage(content: Uint8Array): { readonly text: string; readonly structure: MimePart } {
  const text = latin1(content);
  const structure = structures.get(content) ?? readMime(text);
  structures.set(content, structure);
  return { text, structure };
}
