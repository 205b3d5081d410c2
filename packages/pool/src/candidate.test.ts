import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { candidate } from '../test/town.ts';
import { orderCandidates } from './candidate.ts';

const never = (): boolean => false;

function ports(list: readonly ReturnType<typeof candidate>[]): readonly string[] {
  return list.map(({ endpoint, method }) => `${endpoint.address} ${endpoint.port} ${method}`);
}

describe('order', () => {
  it('DNS-060 interleaves families within a rank, beginning with the first one given', () => {
    const six = [1, 2, 3].map((last) => candidate(`2001:db8::${last}`, 993));
    const four = [1, 2].map((last) => candidate(`192.0.2.${last}`, 993));
    expect(orderCandidates([...six, ...four], never).map(({ endpoint }) => endpoint.address)).toEqual([
      '2001:db8::1',
      '192.0.2.1',
      '2001:db8::2',
      '192.0.2.2',
      '2001:db8::3',
    ]);
    expect(orderCandidates([...four, ...six], never)[0]?.endpoint.address).toBe('192.0.2.1');
  });

  it('puts ranks before families, and what is remembered as silent last', () => {
    const list = [
      candidate('192.0.2.1', 465, 0),
      candidate('192.0.2.1', 587, 1),
      candidate('2001:db8::1', 465, 0),
    ];
    const order = orderCandidates(list, ({ endpoint }) => endpoint.port === 465);
    expect(order.map(({ endpoint }) => [endpoint.address, endpoint.port])).toEqual([
      ['192.0.2.1', 587],
      ['192.0.2.1', 465],
      ['2001:db8::1', 465],
    ]);
  });

  it('takes infinite ranks', () => {
    const list = [
      candidate('192.0.2.1', 1, Infinity),
      candidate('192.0.2.1', 2, -Infinity),
      candidate('192.0.2.1', 3, Infinity),
    ];
    expect(orderCandidates(list, never).map(({ endpoint }) => endpoint.port)).toEqual([2, 1, 3]);
  });

  it('loses nothing, repeats nothing, respects ranks, and is the same whatever is repeated', () => {
    const one = fc
      .tuple(
        fc.constantFrom('192.0.2.1', '192.0.2.2', '2001:db8::1', '2001:db8::2'),
        fc.constantFrom(25, 465, 587),
        fc.nat(3),
      )
      .map(([address, port, rank]) => candidate(address, port, rank));
    fc.assert(
      fc.property(fc.array(one, { maxLength: 40 }), (list) => {
        const order = orderCandidates(list, never);
        expect(new Set(ports(order))).toEqual(new Set(ports(list)));
        expect(new Set(ports(order)).size).toBe(order.length);
        const ranks = order.map(({ rank }) => rank);
        expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
        expect(orderCandidates(order, never)).toEqual(order);
      }),
    );
  });
});
