/**
 * What tests of protocol code stand on: a virtual clock, networks without sockets, peers that follow a script, transcripts in
 * RFC notation, and the conformance suite that every network runs. None of it imports a test framework.
 *
 * @packageDocumentation
 */
export { countWork } from './count-work.ts';
export { networkConformance } from './conformance/index.ts';
export type { NetworkUnderTest, TestFramework } from './conformance/index.ts';
export { fragileConnection } from './fragile.ts';
export type { Fragility } from './fragile.ts';
export { memoryNetwork } from './memory.ts';
export { connectedTo, scriptedPeer, testTlsOffer, testTlsRequest } from './peers.ts';
export type { ScriptedPeer } from './peers.ts';
export { playMachine, translatedMachine, writtenText } from './playing.ts';
export type { Happening } from './playing.ts';
export { simulatedNetwork } from './simulated.ts';
export type { SimulatedNetwork, SimulatedNetworkOptions } from './simulated.ts';
export {
  parseTranscript,
  replayEveryCut,
  replayTranscript,
  testTlsInfo,
  TranscriptMismatch,
} from './transcript.ts';
export type { Cut, ReplayOptions, Transcript, TranscriptStep } from './transcript.ts';
export { virtualClock } from './virtual-clock.ts';
export type { VirtualClock } from './virtual-clock.ts';
export { seededRandom, SYN_TIMES } from './weather.ts';
export type { Path, Weather } from './weather.ts';
