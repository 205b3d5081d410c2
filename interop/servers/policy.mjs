// The web hosts of MTA-STS policies (RFC 8461 §3.3): one process at one address.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { argv } from '../command.ts';
import { startServer } from '../server.mjs';

/**
 * @param {import('../state.mjs').Run} run
 * @param {object} options
 * @param {string} options.name
 * @param {import('../namespace.mjs').Place} options.place
 * @param {string} options.address
 * @param {import('../mta-sts/matrix.mjs').Certificates} options.identities
 * @param {Readonly<Record<string, import('../mta-sts/row.ts').PolicyAnswer>>} options.answers by host
 */
export async function startPolicyHosts(run, { name, place, ...settings }) {
  const directory = run.folder(name);
  const config = join(directory, 'config.json');
  writeFileSync(config, JSON.stringify(settings));
  const daemon = fileURLToPath(import.meta.resolve('./policy-daemon.mjs'));
  await startServer(run, {
    name,
    directory,
    place,
    command: argv`${process.execPath} ${daemon} ${config}`,
    listens: [{ address: settings.address, port: 443 }],
  });
}
