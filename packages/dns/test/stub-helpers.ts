import { isWireError } from '@postern/wire';
import type { Fault } from '@postern/wire';
import type { VirtualClock } from '@postern/wire/testing';
import { parseMessage } from '../src/message.ts';
import type { Message } from '../src/message.ts';

/** A message that must be readable. */
export function decoded(bytes: Uint8Array): Message {
  const parsed = parseMessage(bytes);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.message;
}
/** The query without its OPT record, which is its last 11 octets. */
export function withoutOpt(bytes: Uint8Array): Uint8Array {
  const cut = Uint8Array.from(bytes.subarray(0, -11));
  cut[11] = 0;
  return cut;
}

/** The fault a look-up ends with, in virtual time. */
export async function faultOf(clock: VirtualClock, answer: Promise<unknown>): Promise<Fault> {
  const error: unknown = await clock.run(answer).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isWireError(error)) throw new Error(`no fault: ${String(error)}`);
  return error.fault;
}
