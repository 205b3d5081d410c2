// @upyo/smtp. It takes no finished message: it composes each one, quoted-printable, which is part of its work here.
import { SmtpTransport } from '@upyo/smtp';
import { body } from '../message.mjs';

/** @param {number} octets */
const compose = (octets) => ({
  sender: { address: /** @type {const} */ ('ann@example.org') },
  recipients: [{ address: /** @type {const} */ ('ben@example.net') }],
  ccRecipients: [],
  bccRecipients: [],
  replyRecipients: [],
  attachments: [],
  subject: 'A message for the sink',
  // It would put a bare LF in place of CRLF, which servers refuse.
  content: { text: body(octets).replaceAll('\r\n', '\n') },
  priority: /** @type {const} */ ('normal'),
  tags: [],
  headers: new Headers(),
});

/** @param {import('@upyo/smtp').SmtpTransport} transport @param {ReturnType<typeof compose>} mail */
async function send(transport, mail) {
  const receipt = await transport.send(mail);
  if (!receipt.successful) throw new Error(receipt.errorMessages.join());
}

/** @param {{ port: number, count: number, octets: number, connections: number }} job */
export function messages({ port, count, octets, connections }) {
  const transport = new SmtpTransport({
    host: '127.0.0.1',
    port,
    secure: false,
    pool: true,
    poolSize: connections,
  });
  const mail = compose(octets - 250); // what its own header takes
  return async () => {
    let left = count;
    const feed = async () => {
      while (left > 0) {
        left -= 1;
        await send(transport, mail);
      }
    };
    await Promise.all(Array.from({ length: connections }, feed));
    await transport.closeAllConnections();
  };
}

/** It has no way to send from a stream. */
export function stream() {
  return { missing: 'takes no stream' };
}

/** @param {import('../waits.mjs').Dialogue} dialogue */
export async function converse({ port, security, count, ca, user, password, host }) {
  const transport = new SmtpTransport({
    host,
    port,
    secure: security === 'tls',
    pool: true,
    poolSize: 1,
    ...(security !== 'plain' && { auth: { user, pass: password }, tls: { ca: [ca] } }),
  });
  for (let sent = 0; sent < count; sent += 1) await send(transport, compose(1800));
  return () => transport.closeAllConnections();
}
