// Unbound: a resolver with what it knows given in lines of its own configuration.
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
 * @param {string} [options.address6] of IPv6; over it nobody is asked anything
 * @param {readonly string[]} options.lines of the server section
 */
export async function startUnbound(run, { name, place, address, address6, lines }) {
  const directory = run.folder(name);
  const config = join(directory, 'unbound.conf');
  const addresses = [address, ...(address6 ? [address6] : [])];
  writeFileSync(
    config,
    ['server:', ...[...common(directory, addresses), ...lines].map((line) => `  ${line}`), ''].join('\n'),
  );
  await startServer(run, {
    name,
    directory,
    place,
    command: argv`unbound -d -c ${config}`,
    listens: addresses.map((own) => ({ address: own, port: 53 })),
  });
}

/**
 * Validates from a root of our own: everything that is asked goes to one authoritative server.
 *
 * @param {import('../zones.mjs').Zones} zones
 */
export function validatingFrom({ rootHints, trustAnchor, misnamed }) {
  return [
    'module-config: "validator iterator"',
    `root-hints: "${rootHints}"`,
    `trust-anchor-file: "${trustAnchor}"`,
    'do-not-query-localhost: no', // else nothing in 127/8 is asked
    'local-zone: "test." nodefault', // else Unbound itself denies the whole of .test
    'ede: yes', // says why an answer is bogus
    // A test that changes a zone must not wait for yesterday's answer.
    'cache-max-ttl: 60',
    'cache-max-negative-ttl: 5',
    'infra-host-ttl: 5',
    ...misnamed.flatMap(({ zone, address }) => ['stub-zone:', `name: "${zone}"`, `stub-addr: ${address}`]),
  ];
}

/**
 * Answers from these records alone. Each SOA record makes a zone in which no other names exist; with one for the root,
 * nothing else exists at all, and nobody is asked.
 *
 * @param {readonly string[]} records in zone-file notation
 */
export function answeringOnly(records) {
  const zones = records.filter((record) => / SOA /.test(record)).map((record) => record.split(' ')[0]);
  return [
    ...zones.map((zone) => `local-zone: "${zone}" static`),
    ...records.map((record) => `local-data: '${record}'`),
  ];
}

/**
 * @param {string} directory
 * @param {readonly string[]} addresses
 */
function common(directory, addresses) {
  return [
    `directory: "${directory}"`,
    ...addresses.map((address) => `interface: ${address}`),
    'access-control: 0.0.0.0/0 allow',
    'access-control: ::/0 allow',
    `do-ip6: ${addresses.length > 1 ? 'yes' : 'no'}`,
    'chroot: ""',
    'username: "unbound"',
    'pidfile: ""',
    'use-syslog: no',
    'num-threads: 1',
    'verbosity: 1',
  ];
}
