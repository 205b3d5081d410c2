// Postern, as built: a window of RETRs. The login is APOP, the one that may go in the clear.
import { createHash } from 'node:crypto';
import { openPop3 } from '@postern/pop3';
import { nodeNetwork, systemClock } from '@postern/wire/node';
import { check } from '../contents.mjs';

/** @typedef {{ port: number, user: string, password: string, count: number, digest?: string }} Job */
/** @typedef {import('@postern/pop3').Capabilities} Capabilities */

/** @param {Job} job @param {Capabilities} [remembered] */
async function open({ port, user, password }, remembered) {
  const connection = await nodeNetwork().connect({ address: '127.0.0.1', port });
  const pop3 = await openPop3(connection, { clock: systemClock(), ...(remembered && { remembered }) });
  const digest = (/** @type {string} */ timestamp) =>
    createHash('md5').update(timestamp).update(password).digest('hex');
  const login = await pop3.apop({ user, digest }, { where: 'anywhere' });
  if (!login.ok) throw new Error(login.reply.text);
  return pop3;
}

/** @param {import('@postern/pop3').Pop3} pop3 */
async function all({ maildrop }) {
  const messages = [];
  for await (const message of maildrop.messages()) {
    if (!message.ok) throw new Error(message.reply.text);
    messages.push(await message.content.bytes());
  }
  return messages;
}

/** @param {Job} job */
export function fetch(job) {
  return async () => {
    const pop3 = await open(job);
    const messages = await all(pop3);
    await pop3.quit();
    check(messages, job);
  };
}

/** The dialogue whose waits are counted: resolves when all messages are in hand. @param {Job} job @param {Capabilities} [remembered] */
export async function converse(job, remembered) {
  const pop3 = await open(job, remembered);
  check(await all(pop3), job);
  return () => pop3.quit();
}

/** What the server lists, as an earlier session saw it. @param {Job} job */
export async function capabilitiesOf(job) {
  const pop3 = await open(job);
  await pop3.quit();
  return pop3.capabilities;
}
