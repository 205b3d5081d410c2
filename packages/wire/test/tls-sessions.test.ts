import { describe, expect, it } from 'vitest';
import type {
  Connection,
  TlsInfo,
  TlsPeer,
  TlsRequest,
  TlsSession,
  TlsSessions,
  Verification,
} from '@postern/wire';
import { utf8 } from '@postern/wire';
import { nodeNetwork } from '@postern/wire/node';
import { selfSigned } from './certificates.ts';

/** Keeps every session. */
function keeper(): TlsSessions & { readonly kept: TlsSession[] } {
  const kept: TlsSession[] = [];
  return {
    kept,
    offer: () => kept.at(-1),
    store: (session) => kept.push(session),
    drop(session) {
      kept.splice(kept.indexOf(session), 1);
    },
  };
}

const accept = (): Verification => ({ status: 'verified', by: 'fingerprint' });

const identity = selfSigned('mx.example.org');

/** A server that says one line after the handshake, so that the client reads the tickets before it. */
async function serving(maxVersion: 'TLSv1.2' | 'TLSv1.3') {
  const network = nodeNetwork();
  const offer = await identity;
  const listener = await network.listen({ address: '127.0.0.1', port: 0 }, async (connection) => {
    await connection.acceptTls({ identity: () => offer, maxVersion });
    await connection.write(utf8('220 hello\r\n'));
    while (await connection.read()) continue;
    await connection[Symbol.asyncDispose]();
  });
  return { network, listener };
}

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('resumption in %s', (version) => {
  it.each(['two steps', 'one step'] as const)('in %s: the stored peer is judged again', async (how) => {
    const { network, listener } = await serving(version);
    await using _ = listener;
    const sessions = keeper();
    const judged: TlsPeer[] = [];
    const open = async (verify: TlsRequest['verify']): Promise<TlsInfo | undefined> => {
      const tls: TlsRequest = {
        serverName: 'mx.example.org',
        sessions,
        verify: (peer) => {
          judged.push(peer);
          return verify(peer);
        },
      };
      let connection: Connection;
      if (how === 'one step') {
        connection = await network.connect(listener.endpoint, { tls });
      } else {
        connection = await network.connect(listener.endpoint);
        await connection.handshake(tls);
      }
      const info = connection.tls;
      await connection.read();
      await connection[Symbol.asyncDispose]();
      return info;
    };
    expect(await open(accept)).toMatchObject({ resumed: false, peerFrom: 'handshake', version });
    expect(sessions.kept.length).toBeGreaterThan(0);
    expect(await open(accept)).toMatchObject({ resumed: true, peerFrom: 'session', version });
    expect(judged[1]?.resumed).toBe(true);
    expect(judged[1]?.chain).toEqual(judged[0]?.chain);
    expect(judged[1]?.chain.length).toBeGreaterThan(0);
    // What was good enough once is not for somebody stricter, and is not offered any more.
    const fault = { kind: 'tls', reason: 'cert-expired', phase: 'tls', after: 0 } as const;
    const before = sessions.kept.length;
    await expect(open(() => ({ status: 'rejected', fault }))).rejects.toMatchObject({ code: 'cert-expired' });
    expect(sessions.kept.length).toBe(before - 1);
  });

  it('a session the server does not know any more leads to a full handshake, and is dropped', async () => {
    const first = await serving(version);
    const sessions = keeper();
    const tls: TlsRequest = { serverName: 'mx.example.org', sessions, verify: accept };
    {
      await using connection = await first.network.connect(first.listener.endpoint, { tls });
      await connection.read();
    }
    await first.listener[Symbol.asyncDispose]();
    const stale = sessions.kept.at(-1);
    sessions.kept.splice(0, sessions.kept.length, {
      ...(stale as TlsSession),
      ticket: Uint8Array.of(1, 2, 3),
    });
    const second = await serving(version);
    await using _ = second.listener;
    await using connection = await second.network.connect(second.listener.endpoint, { tls });
    expect(connection.tls).toMatchObject({ resumed: false, peerFrom: 'handshake' });
    expect(sessions.kept.some(({ ticket }) => ticket.length === 3)).toBe(false);
  });
});

describe.each(['two steps', 'one step'] as const)('a session in %s', (how) => {
  const peer: TlsPeer = {
    endpoint: { address: '127.0.0.1', port: 465 },
    serverName: 'mx.example.org',
    chain: [],
    trust: { ok: true },
    resumed: false,
  };

  /** What becomes of a kept session when a server treats the handshake like this. */
  async function leftAfter(
    server: (connection: Connection, abort: () => void) => Promise<void>,
    refused = false,
  ): Promise<number> {
    const sessions = keeper();
    sessions.store({ ticket: Uint8Array.of(1, 2, 3), peer });
    const tls: TlsRequest = { serverName: 'mx.example.org', sessions, verify: accept };
    const network = nodeNetwork();
    const controller = new AbortController();
    const { signal } = controller;
    const listener = await network.listen({ address: '127.0.0.1', port: 0 }, (connection) =>
      server(connection, () => {
        controller.abort('enough');
      }),
    );
    if (refused) await listener[Symbol.asyncDispose]();
    const open = async (): Promise<void> => {
      if (how === 'one step') await network.connect(listener.endpoint, { tls, signal });
      else await (await network.connect(listener.endpoint)).handshake(tls, { signal });
    };
    await expect(open()).rejects.toBeDefined();
    await listener[Symbol.asyncDispose]();
    return sessions.kept.length;
  }

  it('is dropped where the server breaks the handshake off, so that the next one is a full one', async () => {
    expect(
      await leftAfter(async (connection) => {
        await connection.read();
        await connection.write(Uint8Array.of(0x15, 0x03, 0x03, 0, 2, 2, 47));
      }),
    ).toBe(0);
  });

  it('is dropped where the server says nothing until somebody gives up', async () => {
    expect(
      await leftAfter(async (connection, abort) => {
        await connection.read();
        abort();
        await connection.read();
      }),
    ).toBe(0);
  });

  it('is kept where nobody was reached', async () => {
    expect(await leftAfter(async () => undefined, true)).toBe(1);
  });
});
