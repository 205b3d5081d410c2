import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { openContent } from './source.ts';
import type { ChunkReader } from './source.ts';

function reader(stream: Readable): ChunkReader {
  const opened = openContent(stream);
  if (opened.type !== 'stream') throw new Error('a stream was given');
  return opened.reader;
}

describe('a stream of Node as content', () => {
  it('is handed on in its own chunks, uncopied', async () => {
    const chunks = [Buffer.alloc(50_000, 1), Buffer.alloc(50_000, 2), Buffer.alloc(3, 3)];
    const from = reader(Readable.from(chunks, { objectMode: false }));
    const seen: (Uint8Array | undefined)[] = [];
    for (let at = 0; at < 4; at += 1) seen.push(await from.next());
    expect(seen[0]?.buffer).toBe(chunks[0]?.buffer);
    expect(seen.map((chunk) => chunk?.length)).toEqual([50_000, 50_000, 3, undefined]);
    expect(await from.next()).toBeUndefined();
  });

  it('is not read on while nobody asks', async () => {
    let made = 0;
    const stream = new Readable({
      highWaterMark: 1,
      read() {
        made += 1;
        this.push(made > 100 ? null : Buffer.from([made]));
      },
    });
    const from = reader(stream);
    expect(made).toBe(0);
    expect(await from.next()).toEqual(Buffer.from([1]));
    await new Promise(setImmediate);
    expect(made).toBeLessThan(5);
    let read = 1;
    while (await from.next()) read += 1;
    expect(read).toBe(100);
  });

  it('that fails rejects with its own error, after what came before', async () => {
    const stream = new PassThrough();
    const from = reader(stream);
    stream.write('abc');
    expect(await from.next()).toEqual(Buffer.from('abc'));
    const next = from.next();
    const failure = new Error('the disk is gone');
    stream.destroy(failure);
    await expect(next).rejects.toBe(failure);
    expect(await from.next()).toBeUndefined();
  });

  it('that had failed, ended or been destroyed before it was read says so at once', async () => {
    const failed = new PassThrough().on('error', () => undefined);
    const failure = new Error('no such file');
    failed.destroy(failure);
    await expect(reader(failed).next()).rejects.toBe(failure);

    const ended = new PassThrough();
    ended.end().resume();
    await once(ended, 'end');
    expect(await reader(ended).next()).toBeUndefined();

    const destroyed = new PassThrough().destroy();
    await once(destroyed, 'close');
    await expect(reader(destroyed).next()).rejects.toThrow('closed before its end');
  });

  it('that is closed in the middle is no content that ended', async () => {
    const stream = new PassThrough();
    const from = reader(stream);
    const next = from.next();
    stream.destroy();
    await expect(next).rejects.toThrow('closed before its end');
  });

  it('is destroyed when it is let go of, read or not, and its late error harms nobody', async () => {
    const unread = new PassThrough();
    reader(unread).close();
    expect(unread.destroyed).toBe(true);
    unread.emit('error', new Error('late'));

    const begun = new PassThrough();
    const from = reader(begun);
    const next = from.next();
    from.close();
    expect(await next).toBeUndefined();
    expect(begun.destroyed).toBe(true);
    begun.emit('error', new Error('late'));
  });
});
