import type { Clock } from '../time.ts';
import type { Carrier, MemoryConnection } from './memory-connection.ts';
import type { Path } from './weather.ts';

/** Carries the bytes of one connection over a path: later, in pieces, and as far as the weather lets them. */
export function pathCarrier(
  path: Path,
  { clock, random }: { readonly clock: Clock; readonly random: () => number },
  serverEnd: () => MemoryConnection,
): Carrier {
  const latency = path.latency ?? 10;
  const weather = path.weather ?? { type: 'accept' };
  let fromServer = 0;
  let broken = false;
  const later = (act: () => void): void => {
    if (latency > 0) clock.alarm(clock.now() + latency, act);
    else act();
  };
  const cut = (bytes: Uint8Array): readonly Uint8Array[] => {
    const largest = path.segmentBytes;
    if (largest === undefined) return [bytes];
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < bytes.length;) {
      const size = 1 + Math.floor(random() * largest);
      pieces.push(bytes.slice(at, at + size));
      at += size;
    }
    return pieces;
  };
  return {
    carry(bytes, to) {
      to.expect(bytes.length);
      if (broken) return;
      let passing = bytes;
      if (weather.type === 'reset-after' || weather.type === 'stall-after') {
        if (serverEnd().writesTo(to)) {
          passing = bytes.slice(0, Math.max(0, weather.bytes - fromServer));
          fromServer += bytes.length;
          broken = fromServer > weather.bytes;
        }
      }
      for (const piece of cut(passing)) {
        later(() => {
          to.deliver(piece);
        });
      }
      if (broken && weather.type === 'reset-after') {
        later(() => {
          to.finish('reset');
        });
      }
    },
    finish(how, to) {
      if (broken) return;
      later(() => {
        to.finish(how);
      });
    },
  };
}
