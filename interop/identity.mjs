// A pid alone does not name a process: it is used again. A pid with its start time does.
import { readFileSync } from 'node:fs';

/**
 * @param {number} pid
 * @returns {string | undefined} start time in clock ticks since boot; undefined when there is no such process (or only
 *   its zombie, which holds nothing and waits for its parent)
 */
export function startTime(pid) {
  let stat;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The second field is the command name in brackets and may itself hold spaces and brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  return state === 'Z' || state === 'X' ? undefined : fields[19];
}
