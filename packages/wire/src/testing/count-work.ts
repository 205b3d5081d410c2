/** What one call of a built-in costs: elements looked at, or copied. */
type Cost = (subject: ArrayLike<unknown>, given: readonly unknown[], result: unknown) => number;

const whole: Cost = (subject) => subject.length;
const ofResult: Cost = (_subject, _given, result) => (result as ArrayLike<unknown>).length;
/** From where a search began to where it found something, or to the end. */
const scanned: Cost = (subject, [, from = 0], result) =>
  (typeof result === 'number' && result >= 0 ? result + 1 : subject.length) - Math.max(0, Number(from));

const bytes = Object.getPrototypeOf(Uint8Array.prototype) as object;

const prices: readonly (readonly [prototype: object, costs: Readonly<Record<string, Cost>>])[] = [
  [
    bytes,
    {
      set: (_subject, [source]) => (source as ArrayLike<unknown>).length,
      slice: ofResult,
      indexOf: scanned,
      includes: whole,
      copyWithin: whole,
    },
  ],
  [
    String.prototype,
    {
      charCodeAt: () => 1,
      indexOf: scanned,
      lastIndexOf: whole,
      slice: ofResult,
      split: whole,
      toUpperCase: whole,
      replaceAll: whole,
    },
  ],
  [
    Array.prototype,
    { slice: ofResult, filter: whole, map: whole, find: whole, some: whole, concat: ofResult },
  ],
];

/**
 * Counts the octets, characters and elements that built-in functions look at or copy while `run` runs: a measure of work
 * that no clock and no load of the machine changes. Plain loops over indices are not seen. Synchronous code only; built-ins
 * are replaced meanwhile.
 *
 * @example
 * ```ts run
 * import { countWork } from '@postern/wire/testing';
 * console.log(countWork(() => 'aab'.indexOf('b'))); // 3
 * ```
 */
export function countWork(run: () => unknown): number {
  let work = 0;
  const undo: (() => void)[] = [];
  const replace = (prototype: object, name: PropertyKey, by: (original: Method) => Method): void => {
    const descriptor = Object.getOwnPropertyDescriptor(prototype, name);
    if (!descriptor) return;
    Object.defineProperty(prototype, name, { ...descriptor, value: by(descriptor.value as Method) });
    undo.push(() => {
      Object.defineProperty(prototype, name, descriptor);
    });
  };
  for (const [prototype, costs] of prices) {
    for (const [name, cost] of Object.entries(costs)) {
      replace(prototype, name, (original) => {
        return function priced(this: unknown, ...given) {
          const result = Reflect.apply(original, this, given);
          work += cost(this as ArrayLike<unknown>, given, result);
          return result;
        };
      });
    }
  }
  // Spreading and destructuring copy through the iterator.
  replace(Array.prototype, Symbol.iterator, (original) => {
    return function counted(this: unknown) {
      const iterator = Reflect.apply(original, this, []) as Iterator<unknown>;
      return {
        next: () => {
          work += 1;
          return iterator.next();
        },
        return: () => ({ done: true, value: undefined }),
        [Symbol.iterator]() {
          return this;
        },
      };
    };
  });
  try {
    run();
    return work;
  } finally {
    for (const restore of undo) restore();
  }
}

type Method = (this: unknown, ...given: unknown[]) => unknown;
