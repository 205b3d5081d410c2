import { SYN_TIMES } from '@postern/wire/testing';
import { expect, it } from 'vitest';
import { linuxSyns, synsAnswered, synsOfSockets, synsSent, synsUnanswered, unansweredAfter } from './syn.ts';

it('keeps the same table as the simulated network', () => {
  expect(linuxSyns).toEqual(SYN_TIMES);
});

it('counts the SYNs that have gone out', () => {
  const counts = [0, 1019, 1020, 2049, 2050, 5000, 67_000, 1e9].map((at) => synsSent(at, linuxSyns));
  expect(counts).toEqual([1, 1, 2, 2, 3, 5, 10, 10]);
});

it('takes an answer just before the time of the table for one to the SYN that went out a moment earlier', () => {
  const counts = [0, 300, 900, 1005, 1015, 1021, 2030, 3060].map((at) => synsAnswered(at, linuxSyns));
  expect(counts).toEqual([1, 1, 1, 2, 2, 2, 3, 4]);
});

it('counts a SYN as unanswered after the margin or three round trips, whichever is longer', () => {
  expect(unansweredAfter(2, linuxSyns, 100, 20)).toBe(1120);
  expect(unansweredAfter(2, linuxSyns, 100, 50)).toBe(1170);
  expect(unansweredAfter(11, linuxSyns, 100, 50)).toBe(Infinity);
  const counts = [0, 99, 100, 1119, 1120, 2150].map((at) => synsUnanswered(at, linuxSyns, 100, 0));
  expect(counts).toEqual([0, 0, 1, 1, 2, 3]);
});

it('is not led astray by the last digit of an instant', () => {
  const counts = Array.from({ length: 1000 }, (_, index) => {
    const started = index * 0.137;
    const due = started + unansweredAfter(2, linuxSyns, 100, 50.1);
    return synsUnanswered(due - started, linuxSyns, 100, 50.1);
  });
  expect(new Set(counts)).toEqual(new Set([2]));
});

it('merges the tables of several sockets', () => {
  expect(synsOfSockets(linuxSyns, 1, 150)).toBe(linuxSyns);
  expect(synsOfSockets(linuxSyns, 3, 150).slice(0, 5)).toEqual([0, 150, 300, 1020, 1170]);
});
