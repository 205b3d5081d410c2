// Our own server machine in a process of its own: it reads each message as it comes and forgets it.
import { peakMemory } from '../../runner/memory.mjs';
import { startReal } from './real.mjs';

/** @type {{ growth(): number }} */
let memory;

/** @returns {Promise<{ port: number }>} */
export async function serve() {
  const { port } = (await startReal()).endpoint;
  memory = peakMemory();
  return { port };
}

/** By how much its memory has grown since it began to listen. */
export function report() {
  return { rssGrowth: memory.growth() };
}
