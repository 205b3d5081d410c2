import { describe, expect, it } from 'vitest';
import { isUsageError } from '@postern/wire';
import type { TlsOffer, TlsRequest } from '@postern/wire';
import { nodeNetwork } from '@postern/wire/node';
import { testTlsRequest } from '@postern/wire/testing';
import { clientContext, serverContext } from '../src/node/secure-context.ts';
import { selfSigned } from './certificates.ts';

const identity = await selfSigned('mail.example.test');
const other = await selfSigned('other.example.test');
const request = (more?: Partial<TlsRequest>): TlsRequest => ({ ...testTlsRequest(), ...more });

describe('the context of a client', () => {
  it('is one for the same roots and versions, and another for others', () => {
    const roots = [identity.chain];
    expect(clientContext(request({ roots }))).toBe(
      clientContext(request({ roots: [...roots], alpn: ['x'] })),
    );
    const different = [
      request(),
      request({ roots: [] }),
      request({ roots }),
      request({ roots: [other.chain] }),
      request({ roots: [other.chain, ...roots] }),
      request({ minVersion: 'TLSv1.3' }),
      request({ maxVersion: 'TLSv1.2' }),
      request({ minVersion: 'TLSv1' }),
    ].map(clientContext);
    expect(new Set(different).size).toBe(different.length);
  });

  it('is kept while it is in use, however many others are made', () => {
    const kept = clientContext(request());
    const rare = clientContext(request({ roots: [identity.chain] }));
    for (let count = 0; count < 80; count += 1) {
      clientContext(request({ roots: [`${identity.chain}\n# ${count}`] }));
      expect(clientContext(request())).toBe(kept);
    }
    expect(clientContext(request({ roots: [identity.chain] }))).not.toBe(rare);
  });
});

describe('the context of a server', () => {
  it('is one for an identity and versions', () => {
    const offer: TlsOffer = { identity: () => identity };
    expect(serverContext(identity, offer)).toBe(serverContext(identity, { ...offer }));
    expect(serverContext(identity, { ...offer, maxVersion: 'TLSv1.2' })).not.toBe(
      serverContext(identity, offer),
    );
    expect(serverContext({ ...identity }, offer)).not.toBe(serverContext(identity, offer));
  });

  it('two offers with the same identity keep to their own versions', async () => {
    const network = nodeNetwork();
    const versions: string[] = [];
    for (const maxVersion of ['TLSv1.3', 'TLSv1.2'] as const) {
      const listener = await network.listen({ address: '127.0.0.1', port: 0 }, async (server) => {
        await server.acceptTls({ identity: () => identity, maxVersion });
        await server.read();
      });
      const connection = await network.connect(listener.endpoint, { tls: request() });
      versions.push(connection.tls?.version ?? 'none');
      await connection[Symbol.asyncDispose]();
      await listener[Symbol.asyncDispose]();
    }
    expect(versions).toEqual(['TLSv1.3', 'TLSv1.2']);
  });

  it('an identity that is none resets the connection and is told to its owner', async () => {
    const network = nodeNetwork();
    const failed = Promise.withResolvers<unknown>();
    const listener = await network.listen({ address: '127.0.0.1', port: 0 }, async (server) => {
      await server.acceptTls({ identity: () => ({ key: 'no', chain: 'no' }) }).catch(failed.resolve);
    });
    // The reset may be quicker than the end of `connect`.
    const attempt = network.connect(listener.endpoint).then((connection) => connection.handshake(request()));
    await expect(attempt).rejects.toMatchObject({ code: expect.stringMatching(/^reset/) });
    expect(isUsageError(await failed.promise)).toBe(true);
    await listener[Symbol.asyncDispose]();
  });
});
