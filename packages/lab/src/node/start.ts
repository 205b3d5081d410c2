import type { Milliseconds } from '@postern/wire';
import { nodeNetwork, systemClock } from '@postern/wire/node';
import { startLab } from '../lab.ts';
import type { Lab } from '../lab.ts';
import { swallowOnLoopback } from './swallow.ts';

/** Options of {@link startNodeLab}. */
export interface NodeLabOptions {
  /** As in `startLab`. */
  readonly onDefect?: (error: unknown) => void;
  /** The present in milliseconds since 1970, for certificates. Default: the system's. */
  readonly wallClock?: () => Milliseconds;
}

/**
 * Starts the lab on real sockets of this machine, with its clock and its randomness. Everything is on loopback, on free
 * ports, without root. What connects through `lab.network` gets the first bytes around a handshake as evidence.
 *
 * @example
 * ```ts
 * import { startNodeLab } from '@postern/lab/node';
 * const lab = await startNodeLab();
 * const connection = await lab.network.connect({ address: '192.0.2.10', port: 25 });
 * const greeting = await connection.read();
 * if (greeting) console.log(Buffer.from(greeting).toString()); // 220 mail.allgood.test ESMTP ready
 * await connection[Symbol.asyncDispose]();
 * await lab[Symbol.asyncDispose]();
 * ```
 */
export function startNodeLab(options?: NodeLabOptions): Promise<Lab> {
  const { wallClock = () => Date.now(), onDefect } = options ?? {};
  return startLab({
    host: nodeNetwork({ evidence: 'first-bytes' }),
    clock: systemClock(),
    wallClock,
    random: Math.random,
    crypto: globalThis.crypto,
    swallow: swallowOnLoopback,
    certificates: 'when-visited',
    ...(onDefect && { onDefect }),
  });
}
