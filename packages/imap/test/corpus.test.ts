import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { utf8 } from '@postern/wire';
import { describe, expect, test } from 'vitest';
import { parseResponse, replyLimits } from '../src/index.ts';
import type { BodyStructure, FetchData, Parameters, ParseOptions } from '../src/index.ts';
import { ResponseReader } from '../src/parse/reply.ts';

/** One response of the corpus, as octets in a latin1 string, and what it says. */
const corpus = readFileSync(join(import.meta.dirname, 'corpus.txt'), 'utf8')
  .split('\n\n')
  .slice(1)
  .map((paragraph) => {
    const [title = '', wire = '', expected = ''] = paragraph.split('\n');
    return {
      name: title.slice(2),
      bytes: utf8(wire.replaceAll('⏎', '\r\n')),
      expected: JSON.parse(expected) as unknown,
    };
  });

/** What was read, in the corpus's words. */
function told(message: FetchData): unknown {
  return clean({
    seq: message.seq,
    UID: message.uid,
    FLAGS: message.flags,
    'RFC822.SIZE': message.size,
    MODSEQ: message.modSequence,
    ENVELOPE: message.envelope,
    BODY: message.body && body(message.body),
    BODYSTRUCTURE: message.bodyStructure && body(message.bodyStructure),
  });
}

function body(value: BodyStructure): unknown {
  const params = (map: Parameters | undefined): unknown => map && Object.fromEntries(map);
  const { disposition } = value;
  return {
    ...value,
    params: params(value.params),
    disposition: disposition && { type: disposition.type, params: params(disposition.params) },
    parts: value.parts?.map(body),
    body: value.body && body(value.body),
  };
}

const clean = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner)),
  );

/** The message of a response, read in chunks of some sizes. */
function read(bytes: Uint8Array, sizes: () => number, options: Partial<ParseOptions>): FetchData {
  const reader = new ResponseReader(replyLimits);
  for (let at = 0; at < bytes.length;) {
    const size = sizes();
    const lent = bytes.slice(at, at + size);
    at += size;
    reader.push(lent);
    const item = reader.next(false);
    if (item?.type === 'response') {
      const response = parseResponse(item.text, options);
      if (response.type !== 'untagged' || response.data.type !== 'fetch' || response.tolerated)
        throw new Error(JSON.stringify(response));
      return response.data.message;
    }
    lent.fill(0xaa);
  }
  throw new Error('no response');
}

describe.each(['no', 'checked', 'unchecked'] as const)('lazy: %s', (lazy) => {
  test.each(corpus)('$name', ({ bytes, expected }) => {
    let seed = 1;
    const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) % 9;
    for (const sizes of [() => bytes.length, () => 1, () => 7, () => 1 + random()]) {
      expect(told(read(bytes, sizes, { lazy, strict: true }))).toEqual(expected);
    }
  });
});
