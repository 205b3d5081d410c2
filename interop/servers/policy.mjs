// The web host of good.test's MTA-STS policy (RFC 8461 §3.3).
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
 * @param {import('../pki.mjs').Certificate} options.certificate
 * @param {string} options.policy
 */
export async function startPolicyHost(run, { name, place, address, certificate, policy }) {
  const directory = run.folder(name);
  const file = join(directory, 'mta-sts.txt');
  writeFileSync(file, policy);
  const daemon = fileURLToPath(import.meta.resolve('./policy-daemon.mjs'));
  await startServer(run, {
    name,
    directory,
    place,
    command: argv`${process.execPath} ${daemon} ${address} ${certificate.chain} ${certificate.key} ${file}`,
    listens: [{ address, port: 443 }],
  });
}
