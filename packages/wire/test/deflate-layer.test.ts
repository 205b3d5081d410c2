import { randomBytes } from 'node:crypto';
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { concatBytes, converse, isWireError, latin1, sample, utf8 } from '@postern/wire';
import type { Layer, Machine } from '@postern/wire';
import { deflateLayer } from '@postern/wire/node';
import { memoryNetwork, virtualClock } from '@postern/wire/testing';
import { array, assert, asyncProperty, nat, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toyMachine } from './toy-machine.ts';

const endpoint = { address: '192.0.2.1', port: 4000 };

/** A layer over bytes that are here, and what it writes; each read from below gives one of them. */
function over(behind: Uint8Array, ...pieces: readonly Uint8Array[]) {
  const written: Uint8Array[] = [];
  let reads = 0;
  const layer = deflateLayer()(
    {
      endpoint,
      read: () => {
        reads += 1;
        return Promise.resolve(pieces[reads - 1]?.slice());
      },
      write: (bytes) => {
        written.push(sample(bytes, Infinity));
        return Promise.resolve();
      },
    },
    behind,
  );
  return { layer, written, reads: () => reads };
}

async function all(layer: Layer): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (let bytes = await layer.read(); bytes; bytes = await layer.read()) parts.push(sample(bytes, Infinity));
  return concatBytes(parts);
}

const flushed = (bytes: Uint8Array): Uint8Array =>
  deflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });

describe('a deflate layer', () => {
  test('reads what was compressed, however it is cut, and begins with what had come before', async () => {
    await assert(
      asyncProperty(
        array(uint8Array({ maxLength: 3000 }), { maxLength: 5 }),
        array(nat({ max: 4000 }), { maxLength: 6 }),
        async (texts, cuts) => {
          const { layer: writer, written } = over(new Uint8Array(0));
          for (const text of texts) await writer.write(text);
          const whole = concatBytes([new Uint8Array(0), ...written]);
          const places = [0, ...cuts.map((cut) => Math.min(cut, whole.length)), whole.length].toSorted(
            (a, b) => a - b,
          );
          const pieces = places.slice(1).map((to, index) => whole.subarray(places[index], to));
          const [behind = new Uint8Array(0), ...rest] = pieces;
          const { layer } = over(behind, ...rest.filter((piece) => piece.length > 0));
          expect(latin1(await all(layer))).toBe(latin1(concatBytes([new Uint8Array(0), ...texts])));
        },
      ),
      { numRuns: 100 },
    );
  });

  test('flushes all that was written in one turn together, so that the peer can use it', async () => {
    const { layer, written } = over(new Uint8Array(0));
    const writes = [layer.write(utf8('a1 NOOP\r\n')), layer.write(utf8('a2 NOOP\r\n'))];
    await Promise.all(writes);
    const seen = inflateRawSync(concatBytes(written), { finishFlush: constants.Z_SYNC_FLUSH });
    expect(latin1(seen)).toBe('a1 NOOP\r\na2 NOOP\r\n');
    // One flush, one empty block at its end.
    expect(latin1(concatBytes(written)).split('\x00\x00\xff\xff')).toHaveLength(2);
  });

  test('inflates only as fast as it is read', async () => {
    const bomb = flushed(new Uint8Array(100_000_000));
    expect(bomb.length).toBeLessThan(100_000);
    const { layer, reads } = over(new Uint8Array(0), bomb, utf8('never'));
    let sum = 0;
    for (let count = 0; count < 50; count += 1) {
      const bytes = await layer.read();
      expect(bytes?.length).toBeLessThanOrEqual(131_072);
      sum += bytes?.length ?? 0;
    }
    expect(sum).toBeGreaterThan(1_000_000);
    expect(reads()).toBe(1);
    await layer.close();
  });

  test('says what is no DEFLATE, and lets other faults pass', async () => {
    const { layer } = over(new Uint8Array(0), utf8('a1 OK not compressed\r\n'));
    const error = await layer.read().catch((reason: unknown) => reason);
    expect(isWireError(error) && error.fault).toMatchObject({
      kind: 'peer',
      reason: 'protocol-error',
      endpoint,
      evidence: { rule: 'RFC 4978 §3', code: 'Z_DATA_ERROR' },
    });
  });

  test('ends with the connection, and where the peer ends the compressed data', async () => {
    const whole = deflateRawSync(utf8('bye'));
    expect(latin1(await all(over(whole, utf8('ignored')).layer))).toBe('bye');
    expect(latin1(await all(over(flushed(utf8('bye'))).layer))).toBe('bye');
    expect(latin1(await all(over(flushed(utf8('bye')).subarray(0, 3)).layer))).toBe('by');
  });

  test('hands on what was written before it closes', async () => {
    const { layer, written } = over(new Uint8Array(0));
    const text = randomBytes(300_000);
    void layer.write(text);
    await layer.close();
    await layer.close();
    const seen = inflateRawSync(concatBytes(written), { finishFlush: constants.Z_SYNC_FLUSH });
    expect(seen.equals(text)).toBe(true);
  });
});

describe('compression in a dialogue', () => {
  /** The toy, which agrees on compression with the line `squeeze`. */
  const squeezing = (): Machine<string, string> => {
    const toy = toyMachine();
    return {
      ...toy,
      send: (command, now) =>
        command === 'squeeze'
          ? [...toy.send(command, now), { type: 'start-compression', behind: new Uint8Array(0) }]
          : toy.send(command, now),
    };
  };

  test('what is written before it is plain, and what is written behind it is not', async () => {
    const network = memoryNetwork();
    const clock = virtualClock();
    const seen: Uint8Array[] = [];
    await network.listen(endpoint, async (server) => {
      for (let bytes = await server.read(); bytes; bytes = await server.read()) {
        seen.push(sample(bytes, Infinity));
        if (seen.length === 1) await server.write(flushed(utf8('hello\n')));
      }
    });
    const dialogue = converse(squeezing(), await network.connect(endpoint), {
      clock,
      compression: deflateLayer(),
    });
    dialogue.send('squeeze');
    dialogue.send('secret');
    expect(await dialogue.next()).toBe('hello');
    await dialogue[Symbol.asyncDispose]();
    const whole = latin1(concatBytes(seen));
    expect(whole.slice(0, 8)).toBe('squeeze\n');
    const rest = Uint8Array.from(whole.slice(8), (character) => character.charCodeAt(0));
    expect(latin1(inflateRawSync(rest, { finishFlush: constants.Z_SYNC_FLUSH }))).toBe('secret\n');
  });

  test('without a layer it is a mistake of ours, and ends the dialogue', async () => {
    const network = memoryNetwork();
    await network.listen(endpoint, async (server) => void (await server.read()));
    const dialogue = converse(squeezing(), await network.connect(endpoint), { clock: virtualClock() });
    dialogue.send('squeeze');
    await expect(dialogue.next()).rejects.toThrow(/no layer was given/);
  });

  test('bytes that are no DEFLATE end it with their own reason', async () => {
    const network = memoryNetwork();
    await network.listen(endpoint, async (server) => {
      await server.read();
      await server.write(utf8('plain text\n'));
      await server.read();
    });
    const dialogue = converse(squeezing(), await network.connect(endpoint), {
      clock: virtualClock(),
      compression: deflateLayer(),
    });
    dialogue.send('squeeze');
    await expect(dialogue.next()).rejects.toMatchObject({ code: 'protocol-error' });
  });
});
