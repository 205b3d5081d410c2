// emailjs. It takes no finished message and has one connection for each client.
import { SMTPClient } from 'emailjs';
import { body } from '../message.mjs';

/** @param {number} octets */
const compose = (octets) => ({
  from: 'Ann <ann@example.org>',
  to: 'Ben <ben@example.net>',
  subject: 'A message for the sink',
  text: body(octets),
});

/** @param {{ port: number, count: number, octets: number, connections: number }} job */
export function messages({ port, count, octets, connections }) {
  const mail = compose(octets - 300); // what its own header takes
  const clients = Array.from(
    { length: connections },
    () => new SMTPClient({ host: '127.0.0.1', port, domain: 'client.example' }),
  );
  return async () => {
    let left = count;
    await Promise.all(
      clients.map(async (client) => {
        while (left > 0) {
          left -= 1;
          await client.sendAsync(/** @type {any} */ (mail));
        }
        client.smtp.quit();
      }),
    );
  };
}

/** It streams attachments, which it encodes, but no message. */
export function stream() {
  return { missing: 'takes no message as a stream' };
}

/** @param {import('../waits.mjs').Dialogue} dialogue */
export async function converse({ port, security, count, ca, user, password, host }) {
  const client = new SMTPClient({
    host,
    port,
    domain: 'client.example',
    ...(security === 'tls' && { ssl: { ca } }),
    ...(security === 'starttls' && { tls: { ca } }),
    ...(security !== 'plain' && { user, password, authentication: ['PLAIN'] }),
  });
  const mail = /** @type {any} */ (compose(1800));
  await Promise.all(Array.from({ length: count }, () => client.sendAsync(mail)));
  return async () => client.smtp.quit();
}
