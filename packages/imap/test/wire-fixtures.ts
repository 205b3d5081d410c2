import type { Connection, TlsOffer, TlsRequest } from '@postern/wire';
import { memoryNetwork } from '@postern/wire/testing';

const pem = '-----BEGIN CERTIFICATE-----\nMTIz\n-----END CERTIFICATE-----';

/** What a test server offers in a handshake in memory. */
export const offer: TlsOffer = { identity: () => ({ key: '', chain: pem }) };

/** A client's request that accepts the peer as verified. */
export const verified: TlsRequest = {
  serverName: 'mail.example.test',
  verify: () => ({ status: 'verified', by: 'pkix' }),
};

/** A client's request that accepts the peer without believing it. */
export const unverified: TlsRequest = {
  serverName: 'mail.example.test',
  verify: () => ({
    status: 'unverified',
    fault: { kind: 'tls', reason: 'cert-name-mismatch', phase: 'tls', after: 0 },
  }),
};

/** A connection to a server in memory. */
export async function connected(serve: (connection: Connection) => Promise<void>): Promise<Connection> {
  const network = memoryNetwork();
  await network.listen({ address: '192.0.2.1', port: 143 }, serve);
  return network.connect({ address: '192.0.2.1', port: 143 });
}

/** A server that says what a test tells it to: sends texts, and sees lines. */
export async function scripted(
  script: (peer: {
    readonly send: (text: string) => Promise<void>;
    readonly line: () => Promise<string | undefined>;
    readonly connection: Connection;
  }) => Promise<void>,
): Promise<Connection> {
  return connected(async (connection) => {
    let held = '';
    await script({
      connection,
      send: (text) => connection.write(new TextEncoder().encode(text)),
      line: async () => {
        while (!held.includes('\r\n')) {
          const bytes = await connection.read();
          if (!bytes) return undefined;
          held += new TextDecoder().decode(bytes);
        }
        const [line = '', ...rest] = held.split('\r\n');
        held = rest.join('\r\n');
        return line;
      },
    });
  });
}
