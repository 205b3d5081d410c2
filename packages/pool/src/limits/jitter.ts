/** Numbers without order, for jitter; two pools that begin at different times do not walk in step. */
export function sequence(seed: number): () => number {
  let state = Math.floor(seed * 1000) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
