import { describe, expect, it } from 'vitest';
import { Addresses } from './addresses.ts';

const limits = { total: 99, halfOpen: 99, perDestination: 99, perAddress: 4, perGroup: 99, initial: 1 };

function made(): Addresses {
  return new Addresses(limits, { first: 1000, most: 8000 }, () => 1);
}

describe('addresses', () => {
  it('keeps what an address has shown to bear, though nothing goes on there for a while', () => {
    const addresses = made();
    addresses.take('a');
    addresses.succeeded('a', 0);
    addresses.release('a');
    addresses.take('a');
    expect(addresses.hasRoom('a')).toBe(true);
    addresses.take('a');
    expect(addresses.hasRoom('a')).toBe(false);
  });

  it('takes several connections that are turned away at once for one deferral', () => {
    const addresses = made();
    addresses.take('a');
    addresses.take('a');
    expect(addresses.deferred('a', 0)).toBe(1000);
    expect(addresses.deferred('a', 999)).toBe(1000);
    expect(addresses.deferred('a', 1000)).toBe(3000);
  });

  it('doubles the time of peace up to the most, and begins anew after a success', () => {
    const addresses = made();
    addresses.take('a');
    let now = 0;
    const waits = Array.from({ length: 5 }, () => {
      const begun = now;
      now = addresses.deferred('a', now);
      return now - begun;
    });
    expect(waits).toEqual([1000, 2000, 4000, 8000, 8000]);
    addresses.succeeded('a', now - 1);
    expect(addresses.restsUntil('a', now - 1)).toBe(now);
    addresses.succeeded('a', now);
    expect(addresses.restsUntil('a', 0)).toBeUndefined();
    expect(addresses.deferred('a', now)).toBe(now + 1000);
  });

  it('forgets what is idle first when there are very many, and nothing that is in use', () => {
    const addresses = made();
    addresses.take('busy');
    for (let at = 0; at < 10_010; at += 1) {
      addresses.take(String(at));
      addresses.deferred(String(at), 0);
      addresses.release(String(at));
    }
    expect(addresses.restsUntil('0', 0)).toBeUndefined();
    expect(addresses.restsUntil('10009', 0)).toBe(1000);
    expect(addresses.hasRoom('busy')).toBe(false);
  });
});
