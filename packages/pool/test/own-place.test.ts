import { expect, test } from 'vitest';
import { both, dispose, poolOf, silent465 } from './town.ts';

test('a race goes on at the address where it has a place, before others of its destination that wait for one', async () => {
  const scene = await silent465();
  const pool = poolOf(scene, both, { limits: { initial: 2, perAddress: 2 } });
  const methods = await scene.clock.run(() =>
    Promise.all(
      Array.from({ length: 6 }, async () => {
        const lease = await pool.acquire('a');
        const { method } = lease.candidate;
        lease.discard();
        return method;
      }),
    ),
  );
  expect(new Set(methods)).toEqual(new Set(['starttls']));
  // Three pairs, each a stagger and a round trip; none waits until the silent port is given up.
  expect(scene.clock.now()).toBeLessThan(5_000);
  await scene.clock.run(() => dispose(pool));
});
