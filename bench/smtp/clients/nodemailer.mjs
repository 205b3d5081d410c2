// nodemailer with `raw` messages, which it passes on without composing anything: its fastest way.
import { Readable } from 'node:stream';
import { createTransport } from 'nodemailer';
import { blocks, message } from '../message.mjs';

const envelope = { from: 'ann@example.org', to: ['ben@example.net'] };
/** @param {number} port */
const options = (port) => ({ host: '127.0.0.1', port, name: 'client.example', ignoreTLS: true });
const pooled = /** @type {const} */ ({ pool: true, maxMessages: Infinity });

/** @param {{ port: number, count: number, octets: number, connections: number }} job */
export function messages({ port, count, octets, connections }) {
  const raw = message(octets);
  const transport = createTransport({ ...options(port), ...pooled, maxConnections: connections });
  return async () => {
    let left = count;
    const feed = async () => {
      while (left > 0) {
        left -= 1;
        await transport.sendMail({ envelope, raw });
      }
    };
    // Twice as many as there are connections: one is always waiting when one is done.
    await Promise.all(Array.from({ length: connections * 2 }, feed));
    transport.close();
  };
}

/** @param {{ port: number, octets: number }} job */
export async function stream({ port, octets }) {
  const transport = createTransport({ ...options(port), ...pooled, maxConnections: 1 });
  await transport.sendMail({ envelope, raw: message(2048) });
  return async () => {
    await transport.sendMail({ envelope, raw: Readable.from(blocks(octets), { objectMode: false }) });
    transport.close();
  };
}

/** @param {import('../waits.mjs').Dialogue} dialogue */
export async function converse({ port, security, count, ca, user, password, serverName }) {
  const transport = createTransport({
    ...options(port),
    ...pooled,
    maxConnections: 1,
    ...(security === 'plain'
      ? {}
      : {
          ignoreTLS: false,
          secure: security === 'tls',
          requireTLS: true,
          auth: { user, pass: password },
          tls: { ca, servername: serverName },
        }),
  });
  await Promise.all(
    Array.from({ length: count }, () => transport.sendMail({ envelope, raw: message(2048) })),
  );
  return async () => transport.close();
}
