import { connect as netConnect } from 'node:net';
import type { OnReadOpts, Socket } from 'node:net';
import { dial } from '../dialling.ts';
import type { BulkDialling, Dialling, DialHandlers } from '../dialling.ts';
import type { Endpoint } from '../network.ts';
import { connectFault } from './connect-fault.ts';
import { NodeConnection } from './connection.ts';
import { SocketChannel } from './socket-channel.ts';

const underway = Symbol('dialling');
const channelOf = Symbol('channel');

/** A socket with what is known about it: functions shared by all sockets find it here. */
interface DialSocket extends Socket {
  [underway]?: NodeDialling<unknown> | undefined;
  [channelOf]?: SocketChannel;
}

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
    reading = (this as DialSocket)[channelOf];
    return reading?.onread.callback(length, buffer) ?? false;
  },
};

class NodeDialling<T> implements Dialling {
  readonly endpoint: Endpoint;
  readonly begun: number = performance.now();
  readonly evidence: 'first-bytes' | 'count';
  readonly token: T;
  readonly handlers: DialHandlers<T>;
  readonly #socket: DialSocket;

  constructor(
    endpoint: Endpoint,
    token: T,
    handlers: DialHandlers<T>,
    evidence: 'first-bytes' | 'count',
    socket: DialSocket,
  ) {
    this.endpoint = endpoint;
    this.token = token;
    this.handlers = handlers;
    this.evidence = evidence;
    this.#socket = socket;
  }

  cancel(): void {
    const socket = this.#socket;
    if (!socket[underway]) return;
    socket[underway] = undefined;
    socket.destroy();
  }
}

function connected(this: DialSocket): void {
  const dialling = this[underway];
  if (!dialling) return;
  this[underway] = undefined;
  this.off('connect', connected);
  const channel = new SocketChannel();
  this[channelOf] = channel;
  channel.attach(this);
  this.off('error', failed);
  const { endpoint, evidence, token, handlers } = dialling;
  handlers.connected(token, new NodeConnection(this, channel, endpoint, evidence));
}

/** Stays on a socket that was cancelled: an error without a listener would end the process. */
function failed(this: DialSocket, error: unknown): void {
  const dialling = this[underway];
  if (!dialling) return;
  this[underway] = undefined;
  this.destroy();
  const { endpoint, begun, token, handlers } = dialling;
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
    const { address: host, port } = endpoint;
    // Node's own racing is off: it cuts attempts off and calls that a time-out.
    const socket: DialSocket = netConnect({
      host,
      port,
      autoSelectFamily: false,
      noDelay: true,
      allowHalfOpen: true,
      onread,
    });
    const dialling = new NodeDialling(endpoint, token, handlers, evidence, socket);
    socket[underway] = dialling as NodeDialling<unknown>;
    socket.on('connect', connected);
    socket.on('error', failed);
    return dialling;
  };
  return Object.defineProperty(network, dial, { value: dialBulk }) as N & BulkDialling;
}
