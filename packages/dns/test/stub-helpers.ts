import { isWireError } from '@postern/wire';
import type { Endpoint, Fault } from '@postern/wire';
import { seededRandom, virtualClock } from '@postern/wire/testing';
import type { VirtualClock } from '@postern/wire/testing';
import { parseMessage } from '../src/message.ts';
import type { Message } from '../src/message.ts';
import type { Resolver } from '../src/resolver.ts';
import { stubResolver } from '../src/stub-resolver.ts';
import type { StubResolverOptions } from '../src/stub-resolver.ts';
import { zoneAnswers } from '../src/zone/zone-answers.ts';
import type { ZoneOptions } from '../src/zone/zone-options.ts';
import { sampleZone } from './sample-zone.ts';
import { scriptedNetwork } from './scripted-network.ts';

/** The first and the second server of a test. */
export const one: Endpoint = { address: '192.0.2.53', port: 53 };
export const two: Endpoint = { address: '192.0.2.54', port: 53 };

/** A stub resolver that asks `one`, with a script for what comes back. */
export function scripted(
  answer: Parameters<typeof scriptedNetwork>[0],
  options?: Partial<StubResolverOptions>,
): { clock: VirtualClock; network: ReturnType<typeof scriptedNetwork>; resolver: Resolver } {
  const clock = virtualClock();
  const network = scriptedNetwork(answer);
  const resolver = stubResolver({ network, clock, servers: [one], random: seededRandom(7), ...options });
  return { clock, network, resolver };
}

/** Answers a query as the server of a zone does. */
export function zone(text: string = sampleZone, options?: ZoneOptions): (query: Uint8Array) => Uint8Array {
  const answer = zoneAnswers(text, options);
  return (query) => answer(query, 'datagram') ?? new Uint8Array();
}

/** Puts another RCODE into an answer. */
export function setRcode(bytes: Uint8Array, rcode: number): Uint8Array {
  bytes[3] = ((bytes[3] ?? 0) & 0xf0) | rcode;
  return bytes;
}

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
