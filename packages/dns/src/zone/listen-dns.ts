import type { Connection, Endpoint, Host, Listener } from '@postern/wire';
import { framed, messageReader } from '../stub/framing.ts';
import type { DnsAnswerer } from './zone-answers.ts';

/**
 * Serves answers at an endpoint, by UDP and by TCP (RFC 7766 §5 asks for both). With port 0 the system chooses one port for
 * both. The caller owns the listener; its disposal ends both.
 *
 * Rejects with what the host's `listen` rejects with; nothing stays open then.
 */
export async function listenDns(host: Host, endpoint: Endpoint, answer: DnsAnswerer): Promise<Listener> {
  const streams = await host.listen(endpoint, (connection) => serveStream(connection, answer));
  try {
    const datagrams = await host.listenDatagrams(streams.endpoint, async (query) =>
      answer(query, 'datagram'),
    );
    return {
      endpoint: streams.endpoint,
      async [Symbol.asyncDispose]() {
        await Promise.all([streams[Symbol.asyncDispose](), datagrams[Symbol.asyncDispose]()]);
      },
    };
  } catch (error) {
    await streams[Symbol.asyncDispose]();
    throw error;
  }
}

/** Answers the queries of one connection until the client is done. */
async function serveStream(connection: Connection, answer: DnsAnswerer): Promise<void> {
  try {
    const reader = messageReader();
    for (;;) {
      const bytes = await connection.read();
      if (bytes === undefined) return;
      for (const query of reader.push(bytes)) {
        const reply = answer(query, 'stream');
        if (reply !== undefined) await connection.write(framed(reply));
      }
    }
  } finally {
    await connection[Symbol.asyncDispose]();
  }
}
