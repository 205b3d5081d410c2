// Our own SMTP server (`@postern/smtp/server`), in a process of its own as any other: what it takes is in its spool.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { argv } from '../command.ts';
import { startServer } from '../server.mjs';

/**
 * @param {import('../state.mjs').Run} run
 * @param {object} options
 * @param {string} options.name of its folder
 * @param {import('../namespace.mjs').Place} options.place
 * @param {string} options.hostname
 * @param {import('../pki.mjs').Certificate} options.certificate
 * @param {{ user: string, password: string }} options.account
 * @param {readonly { address: string, withoutChunking?: boolean }[]} options.listens each with ports 25, 465, 587 and
 *   24, which is LMTP
 * @returns {Promise<{ spool: string }>}
 */
export async function startOurs(run, { name, place, listens, ...settings }) {
  const directory = run.folder(name);
  const spool = run.folder(`${name}/spool`);
  const ports = [25, 465, 587, 24];
  const config = join(directory, 'config.json');
  writeFileSync(config, JSON.stringify({ ...settings, listens, spool }));
  const daemon = fileURLToPath(import.meta.resolve('./ours-daemon.ts'));
  await startServer(run, {
    name,
    directory,
    place,
    command: argv`${process.execPath} --conditions=@postern/source ${daemon} ${config}`,
    listens: listens.flatMap(({ address }) => ports.map((port) => ({ address, port }))),
  });
  return { spool };
}
