import { Readable } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import { concatBytes, isUsageError, utf8 } from '@postern/wire';
import { expect, test } from 'vitest';
import { gather, mendLines, openContent, primed, readPieces } from './source.ts';
import type { ChunkReader, ContentOnce } from './source.ts';

async function all(reader: ChunkReader): Promise<string> {
  const parts: Uint8Array[] = [];
  for (let chunk = await reader.next(); chunk; chunk = await reader.next()) parts.push(chunk);
  return new TextDecoder().decode(concatBytes(parts));
}

async function read(content: ContentOnce): Promise<string> {
  const opened = openContent(content);
  return opened.type === 'whole' ? new TextDecoder().decode(opened.bytes) : all(opened.reader);
}

async function* chunks(...parts: readonly (string | Uint8Array)[]): AsyncGenerator<string | Uint8Array> {
  yield* parts;
}

test('SMTP-056 content may be a text, bytes, an iterable, a generator, a Node stream or a Web stream', async () => {
  for (const content of [
    'grüße',
    utf8('grüße'),
    [utf8('grü'), utf8('ße')],
    chunks('grü', utf8(''), '', 'ße'),
    Readable.from([Buffer.from('grü'), Buffer.from('ße')]),
    ReadableStream.from([utf8('grü'), utf8('ße')]),
    // Where streams are no async iterables, their reader is used.
    { getReader: () => ReadableStream.from(['grüße']).getReader() },
  ]) {
    expect(await read(content)).toBe('grüße');
  }
});

test('a surrogate pair that chunks cut in two stays whole', async () => {
  expect(await read(chunks('a\ud83d', '\ude00b'))).toBe('a😀b');
  expect(await read(chunks('a\ud83d'))).toBe('a\ufffd');
});

test('what is no content is refused', async () => {
  for (const bad of [7, undefined, {}, null]) {
    expect(() => openContent(bad as never)).toThrow(expect.toSatisfy(isUsageError));
  }
  await expect(read(chunks(7 as never))).rejects.toSatisfy(isUsageError);
});

test('a source that is let go of is told so, once', async () => {
  let returned = 0;
  const source = {
    [Symbol.asyncIterator]: () => ({
      next: async () => ({ value: 'x' }),
      return: async () => {
        returned += 1;
        throw new Error('nobody hears this');
      },
    }),
  };
  const opened = openContent(source as AsyncIterable<string>);
  expect(opened.type).toBe('stream');
  const reader = opened.type === 'stream' ? await primed(opened.reader) : readPieces(utf8(''));
  await reader.next();
  reader.close();
  reader.close();
  expect(await reader.next()).toBeUndefined();
  expect(returned).toBe(1);
});

test('SMTP-085 line ends are completed for chunks too, whatever cuts them', async () => {
  const opened = openContent(['a\r', '\nb\n', '.c', '\r'].values());
  const reader = opened.type === 'stream' ? opened.reader : readPieces(utf8(''));
  expect(await all(mendLines(reader))).toBe('a\r\nb\r\n.c\r\n');
});

test('small chunks are gathered, large ones passed on', async () => {
  const opened = openContent(['ab', 'cd', 'ef', 'g'.repeat(10), 'h'].values());
  const reader = gather(opened.type === 'stream' ? opened.reader : readPieces(utf8('')), 4);
  const seen: string[] = [];
  for (let chunk = await reader.next(); chunk; chunk = await reader.next())
    seen.push(new TextDecoder().decode(chunk));
  expect(seen).toEqual(['abcd', 'efgggggggggg', 'h']);
});
