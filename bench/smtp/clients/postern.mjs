// Postern, as built: the packages as users get them.
import { Readable } from 'node:stream';
import { openSmtp } from '@postern/smtp';
import { requirementFor, tlsRequest } from '@postern/starttls';
import { nodeNetwork, systemClock } from '@postern/wire/node';
import { blocks, message } from '../message.mjs';

const envelope = { from: 'ann@example.org', to: ['ben@example.net'] };

/** Messages in the hands of one connection; more bring nothing, fewer leave it waiting. */
const together = 32;

/**
 * @param {{ port: number, window?: boolean }} job
 * @param {object} [security]
 */
async function open({ port, window = false }) {
  const connection = await nodeNetwork().connect({ address: '127.0.0.1', port });
  const smtp = await openSmtp(connection, { clock: systemClock(), window });
  await smtp.ehlo('client.example');
  return smtp;
}

/** @param {import('@postern/smtp').Submission} submission */
function check({ recipients }) {
  const [result] = recipients;
  if (result?.status !== 'accepted') throw new Error(JSON.stringify(result));
}

/** @param {{ port: number, window?: boolean, count: number, octets: number, connections: number }} job */
export function messages(job) {
  const content = message(job.octets);
  return async () => {
    let left = job.count;
    /** @param {import('@postern/smtp').Smtp} smtp */
    const feed = async (smtp) => {
      while (left > 0) {
        left -= 1;
        check(await smtp.submit(envelope, content));
      }
    };
    await Promise.all(
      Array.from({ length: job.connections }, async () => {
        const smtp = await open(job);
        await Promise.all(Array.from({ length: together }, () => feed(smtp)));
        await smtp.quit();
      }),
    );
  };
}

/** @param {{ port: number, window?: boolean, octets: number }} job */
export async function stream(job) {
  const smtp = await open(job);
  check(await smtp.submit(envelope, message(2048)));
  return async () => {
    check(await smtp.submit(envelope, Readable.from(blocks(job.octets), { objectMode: false })));
    await smtp.quit();
  };
}

/**
 * The dialogues whose waits are counted: resolves when all messages are accepted.
 *
 * @param {import('../waits.mjs').Dialogue} dialogue
 * @param {{ window?: boolean }} [how]
 */
export async function converse(
  { port, security, count, ca, user, password, serverName },
  { window = false } = {},
) {
  const tls = tlsRequest({
    serverName,
    requirement: requirementFor({ names: [serverName] }),
    roots: [ca],
    wallClock: () => Date.now(),
  });
  const implicit = security === 'tls' ? { tls } : {};
  const connection = await nodeNetwork().connect({ address: '127.0.0.1', port }, implicit);
  const smtp = await openSmtp(connection, { clock: systemClock(), window });
  await smtp.ehlo('client.example');
  if (security === 'starttls') {
    await smtp.startTls(tls);
    await smtp.ehlo('client.example');
  }
  if (security !== 'plain') await smtp.login({ type: 'password', user, password });
  for (const done of Array.from({ length: count }, () => smtp.submit(envelope, message(2048))))
    check(await done);
  return () => smtp.quit();
}
