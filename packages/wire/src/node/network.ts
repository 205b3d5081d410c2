import { createSocket } from 'node:dgram';
import { connect as netConnect, isIP } from 'node:net';
import { UsageError, WireError } from '../faults.ts';
import { onCancel } from '../network.ts';
import type { Connection, ConnectOptions, Endpoint, ExchangeOptions, Host, Network } from '../network.ts';
import { connectFault, systemCode } from './connect-fault.ts';
import { NodeConnection } from './connection.ts';
import { listen, listenDatagrams } from './listen.ts';
import { SocketChannel } from './socket-channel.ts';

/** Options of {@link nodeNetwork}. */
export interface NodeNetworkOptions {
  /**
   * How much a failed handshake can tell. `first-bytes` shows what the peer sent in place of TLS, at a third of the
   * speed: for probes. `count` (default) knows only how many bytes came: for bulk.
   */
  readonly evidence?: 'first-bytes' | 'count';
}

/**
 * The network of the machine this runs on: TCP, TLS and UDP by Node. It takes IP literals only and never races addresses by
 * itself (Node's own racing cuts attempts off after 250 ms and calls that a time-out), so what it reports is what happened.
 *
 * @example
 * ```ts
 * import { nodeNetwork } from '@postern/wire/node';
 * const network = nodeNetwork({ evidence: 'first-bytes' });
 * const connection = await network.connect({ address: '127.0.0.1', port: 25 });
 * ```
 */
export function nodeNetwork(options?: NodeNetworkOptions): Network & Host {
  const evidence = options?.evidence ?? 'count';
  return {
    async connect(endpoint, connectOptions) {
      const connection = await open(endpoint, connectOptions, evidence);
      if (connectOptions?.tls) {
        const { signal, tls } = connectOptions;
        await connection.handshake(tls, signal ? { signal } : {});
      }
      return connection;
    },
    exchange,
    listen: (endpoint, accept) => {
      check(endpoint, 0);
      return listen(endpoint, accept, evidence);
    },
    listenDatagrams: (endpoint, answer) => {
      check(endpoint, 0);
      return listenDatagrams(endpoint, answer);
    },
  };
}

function check(endpoint: Endpoint, lowest: number): void {
  if (isIP(endpoint.address) === 0) {
    throw new UsageError(
      'an endpoint needs an IP literal, names are resolved elsewhere',
      'IP literal',
      'argument-refused',
    );
  }
  const { port } = endpoint;
  if (!Number.isInteger(port) || port < lowest || port > 65_535) {
    throw new UsageError(`port ${port} is not in ${lowest}…65535`, 'port', 'argument-refused');
  }
}

async function open(
  endpoint: Endpoint,
  options: ConnectOptions | undefined,
  evidence: 'first-bytes' | 'count',
): Promise<Connection> {
  check(endpoint, 1);
  const register = options?.[onCancel];
  const signal = register ? undefined : options?.signal;
  signal?.throwIfAborted();
  const begun = performance.now();
  const channel = new SocketChannel();
  const socket = netConnect({
    host: endpoint.address,
    port: endpoint.port,
    autoSelectFamily: false,
    allowHalfOpen: true,
    noDelay: true,
    onread: channel.onread,
  });
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      socket.off('connect', connected);
      socket.off('error', failed);
      signal?.removeEventListener('abort', aborted);
    };
    const connected = (): void => {
      channel.attach(socket);
      settle();
      resolve(new NodeConnection(socket, channel, endpoint, evidence));
    };
    const failed = (error: Error): void => {
      settle();
      reject(connectFault(error, endpoint, performance.now() - begun));
    };
    const cancel = (reason: unknown): void => {
      if (!socket.connecting) return;
      settle();
      socket.on('error', () => undefined);
      socket.destroy();
      reject(reason);
    };
    const aborted = (): void => {
      cancel(signal?.reason);
    };
    socket.on('connect', connected);
    socket.on('error', failed);
    register?.(cancel);
    signal?.addEventListener('abort', aborted, { once: true });
  });
}

async function exchange(
  endpoint: Endpoint,
  datagram: Uint8Array,
  { accept, signal }: ExchangeOptions,
): Promise<Uint8Array> {
  check(endpoint, 1);
  signal?.throwIfAborted();
  const begun = performance.now();
  // A socket of its own for each question: a random port that nobody can guess (RFC 5452 §9.2), and, connected, answers
  // from that endpoint only.
  const socket = createSocket(isIP(endpoint.address) === 6 ? 'udp6' : 'udp4');
  try {
    return await new Promise<Uint8Array>((resolve, reject) => {
      const abort = (): void => {
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', abort, { once: true });
      socket.on('error', (error) => {
        reject(
          new WireError(
            {
              kind: 'dns',
              reason: 'dns-unreachable',
              phase: 'dns',
              after: performance.now() - begun,
              endpoint,
              evidence: { code: systemCode(error) ?? 'unknown' },
            },
            { cause: error },
          ),
        );
      });
      socket.on('message', (message) => {
        if (!accept(message)) return;
        signal?.removeEventListener('abort', abort);
        resolve(message);
      });
      socket.connect(endpoint.port, endpoint.address, () => {
        socket.send(datagram);
      });
    });
  } finally {
    socket.close();
  }
}
