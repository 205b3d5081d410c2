// The process of one contender, or of one server.
import { pathToFileURL } from 'node:url';
import { absence } from './absence.mjs';
import { peakMemory } from './memory.mjs';

/** The module of the server, once it serves. @type {any} */
let server;

process.on('message', (/** @type {any} */ order) => {
  if (order.report) process.send?.({ report: server.report() });
  else void obey(order);
});

/** @param {any} order */
async function obey({ module, task, job, serve }) {
  const leave = () => {
    process.exit();
  };
  try {
    const imported = await import(pathToFileURL(module).href);
    if (serve) {
      server = imported;
      process.send?.({ facts: await imported.serve(serve) });
    } else {
      process.send?.(await perform(await imported[task](job)), leave);
    }
  } catch (error) {
    process.send?.(absence(error) ?? { error: error instanceof Error ? error.stack : String(error) }, leave);
  }
}

/** @param {(() => Promise<any>) | { missing: string }} work */
async function perform(work) {
  if (typeof work !== 'function') return work;
  const memory = peakMemory();
  const cpu = process.cpuUsage();
  const begun = performance.now();
  await work();
  const wallMs = performance.now() - begun;
  const { user, system } = process.cpuUsage(cpu);
  const whole = process.cpuUsage();
  return {
    wallMs,
    cpuMs: (user + system) / 1000,
    wholeCpuMs: (whole.user + whole.system) / 1000,
    rssGrowth: memory.growth(),
  };
}
