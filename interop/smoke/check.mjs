// One check of the smoke test, and the table of all of them.

/**
 * @typedef {import('../command.ts').Outcome} Outcome
 *
 * @typedef {object} Check
 * @property {string} what
 * @property {() => Promise<true | string>} holds true, or what was seen instead
 */

/** How many checks run at once: they are short commands, and the servers share the machine's cores with them. */
const AT_ONCE = 4;

/**
 * @param {string} what
 * @param {() => Promise<Outcome>} attempt
 * @param {RegExp} wanted in what the command prints
 * @returns {Check}
 */
export function shows(what, attempt, wanted) {
  return {
    what,
    async holds() {
      const outcome = await attempt();
      if (wanted.test(text(outcome))) return true;
      return outcome.timedOut ? 'no answer in time' : text(outcome);
    },
  };
}

/** @param {Outcome} outcome */
export function text({ stdout, stderr }) {
  return (stdout + stderr).trim();
}

/**
 * @param {readonly Check[]} checks
 * @param {AbortSignal} signal ends it early, by throwing
 * @returns {Promise<number>} how many do not hold
 */
export async function table(checks, signal) {
  /** @type {{ what: string, seen: true | string, ms: number }[]} */
  const rows = [];
  const queue = checks.entries();
  const worker = async () => {
    for (const [index, { what, holds }] of queue) {
      signal.throwIfAborted();
      const begun = performance.now();
      const seen = await holds().catch((/** @type {Error} */ error) => error.message);
      rows[index] = { what, seen, ms: performance.now() - begun };
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));

  const width = Math.max(...rows.map(({ what }) => what.length));
  for (const { what, seen, ms } of rows) {
    console.log(
      `  ${what.padEnd(width)}  ${ms.toFixed(0).padStart(5)} ms  ${seen === true ? 'ok' : 'FAILED'}`,
    );
    if (seen !== true) console.log(seen.replaceAll(/^/gm, '      | '));
  }
  const failed = rows.filter(({ seen }) => seen !== true).length;
  console.log(`\n${rows.length - failed} of ${rows.length} checks hold`);
  return failed;
}
