import { createSocket } from 'node:dgram';
import { isIP } from 'node:net';
import { unlessAborted } from '../abort.ts';
import { cancelSignal } from '../cancelling.ts';
import { UsageError, WireError } from '../faults.ts';
import type { Endpoint, ExchangeOptions, Host, Network } from '../network.ts';
import { systemCode } from './connect-fault.ts';
import { withDial } from './dial.ts';
import { listen, listenDatagrams } from './listen.ts';
import { openTcp, openTls } from './open.ts';

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
  const network: Network & Host = {
    async connect(endpoint, connectOptions) {
      check(endpoint, 1);
      const tls = connectOptions?.tls;
      // TLS straight over TCP is three to four times faster than in two steps, but shows no first bytes.
      if (tls && evidence === 'count') return openTls(endpoint, tls, connectOptions);
      if (!tls) return openTcp(endpoint, connectOptions, evidence);
      const signal = cancelSignal(connectOptions);
      const abortable = signal ? { signal } : {};
      const connection = await openTcp(endpoint, abortable, evidence);
      await connection.handshake(tls, abortable);
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
  return withDial(network, evidence, check);
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
    throw new UsageError(`port ${port} is no whole number in ${lowest}…65535`, 'port', 'argument-refused');
  }
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
  const answer = new Promise<Uint8Array>((resolve, reject) => {
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
      try {
        if (accept(message)) resolve(message);
      } catch (error) {
        reject(error);
      }
    });
    socket.connect(endpoint.port, endpoint.address, () => {
      socket.send(datagram);
    });
  });
  try {
    return await unlessAborted(answer, signal);
  } finally {
    socket.close();
  }
}
