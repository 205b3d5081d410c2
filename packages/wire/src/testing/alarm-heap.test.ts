import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { AlarmHeap } from './alarm-heap.ts';

it('hands out alarms by time and order of setting, without those that were taken back', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ at: fc.nat(20), cancelled: fc.boolean() })), (given) => {
      const heap = new AlarmHeap();
      const alarms = given.map((alarm, order) => ({ ...alarm, order, ring: () => undefined }));
      for (const alarm of alarms) heap.push(alarm);
      const out: number[] = [];
      for (let alarm = heap.pop(); alarm; alarm = heap.pop()) out.push(alarm.order);
      const expected = alarms
        .filter(({ cancelled }) => !cancelled)
        .toSorted((a, b) => a.at - b.at || a.order - b.order)
        .map(({ order }) => order);
      expect(out).toEqual(expected);
    }),
  );
});
