import { UsageError } from '@postern/wire';
import { expect, it } from 'vitest';
import { bare, caught, HOST, town } from '../test/town.ts';
import { createPool } from './index.ts';
import type { Candidate } from './index.ts';

async function outcome(
  port: number,
  method: string,
  pairing?: 'registered' | 'deliberate',
): Promise<unknown> {
  const { clock, network } = town();
  const one: Candidate = { endpoint: { address: HOST, port }, method, rank: 0, ...(pairing && { pairing }) };
  await using pool = createPool({ network, clock, key: String, candidates: () => [one], open: bare });
  const error = await clock.run(caught(pool.acquire('a')));
  // What is refused was not dialled.
  expect(network.counts.attempts).toBe(error instanceof UsageError ? 0 : 1);
  return error;
}

const contradictions = [
  [25, 'implicit-tls'],
  [587, 'implicit-tls'],
  [143, 'implicit-tls'],
  [110, 'implicit-tls'],
  [465, 'starttls'],
  [465, 'plaintext'],
  [993, 'starttls'],
  [995, 'plaintext'],
] as const;

it.each(contradictions)(
  'port %d with %s is refused with the reason, unless it is said to be meant',
  async (port, method) => {
    for (const pairing of [undefined, 'registered'] as const) {
      const error = await outcome(port, method, pairing);
      expect(error).toBeInstanceOf(UsageError);
      expect((error as UsageError).message).toContain(`${method} on port ${port}`);
      expect((error as UsageError).rule).toContain(`port ${port} begins`);
      expect((error as UsageError).rule).toContain("pairing: 'deliberate'");
    }
    expect(await outcome(port, method, 'deliberate')).toMatchObject({ ended: 'all-failed' });
  },
);

it.each([
  [587, 'starttls'],
  [25, 'plaintext'],
  [465, 'implicit-tls'],
  [2525, 'implicit-tls'],
  [10_465, 'starttls'],
  [465, 'a word of the caller'],
] as const)('port %d with %s is dialled', async (port, method) => {
  expect(await outcome(port, method)).toMatchObject({ ended: 'all-failed' });
});

it('a pairing that is none of the two is refused', async () => {
  expect(await outcome(587, 'starttls', 'both' as 'registered')).toBeInstanceOf(UsageError);
});
