import type { TlsSession } from '@postern/wire';
import { virtualClock } from '@postern/wire/testing';
import { expect, it } from 'vitest';
import { sessionCache } from './session-cache.ts';
import type { Terms } from './terms.ts';

const terms: Terms = {
  protocol: 'smtp',
  host: 'mx.example.org',
  policy: 'authenticated mx.example.org',
  authorities: undefined,
  identity: undefined,
  login: undefined,
};
const endpoint = { address: '192.0.2.1', port: 465 };

function session(number: number): TlsSession {
  return {
    ticket: Uint8Array.of(number),
    peer: { endpoint, serverName: 'mx.example.org', chain: [], trust: { ok: true }, resumed: false },
  };
}

it('offers a session under the very terms it was made under, and under no others', () => {
  const cache = sessionCache({ clock: virtualClock() });
  const one = session(1);
  cache.sessionsFor(terms, endpoint, ['smtp']).store(one);
  expect(cache.sessionsFor({ ...terms }, { ...endpoint }, ['smtp']).offer()).toBe(one);
  const others: readonly Partial<Terms>[] = [
    { protocol: 'imap' },
    { host: 'mx.example.net' },
    { policy: 'opportunistic' },
    { authorities: 'sha256:aa' },
    { identity: 'sha256:bb' },
    { login: 'tim 1' },
    { more: 'from 192.0.2.9' },
  ];
  for (const other of others) {
    expect(cache.sessionsFor({ ...terms, ...other }, endpoint, ['smtp']).offer()).toBeUndefined();
  }
  expect(cache.sessionsFor(terms, endpoint).offer()).toBeUndefined();
  expect(cache.sessionsFor(terms, { ...endpoint, port: 587 }, ['smtp']).offer()).toBeUndefined();
  expect(cache.sessionsFor(terms, { ...endpoint, address: '192.0.2.2' }, ['smtp']).offer()).toBeUndefined();
});

it('offers the newest one, no longer than its age, and none that was dropped', async () => {
  const clock = virtualClock();
  const cache = sessionCache({ clock, age: 1000, limit: 2 });
  const sessions = cache.sessionsFor(terms, endpoint);
  const [one, two] = [session(1), session(2)];
  sessions.store(one);
  sessions.store(two);
  sessions.drop(one);
  expect(sessions.offer()).toBe(two);
  await clock.advance(1000);
  expect(sessions.offer()).toBeUndefined();
  sessions.store(one);
  sessions.drop(one);
  expect(sessions.offer()).toBeUndefined();
  sessions.store(one);
  for (const port of [1, 2]) cache.sessionsFor(terms, { ...endpoint, port }).store(two);
  expect(sessions.offer()).toBeUndefined();
});

it.each([{ limit: 0 }, { age: 0 }, { age: Number.NaN }])('refuses %o', (options) => {
  expect(() => sessionCache({ clock: virtualClock(), ...options })).toThrow(
    expect.objectContaining({ name: 'UsageError' }),
  );
});
