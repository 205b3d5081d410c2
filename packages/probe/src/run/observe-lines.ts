import { peerText } from '@postern/wire';
import type { Observer } from '@postern/wire';

/** As much of one line as a transcript keeps; a peer may send lines of any length. */
const LONGEST_LINE = 2000;

/**
 * Makes an observer of one dialogue that tells what either side says, line by line, for a transcript. The machines have masked secrets
 * by then; what a peer says is a stranger's text, to be printed escaped. A line is told once it is whole, at most 2000 characters of it.
 */
export function observeLines(tell: (side: 'client' | 'server', line: string) => void): Observer {
  const from = (side: 'client' | 'server'): ((bytes: Uint8Array) => void) => {
    let rest = '';
    return (bytes) => {
      const lines = (rest + peerText(bytes)).split('\n');
      rest = (lines.pop() ?? '').slice(0, LONGEST_LINE);
      for (const line of lines) tell(side, line.replace(/\r$/, '').slice(0, LONGEST_LINE));
    };
  };
  return { wrote: from('client'), received: from('server') };
}
