import { Socket } from 'node:net';
import type { OnReadOpts } from 'node:net';
import { dial } from '../dialling.ts';
import type { BulkDialling, Dialling, DialHandlers } from '../dialling.ts';
import type { Endpoint } from '../network.ts';
import { connectFault } from './connect-fault.ts';
import { NodeConnection } from './connection.ts';
import { SocketChannel } from './socket-channel.ts';

/** Where the first chunk of a socket lands, see {@link SocketChannel}. */
const scratch = new SocketChannel().onread.buffer as () => Uint8Array;

/** The channel whose socket has just read: Node asks for the next buffer directly after the callback. */
let reading: SocketChannel | undefined;

/**
 * One for all sockets, because two closures and a channel for each pending attempt would cost more than the rest of it. Node
 * calls `callback` as a method of the socket.
 */
const onread: OnReadOpts = {
  buffer: () => {
    const channel = reading;
    reading = undefined;
    return channel ? (channel.onread.buffer as () => Uint8Array)() : scratch();
  },
  callback(this: unknown, length: number, buffer: Uint8Array): boolean {
    reading = (this as DialSocket<unknown>).channel;
    return reading?.onread.callback(length, buffer) ?? false;
  },
};

const socketOptions = { allowHalfOpen: true, noDelay: true, onread };

/** A socket that knows for whom it is dialled, so that the functions that hear of it are the same for all. */
class DialSocket<T> extends Socket implements Dialling {
  /** Who hears of it; `undefined` once that is over. */
  handlers: DialHandlers<T> | undefined;
  readonly token: T;
  readonly endpoint: Endpoint;
  readonly evidence: 'first-bytes' | 'count';
  readonly begun: number;
  channel: SocketChannel | undefined;

  constructor(token: T, handlers: DialHandlers<T>, endpoint: Endpoint, evidence: 'first-bytes' | 'count') {
    super(socketOptions);
    this.token = token;
    this.handlers = handlers;
    this.endpoint = endpoint;
    this.evidence = evidence;
    this.begun = performance.now();
    this.channel = undefined;
  }

  cancel(): void {
    if (!this.handlers) return;
    this.handlers = undefined;
    this.destroy();
  }
}

function connected(this: DialSocket<unknown>): void {
  const { handlers, endpoint, evidence, token } = this;
  if (!handlers) return;
  this.handlers = undefined;
  this.off('connect', connected);
  const channel = new SocketChannel();
  this.channel = channel;
  channel.attach(this);
  this.off('error', failed);
  handlers.connected(token, new NodeConnection(this, channel, endpoint, evidence));
}

/** Stays on a socket that was cancelled: an error without a listener would end the process. */
function failed(this: DialSocket<unknown>, error: unknown): void {
  const { handlers, endpoint, begun, token } = this;
  if (!handlers) return;
  this.handlers = undefined;
  this.destroy();
  handlers.failed(token, connectFault(error, endpoint, performance.now() - begun));
}

/** Gives a network the light way to dial. */
export function withDial<N extends object>(
  network: N,
  evidence: 'first-bytes' | 'count',
  check: (endpoint: Endpoint, lowest: number) => void,
): N & BulkDialling {
  const dialBulk = <T>(endpoint: Endpoint, token: T, handlers: DialHandlers<T>): Dialling => {
    check(endpoint, 1);
    const socket = new DialSocket(token, handlers, endpoint, evidence);
    socket.on('connect', connected);
    socket.on('error', failed);
    // Node's own racing is off: it cuts attempts off and calls that a time-out.
    socket.connect({ host: endpoint.address, port: endpoint.port, autoSelectFamily: false });
    return socket;
  };
  return Object.defineProperty(network, dial, { value: dialBulk }) as N & BulkDialling;
}
