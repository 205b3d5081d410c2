// NSD: serves the zones of zones.mjs as they are; it does not look into signatures, so a broken zone stays broken.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv } from '../command.ts';
import { startServer } from '../server.mjs';

/**
 * @param {import('../state.mjs').Run} run
 * @param {object} options
 * @param {string} options.name
 * @param {import('../namespace.mjs').Place} options.place
 * @param {string} options.address
 * @param {readonly { zone: string, file: string }[]} options.zones
 */
export async function startNsd(run, { name, place, address, zones }) {
  const directory = run.folder(name, 'nsd');
  const config = join(directory, 'nsd.conf');
  writeFileSync(
    config,
    `
server:
  ip-address: ${address}
  port: 53
  do-ip6: no
  server-count: 1
  username: nsd
  chroot: ""
  database: ""
  zonesdir: "${directory}"
  pidfile: "${directory}/pid"
  xfrdfile: "${directory}/xfrd.state"
  zonelistfile: "${directory}/zone.list"
  logfile: "${directory}/log"
remote-control:
  control-enable: no
${zones.map(({ zone, file }) => `zone:\n  name: "${zone}"\n  zonefile: "${file}"\n`).join('')}`,
  );
  await startServer(run, {
    name,
    directory,
    place,
    command: argv`nsd -d -c ${config}`,
    listens: [{ address, port: 53 }],
  });
}
