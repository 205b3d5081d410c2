import type { Milliseconds } from '@postern/wire';
import { keptEntries } from '../kept-text.ts';
import type { KeptText } from '../kept-text.ts';
import type { EpochMilliseconds, WallClock } from '../wall-clock.ts';
import { offersAsText, offersOfText } from './offer-text.ts';

const DAY: Milliseconds = 86_400_000;

/** A server that may offer STARTTLS: its name as it stands in the MX record or was typed, and the port. */
export interface OfferPeer {
  readonly host: string;
  readonly port: number;
}

/**
 * Remembers which servers spoke TLS after STARTTLS (RFC 7435 §3: use what a peer is known to support). Mail that may go in the
 * clear still goes where the offer is missing one day, and the result then says `downgrade-suspected`.
 */
export interface OfferMemory {
  /** Whether the server spoke TLS not too long ago: `offeredBefore` of `secure`. */
  readonly offeredBefore: (peer: OfferPeer) => Promise<boolean>;
  /** Notes that the server speaks TLS, after a handshake. That an offer is missing is no news to be kept: an attacker would write it. */
  readonly noteOffer: (peer: OfferPeer) => Promise<void>;
}

/** Options of {@link offerMemory}. */
export interface OfferMemoryOptions {
  /** Tells the civil time, by which offers are forgotten. */
  readonly wallClock: WallClock;
  /** How long after the last handshake a server is remembered. Default 90 days: so long an attacker would have to hold out. */
  readonly forgetAfter?: Milliseconds;
  /** Of more servers than these the one noted longest ago goes. Default 10 000. */
  readonly maxEntries?: number;
  /**
   * Where they are written down as well, so that they survive a restart: a line of JSON each. It is read once, before the first
   * answer; lines that are none are left out. What it throws is passed on. Default: nowhere.
   */
  readonly text?: KeptText;
}

/**
 * Makes the memory of a sender. By name and not by address: whoever can forge an address would choose one that nobody remembers.
 *
 * @example
 * ```ts run
 * import { offerMemory } from '@postern/starttls/offers';
 *
 * const memory = offerMemory({ wallClock: () => Date.now() });
 * const peer = { host: 'mx1.example.org', port: 25 };
 * console.log(await memory.offeredBefore(peer)); // false
 * await memory.noteOffer(peer);
 * console.log(await memory.offeredBefore(peer)); // true
 * ```
 */
export function offerMemory(options: OfferMemoryOptions): OfferMemory {
  const { wallClock, forgetAfter = 90 * DAY, maxEntries = 10_000, text } = options;
  const kept = keptEntries<EpochMilliseconds>(maxEntries, text, { parse: offersOfText, print: offersAsText });
  const ageOf = async (key: string): Promise<Milliseconds> => {
    const at = await kept.get(key);
    return at === undefined ? Number.POSITIVE_INFINITY : wallClock() - at;
  };
  return {
    offeredBefore: async (peer) => (await ageOf(keyOf(peer))) < forgetAfter,
    async noteOffer(peer) {
      const key = keyOf(peer);
      // Once a day is enough: the text is written as a whole. After the clock was set back it is written anew.
      const age = await ageOf(key);
      if (age < 0 || age >= Math.min(DAY, forgetAfter)) await kept.set(key, wallClock());
    },
  };
}

function keyOf({ host, port }: OfferPeer): string {
  return `${host.toLowerCase().replace(/\.$/, '')} ${port}`;
}
