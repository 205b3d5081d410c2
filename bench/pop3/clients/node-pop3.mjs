// node-pop3: one RETR after the other, each a string. It leaves the dots stuffed and takes away the last line end.
import Pop3Command from 'node-pop3';
import { check } from '../contents.mjs';

/** @typedef {import('./postern.mjs').Job} Job */

/** @param {Job} job */
async function all({ port, user, password }) {
  const pop3 = new Pop3Command({ host: '127.0.0.1', port, user, password });
  const list = await pop3.LIST();
  const messages = [];
  for (const [number = ''] of list) messages.push(await pop3.RETR(number));
  return { pop3, messages };
}

/** @param {Job} job */
export function fetch(job) {
  return async () => {
    const { pop3, messages } = await all(job);
    await pop3.QUIT();
    check(
      messages.map((message) => Buffer.from(message)),
      job,
    );
  };
}

/** @param {Job} job */
export async function converse(job) {
  const { pop3, messages } = await all(job);
  check(
    messages.map((message) => Buffer.from(message)),
    job,
  );
  return () => pop3.QUIT();
}
