import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { EventQueue } from './event-queue.ts';

it('gives events in the order of their times, whatever is put in between', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat(1000)), { maxLength: 3000, size: 'max' }), (steps) => {
      const queue = new EventQueue();
      const model: number[] = [];
      const wrong: string[] = [];
      for (const time of steps) {
        if (time === null) {
          if (model.length === 0) continue;
          const least = Math.min(...model);
          model.splice(model.indexOf(least), 1);
          if (queue.nextTime !== least || queue.pop() !== least) wrong.push(`not ${least}`);
        } else {
          model.push(time);
          queue.push(time, time);
        }
        if (queue.size !== model.length) wrong.push(`size ${queue.size}`);
      }
      expect(wrong).toEqual([]);
    }),
    { numRuns: 30 },
  );
});
