// Rounds in rotating order: whoever goes first or last is another one each time, so that a busy moment of the machine, or
// a warm cache, is not always the same one's.

/**
 * @template {{ readonly name: string }} T
 * @template R
 * @param {readonly T[]} contenders
 * @param {number} rounds
 * @param {(contender: T) => Promise<R>} turn
 * @returns {Promise<Map<string, R[]>>} what each one's turns gave
 */
export async function inRounds(contenders, rounds, turn) {
  const results = new Map(contenders.map(({ name }) => [name, /** @type {R[]} */ ([])]));
  for (let round = 0; round < rounds; round += 1) {
    for (let place = 0; place < contenders.length; place += 1) {
      const contender = contenders[(round + place) % contenders.length];
      results.get(contender.name)?.push(await turn(contender));
    }
  }
  return results;
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? /** @type {number} */ (sorted[middle])
    : /** @type {number} */ (sorted[middle - 1] + /** @type {number} */ (sorted[middle])) / 2;
}
