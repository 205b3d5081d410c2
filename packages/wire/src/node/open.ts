import { connect as netConnect } from 'node:net';
import type { Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { WireError } from '../faults.ts';
import { onCancel } from '../network.ts';
import type { Connection, ConnectOptions, Endpoint } from '../network.ts';
import type { TlsRequest } from '../tls.ts';
import { connectFault } from './connect-fault.ts';
import { NodeConnection } from './connection.ts';
import { clientInfo, clientOptions } from './handshake.ts';
import { unfinished, withSession } from './sessions.ts';
import { SocketChannel } from './socket-channel.ts';
import { handshakeFault } from './tls-fault.ts';

/** What both ways of opening ask of a socket. Node's own racing is off: it cuts attempts off and calls that a time-out. */
const socketOptions = { autoSelectFamily: false, noDelay: true } as const;

/** Opens a TCP connection. */
export async function openTcp(
  endpoint: Endpoint,
  options: ConnectOptions | undefined,
  evidence: 'first-bytes' | 'count',
): Promise<Connection> {
  const channel = new SocketChannel();
  const { address: host, port } = endpoint;
  const begun = performance.now();
  await opened(
    options,
    () => netConnect({ host, port, ...socketOptions, allowHalfOpen: true, onread: channel.onread }),
    'connect',
    (socket) => {
      channel.attach(socket);
    },
    (error) => connectFault(error, endpoint, performance.now() - begun),
  );
  return new NodeConnection(channel.stream, channel, endpoint, evidence);
}

/** Opens a TCP connection with TLS from the first byte, in one go: reads land in the buffers of the channel unseen. */
export async function openTls(
  endpoint: Endpoint,
  request: TlsRequest,
  options: ConnectOptions | undefined,
): Promise<Connection> {
  const channel = new SocketChannel();
  const { address: host, port } = endpoint;
  const begun = performance.now();
  let connectedAt: number | undefined;
  let reached: TLSSocket | undefined;
  const tls = await opened<TLSSocket>(
    options,
    () => {
      const socket = withSession(request, (session) => {
        // Node passes what its TLS does not know itself on to the socket below.
        const all = {
          host,
          port,
          ...socketOptions,
          ...clientOptions(request),
          ...session,
          onread: channel.onread,
        };
        return tlsConnect(all);
      });
      socket.once('connect', () => {
        reached = socket;
        connectedAt = performance.now();
        socket.setNoDelay(true);
      });
      return socket;
    },
    'secureConnect',
    (socket) => {
      channel.attach(socket);
    },
    (error) => {
      if (connectedAt === undefined) return connectFault(error, endpoint, performance.now() - begun);
      const scene = { endpoint, begun: 'implicit', firstBytes: undefined, byteCount: 0 } as const;
      const fault = handshakeFault(error, { ...scene, after: performance.now() - connectedAt });
      return new WireError(fault, { cause: error });
    },
  ).catch((error: unknown) => {
    if (reached) unfinished(reached, request);
    throw error;
  });
  try {
    const after = performance.now() - (connectedAt ?? begun);
    return new NodeConnection(tls, channel, endpoint, 'count', clientInfo(tls, request, { endpoint, after }));
  } catch (error) {
    tls.destroy();
    throw error;
  }
}

/** Waits until a socket is open, by whichever event that is told; cancels it by the light slot or the signal. */
function opened<S extends Socket>(
  options: ConnectOptions | undefined,
  open: () => S,
  event: 'connect' | 'secureConnect',
  attach: (socket: S) => void,
  judge: (error: unknown) => WireError,
): Promise<S> {
  const register = options?.[onCancel];
  const signal = register ? undefined : options?.signal;
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const socket = open();
    let pending = true;
    const settle = (): void => {
      pending = false;
      socket.off(event, ready);
      socket.off('error', failed);
      socket.off('close', closed);
      signal?.removeEventListener('abort', aborted);
    };
    const ready = (): void => {
      attach(socket);
      settle();
      resolve(socket);
    };
    const failed = (error: unknown): void => {
      settle();
      socket.on('error', () => undefined);
      socket.destroy();
      reject(judge(error));
    };
    const closed = (): void => {
      failed(new Error('closed'));
    };
    const cancel = (reason: unknown): void => {
      if (!pending) return;
      settle();
      socket.on('error', () => undefined);
      socket.destroy();
      reject(reason);
    };
    const aborted = (): void => {
      cancel(signal?.reason);
    };
    socket.on(event, ready);
    socket.on('error', failed);
    socket.on('close', closed);
    register?.(cancel);
    signal?.addEventListener('abort', aborted, { once: true });
  });
}
