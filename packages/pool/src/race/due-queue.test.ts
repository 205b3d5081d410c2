import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { DueQueue } from './due-queue.ts';

it('always gives the least of what is in it, whatever is moved and taken out', () => {
  const step = fc.record({ entry: fc.nat(19), due: fc.option(fc.nat(50)) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const entries = Array.from({ length: 20 }, () => ({ due: 0, place: -1 }));
      const queue = new DueQueue<(typeof entries)[number]>();
      const model = new Map<number, number>();
      for (const { entry, due } of steps) {
        const subject = entries[entry];
        if (!subject) continue;
        if (due === null) {
          queue.delete(subject);
          model.delete(entry);
        } else {
          queue.set(subject, due);
          model.set(entry, due);
        }
        expect(queue.size).toBe(model.size);
        expect(queue.first?.due).toBe(model.size === 0 ? undefined : Math.min(...model.values()));
        expect(entries.filter(({ place }) => place >= 0)).toHaveLength(model.size);
      }
    }),
  );
});
