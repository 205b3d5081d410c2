import { createLineSplitter, latin1, utf8 } from '@postern/wire';
import type { EndOfStream, Instant, Machine, Output } from '@postern/wire';

/** A protocol of lines: `hello` greets, `go` allows TLS, `bye` ends; each command gets one line back within a second. */
export function toyMachine(): Machine<string, string> & { readonly secured: boolean } {
  const splitter = createLineSplitter({ maxLineBytes: 100 });
  let deadline: Instant | undefined;
  let name = 'idle';
  let secured = false;
  const end = (
    outputs: Output<string>[],
    reason?: 'closed' | 'reset' | 'timeout-reply',
  ): Output<string>[] => {
    name = 'ended';
    deadline = undefined;
    if (reason === undefined) return [...outputs, { type: 'end' }];
    return [...outputs, { type: 'end', fault: { kind: 'peer', reason, phase: 'command', after: 0 } }];
  };
  return {
    get deadline() {
      return deadline;
    },
    get state() {
      return { name };
    },
    get secured() {
      return secured;
    },
    start: (now) => {
      deadline = now + 1000;
      return [];
    },
    send: (command, now) => {
      deadline = now + 1000;
      return [
        { type: 'write', bytes: utf8(`${command}\n`), ...(command === 'secret' ? { shown: '***' } : {}) },
      ];
    },
    sendAll: (commands, now) => {
      deadline = now + 1000;
      return [{ type: 'write', bytes: utf8(commands.map((command) => `${command}\n`).join('')) }];
    },
    receive: (bytes) => {
      const outputs: Output<string>[] = [];
      splitter.push(bytes);
      for (let line = splitter.next(); line; line = splitter.next()) {
        deadline = undefined;
        const text = latin1(line.bytes);
        if (text === 'go') {
          name = 'handshake';
          return [...outputs, { type: 'start-tls' }];
        }
        if (text === 'bye') return end(outputs);
        outputs.push({ type: 'event', event: text });
      }
      return outputs;
    },
    receiveEnd: (_now: Instant, how?: EndOfStream) => end([], how ?? 'closed'),
    tlsReady: () => {
      secured = true;
      name = 'secured';
      return [{ type: 'event', event: 'secured' }];
    },
    tick: (now) => (deadline !== undefined && deadline <= now ? end([], 'timeout-reply') : []),
  };
}
