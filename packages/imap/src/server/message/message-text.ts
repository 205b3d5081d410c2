import { latin1 } from '@postern/wire';
import { readHeader } from './header.ts';
import type { HeaderField } from './header.ts';
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

const LF = 10;
const CR = 13;

/** The header of a message alone: what is in its body costs nothing. */
export function messageHeader(content: Uint8Array): readonly HeaderField[] {
  const known = structures.get(content);
  if (known) return known.fields;
  const text = latin1(content.subarray(0, headerEnd(content)));
  return readHeader(text, 0, text.length).fields;
}

/** Behind the first empty line, or the end. */
function headerEnd(content: Uint8Array): number {
  for (let at = 0; at < content.length;) {
    if (content[at] === LF || (content[at] === CR && content[at + 1] === LF)) return at;
    const found = content.indexOf(LF, at);
    if (found < 0) break;
    at = found + 1;
  }
  return content.length;
}
