import { createSocket } from 'node:dgram';
import { createServer, isIP } from 'node:net';
import type { Server } from 'node:net';
import { once } from 'node:events';
import { UsageError } from '../faults.ts';
import type { Connection, Endpoint, Listener } from '../network.ts';
import { StreamChannel } from './channel.ts';
import { systemCode } from './connect-fault.ts';
import { NodeConnection } from './connection.ts';

/** Listens for TCP connections. */
export async function listen(
  endpoint: Endpoint,
  accept: (connection: Connection) => Promise<void>,
  evidence: 'first-bytes' | 'count',
): Promise<Listener> {
  const open = new Set<NodeConnection>();
  const server: Server = createServer(
    { allowHalfOpen: true, pauseOnConnect: true, noDelay: true },
    (socket) => {
      const peer = { address: socket.remoteAddress ?? '0.0.0.0', port: socket.remotePort ?? 0 };
      const connection = new NodeConnection(socket, new StreamChannel(socket), peer, evidence);
      open.add(connection);
      socket.once('close', () => open.delete(connection));
      // Asynchronous throughout, so that an `accept` that throws at once harms its own connection only.
      void (async () => accept(connection))().catch(() => {
        connection.reset();
      });
    },
  );
  server.listen(endpoint.port, endpoint.address);
  await once(server, 'listening').catch((error: unknown) => {
    throw cannotListen(endpoint, error);
  });
  // A connection that could not be accepted (out of descriptors) is no reason to end the process.
  server.on('error', () => undefined);
  return {
    endpoint: { address: endpoint.address, port: (server.address() as { port: number }).port },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const connection of open) connection.reset();
      await closed;
    },
  };
}

/** Listens for datagrams. */
export async function listenDatagrams(
  endpoint: Endpoint,
  answer: (datagram: Uint8Array, from: Endpoint) => Promise<Uint8Array | undefined>,
): Promise<Listener> {
  const socket = createSocket(isIP(endpoint.address) === 6 ? 'udp6' : 'udp4');
  socket.on('message', (message, from) => {
    const answered = (async () => {
      const reply = await answer(message, { address: from.address, port: from.port });
      if (reply) socket.send(reply, from.port, from.address);
    })();
    // The asker waits and asks again: silence is what UDP has for a failure.
    answered.catch(() => undefined);
  });
  socket.bind(endpoint.port, endpoint.address);
  await once(socket, 'listening').catch((error: unknown) => {
    throw cannotListen(endpoint, error);
  });
  // A failed answer (the asker is gone) is the asker's affair.
  socket.on('error', () => undefined);
  let closed: Promise<unknown> | undefined;
  return {
    endpoint: { address: endpoint.address, port: socket.address().port },
    async [Symbol.asyncDispose]() {
      if (!closed) {
        closed = once(socket, 'close');
        socket.close();
      }
      await closed;
    },
  };
}

/** The address is not ours, the port is taken or forbidden: the caller asked for what cannot be had. */
function cannotListen({ address, port }: Endpoint, error: unknown): UsageError {
  const code = systemCode(error) ?? 'unknown';
  return new UsageError(`cannot listen on ${address}, port ${port}: ${code}`, 'listen', 'argument-refused', {
    cause: error,
  });
}
