import { latin1, utf8 } from '../bytes.ts';
import type { Connection } from '../network.ts';
import type { TlsOffer, TlsRequest, Verification } from '../tls.ts';
import { memoryNetwork } from './memory.ts';

/** What a server in a test offers in a handshake in memory; its certificate is none. */
export const testTlsOffer: TlsOffer = {
  identity: () => ({
    key: '',
    chain: '-----BEGIN CERTIFICATE-----\nMTIz\n-----END CERTIFICATE-----',
  }),
};

/**
 * What a client in a test asks of a handshake.
 *
 * @param verification - the verdict over the peer. `unverified` stands for one that was accepted although its name does not
 * match. Default: verified.
 */
export function testTlsRequest(
  verification: Verification | 'unverified' = { status: 'verified', by: 'pkix' },
): TlsRequest {
  const verdict: Verification =
    verification === 'unverified'
      ? {
          status: 'unverified',
          fault: { kind: 'tls', reason: 'cert-name-mismatch', phase: 'tls', after: 0 },
        }
      : verification;
  return { serverName: 'mail.example.test', verify: () => verdict };
}

/** A connection in memory to a server that behaves as told. */
export async function connectedTo(serve: (connection: Connection) => Promise<void>): Promise<Connection> {
  const network = memoryNetwork();
  const endpoint = { address: '192.0.2.1', port: 4000 };
  await network.listen(endpoint, serve);
  return network.connect(endpoint);
}

/** The other end of a dialogue, as a script speaks for it. */
export interface ScriptedPeer {
  /** Says this text, as UTF-8 and with no line end of its own. */
  readonly send: (text: string) => Promise<void>;
  /** The next line without its CRLF; `undefined` at the end of the stream. */
  readonly line: () => Promise<string | undefined>;
  /** For everything else: handshakes, ends, resets. */
  readonly connection: Connection;
}

/**
 * A connection in memory to a server that says what a test tells it to: it sends texts and sees lines.
 *
 * @example
 * ```ts run
 * import { latin1 } from '@postern/wire';
 * import { scriptedPeer } from '@postern/wire/testing';
 * const connection = await scriptedPeer(async ({ send }) => send('220 mx.example.org\r\n'));
 * console.log(latin1((await connection.read()) ?? new Uint8Array()).trimEnd()); // 220 mx.example.org
 * ```
 */
export function scriptedPeer(script: (peer: ScriptedPeer) => Promise<void>): Promise<Connection> {
  return connectedTo(async (connection) => {
    let held = '';
    await script({
      connection,
      send: (text) => connection.write(utf8(text)),
      line: async () => {
        while (!held.includes('\r\n')) {
          const bytes = await connection.read();
          if (!bytes) return undefined;
          held += latin1(bytes);
        }
        const [line = '', ...rest] = held.split('\r\n');
        held = rest.join('\r\n');
        return line;
      },
    });
  });
}
