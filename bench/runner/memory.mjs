// The peak of a process's resident memory. Linux can forget an earlier peak; elsewhere it is that of the whole life.
import { readFileSync, writeFileSync } from 'node:fs';

/** Begins to watch. @returns {{ growth(): number }} octets between now and the peak since */
export function peakMemory() {
  let peak = () => process.resourceUsage().maxRSS * 1024;
  try {
    writeFileSync('/proc/self/clear_refs', '5');
    peak = () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;
  } catch {
    // Not Linux, or not allowed.
  }
  const before = process.memoryUsage.rss();
  return { growth: () => Math.max(0, peak() - before) };
}
