// What `npm run bench -- pop3` measures, in order.
import { large, throughput } from './throughput.mjs';
import { waits } from './waits.mjs';

const all = { waits, throughput, large };

/** @param {{ quick: boolean, rounds: number, only?: readonly string[] | undefined }} options */
export async function* sections({ only, ...options }) {
  for (const [name, section] of Object.entries(all)) {
    if (!only || only.includes(name)) yield await section(options);
  }
}
