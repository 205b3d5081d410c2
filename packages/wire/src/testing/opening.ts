import type { Reason } from '../reasons.ts';
import type { Milliseconds } from '../time.ts';
import { SYN_TIMES, SYSTEM_GIVES_UP } from './weather.ts';
import type { Weather } from './weather.ts';

/** When the handshake of TCP is through: immediately after one round trip, later or never when packets get lost. */
export function opening(
  weather: Weather,
  roundTrip: Milliseconds,
  random: () => number,
): { readonly after: Milliseconds; readonly reason?: Reason } {
  switch (weather.type) {
    case 'reject':
      return { after: roundTrip, reason: 'connection-refused' };
    case 'unreachable':
      return { after: roundTrip, reason: 'unreachable' };
    case 'drop':
      return { after: SYSTEM_GIVES_UP, reason: 'timeout-connect' };
    case 'loss': {
      const through = SYN_TIMES.find(
        () => random() >= weather.probability && random() >= weather.probability,
      );
      return through === undefined
        ? { after: SYSTEM_GIVES_UP, reason: 'timeout-connect' }
        : { after: through + roundTrip };
    }
    case 'accept':
    case 'reset-after':
    case 'stall-after':
      return { after: roundTrip };
  }
}
