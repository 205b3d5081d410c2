import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import type { Listener, Milliseconds } from '@postern/wire';

/**
 * Listens with the shortest queue there is, tells the port, and stands still for ever: nobody takes a connection out of the
 * queue. CommonJS text and no file, because a bundle has no second file.
 */
const sleeper = `
const { createServer } = require('node:net');
const { parentPort } = require('node:worker_threads');
const server = createServer();
server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
  parentPort.postMessage(server.address().port);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});
`;

/** How long an unanswered request on loopback has to stay so, to be counted as swallowed: an answer takes microseconds. */
const PROOF_MS: Milliseconds = 200;

/** More connections than this a queue of length 1 has never held: the system does not swallow. */
const MOST_FILLERS = 16;

/**
 * A port on loopback that swallows connection requests, as a firewall with a DROP rule does, without root: a listener whose
 * accept queue is kept full. Linux drops requests for a full queue without a word. Resolves with `undefined` where that
 * could not be had (other systems answer with a reset or let the queue grow): it is tried at the start, not assumed.
 */
export async function swallowOnLoopback(): Promise<Listener | undefined> {
  const worker = new Worker(sleeper, { eval: true });
  const fillers: Socket[] = [];
  const dispose = async (): Promise<void> => {
    for (const socket of fillers) socket.destroy();
    await worker.terminate();
  };
  const port = await new Promise<number | undefined>((resolve) => {
    worker.once('message', resolve);
    for (const end of ['error', 'exit'] as const) {
      worker.once(end, () => {
        resolve(undefined);
      });
    }
  });
  if (port === undefined) return undefined;
  worker.unref();
  for (;;) {
    const outcome = await dial(port);
    if (outcome === 'swallowed') break;
    if (outcome === 'refused' || fillers.length === MOST_FILLERS) {
      await dispose();
      return undefined;
    }
    fillers.push(outcome);
  }
  return { endpoint: { address: '127.0.0.1', port }, [Symbol.asyncDispose]: dispose };
}

function dial(port: number): Promise<Socket | 'swallowed' | 'refused'> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      clearTimeout(patience);
      // It only takes up room; it must not keep the process alive.
      socket.unref();
      resolve(socket);
    });
    socket.once('error', () => {
      clearTimeout(patience);
      resolve('refused');
    });
    const patience = setTimeout(() => {
      // On a busy machine the answer may have come while this timer was late: one turn of the loop looks.
      setImmediate(() => {
        if (!socket.connecting) return;
        resolve('swallowed');
        socket.destroy();
      });
    }, PROOF_MS);
  });
}
