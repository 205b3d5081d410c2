import * as fc from 'fast-check';
import { concatBytes } from '../src/index.ts';
import type { Machine, Output } from '../src/index.ts';
import type { Happening } from '../src/testing/index.ts';

const rest: fc.Arbitrary<Happening<never>> = fc.constantFrom(
  { type: 'tls' },
  { type: 'end' },
  { type: 'tick' },
);

/** Whatever can happen to a client: bytes of its server, groups of commands, a handshake, the end, time. */
export function clientHappenings<C>(
  bytes: fc.Arbitrary<Uint8Array>,
  command: fc.Arbitrary<C>,
): fc.Arbitrary<readonly Happening<C>[]> {
  const group = fc.array(command, { minLength: 1, maxLength: 3 });
  const happening = fc.oneof(
    { weight: 6, arbitrary: bytes.map((each) => ({ type: 'bytes', bytes: each }) as const) },
    { weight: 3, arbitrary: group.map((commands) => ({ type: 'send', commands }) as const) },
    { weight: 1, arbitrary: rest },
  );
  return fc.array(happening, { maxLength: 30 });
}

/** Whatever can happen to a server. */
export function serverHappenings(bytes: fc.Arbitrary<Uint8Array>): fc.Arbitrary<readonly Happening<never>[]> {
  const happening = fc.oneof(
    { weight: 8, arbitrary: bytes.map((each) => ({ type: 'bytes', bytes: each }) as const) },
    { weight: 1, arbitrary: rest },
  );
  return fc.array(happening, { maxLength: 30 });
}

/** Some bytes, and the same in random pieces. */
export function wholeAndCut(
  bytes: fc.Arbitrary<Uint8Array>,
): fc.Arbitrary<{ readonly whole: Uint8Array; readonly pieces: readonly Uint8Array[] }> {
  const sizes = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1 });
  return fc.tuple(fc.array(bytes, { maxLength: 12 }), sizes).map(([parts, drawn]) => {
    const whole = concatBytes(parts);
    const pieces: Uint8Array[] = [];
    for (let at = 0, turn = 0; at < whole.length; turn += 1) {
      const end = at + (drawn[turn % drawn.length] ?? 1);
      pieces.push(whole.subarray(at, end));
      at = end;
    }
    return { whole, pieces };
  });
}

/** What a client tells of chunks; it asks once, as soon as it may. Of the end only the reason: the evidence is what had come by then. */
export function toldOf<C, E>(machine: Machine<C, E>, chunks: readonly Uint8Array[], asks: C): unknown {
  machine.start(0);
  const outputs: Output<E>[] = [];
  let asked = false;
  for (const chunk of chunks) {
    const lent = Uint8Array.from(chunk);
    outputs.push(...machine.receive(lent, 0));
    // The bytes were only lent: a machine that kept them now holds rubbish.
    lent.fill(0xaa);
    if (asked || machine.state.name !== 'ready') continue;
    asked = true;
    outputs.push(...machine.send(asks, 0));
  }
  return outputs.map((output) =>
    output.type === 'end' ? { type: 'end', reason: output.fault?.reason } : output,
  );
}
